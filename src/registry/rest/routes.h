// The routes of the REST API, one table for each file beside this one.
#pragma once

#include <span>
#include <string>
#include <variant>

#include "registry/registry.h"
#include "registry/rest/call.h"

namespace millrace::registry::rest {

/// The body of an answer where it is no JSON value of ours: a schema's own text.
struct Raw {
  std::string text;
};
using Answer = std::variant<json::Value, Raw>;

/// Answered on the spot, from what is known.
using Query = Result<Answer> (*)(const State& state, const Call& call);
/// Checks the call and says what the registry's thread has to do; `answer` is set by the caller.
using Prepare = Result<Command> (*)(const Call& call);

inline constexpr int kNoContent = 204;

struct Route {
  std::string_view method;
  /// "{}" stands for one part, an argument.
  std::string_view path;
  std::variant<Query, Prepare> does;
  /// Of what is no error; kNoContent comes without a body.
  int status = 200;
};

std::span<const Route> subject_routes();
std::span<const Route> schema_routes();
std::span<const Route> setting_routes();
std::span<const Route> association_routes();
std::span<const Route> other_routes();

}  // namespace millrace::registry::rest
