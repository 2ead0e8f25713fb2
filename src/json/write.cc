#include <array>

#include "json/text.h"

namespace millrace::json {
namespace {

constexpr std::string_view kHexDigits = "0123456789ABCDEF";

/// Appends to one text; the depth is bounded by what can be parsed or built.
class Writer {
 public:
  explicit Writer(bool pretty) : pretty_(pretty) {}

  void write(const Value& value) {
    if (value.is_null()) {
      out_ += "null";
    } else if (const bool* boolean = value.boolean()) {
      out_ += *boolean ? "true" : "false";
    } else if (const Number* number = value.number()) {
      out_ += number->text;
    } else if (const std::string* text = value.string()) {
      quote(*text);
    } else if (const Array* array = value.array()) {
      write_all('[', *array, ']', [this](const Value& element) { write(element); });
    } else {
      write_all('{', *value.object(), '}', [this](const Member& member) {
        quote(member.name);
        out_ += pretty_ ? ": " : ":";
        write(member.value);
      });
    }
  }

  void quote(std::string_view text) {
    out_ += '"';
    for (const char c : text) escape(c);
    out_ += '"';
  }

  std::string take() && { return std::move(out_); }

 private:
  template <class All, class One>
  void write_all(char opening, const All& all, char closing, const One& one) {
    out_ += opening;
    ++depth_;
    bool first = true;
    for (const auto& element : all) {
      if (!first) out_ += ',';
      first = false;
      break_line();
      one(element);
    }
    --depth_;
    if (!first) break_line();
    out_ += closing;
  }

  void break_line() {
    if (!pretty_) return;
    out_ += '\n';
    out_.append(2 * depth_, ' ');
  }

  void escape(char c) {
    switch (c) {
      case '"': out_ += "\\\""; return;
      case '\\': out_ += "\\\\"; return;
      case '\b': out_ += "\\b"; return;
      case '\f': out_ += "\\f"; return;
      case '\n': out_ += "\\n"; return;
      case '\r': out_ += "\\r"; return;
      case '\t': out_ += "\\t"; return;
      default: break;
    }
    const auto code = static_cast<unsigned char>(c);
    if (code >= 0x20) {
      out_ += c;
      return;
    }
    out_ += "\\u00";
    out_ += kHexDigits[code >> 4];
    out_ += kHexDigits[code & 15];
  }

  const bool pretty_;
  size_t depth_ = 0;
  std::string out_;
};

}  // namespace

std::string write(const Value& value) {
  Writer writer(false);
  writer.write(value);
  return std::move(writer).take();
}

std::string write_pretty(const Value& value) {
  Writer writer(true);
  writer.write(value);
  return std::move(writer).take();
}

std::string quote(std::string_view text) {
  Writer writer(false);
  writer.quote(text);
  return std::move(writer).take();
}

}  // namespace millrace::json
