#include "schema/protobuf/ranges_text.h"

#include <google/protobuf/descriptor.pb.h>

#include <algorithm>
#include <limits>
#include <string_view>
#include <vector>

#include "base/text.h"
#include "schema/protobuf/text_lines.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

/// Both ends included.
struct Range {
  int first = 0;
  int last = 0;
};

/// "5", "5 to 9" or, up to `largest`, "5 to max".
std::string range_text(const Range& range, int largest) {
  if (range.first == range.last) return std::to_string(range.first);
  return range.last >= largest ? cat(range.first, " to max") : cat(range.first, " to ", range.last);
}

std::string reserved_text(std::vector<Range> ranges, std::vector<std::string> names, int largest,
                          Spelling spelling) {
  if (spelling == Spelling::normalized) {
    std::sort(ranges.begin(), ranges.end(),
              [](const Range& a, const Range& b) { return a.first < b.first; });
    std::sort(names.begin(), names.end());
  }
  std::string lines;
  for (const Range& range : ranges) lines += "reserved " + range_text(range, largest) + ";\n";
  for (const std::string& name : names) lines += "reserved " + quoted(name) + ";\n";
  return lines;
}

template <class Type>
std::vector<std::string> reserved_names(const Type& type) {
  std::vector<std::string> names;
  for (int i = 0; i < type.reserved_name_count(); ++i) names.push_back(type.reserved_name(i));
  return names;
}

}  // namespace

std::string reserved_lines(const pb::Descriptor& message, Spelling spelling) {
  std::vector<Range> ranges;
  for (int i = 0; i < message.reserved_range_count(); ++i) {
    const auto& range = *message.reserved_range(i);
    ranges.push_back({.first = range.start, .last = range.end - 1});
  }
  return reserved_text(std::move(ranges), reserved_names(message), pb::FieldDescriptor::kMaxNumber,
                       spelling);
}

std::string reserved_lines(const pb::EnumDescriptor& type, Spelling spelling) {
  std::vector<Range> ranges;
  for (int i = 0; i < type.reserved_range_count(); ++i) {
    const auto& range = *type.reserved_range(i);
    ranges.push_back({.first = range.start, .last = range.end});
  }
  return reserved_text(std::move(ranges), reserved_names(type), std::numeric_limits<int>::max(),
                       spelling);
}

std::string extension_range_lines(const pb::Descriptor& message, Spelling spelling) {
  std::vector<const pb::Descriptor::ExtensionRange*> ranges;
  for (int i = 0; i < message.extension_range_count(); ++i) {
    ranges.push_back(message.extension_range(i));
  }
  if (spelling == Spelling::normalized) {
    std::sort(ranges.begin(), ranges.end(),
              [](const auto* a, const auto* b) { return a->start < b->start; });
  }
  const NameScope scope = scope_around(message.full_name(), *message.file());
  std::string lines;
  for (const auto* range : ranges) {
    lines += "extensions " + range_text({.first = range->start, .last = range->end - 1},
                                        pb::FieldDescriptor::kMaxNumber);
    const auto options =
        range->options_ ? assignments(option_texts(*range->options_, scope, spelling), spelling)
                        : std::vector<std::string>();
    if (!options.empty()) lines += " " + bracketed(options);
    lines += ";\n";
  }
  return lines;
}

}  // namespace millrace::schema::protobuf
