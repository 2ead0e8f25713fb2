// Random .proto files that are valid, for properties that hold for every schema.
#pragma once

#include <random>
#include <string>
#include <vector>

namespace millrace::schema::protobuf {

/// One file a call; the same seed gives the same files.
class RandomSchema {
 public:
  explicit RandomSchema(uint64_t seed) : random_(seed) {}

  std::string file() {
    proto3_ = chance(60);
    types_.clear();
    std::string text = proto3_ ? "syntax = \"proto3\"; " : "syntax = \"proto2\"; ";
    if (chance(70)) text += "package acme.shop; ";
    text += "import \"google/protobuf/timestamp.proto\"; ";
    if (chance(50)) text += "option java_package = \"com.acme\"; ";
    text += message("Top", 3);
    for (int i = up_to(3); i > 0; --i) text += message("Other" + std::to_string(i), 2);
    text += "enum Level { " + std::string(chance(30) ? "reserved 7; reserved \"SEVEN\"; " : "") +
            "LEVEL_ZERO = 0; LEVEL_TWO = 2; LEVEL_ONE = 1 [deprecated = true]; } ";
    if (chance(30))
      text += "service Shop { rpc Sell (Top) returns (stream .google.protobuf.Timestamp); } ";
    return text;
  }

 private:
  bool chance(int percent) { return up_to(99) < percent; }
  int up_to(int largest) { return std::uniform_int_distribution<int>(0, largest)(random_); }
  template <class List>
  auto one_of(const List& list) {
    return list[static_cast<size_t>(up_to(static_cast<int>(list.size()) - 1))];
  }

  std::string message(const std::string& name, int depth) {
    const std::string outer = scope_;
    scope_ += outer.empty() ? name : "." + name;
    types_.push_back(scope_);
    const std::string text = "message " + name + " { " + members(depth) + "} ";
    scope_ = outer;
    return text;
  }

  /// Declarations in a random order, as people and generators write them.
  std::string members(int depth) {
    std::string text;
    for (int i = up_to(6); i > 0; --i) {
      const int what = up_to(9);
      if (what == 0 && depth > 0) text += message(new_name("Nested"), depth - 1);
      if (what == 1) text += "map<" + one_of(keys_) + ", " + type() + "> " + named_number();
      if (what == 2) text += oneof();
      if (what == 3 && !proto3_) text += group(depth);
      if (what > 3) text += label() + type() + " " + named_number();
    }
    if (chance(20)) text += "reserved 19, 15 to 17; reserved \"gone\"; ";
    if (chance(20)) text += "option deprecated = true; ";
    return text;
  }

  std::string oneof() {
    std::string text = "oneof " + new_name("choice") + " { ";
    for (int i = 1 + up_to(2); i > 0; --i) text += type() + " " + named_number();
    return text + "} ";
  }

  std::string group(int depth) {
    const std::string name = new_name("Group");
    const std::string outer = scope_;
    scope_ += "." + name;
    const std::string text = label() + "group " + name + " = " + number() + " { " +
                             members(depth > 0 ? depth - 1 : 0) + "} ";
    scope_ = outer;
    return text;
  }

  std::string label() {
    if (!proto3_) return one_of(proto2_labels_) + " ";
    return chance(30) ? "repeated " : chance(20) ? "optional " : "";
  }
  std::string type() {
    return chance(60) ? one_of(scalars_) : chance(60) ? one_of(types_) : one_of(others_);
  }
  std::string named_number() {
    const std::string option = chance(15)   ? " [deprecated = true]"
                               : chance(10) ? " [json_name = \"j" + new_name("n") + "\"]"
                                            : "";
    return new_name("field_x") + " = " + number() + option + "; ";
  }
  /// Never the same twice, in no order, clear of those that protobuf keeps to itself.
  std::string number() { return std::to_string(20'000 + (++number_ * 7919) % 400'009); }
  std::string new_name(const std::string& stem) { return stem + std::to_string(++name_); }

  std::mt19937_64 random_;
  bool proto3_ = true;
  int number_ = 0;
  int name_ = 0;
  /// The message that is being written, and all so far, by names that every scope understands.
  std::string scope_;
  std::vector<std::string> types_;
  const std::vector<std::string> scalars_ = {"int32", "sint64", "fixed32", "double",
                                             "bool",  "string", "bytes"};
  const std::vector<std::string> keys_ = {"string", "int32", "bool", "sfixed64"};
  const std::vector<std::string> others_ = {"Level", "google.protobuf.Timestamp"};
  const std::vector<std::string> proto2_labels_ = {"optional", "required", "repeated"};
};

}  // namespace millrace::schema::protobuf
