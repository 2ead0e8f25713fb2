#include "schema/protobuf/source_file.h"

#include <google/protobuf/io/tokenizer.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <google/protobuf/stubs/common.h>
#include <google/protobuf/stubs/strutil.h>

#include <algorithm>
#include <array>
#include <cctype>

#include "base/text.h"
#include "base/try.h"
#include "schema/protobuf/descriptor_limits.h"
#include "schema/protobuf/invalid.h"
#include "schema/protobuf/limits.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

constexpr std::string_view kEditions =
    "editions are not supported: declare syntax \"proto2\" or \"proto3\"";

/// A file without a syntax line is proto2. libprotobuf agrees, but writes a warning to stderr.
constexpr std::string_view kImpliedSyntax = "syntax = \"proto2\"; ";

/// Keeps the first error: what follows is often its consequence.
class FirstError : public pb::io::ErrorCollector {
 public:
  explicit FirstError(const SourceFile& file) : file_(file) {}

  void AddError(int line, int column, const std::string& message) override {
    if (error_.empty()) error_ = file_.at_position(line, column, message);
  }
  const std::string& error() const { return error_; }

 private:
  const SourceFile& file_;
  std::string error_;
};

/// Its own count for each kind of bracket, so that no closing one hides an opening one of another
/// kind.
class Brackets {
 public:
  void note(char c) {
    constexpr std::string_view kOpening = "{[(<";
    constexpr std::string_view kClosing = "}])>";
    if (const size_t kind = kOpening.find(c); kind != kOpening.npos) ++open_[kind];
    const size_t kind = kClosing.find(c);
    if (kind != kClosing.npos && open_[kind] > 0) --open_[kind];
  }
  size_t depth() const { return open_[0] + open_[1] + open_[2] + open_[3]; }

 private:
  std::array<size_t, 4> open_ = {};
};

/// What the parser would recurse into without a bound, or not name as what it is.
Result<void> check_tokens(std::string_view text, const SourceFile& file) {
  using Tokenizer = pb::io::Tokenizer;
  pb::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  FirstError ignored(file);  // the parser will find it again
  Tokenizer tokens(&input, &ignored);
  Brackets brackets;
  for (bool first = true; tokens.Next(); first = false) {
    const Tokenizer::Token& token = tokens.current();
    if (first && token.text == "edition") {
      return invalid(file.at_position(token.line, token.column, kEditions));
    }
    if (token.type == Tokenizer::TYPE_SYMBOL) brackets.note(token.text.front());
    if (brackets.depth() > kBracketNestingMax) {
      return invalid(file.at_position(token.line, token.column,
                                      cat("nested deeper than ", kBracketNestingMax, " levels")));
    }
  }
  return {};
}

bool has_syntax_line(std::string_view text) {
  pb::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  const SourceFile nowhere;
  FirstError ignored(nowhere);
  pb::io::Tokenizer tokens(&input, &ignored);
  return tokens.Next() && tokens.current().text == "syntax";
}

Result<void> parse_text(std::string_view text, SourceFile& file) {
  MILL_CHECK(check_tokens(text, file));
  std::string with_syntax;
  if (!has_syntax_line(text)) {
    text = with_syntax.append(kImpliedSyntax).append(text);
    file.first_line_shift = static_cast<int>(kImpliedSyntax.size());
  }
  pb::io::ArrayInputStream input(text.data(), static_cast<int>(text.size()));
  FirstError errors(file);
  pb::io::Tokenizer tokens(&input, &errors);
  pb::compiler::Parser parser;
  parser.RecordErrorsTo(&errors);
  parser.RecordSourceLocationsTo(&file.locations);
  if (!parser.Parse(&tokens, &file.descriptor) || !errors.error().empty()) {
    return invalid(errors.error().empty() ? "no .proto file" : errors.error());
  }
  return {};
}

bool looks_like_base64(std::string_view text) {
  return std::all_of(text.begin(), text.end(), [](char c) {
    return std::isalnum(static_cast<unsigned char>(c)) || c == '+' || c == '/' || c == '=' ||
           c == '\n' || c == '\r';
  });
}

Result<void> parse_base64(std::string_view text, SourceFile& file) {
  std::string bytes;
  if (!pb::Base64Unescape(pb::StringPiece(text.data(), text.size()), &bytes) ||
      !file.descriptor.ParsePartialFromString(bytes)) {
    return invalid("neither a .proto file nor base64 of a FileDescriptorProto");
  }
  if (uninterpreted_option_count(file.descriptor) > 0) {
    return invalid("the descriptor has options that no compiler has interpreted yet");
  }
  return {};
}

}  // namespace

std::string SourceFile::at_position(int line, int column, std::string_view message) const {
  if (line < 0) return std::string(message);
  if (line == 0) column -= first_line_shift;
  return cat("line ", line + 1, ", column ", column + 1, ": ", message);
}

Result<std::unique_ptr<const SourceFile>> read_source_file(const std::string& name,
                                                           std::string_view text) {
  if (text.size() > kTextSizeMax) {
    return invalid(cat("a text of ", text.size(), " bytes, at most ", kTextSizeMax, " are taken"));
  }
  if (!pb::internal::IsStructurallyValidUTF8(text.data(), static_cast<int>(text.size()))) {
    return invalid("the text is not UTF-8");
  }
  const std::string_view content = trim(text);
  if (content.empty()) return invalid("the schema is empty");
  auto file = std::make_unique<SourceFile>();
  MILL_CHECK(looks_like_base64(content) ? parse_base64(content, *file) : parse_text(text, *file));
  const std::string& syntax = file->descriptor.syntax();
  if (!syntax.empty() && syntax != "proto2" && syntax != "proto3") {
    return invalid(syntax == "editions" ? std::string(kEditions)
                                        : cat("the syntax is \"", syntax,
                                              "\", only \"proto2\" and \"proto3\" are known"));
  }
  MILL_CHECK(check_limits(file->descriptor));
  file->descriptor.clear_source_code_info();
  file->descriptor.set_name(name);
  return std::unique_ptr<const SourceFile>(std::move(file));
}

}  // namespace millrace::schema::protobuf
