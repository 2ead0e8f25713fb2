// Entry: one of the things that a request asks about, with all that names it.
//
// Requests and answers name the same things by fields whose names differ from message to message;
// which field names what is told here, once.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/uuid.h"
#include "wire/described.h"

namespace millrace::wire {

/// A partition, a topic, a group …; what does not belong to it is not set.
struct Entry {
  std::optional<std::string> group;
  std::optional<std::string> transactional_id;
  std::optional<int64_t> producer_id;
  std::optional<std::string> topic;
  std::optional<Uuid> topic_id;
  std::optional<int32_t> partition;
  /// Of DescribeConfigs and its kin: 2 is a topic, 32 a group.
  std::optional<int8_t> resource_type;
  std::optional<std::string> resource_name;
  /// Of FindCoordinator: 0 is a group.
  std::optional<int8_t> coordinator_type;
  std::optional<std::string> coordinator_key;
};

/// Sorts of things, put together with |.
using Sorts = uint8_t;
namespace sort {
inline constexpr Sorts kNone = 0;
inline constexpr Sorts kGroup = 1;
inline constexpr Sorts kTransaction = 2;
inline constexpr Sorts kProducer = 4;
inline constexpr Sorts kTopic = 8;
inline constexpr Sorts kPartition = 16;
inline constexpr Sorts kResource = 32;
inline constexpr Sorts kCoordinator = 64;
}  // namespace sort

/// What a field of this name and a value of type T names; a list of such values has their name. A
/// name alone does not tell: "partitions" are numbers or structs.
template <class T>
constexpr Sorts sort_of(std::string_view name) {
  const auto is_any_of = [name](auto... names) { return ((name == names) || ...); };
  if constexpr (std::is_same_v<T, std::string>) {
    if (is_any_of("topic", "name", "topic_name", "topic_names")) return sort::kTopic;
    if (is_any_of("group_id", "group_ids", "groups", "groups_names")) return sort::kGroup;
    if (is_any_of("transactional_id", "transactional_ids", "v3_and_below_transactional_id")) {
      return sort::kTransaction;
    }
    if (is_any_of("resource_name")) return sort::kResource;
    if (is_any_of("key", "coordinator_keys")) return sort::kCoordinator;
  } else if constexpr (std::is_same_v<T, Uuid>) {
    if (is_any_of("topic_id")) return sort::kTopic;
  } else if constexpr (std::is_same_v<T, int32_t>) {
    if (is_any_of("partition", "partitions", "partition_index", "partition_indexes", "partition_id",
                  "index")) {
      return sort::kPartition;
    }
  } else if constexpr (std::is_same_v<T, int64_t>) {
    if (is_any_of("producer_id")) return sort::kProducer;
  } else if constexpr (std::is_same_v<T, int8_t>) {
    if (is_any_of("resource_type")) return sort::kResource;
    if (is_any_of("key_type")) return sort::kCoordinator;
  }
  return sort::kNone;
}

/// Where an entry keeps what such a field holds; nullptr for a field that names nothing.
template <class T>
std::optional<T>* place_of(Entry& entry, std::string_view name) {
  const Sorts sort = sort_of<T>(name);
  if constexpr (std::is_same_v<T, std::string>) {
    switch (sort) {
      case sort::kTopic: return &entry.topic;
      case sort::kGroup: return &entry.group;
      case sort::kTransaction: return &entry.transactional_id;
      case sort::kResource: return &entry.resource_name;
      case sort::kCoordinator: return &entry.coordinator_key;
      default: return nullptr;
    }
  } else if constexpr (std::is_same_v<T, int8_t>) {
    if (sort == sort::kNone) return nullptr;
    return sort == sort::kResource ? &entry.resource_type : &entry.coordinator_type;
  } else if constexpr (std::is_same_v<T, Uuid>) {
    return sort == sort::kNone ? nullptr : &entry.topic_id;
  } else if constexpr (std::is_same_v<T, int32_t>) {
    return sort == sort::kNone ? nullptr : &entry.partition;
  } else if constexpr (std::is_same_v<T, int64_t>) {
    return sort == sort::kNone ? nullptr : &entry.producer_id;
  } else {
    return nullptr;
  }
}

/// What an entry is named by.
inline Sorts sorts_of(const Entry& entry) {
  Sorts sorts = sort::kNone;
  if (entry.group) sorts |= sort::kGroup;
  if (entry.transactional_id) sorts |= sort::kTransaction;
  if (entry.producer_id) sorts |= sort::kProducer;
  if (entry.topic || entry.topic_id) sorts |= sort::kTopic;
  if (entry.partition) sorts |= sort::kPartition;
  if (entry.resource_name) sorts |= sort::kResource;
  if (entry.coordinator_key) sorts |= sort::kCoordinator;
  return sorts;
}

namespace detail {

template <class T>
struct ListElement {};
template <class T>
struct ListElement<std::vector<T>> {
  using type = T;
};
template <class T>
struct ListElement<std::optional<std::vector<T>>> {
  using type = T;
};

template <class T>
struct Unwrapped {
  using type = T;
};
template <class T>
struct Unwrapped<std::optional<T>> {
  using type = T;
};

template <class Struct, class Member>
Member type_of(Member Struct::*);

}  // namespace detail

/// A list, also one that may be null.
template <class T>
concept List = requires { typename detail::ListElement<T>::type; };
template <List T>
using ElementOf = typename detail::ListElement<T>::type;
/// What a field holds where it is not null.
template <class T>
using ValueOf = typename detail::Unwrapped<T>::type;
/// The type of the field behind a pointer to member, as describe() hands it to visitors.
template <class Member>
using FieldType = decltype(detail::type_of(Member{}));

/// The elements of a list, or nullptr where it is null.
template <class T>
std::vector<T>* elements_of(std::vector<T>& list) {
  return &list;
}
template <class T>
std::vector<T>* elements_of(std::optional<std::vector<T>>& list) {
  return list ? &*list : nullptr;
}

template <class T>
const std::vector<T>* elements_of(const std::vector<T>& list) {
  return &list;
}
template <class T>
const std::vector<T>* elements_of(const std::optional<std::vector<T>>& list) {
  return list ? &*list : nullptr;
}

/// What the fields of the struct itself name in this version, lists in it left out.
template <Described T>
Sorts sorts_named_by(int16_t version) {
  Sorts named = sort::kNone;
  T::describe([&](std::string_view name, auto member, Field field = {}) {
    using Type = FieldType<decltype(member)>;
    if constexpr (!List<Type>) {
      if (field.is_in(version)) named |= sort_of<ValueOf<Type>>(name);
    }
  });
  return named;
}

/// What the elements of a list of this name are, of structs or of plain values.
template <class T>
Sorts sorts_of_elements(std::string_view list, int16_t version) {
  if constexpr (Described<T>) {
    return sorts_named_by<T>(version);
  } else {
    return sort_of<T>(list);
  }
}

}  // namespace millrace::wire
