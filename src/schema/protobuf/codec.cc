// Records of a Protobuf schema as JSON, by protobuf's own mapping.
#include <google/protobuf/descriptor.pb.h>
#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/util/json_util.h>
#include <google/protobuf/util/type_resolver.h>
#include <google/protobuf/util/type_resolver_util.h>

#include "base/text.h"
#include "base/try.h"
#include "json/text.h"
#include "schema/protobuf/bounded_text.h"
#include "schema/protobuf/file_set.h"
#include "schema/protobuf/limits.h"
#include "schema/protobuf/message_indexes.h"
#include "schema/protobuf/protobuf.h"
#include "schema/protobuf/record_check.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

constexpr const char* kTypeUrlPrefix = "type.googleapis.com";

std::string type_url(const pb::Descriptor& message) {
  return cat(kTypeUrlPrefix, "/", message.full_name());
}

/// In the order of field numbers, maps in the order of their keys: one text has one encoding.
std::string ordered_bytes(const pb::Message& message) {
  std::string bytes;
  {
    pb::io::StringOutputStream output(&bytes);
    pb::io::CodedOutputStream stream(&output);
    stream.SetSerializationDeterministic(true);
    message.SerializePartialToCodedStream(&stream);
  }
  return bytes;
}

class ProtobufCodec final : public Codec {
 public:
  ProtobufCodec(std::unique_ptr<const FileSet> files, const pb::Descriptor& message)
      : files_(std::move(files)),
        message_(message),
        types_(pb::util::NewTypeResolverForDescriptorPool(kTypeUrlPrefix, &files_->pool())),
        prototypes_(std::make_unique<pb::DynamicMessageFactory>(&files_->pool())) {}

  Result<std::string> encode(std::string_view json) const override {
    MILL_CHECK(json::parse(json));  // its errors tell line and column
    std::string bytes;
    const auto done = pb::util::JsonToBinaryString(
        types_.get(), type_url(message_), pb::StringPiece(json.data(), json.size()), &bytes);
    if (!done.ok()) return failure(ErrorCode::invalid_request, message_, done.message());
    MILL_TRY(auto message, read(message_, bytes, ErrorCode::invalid_request));
    return message_indexes(message_) + ordered_bytes(*message);
  }

  Result<std::string> decode(std::string_view bytes) const override {
    MILL_TRY(const pb::Descriptor* type, take_message(bytes, *message_.file()));
    MILL_TRY(auto message, read(*type, bytes, ErrorCode::corrupt_message));
    const std::string ordered = ordered_bytes(*message);
    pb::io::ArrayInputStream input(ordered.data(), static_cast<int>(ordered.size()));
    BoundedText output(expanded_size_max(bytes.size()));
    const auto done = pb::util::BinaryToJsonStream(types_.get(), type_url(*type), &input, &output);
    if (!done.ok()) return failure(ErrorCode::corrupt_message, *type, done.message());
    if (output.overflown()) return failure(ErrorCode::corrupt_message, *type, "too long as JSON");
    return std::move(output).take();
  }

 private:
  static Error failure(ErrorCode code, const pb::Descriptor& message, pb::StringPiece what) {
    return kafka_error(
        code, cat("no ", message.full_name(), ": ", std::string_view(what.data(), what.size())));
  }

  Result<std::unique_ptr<pb::Message>> read(const pb::Descriptor& type, std::string_view bytes,
                                            ErrorCode code) const {
    const std::string_view flaw = flaw_of(type, bytes);
    if (!flaw.empty()) return failure(code, type, {flaw.data(), flaw.size()});
    std::unique_ptr<pb::Message> message(prototypes_->GetPrototype(&type)->New());
    if (!message->ParsePartialFromArray(bytes.data(), static_cast<int>(bytes.size()))) {
      return failure(code, type, "the bytes are no such message");
    }
    if (!message->IsInitialized()) {
      return failure(code, type,
                     "required fields are missing: " + message->InitializationErrorString());
    }
    return message;
  }

  std::unique_ptr<const FileSet> files_;
  const pb::Descriptor& message_;
  /// Both may be used by any thread.
  std::unique_ptr<pb::util::TypeResolver> types_;
  std::unique_ptr<pb::DynamicMessageFactory> prototypes_;
};

Result<const pb::Descriptor*> choose_message(const FileSet& files, std::string_view name) {
  const pb::FileDescriptor& file = effective_file(files.root());
  if (file.message_type_count() == 0) {
    return kafka_error(ErrorCode::invalid_request, "the schema declares no message");
  }
  if (name.empty()) return file.message_type(0);
  const pb::Descriptor* message = files.pool().FindMessageTypeByName(std::string(name));
  if (message && message->file() == &file && !message->options().map_entry()) return message;
  return kafka_error(ErrorCode::invalid_request,
                     cat("the schema declares no message \"", name, "\", its first one is \"",
                         file.message_type(0)->full_name(), "\""));
}

}  // namespace

Result<std::unique_ptr<const Codec>> make_codec(const Source& source, std::string_view message) {
  MILL_TRY(auto files, FileSet::link(source));
  MILL_TRY(const pb::Descriptor* chosen, choose_message(*files, message));
  return std::unique_ptr<const Codec>(std::make_unique<ProtobufCodec>(std::move(files), *chosen));
}

}  // namespace millrace::schema::protobuf
