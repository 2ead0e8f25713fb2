// Puts errors into an answer, where its API has a place for them.
#pragma once

#include <algorithm>
#include <string_view>
#include <utility>

#include "millrace/error_code.h"
#include "wire/entry.h"

namespace millrace::wire {

/// Of several places that an error could have.
enum class ErrorPlace : uint8_t {
  /// The one for most: the whole answer, a group. What clients are told where nothing was done.
  topmost,
  /// The one for this entry alone.
  innermost,
};

namespace detail {

constexpr bool is_error_field(std::string_view name) {
  return name == "error_code" || name == "partition_error_code";
}

/// Numbers that Kafka answers as -1 beside an error although that is not their default.
constexpr bool is_minus_one_beside_error(std::string_view name) {
  constexpr std::string_view kNames[] = {"base_offset",   "committed_offset", "high_watermark",
                                         "low_watermark", "node_id",          "port",
                                         "producer_epoch"};
  return std::ranges::find(kNames, name) != std::end(kNames);
}

template <class T>
constexpr bool is_name =
    std::is_same_v<T, std::string> || std::is_same_v<T, Uuid> || std::is_same_v<T, int8_t> ||
    std::is_same_v<T, int32_t> || std::is_same_v<T, int64_t>;

template <Described T>
bool has_error_field(int16_t version) {
  bool found = false;
  T::describe([&](std::string_view name, auto member, Field field = {}) {
    if constexpr (std::is_same_v<FieldType<decltype(member)>, ErrorCode>) {
      found = found || (field.is_in(version) && is_error_field(name));
    }
  });
  return found;
}

template <Described T>
Sorts sorts_with_errors(int16_t version);

/// Whether elements of T have errors, their own or deeper ones, and names to tell them apart.
template <Described T>
bool has_places(int16_t version) {
  if (sorts_named_by<T>(version) == sort::kNone) return false;
  return has_error_field<T>(version) || sorts_with_errors<T>(version) != sort::kNone;
}

template <class T>
Sorts sorts_of_list(int16_t version) {
  if constexpr (Described<T>) {
    if (has_places<T>(version)) return sorts_named_by<T>(version) | sorts_with_errors<T>(version);
  }
  return sort::kNone;
}

template <Described T>
Sorts sorts_with_errors(int16_t version) {
  Sorts sorts = sort::kNone;
  T::describe([&](std::string_view, auto member, Field field = {}) {
    using Type = FieldType<decltype(member)>;
    if constexpr (List<Type>) {
      if (field.is_in(version)) sorts |= sorts_of_list<ElementOf<Type>>(version);
    }
  });
  return sorts;
}

class ErrorPutter {
 public:
  ErrorPutter(int16_t version, Entry entry, ErrorCode error, ErrorPlace place)
      : version_(version), entry_(std::move(entry)), error_(error), place_(place) {}

  /// False where there is no place.
  template <Described T>
  bool put(T& value) {
    if (place_ == ErrorPlace::topmost && has_error_field<T>(version_)) return set(value);
    return put_deeper(value) || (has_error_field<T>(version_) && set(value));
  }

 private:
  template <Described T>
  bool put_deeper(T& value) {
    bool done = false;
    T::describe([&](std::string_view, auto member, Field field = {}) {
      if constexpr (List<FieldType<decltype(member)>>) {
        auto* elements = elements_of(value.*member);
        if (!done && field.is_in(version_) && elements) done = put_into(*elements);
      }
    });
    return done;
  }

  template <class T>
  bool put_into(std::vector<T>& elements) {
    if constexpr (Described<T>) {
      const bool is_named = (sorts_named_by<T>(version_) & sorts_of(entry_)) != sort::kNone;
      if (is_named && has_places<T>(version_)) return put(find_or_add(elements));
    }
    return false;
  }

  template <Described T>
  T& find_or_add(std::vector<T>& elements) {
    for (T& element : elements) {
      if (is_same(element)) return element;
    }
    assign_names(elements.emplace_back());
    return elements.back();
  }

  /// Whether something that both are named by is the same, and nothing differs.
  template <Described T>
  bool is_same(T& element) {
    bool is_known = false;
    bool differs = false;
    for_each_name(element, [&](const auto& known, const auto& value) {
      const auto told = comparable(value);
      if (!told) return;
      is_known = true;
      differs = differs || *told != *known;
    });
    return is_known && !differs;
  }

  template <Described T>
  void assign_names(T& element) {
    for_each_name(element, [](const auto& known, auto& value) { value = *known; });
  }

  /// Calls `visit(what the entry knows, the field)` for each field by which both are named.
  template <Described T, class Visit>
  void for_each_name(T& element, Visit visit) {
    T::describe([&](std::string_view name, auto member, Field field = {}) {
      using Type = FieldType<decltype(member)>;
      if constexpr (is_name<ValueOf<Type>>) {
        auto* known = place_of<ValueOf<Type>>(entry_, name);
        if (field.is_in(version_) && known && *known) visit(*known, element.*member);
      }
    });
  }

  template <class T>
  static std::optional<T> comparable(const T& value) {
    return value;
  }
  template <class T>
  static std::optional<T> comparable(const std::optional<T>& value) {
    return value;
  }
  static std::optional<Uuid> comparable(const Uuid& value) {
    return value.is_zero() ? std::nullopt : std::optional(value);
  }

  template <Described T>
  bool set(T& value) {
    // What an answer told of it as a success; what concerns the whole answer stays.
    if constexpr (!Message<T>) {
      value = T();
      assign_names(value);
    }
    T::describe([&](std::string_view name, auto member, Field = {}) {
      using Type = FieldType<decltype(member)>;
      if constexpr (std::is_same_v<Type, ErrorCode>) {
        if (is_error_field(name)) value.*member = error_;
      } else if constexpr (std::is_integral_v<Type> && !std::is_same_v<Type, bool>) {
        if (is_minus_one_beside_error(name)) value.*member = -1;
      } else if constexpr (std::is_same_v<Type, std::optional<std::string>>) {
        if (name == "error_message") value.*member = "a fault of the test kit";
      }
    });
    return true;
  }

  const int16_t version_;
  Entry entry_;
  const ErrorCode error_;
  const ErrorPlace place_;
};

}  // namespace detail

/// The sorts of things for which this answer has errors of their own.
template <Message Response>
Sorts answered_sorts(int16_t version) {
  return detail::sorts_with_errors<Response>(version);
}

/// Answers `entry` with the error: in the place the answer has for it already, or in one that is
/// added. False where this version has no place for it.
template <Message Response>
bool put_error(Response& response, int16_t version, const Entry& entry, ErrorCode error,
               ErrorPlace place) {
  return detail::ErrorPutter(version, entry, error, place).put(response);
}

}  // namespace millrace::wire
