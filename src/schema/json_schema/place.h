// Where something is in a schema or a record, for messages.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::schema::json_schema {

/// The front of a name that may be megabytes long, cut between two characters.
std::string clipped(std::string_view name);

/// The way to the value that is being looked at: "/properties/age". Long names are clipped.
class Place {
 public:
  /// One step further while it lives.
  class Step {
   public:
    Step(Place& place, std::string_view name) : place_(place) {
      place_.steps_.push_back(clipped(name));
    }
    ~Step() { place_.steps_.pop_back(); }
    Step(const Step&) = delete;
    Step& operator=(const Step&) = delete;

   private:
    Place& place_;
  };

  /// The last steps of a long way, behind an ellipsis.
  std::string text() const;
  /// All steps, "items/0/age": as long as the way is deep.
  std::string joined() const;

 private:
  std::vector<std::string> steps_;
};

}  // namespace millrace::schema::json_schema
