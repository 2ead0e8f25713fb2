// Described: the structs that make up messages, and the check that no member is forgotten.
#pragma once

#include <cstddef>
#include <string_view>
#include <utility>

#include "wire/field.h"

namespace millrace::wire {

namespace detail {

struct NullVisitor {
  template <class Member>
  constexpr void operator()(std::string_view, Member, Field = {}) const {}
};

struct CountingVisitor {
  size_t& count;
  template <class Member>
  constexpr void operator()(std::string_view, Member, Field = {}) const {
    ++count;
  }
};

// Stands for an initializer of any member; only used where nothing is evaluated.
template <size_t>
struct AnyValue {
  template <class T>
  operator T() const;
};

template <class T, size_t... I>
constexpr bool takes_initializers(std::index_sequence<I...>) {
  return requires { T{AnyValue<I>{}...}; };
}

// The most initializers an aggregate takes is the number of its members.
template <class T, size_t N = 0>
constexpr size_t member_count() {
  if constexpr (takes_initializers<T>(std::make_index_sequence<N + 1>())) {
    return member_count<T, N + 1>();
  } else {
    return N;
  }
}

template <class T>
constexpr size_t described_count() {
  size_t count = 0;
  T::describe(CountingVisitor{count});
  return count;
}

}  // namespace detail

/// A struct whose `describe` names each of its members.
template <class T>
concept Described = requires { T::describe(detail::NullVisitor{}); };

/// A struct that is the body of a request or a response.
template <class T>
concept Message = Described<T> && requires {
  T::kApiKey;
  T::kVersionMin;
  T::kVersionMax;
  T::kFlexibleFrom;
};

/// Every visitor checks each struct it meets: a member that describe() forgets would silently never
/// be sent.
template <Described T>
constexpr void check_described() {
  static_assert(detail::described_count<T>() == detail::member_count<T>(),
                "describe() must name every member exactly once");
}

}  // namespace millrace::wire
