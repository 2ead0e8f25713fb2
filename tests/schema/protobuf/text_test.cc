// The text that the registry keeps, and the normalized one.
#include "schema/protobuf/builtin_files.h"
#include "schema/protobuf/parsed.h"

namespace millrace::schema::protobuf {
namespace {

/// The text is in canonical form: registering it changes nothing.
void expect_canonical(const std::string& text, const std::vector<Dependency>& dependencies = {}) {
  EXPECT_EQ(canonical(text, dependencies), text);
  EXPECT_EQ(canonical(base64_of(text, dependencies), dependencies), text);
}

TEST(ProtobufText, HasTheSectionsOfAFileInConfluentsOrder) {
  expect_canonical(R"(syntax = "proto3";
package shop.v1;

import "google/protobuf/descriptor.proto";
import "google/protobuf/timestamp.proto";
import public "google/protobuf/duration.proto";

option java_package = "com.shop";
option java_multiple_files = true;
option optimize_for = SPEED;

message User {
  reserved 2;
  reserved 10 to 12;
  reserved 100 to max;
  reserved "old";

  option deprecated = true;

  string name = 1;
  repeated string tags = 3;
  optional int32 age = 4;
  map<string, Address> homes = 5;
  google.protobuf.Timestamp since = 6;
  Level level = 7;

  oneof contact {
    string mail = 8;
    Address address = 9;
  }

  message Address {
    string city = 1;
    string street = 2;
  }
}
message Empty {}
enum Level {
  option allow_alias = true;
  NONE = 0;
  ZERO = 0 [deprecated = true];
  GOLD = 1;
}

extend google.protobuf.FieldOptions {
  bool secret = 50001;
}

service Users {
  rpc Get (Empty) returns (User);
  rpc Watch (stream Empty) returns (stream User) {
    option deprecated = true;
    option idempotency_level = IDEMPOTENT;
  };
}
)");
}

TEST(ProtobufText, IndentsTheEmptyLinesOfNestedTypesAsConfluentDoes) {
  expect_canonical(
      "syntax = \"proto3\";\n\nmessage A {\n  B b = 1;\n\n  message B {\n    C c = 1;\n  \n"
      "    enum C {\n      ZERO = 0;\n    }\n  }\n}\n");
}

TEST(ProtobufText, HasProto2sLabelsDefaultsGroupsAndExtensions) {
  expect_canonical(R"(syntax = "proto2";
package old;

message Thing {
  required int32 a = 1;
  optional string b = 2 [default = "say \"hi\"\n"];
  optional bytes c = 3 [default = "\001\377x"];
  optional double d = 4 [default = -1.5];
  optional float e = 5 [default = inf];
  optional Color f = 6 [default = RED];
  optional bool g = 7 [
    deprecated = true,
    default = true
  ];
  repeated int32 h = 8 [packed = true];
  optional string i = 9 [json_name = "eye"];

  repeated group Part = 10 {
    required string name = 11;
  }

  extensions 100 to 199;
  extensions 1000 to max;

  extend Thing {
    optional string nick = 100;
  }
}
enum Color {
  reserved 5;
  reserved -3 to -1;
  reserved 10 to max;
  reserved "BLUE";
  GREEN = 0;
  RED = 1;
}

extend Thing {
  optional int32 more = 101;
}
)");
}

TEST(ProtobufText, HasCustomOptionsWithTheirValues) {
  expect_canonical(R"(syntax = "proto3";
package shop;

import "confluent/meta.proto";
import "google/protobuf/descriptor.proto";

option (confluent.file_meta) = {
  doc: "all of it",
  params: [
    {
      key: "a",
      value: "1"
    },
    {
      key: "b",
      value: "2"
    }
  ],
  tags: [
    "PII"
  ]
};

message User {
  option (confluent.message_meta) = {
    doc: "who buys"
  };

  string name = 1 [
    (confluent.field_meta) = {
      tags: [
        "PII",
        "GDPR"
      ]
    },
    (limits) = {
      max: 9.5,
      kind: STRICT
    },
    (words) = "one",
    (words) = "two"
  ];
}
message Limits {
  double max = 1;
  Kind kind = 2;
}
enum Kind {
  LOOSE = 0;
  STRICT = 1;
}

extend google.protobuf.FieldOptions {
  Limits limits = 50001;
  repeated string words = 50002;
}
)",
                   {{"confluent/meta.proto", std::string(builtin_text("confluent/meta.proto"))}});
}

TEST(ProtobufText, LeavesOutWhatDoesNotMatter) {
  const std::string plain = R"(syntax = "proto3";

message A {
  int32 user_id = 1;
}
)";
  EXPECT_EQ(canonical(plain), plain);
  EXPECT_EQ(canonical("/* c */ syntax='proto3';message A{int32 user_id=1;// d\n}"), plain);
  EXPECT_EQ(canonical("syntax = \"proto3\";\n\nmessage A {\n int32 user_id = 1 "
                      "[json_name = \"userId\"];;\n}"),
            plain);
  google::protobuf::FileDescriptorProto file = compiled(plain);
  file.mutable_message_type(0)->mutable_field(0)->set_json_name("userId");
  EXPECT_EQ(canonical(base64(file.SerializeAsString())), plain);
}

TEST(ProtobufText, KeepsTheOrderOfNestedMessagesThatRecordsCount) {
  // In a descriptor a map's entry is one of the nested messages.
  const std::string text = R"(syntax = "proto3";

message A {
  message First {}

  map<string, int32> m = 1;

  message Second {}
}
)";
  expect_canonical(text);
  EXPECT_EQ(compiled(canonical(text)).message_type(0).nested_type(1).name(), "MEntry");
}

/// The type of A's only field as the canonical text has it; `declarations` are in package a.b.
std::string written_type(const std::string& type, const std::string& declarations) {
  const std::string text =
      canonical("syntax = \"proto3\"; package a.b; import \"other.proto\"; message A { " + type +
                    " f = 1; " + declarations,
                {{"other.proto",
                  "syntax = \"proto3\"; package x.y; message O { message I {} } message A {}"}});
  const size_t end = text.find(" f = 1");
  const size_t begin = text.rfind('\n', end) + 3;
  return text.substr(begin, end - begin);
}

TEST(ProtobufText, WritesTypeNamesAsPeopleDo) {
  EXPECT_EQ(written_type(".a.b.B", "} message B {}"), "B");
  EXPECT_EQ(written_type("A.N", "message N {} }"), "N");
  EXPECT_EQ(written_type("a.b.B.N", "} message B { message N {} }"), "B.N");
  EXPECT_EQ(written_type("A", "}"), "A");
  EXPECT_EQ(written_type("x.y.O", "}"), "x.y.O");
  EXPECT_EQ(written_type(".x.y.O.I", "}"), "x.y.O.I");
  EXPECT_EQ(written_type("x.y.A", "}"), "x.y.A");
}

TEST(ProtobufText, WritesALeadingDotWhereAShorterNameMeansSomethingElse) {
  EXPECT_EQ(written_type(".a.b.B", "message B {} } message B {}"), "a.b.B");
  EXPECT_EQ(written_type(".a.b.B", "message B {} message a {} } message B {}"), ".a.b.B");
  EXPECT_EQ(written_type(".x.y.O", "message x {} }"), ".x.y.O");
  EXPECT_EQ(written_type(".a.b.string", "} message string {}"), "a.b.string");
  EXPECT_EQ(written_type("a.b.B", "int32 B = 2; } message B {}"), "B") << "a field is no type";
}

TEST(ProtobufText, NormalizedSortsAndNamesInFull) {
  EXPECT_EQ(normalized(R"(syntax = "proto3";
package shop;
import "google/protobuf/timestamp.proto";
import "google/protobuf/any.proto";
option java_package = "a";
option go_package = "b";
message Z {
  reserved "b", "a";
  reserved 9, 7 to 8;
  oneof late { string l = 6; Z k = 5; }
  E e = 4;
  map<string, google.protobuf.Any> m = 3 [deprecated = true, ctype = CORD];
  repeated N n = 1;
  oneof early { int32 i = 2; }
  message N {}
}
enum E { ZERO = 0; TWO = 2; ONE = 1; }
message A {}
service S { rpc R (A) returns (stream Z); }
)"),
            R"(syntax = "proto3";
package shop;

import "google/protobuf/any.proto";
import "google/protobuf/timestamp.proto";

option go_package = "b";
option java_package = "a";

message Z {
  reserved 7 to 8;
  reserved 9;
  reserved "a";
  reserved "b";

  repeated .shop.Z.N n = 1;
  map<string, .google.protobuf.Any> m = 3 [
    ctype = CORD,
    deprecated = true
  ];
  .shop.E e = 4;

  oneof early {
    int32 i = 2;
  }
  oneof late {
    .shop.Z k = 5;
    string l = 6;
  }

  message N {}
}
message A {}
enum E {
  ZERO = 0;
  ONE = 1;
  TWO = 2;
}

service S {
  rpc R (.shop.A) returns (stream .shop.Z);
}
)");
}

TEST(ProtobufText, NormalizedIsOneForSchemasThatMeanTheSame) {
  const std::string one = R"(syntax = "proto2"; package p;
import "google/protobuf/any.proto"; import "google/protobuf/api.proto";
message A { optional B b = 2; optional int32 a = 1; extensions 20, 10; } message B {}
extend A { optional int32 y = 20; } extend A { optional int32 x = 10; })";
  const std::string other = R"(package p;
import "google/protobuf/api.proto"; import "google/protobuf/any.proto";
message A { extensions 10; extensions 20; optional int32 a = 1; optional .p.B b = 2; } message B {}
extend p.A { optional int32 x = 10; optional int32 y = 20; })";
  EXPECT_EQ(normalized(one), normalized(other));
  EXPECT_NE(canonical(one), canonical(other));
  EXPECT_EQ(normalized(normalized(one)), normalized(one));
}

TEST(ProtobufText, SerializedIsTheDescriptorAsBase64) {
  const std::string text = "syntax = \"proto3\";\n\nmessage A {\n  int32 a = 1;\n}\n";
  google::protobuf::FileDescriptorProto file;
  std::string bytes;
  ASSERT_TRUE(google::protobuf::Base64Unescape(parsed(text)->formatted("serialized"), &bytes));
  ASSERT_TRUE(file.ParseFromString(bytes));
  EXPECT_EQ(file.message_type(0).field(0).name(), "a");
  EXPECT_EQ(parsed(text)->formatted("resolved"), text);
  EXPECT_EQ(canonical(parsed(text)->formatted("serialized")), text);
}

}  // namespace
}  // namespace millrace::schema::protobuf
