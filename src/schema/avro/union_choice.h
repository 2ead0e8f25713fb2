// Which branch of a union a JSON value is of.
#pragma once

#include "json/value.h"
#include "millrace/result.h"
#include "schema/avro/default_check.h"
#include "schema/avro/type.h"

namespace millrace::schema::avro {

struct UnionChoice {
  size_t branch = 0;
  /// Within the JSON that was given.
  const json::Value* value = nullptr;
};

/// Avro's JSON encoding: null as it is, any other value as {"branch": value} with the branch's full
/// name. For people who write by hand, a value without that is taken too if one branch alone has
/// its kind of JSON (numbers: int, long, float, double; texts: string, bytes, fixed, enum; objects:
/// record, map). An object whose only member is named like a branch always means that branch.
/// Errors (invalid_request): no branch, or more than one; without a place.
Result<UnionChoice> choose_branch(const Type& type, const json::Value& value);

/// The first branch that has the value as a default. Errors (invalid_request): none, or `check` is
/// exhausted.
Result<UnionChoice> choose_default_branch(const Type& type, const json::Value& value,
                                          DefaultCheck& check);

}  // namespace millrace::schema::avro
