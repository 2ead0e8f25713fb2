// The path of the JSON that a TypeParser is in.
#pragma once

#include <string>
#include <string_view>

#include "schema/avro/type_parser.h"

namespace millrace::schema::avro {

class TypeParser::Step {
 public:
  Step(TypeParser& parser, std::string_view step) : path_(parser.path_) {
    path_.emplace_back(step);
  }
  Step(TypeParser& parser, size_t index) : Step(parser, std::to_string(index)) {}
  ~Step() { path_.pop_back(); }
  Step(const Step&) = delete;
  Step& operator=(const Step&) = delete;

 private:
  std::vector<std::string>& path_;
};

}  // namespace millrace::schema::avro
