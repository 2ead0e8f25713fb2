#include <gtest/gtest.h>

#include "test_seed.h"
#include "wire/every_message.h"

namespace millrace::wire::testing {
namespace {

constexpr int kMessagesPerVersion = 25;

TEST(RoundTrip, EveryMessageInEveryVersionDecodesToItself) {
  Random random(test_seed());
  for_each_version([&](const MessageKind& kind, int16_t version) {
    for (int i = 0; i < kMessagesPerVersion; ++i) {
      const auto message = kind.draw(random, version);
      const Bytes bytes = message->encoded();
      const Decoded decoded = kind.decode(bytes, version);
      ASSERT_TRUE(decoded.message) << decoded.error->message() << "\n" << message->text();
      ASSERT_EQ(decoded.left, 0U);
      ASSERT_TRUE(decoded.message->equals(*message)) << message->text() << "\nbecame\n"
                                                     << decoded.message->text();
    }
  });
}

TEST(RoundTrip, TheEncoderAgreesWithOneWrittenFromTheProtocolGuide) {
  Random random(test_seed() + 1);
  for_each_version([&](const MessageKind& kind, int16_t version) {
    for (int i = 0; i < kMessagesPerVersion; ++i) {
      const auto message = kind.draw(random, version);
      ASSERT_EQ(message->encoded(), message->reference_encoded(nullptr)) << message->text();
    }
  });
}

TEST(RoundTrip, TheSizeIsForetoldAndTheBuilderWritesTheSameBytes) {
  Random random(test_seed() + 2);
  for_each_version([&](const MessageKind& kind, int16_t version) {
    for (int i = 0; i < kMessagesPerVersion; ++i) {
      const auto message = kind.draw(random, version);
      const Bytes bytes = message->encoded();
      ASSERT_EQ(message->encoded_size(), bytes.size());
      ASSERT_EQ(message->built(), bytes);
    }
  });
}

TEST(RoundTrip, TheTextNamesFieldsOfTheVersionOnly) {
  Random random(test_seed() + 3);
  for_each_version([&](const MessageKind& kind, int16_t version) {
    const std::string text = kind.draw(random, version)->text();
    ASSERT_TRUE(text.starts_with('{') && text.ends_with('}')) << text;
  });
}

}  // namespace
}  // namespace millrace::wire::testing
