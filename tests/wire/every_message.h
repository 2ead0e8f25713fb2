// Every message of the wire layer behind one interface, so that a test can run over all of them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "millrace/result.h"
#include "wire/random_value.h"
#include "wire/reference_encoder.h"

namespace millrace::wire::testing {

/// One message of some kind, for one version.
class AnyMessage {
 public:
  virtual ~AnyMessage() = default;
  virtual Bytes encoded() const = 0;
  /// The same through a MessageBuilder, its chunks joined.
  virtual Bytes built() const = 0;
  virtual size_t encoded_size() const = 0;
  virtual std::string text() const = 0;
  virtual bool equals(const AnyMessage& other) const = 0;
  virtual Bytes reference_encoded(std::vector<LengthField>* lengths) const = 0;
};

struct Decoded {
  /// Null where decoding failed.
  std::unique_ptr<AnyMessage> message;
  std::optional<Error> error;
  /// Bytes behind the message.
  size_t left = 0;
};

struct MessageKind {
  std::string_view name;
  bool is_request = false;
  int16_t api_key = 0;
  int16_t version_min = 0;
  int16_t version_max = 0;
  int16_t flexible_from = 0;
  std::unique_ptr<AnyMessage> (*draw)(Random& random, int16_t version);
  /// `bytes` must outlive the message.
  Decoded (*decode)(ByteView bytes, int16_t version);
  std::string (*layout)(int16_t version);

  bool is_flexible(int16_t version) const { return version >= flexible_from; }
};

/// By API key, the request before its response.
std::span<const MessageKind> every_message();

/// Calls `test(kind, version)` for each served version of each message, with a trace that names
/// both.
void for_each_version(const std::function<void(const MessageKind&, int16_t)>& test);

}  // namespace millrace::wire::testing
