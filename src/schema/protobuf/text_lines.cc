#include "schema/protobuf/text_lines.h"

#include <google/protobuf/stubs/common.h>

namespace millrace::schema::protobuf {
namespace {

void append_octal(std::string& out, unsigned char byte) {
  out += '\\';
  for (const int shift : {6, 3, 0}) out += static_cast<char>('0' + ((byte >> shift) & 7));
}

/// The letter that stands for `c` behind a backslash; 0 where there is none.
char escape_letter(char c) {
  constexpr std::string_view kEscaped = "\a\b\f\n\r\t\v\\'\"";
  constexpr std::string_view kLetters = "abfnrtv\\'\"";
  const size_t index = kEscaped.find(c);
  return index == kEscaped.npos ? '\0' : kLetters[index];
}

}  // namespace

void append_indented(std::string& out, std::string_view text) {
  if (text.ends_with('\n')) text.remove_suffix(1);
  for (size_t begin = 0; begin <= text.size();) {
    const size_t end = std::min(text.find('\n', begin), text.size());
    out.append("  ").append(text.substr(begin, end - begin)).append("\n");
    begin = end + 1;
  }
}

std::string quoted(std::string_view text) {
  const bool utf8 = google::protobuf::internal::IsStructurallyValidUTF8(
      text.data(), static_cast<int>(text.size()));
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (const char letter = escape_letter(c)) {
      out += '\\';
      out += letter;
    } else if (byte < 0x20 || byte == 0x7f || (byte >= 0x80 && !utf8)) {
      append_octal(out, byte);
    } else {
      out += c;
    }
  }
  return out += '"';
}

std::string bracketed(const std::vector<std::string>& parts) {
  if (parts.empty()) return {};
  if (parts.size() == 1) return "[" + parts.front() + "]";
  std::string out = "[\n";
  for (size_t i = 0; i < parts.size(); ++i) {
    append_indented(out, i + 1 < parts.size() ? parts[i] + "," : parts[i]);
  }
  return out += ']';
}

}  // namespace millrace::schema::protobuf
