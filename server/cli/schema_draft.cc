#include "cli/schema_draft.h"

#include <array>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "base/text.h"
#include "base/try.h"
#include "cli/common.h"
#include "cli/schema_name.h"
#include "io/file_system.h"

namespace millrace::server {
namespace {

struct CloseFile {
  void operator()(std::FILE* file) const {
    if (file != stdin) std::fclose(file);
  }
};

Result<std::string> read_text(const std::string& path) {
  const std::unique_ptr<std::FILE, CloseFile> file(path == "-" ? stdin
                                                               : std::fopen(path.c_str(), "re"));
  const std::string name = path == "-" ? "standard input" : path;
  if (!file) return io::io_error(errno, "open", name);
  std::string text;
  std::array<char, 65536> block;
  while (const size_t count = std::fread(block.data(), 1, block.size(), file.get())) {
    text.append(block.data(), count);
    if (text.size() > kSchemaBytesMax) {
      return bad_data(cat(name, " has more than ", kSchemaBytesMax, " bytes; that is no schema"));
    }
  }
  if (std::ferror(file.get()) != 0) return io::io_error(errno, "read", name);
  return text;
}

Result<schema::Format> format_for(const std::string& path, const std::string& type) {
  if (!type.empty()) return *schema::format_of(type);  // the command line's own check has seen it
  if (path.ends_with(".avsc")) return schema::Format::avro;
  if (path.ends_with(".json")) return schema::Format::json;
  if (path.ends_with(".proto")) return schema::Format::protobuf;
  return usage_error(cat("'", path,
                         "' does not tell the type of the schema by its end (.avsc, "
                         ".json, .proto); give --type"));
}

}  // namespace

void add_draft_flags(Command command, DraftFlags& flags) {
  command.option("--type", flags.type, "Of the file; by its name (.avsc, .json, .proto) without")
      .one_of({"AVRO", "JSON", "PROTOBUF", "avro", "json", "protobuf"});
  command
      .option("--reference", flags.references,
              "NAME=SUBJECT:VERSION, a schema that the file refers to by that name; repeatable")
      .repeatable();
}

void add_normalize_flag(Command command, DraftFlags& flags) {
  command.flag("--normalize", flags.normalize,
               "Schemas that mean the same are the same, whatever their order and spelling");
}

Result<registry::Draft> read_draft(const std::string& path, const DraftFlags& flags) {
  registry::Draft draft{.format = {}, .text = {}, .references = {}, .normalize = flags.normalize};
  MILL_TRY(draft.format, format_for(path, flags.type));
  for (const auto& text : flags.references) {
    MILL_TRY(auto reference, parse_reference(text));
    draft.references.push_back(std::move(reference));
  }
  MILL_TRY(draft.text, read_text(path));
  return draft;
}

}  // namespace millrace::server
