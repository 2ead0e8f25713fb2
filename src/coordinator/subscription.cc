#include "coordinator/subscription.h"

namespace millrace::coordinator {

bool add_subscribed_topics(ByteView metadata, std::set<std::string>& topics) {
  ByteReader in(metadata);
  const auto version = in.read<int16_t>();
  const auto count = in.read<int32_t>();
  if (version < 0 || count < 0) return false;
  for (int32_t i = 0; i < count && in.ok(); ++i) {
    const auto size = in.read<int16_t>();
    if (size < 0) in.fail();
    const auto topic = as_text(in.bytes(size < 0 ? 0 : static_cast<size_t>(size)));
    if (in.ok()) topics.emplace(topic);
  }
  const auto user_data_size = in.read<int32_t>();  // -1 where there is none
  in.bytes(user_data_size < 0 ? 0 : static_cast<size_t>(user_data_size));
  return in.ok();
}

}  // namespace millrace::coordinator
