#include "metrics/exposition.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <chrono>
#include <cmath>

#include "base/text.h"

namespace millrace::metrics {
namespace {

std::string_view type_name(MetricType type) {
  switch (type) {
    case MetricType::counter: return "counter";
    case MetricType::gauge: return "gauge";
    case MetricType::histogram: return "histogram";
  }
  return "untyped";
}

double seconds(obs::Duration duration) { return std::chrono::duration<double>(duration).count(); }

void append_escaped(std::string& out, std::string_view text, bool is_quoted) {
  for (const char c : text) {
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\' || (c == '"' && is_quoted)) {
      out += '\\';
      out += c;
    } else {
      out += c;
    }
  }
}

/// Bytes of the character at the front of `text` (RFC 3629, section 3); 0 where none begins there,
/// or one that is cut off or longer than it need be.
size_t character_size(std::string_view text) {
  const auto byte = [&](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char first = byte(0);
  if (first < 0x80) return 1;
  const size_t size = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2;
  if (first < 0xC2 || first > 0xF4 || text.size() < size) return 0;
  for (size_t i = 1; i < size; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
  }
  const bool is_overlong = (first == 0xE0 && byte(1) < 0xA0) || (first == 0xF0 && byte(1) < 0x90);
  const bool is_surrogate = first == 0xED && byte(1) >= 0xA0;
  const bool is_beyond = first == 0xF4 && byte(1) >= 0x90;
  return is_overlong || is_surrogate || is_beyond ? 0 : size;
}

std::string as_utf8(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string valid;
  while (!text.empty()) {
    const size_t size = character_size(text);
    if (size == 0) {
      const auto byte = static_cast<unsigned char>(text.front());
      valid += {'\\', 'x', kDigits[byte / 16], kDigits[byte % 16]};
    } else {
      valid += text.substr(0, size);
    }
    text.remove_prefix(std::max<size_t>(size, 1));
  }
  return valid;
}

}  // namespace

std::string number_text(double number) {
  if (std::isnan(number)) return "NaN";
  if (std::isinf(number)) return number > 0 ? "+Inf" : "-Inf";
  std::array<char, 32> digits;
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  return {digits.data(), end};
}

void Exposition::begin(const Metric& metric) {
  name_ = metric.name;
  text_ += cat("# HELP ", name_, ' ');
  append_escaped(text_, metric.help, false);
  text_ += cat("\n# TYPE ", name_, ' ', type_name(metric.type), '\n');
}

void Exposition::sample(const Labels& labels, double value) {
  begin_line("", labels);
  end_line(number_text(value));
}

void Exposition::sample(const Labels& labels, const obs::HistogramCounts& counts) {
  int64_t so_far = 0;
  for (size_t i = 0; i < counts.buckets.size(); ++i) {
    so_far += counts.buckets[i];
    const bool is_last = i == obs::kBucketEnds.size();
    begin_line("_bucket", labels, is_last ? "+Inf" : number_text(seconds(obs::kBucketEnds[i])));
    end_line(std::to_string(so_far));
  }
  begin_line("_sum", labels);
  end_line(number_text(seconds(counts.sum)));
  begin_line("_count", labels);
  end_line(std::to_string(so_far));
}

void Exposition::begin_line(std::string_view suffix, const Labels& labels,
                            std::string_view bucket_end) {
  text_ += name_;
  text_ += suffix;
  if (labels.size() == 0 && bucket_end.empty()) return;
  text_ += '{';
  for (const auto& [name, value] : labels) add_label(name, value);
  if (!bucket_end.empty()) add_label("le", bucket_end);
  text_ += '}';
}

void Exposition::add_label(std::string_view name, std::string_view value) {
  if (text_.back() != '{') text_ += ',';
  text_ += name;
  text_ += "=\"";
  append_escaped(text_, as_utf8(value), true);
  text_ += '"';
}

void Exposition::end_line(std::string_view value) {
  text_ += ' ';
  text_ += value;
  text_ += '\n';
}

}  // namespace millrace::metrics
