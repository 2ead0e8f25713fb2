#include "schema/json_schema/place.h"

namespace millrace::schema::json_schema {
namespace {

constexpr size_t kNameSizeMax = 100;
constexpr size_t kStepsShown = 12;
constexpr std::string_view kEllipsis = "…";

}  // namespace

std::string clipped(std::string_view name) {
  if (name.size() <= kNameSizeMax) return std::string(name);
  size_t end = kNameSizeMax;
  while (end > 0 && (static_cast<unsigned char>(name[end]) & 0xC0) == 0x80) --end;
  return std::string(name.substr(0, end)).append(kEllipsis);
}

std::string Place::text() const {
  std::string text;
  const size_t first = steps_.size() > kStepsShown ? steps_.size() - kStepsShown : 0;
  if (first > 0) text.append("/").append(kEllipsis);
  for (size_t i = first; i < steps_.size(); ++i) text.append("/").append(steps_[i]);
  return text;
}

std::string Place::joined() const {
  std::string text;
  for (const std::string& step : steps_) {
    if (!text.empty()) text += '/';
    text += step;
  }
  return text;
}

}  // namespace millrace::schema::json_schema
