#include "schema/avro/comparison.h"

#include "base/text.h"
#include "schema/avro/matching.h"

namespace millrace::schema::avro {
namespace {

/// Of symbols in a message.
constexpr size_t kShownSymbolsMax = 10;

void compare_names(const Pair& pair, Comparison& result) {
  const auto& [reader, writer] = pair;
  if (names_match(*reader, *writer)) return;
  result.misfits.push_back(
      {.rule = "NAME_MISMATCH",
       .path = "/name",
       .message = cat("the writer's ", word_of(writer->kind), " \"", writer->name.full(),
                      "\" is not the reader's \"", reader->name.full(),
                      "\"; keep the name, or give the reader's type the alias \"",
                      writer->name.full(), "\"")});
}

void compare_sizes(const Pair& pair, Comparison& result) {
  const auto& [reader, writer] = pair;
  if (reader->size == writer->size) return;
  result.misfits.push_back({.rule = "FIXED_SIZE_MISMATCH",
                            .path = "/size",
                            .message = cat("the reader's fixed \"", reader->name.full(), "\" has ",
                                           reader->size, " bytes, the writer's ", writer->size,
                                           "; keep the size, or add a field of a new type")});
}

void compare_symbols(const Pair& pair, Comparison& result) {
  const auto& [reader, writer] = pair;
  if (reader->default_symbol) return;
  std::string missing;
  size_t count = 0;
  for (const std::string& symbol : writer->symbols) {
    if (reader->position(symbol)) continue;
    if (++count <= kShownSymbolsMax) missing += (count == 1 ? "" : ", ") + symbol;
  }
  if (count == 0) return;
  if (count > kShownSymbolsMax) missing += cat(" and ", count - kShownSymbolsMax, " more");
  result.misfits.push_back({.rule = "MISSING_ENUM_SYMBOLS",
                            .path = "/symbols",
                            .message = cat("the reader's enum \"", reader->name.full(),
                                           "\" lacks symbols that the writer has: ", missing,
                                           "; keep them, or give the reader's enum a default")});
}

/// The writer's fields that the reader's field takes its value from: more than one is an error.
std::vector<const Field*> sources_of(const Field& field, const Type& writer) {
  std::vector<const Field*> sources;
  if (const Field* same = writer.field(field.name)) sources.push_back(same);
  for (const std::string& alias : field.aliases) {
    const Field* named = writer.field(alias);
    if (named && alias != field.name) sources.push_back(named);
  }
  return sources;
}

Incompatibility missing_default(const Field& field, const Type& writer, std::string path) {
  return {.rule = "READER_FIELD_MISSING_DEFAULT_VALUE",
          .path = std::move(path),
          .message = cat("the reader's field \"", field.name,
                         "\" has no default and the writer's \"", writer.name.full(),
                         "\" has no such field; give it a default, or an alias if it was renamed")};
}

Incompatibility ambiguous_source(const Field& field, const std::vector<const Field*>& sources,
                                 std::string path) {
  return {.rule = "NAME_MISMATCH",
          .path = std::move(path),
          .message = cat("the reader's field \"", field.name,
                         "\" is, by its name and aliases, both \"", sources[0]->name, "\" and \"",
                         sources[1]->name, "\" of the writer; remove the alias")};
}

void compare_fields(const Pair& pair, Comparison& result, Budget& budget) {
  const auto& [reader, writer] = pair;
  for (const Field& field : reader->fields) {
    if (!budget.spend()) return;
    std::string path = cat("/fields/", &field - reader->fields.data());
    const auto sources = sources_of(field, *writer);
    if (sources.size() > 1) {
      result.misfits.push_back(ambiguous_source(field, sources, std::move(path)));
    } else if (sources.size() == 1) {
      result.requirements.push_back({.path = path + "/type",
                                     .any_of = {{field.type, sources.front()->type}},
                                     .otherwise = {}});
    } else if (!field.default_value) {
      result.misfits.push_back(missing_default(field, *writer, std::move(path)));
    }
  }
}

/// One of the reader's branches takes what the writer's type writes.
void require_branch(const BranchIndex& branches, const Type& writer, std::string path,
                    Comparison& result, Budget& budget) {
  Requirement requirement{.path = path, .any_of = {}, .otherwise = {}};
  for (const Type* branch : branches.candidates(writer)) {
    if (!budget.spend()) return;
    requirement.any_of.push_back({branch, &writer});
  }
  requirement.otherwise =
      Incompatibility{.rule = "MISSING_UNION_BRANCH",
                      .path = std::move(path),
                      .message = cat("no branch of the reader's union takes the writer's \"",
                                     writer.title(), "\"; keep a branch for it in the union")};
  result.requirements.push_back(std::move(requirement));
}

void compare_with_reader_union(const Pair& pair, Comparison& result, Budget& budget) {
  const auto& [reader, writer] = pair;
  if (!budget.spend(reader->types.size())) return;
  const BranchIndex branches(*reader);
  if (writer->kind != Kind::one_of) return require_branch(branches, *writer, "", result, budget);
  for (size_t i = 0; i < writer->types.size() && budget.spend(); ++i) {
    require_branch(branches, *writer->types[i], cat("/", i), result, budget);
  }
}

/// Whichever branch was written, the reader's type takes it.
void require_all_branches(const Pair& pair, Comparison& result, Budget& budget) {
  for (size_t i = 0; i < pair.writer->types.size() && budget.spend(); ++i) {
    result.requirements.push_back(
        {.path = cat("/", i), .any_of = {{pair.reader, pair.writer->types[i]}}, .otherwise = {}});
  }
}

void compare_different_kinds(const Pair& pair, Comparison& result) {
  const auto& [reader, writer] = pair;
  if (is_promoted(writer->kind, reader->kind)) return;
  result.misfits.push_back(
      {.rule = "TYPE_MISMATCH",
       .path = "",
       .message =
           cat("the reader's type \"", reader->title(), "\" cannot be read from the writer's \"",
               writer->title(), "\"; keep the type, or read both with a union of the two")});
}

}  // namespace

Comparison compare(const Pair& pair, Budget& budget) {
  Comparison result;
  const auto& [reader, writer] = pair;
  if (!budget.spend()) return result;
  if (reader->kind == Kind::one_of) {
    compare_with_reader_union(pair, result, budget);
  } else if (writer->kind == Kind::one_of) {
    require_all_branches(pair, result, budget);
  } else if (reader->kind != writer->kind) {
    compare_different_kinds(pair, result);
  } else if (reader->kind == Kind::array || reader->kind == Kind::map) {
    result.requirements.push_back({.path = reader->kind == Kind::array ? "/items" : "/values",
                                   .any_of = {{reader->types.front(), writer->types.front()}},
                                   .otherwise = {}});
  } else if (is_named(reader->kind)) {
    compare_names(pair, result);
    if (reader->kind == Kind::record) compare_fields(pair, result, budget);
    if (reader->kind == Kind::enumeration) compare_symbols(pair, result);
    if (reader->kind == Kind::fixed) compare_sizes(pair, result);
  }
  return result;
}

}  // namespace millrace::schema::avro
