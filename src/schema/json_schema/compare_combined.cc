// allOf, anyOf and oneOf.
#include <algorithm>
#include <set>

#include "base/text.h"
#include "schema/json_schema/canonical.h"
#include "schema/json_schema/comparison.h"
#include "schema/json_schema/matching.h"

namespace millrace::schema::json_schema {
namespace {

using Criterion = Facet::Criterion;

bool is_single(const Facet& combined) { return combined.parts.size() == 1; }

}  // namespace

/// Whoever had one schema may have that one among others later.
bool Comparison::fits_into_a_part(const Facet& writer, const Facet& combined_reader) {
  if (!is_single(combined_reader) && combined_reader.criterion == Criterion::all) return false;
  return std::ranges::any_of(combined_reader.parts,
                             [&](const Part& part) { return fits(writer, facets_.of(part)); });
}

/// What fitted all of several schemas fits the one of them that is left.
bool Comparison::a_part_fits(const Facet& combined_writer, const Facet& reader) {
  if (!is_single(combined_writer) && combined_writer.criterion != Criterion::all) return false;
  return std::ranges::any_of(combined_writer.parts,
                             [&](const Part& part) { return fits(facets_.of(part), reader); });
}

void Comparison::compare_combined(const Facet& writer, const Facet& reader) {
  if (!compare_criteria(writer, reader)) return;
  const auto writers = distinct_parts(writer);
  const auto readers = distinct_parts(reader);
  compare_sizes(writer, reader, writers.size(), readers.size());
  match_parts(writer, writers, readers);
}

bool Comparison::compare_criteria(const Facet& writer, const Facet& reader) {
  const bool extended =
      writer.criterion == reader.criterion || reader.criterion == Criterion::any ||
      (is_single(writer) && (is_single(reader) || reader.criterion == Criterion::one)) ||
      (is_single(reader) && writer.criterion == Criterion::all);
  if (extended) return true;
  note("COMBINED_TYPE_CHANGED",
       cat("The writer's schema is ", name_of(writer.criterion), ", this one ",
           name_of(reader.criterion), ", which takes less: keep ", name_of(writer.criterion),
           " or make it anyOf."));
  return false;
}

void Comparison::compare_sizes(const Facet& writer, const Facet& reader, size_t writers,
                               size_t readers) {
  if (writers < readers && reader.criterion == Criterion::all) {
    note("PRODUCT_TYPE_EXTENDED",
         cat("This schema asks for more (", readers, " schemas in allOf) than the writer's (",
             writers, "): leave the new ones out."));
  } else if (writers > readers && writer.criterion != Criterion::all) {
    note("SUM_TYPE_NARROWED",
         cat("This schema has fewer alternatives (", readers, ") than the writer's (", writers,
             "): keep those that data was written with."));
  }
}

/// Without repetitions, which say nothing.
std::vector<const Facet*> Comparison::distinct_parts(const Facet& combined) {
  std::vector<const Facet*> parts;
  std::set<const void*> seen;
  std::set<std::string> texts;
  for (const Part& part : combined.parts) {
    const Facet& facet = facets_.of(part);
    const bool is_new = part.node != nullptr ? texts.insert(value_key(*part.node->source)).second
                                             : seen.insert(&facet).second;
    if (is_new) parts.push_back(&facet);
  }
  return parts;
}

/// The smaller side must find partners on the other, each its own.
void Comparison::match_parts(const Facet& writer, const std::vector<const Facet*>& writers,
                             const std::vector<const Facet*>& readers) {
  std::vector<std::vector<size_t>> edges(writers.size());
  for (size_t i = 0; i < writers.size(); ++i) {
    if (!spend(readers.size())) return;
    for (size_t j = 0; j < readers.size(); ++j) {
      if (fits(*writers[i], *readers[j])) edges[i].push_back(j);
    }
  }
  const size_t needed = std::min(writers.size(), readers.size());
  if (largest_matching(edges, readers.size()) >= needed) return;
  const auto alone = std::ranges::find_if(edges, [](const auto& edge) { return edge.empty(); });
  std::string detail = "no two may share one";
  if (alone != edges.end()) {
    const size_t index = static_cast<size_t>(alone - edges.begin());
    detail = cat("the writer's ", name_of(writer.criterion), "/", index, ", ",
                 describe(*writers[index]), ", fits none", why_not(*writers[index], readers));
  }
  note("COMBINED_TYPE_SUBSCHEMAS_CHANGED",
       cat("The writer's combined schemas do not each fit one of this schema's (", detail,
           "): change them one by one, by their own rules, or add to them."));
}

/// The first misfit with the schema that fits it best, as far as it is known.
std::string Comparison::why_not(const Facet& writer, const std::vector<const Facet*>& readers) {
  std::vector<Incompatibility> fewest;
  for (const Facet* reader : readers) {
    if (reader->kind != writer.kind) continue;
    auto misfits = misfits_of(verdict_on(writer, *reader));
    if (fewest.empty() || misfits.size() < fewest.size()) fewest = std::move(misfits);
  }
  if (fewest.empty()) return "";
  const std::string_view within = std::string_view(fewest[0].path).substr(2);
  return cat("; ", fewest[0].rule, within.empty() ? "" : " at its ", within);
}

}  // namespace millrace::schema::json_schema
