// Where in a value an Encoder or Decoder is.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::schema::avro {

/// Members and places on the way to the value: "/lines/2/price".
class ValuePath {
 public:
  /// One step down, for as long as it lives. A name must outlive it.
  class Step {
   public:
    Step(ValuePath& path, std::string_view name) : path_(path) { path_.steps_.push_back({name}); }
    Step(ValuePath& path, size_t place) : path_(path) { path_.steps_.push_back({{}, place}); }
    ~Step() { path_.steps_.pop_back(); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    ValuePath& path_;
  };

  /// "/" for the whole value.
  std::string text() const {
    std::string made;
    for (const One& step : steps_) {
      made.append("/").append(step.name.data() ? step.name : std::to_string(step.place));
    }
    return made.empty() ? "/" : made;
  }

 private:
  struct One {
    /// Null where the step is a place.
    std::string_view name;
    size_t place = 0;
  };

  std::vector<One> steps_;
};

}  // namespace millrace::schema::avro
