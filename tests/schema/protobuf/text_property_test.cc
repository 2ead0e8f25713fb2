// What holds for the text of every schema.
#include <algorithm>

#include "schema/protobuf/parsed.h"
#include "schema/protobuf/random_schema.h"
#include "test_seed.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

constexpr int kSchemaCount = 150;

void sort_fields(pb::DescriptorProto& message) {
  std::sort(message.mutable_field()->begin(), message.mutable_field()->end(),
            [](const auto& a, const auto& b) { return a.number() < b.number(); });
  for (pb::DescriptorProto& nested : *message.mutable_nested_type()) sort_fields(nested);
}

/// All that a descriptor says. The canonical text has the fields of oneofs behind the others, which
/// means nothing; the order of messages, nested ones included, counts in records.
std::string meaning_of(const std::string& text) {
  pb::FileDescriptorProto file = compiled(text);
  for (pb::DescriptorProto& message : *file.mutable_message_type()) sort_fields(message);
  return file.DebugString();
}

TEST(ProtobufText, OfAnySchemaMeansTheSameSchema) {
  RandomSchema random(test_seed());
  for (int i = 0; i < kSchemaCount && !testing::Test::HasFailure(); ++i) {
    const std::string text = random.file();
    SCOPED_TRACE(text);
    const std::string kept = canonical(text);
    EXPECT_EQ(meaning_of(kept), meaning_of(text));
    EXPECT_EQ(canonical(kept), kept);
    EXPECT_EQ(canonical(base64_of(text)), kept);
  }
}

TEST(ProtobufText, NormalizedOfAnySchemaIsItsOwnNormalizedText) {
  RandomSchema random(test_seed());
  for (int i = 0; i < kSchemaCount && !testing::Test::HasFailure(); ++i) {
    const std::string text = random.file();
    SCOPED_TRACE(text);
    const std::string sorted = normalized(text);
    EXPECT_EQ(normalized(sorted), sorted);
    EXPECT_EQ(normalized(canonical(text)), sorted);
    EXPECT_EQ(normalized(base64_of(text)), sorted);
  }
}

}  // namespace
}  // namespace millrace::schema::protobuf
