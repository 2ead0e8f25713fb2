// Pairs between two sides.
#pragma once

#include <cstddef>
#include <vector>

namespace millrace::schema::json_schema {

/// How many of the left can have one of the right each, none twice: the size of a largest matching
/// in a bipartite graph (augmenting paths, left times edges steps; the recursion is as deep as the
/// smaller side). `edges[left]` lists indexes of the right, each below `right_count`.
size_t largest_matching(const std::vector<std::vector<size_t>>& edges, size_t right_count);

}  // namespace millrace::schema::json_schema
