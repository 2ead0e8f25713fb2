#include "http/reply.h"

#include <memory>
#include <string>
#include <utility>

namespace millrace::http {
namespace {

using OwnedReply = std::unique_ptr<MHD_Response, decltype(&MHD_destroy_response)>;

void free_text(void* text) { delete static_cast<std::string*>(text); }

OwnedReply with_body(std::string body) {
  auto text = std::make_unique<std::string>(std::move(body));
  OwnedReply reply(MHD_create_response_from_buffer_with_free_callback_cls(
                       text->size(), text->data(), &free_text, text.get()),
                   &MHD_destroy_response);
  if (reply) (void)text.release();
  return reply;
}

}  // namespace

bool queue_reply(MHD_Connection* connection, Response response) {
  const OwnedReply reply = with_body(std::move(response.body));
  if (!reply) return false;
  if (!response.content_type.empty()) {
    MHD_add_response_header(reply.get(), "Content-Type", response.content_type.c_str());
  }
  for (const auto& [name, value] : response.headers) {
    MHD_add_response_header(reply.get(), name.c_str(), value.c_str());
  }
  const auto status = static_cast<unsigned>(response.status);
  return MHD_queue_response(connection, status, reply.get()) == MHD_YES;
}

}  // namespace millrace::http
