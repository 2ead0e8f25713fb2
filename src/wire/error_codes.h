// The error codes of a message, wherever they stand in it.
#pragma once

#include <optional>
#include <type_traits>
#include <vector>

#include "millrace/error_code.h"
#include "wire/described.h"
#include "wire/entry.h"

namespace millrace::wire {

namespace detail {

template <class T>
constexpr bool holds_error_codes();

template <Described T>
constexpr bool any_field_holds_error_codes() {
  bool any = false;
  T::describe([&](std::string_view, auto member, Field = {}) {
    any = any || holds_error_codes<FieldType<decltype(member)>>();
  });
  return any;
}

template <class T>
constexpr bool holds_error_codes() {
  if constexpr (std::is_same_v<T, ErrorCode>) {
    return true;
  } else if constexpr (List<T>) {
    return holds_error_codes<ElementOf<T>>();
  } else if constexpr (Described<T>) {
    return any_field_holds_error_codes<T>();
  } else {
    return false;
  }
}

}  // namespace detail

/// Calls `each` with every code in `value` that is not `none`. What cannot hold one is not walked
/// through.
template <Described T, class Each>
void for_each_error(const T& value, Each&& each) {
  T::describe([&](std::string_view, auto member, Field = {}) {
    using Type = FieldType<decltype(member)>;
    if constexpr (std::is_same_v<Type, ErrorCode>) {
      if (value.*member != ErrorCode::none) each(value.*member);
    } else if constexpr (List<Type> && detail::holds_error_codes<Type>()) {
      if constexpr (Described<ElementOf<Type>>) {
        if (const auto* elements = elements_of(value.*member)) {
          for (const auto& element : *elements) for_each_error(element, each);
        }
      }
    } else if constexpr (Described<Type> && detail::holds_error_codes<Type>()) {
      for_each_error(value.*member, each);
    }
  });
}

}  // namespace millrace::wire
