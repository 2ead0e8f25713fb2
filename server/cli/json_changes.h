// What changed between two JSON documents, in words.
#pragma once

#include <string>
#include <vector>

#include "json/value.h"

namespace millrace::server {

/// A line for each change, in the order of the documents: "added /fields/email: {…}", "removed
/// /fields/age: {…}", "changed /fields/id/type: "int" to "long"", "reordered /fields". Elements of
/// an array are told apart by their member "name" where all have one, or, where all are texts, by
/// those; otherwise by their index. Long values are cut short.
std::vector<std::string> json_changes(const json::Value& before, const json::Value& after);

}  // namespace millrace::server
