// Walks over the entries of a request and takes some of them out.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>
#include <utility>

#include "wire/entry.h"

namespace millrace::wire {

/// How many entries a request has kept, and how many were taken out of it.
struct Sifted {
  size_t kept = 0;
  size_t taken = 0;
};

/// Whether an entry stays in its request.
using KeepEntry = std::function<bool(const Entry&)>;

namespace detail {

class Sieve {
 public:
  Sieve(int16_t version, Sorts answered, const KeepEntry& keep)
      : version_(version), answered_(answered), keep_(keep) {}

  /// `entry` is what the structs around this one name.
  template <Described T>
  Sifted sift(T& value, Entry entry) {
    note_names(value, entry);
    Sifted sum;
    bool has_lists = false;
    T::describe([&](std::string_view name, auto member, Field field = {}) {
      using Type = FieldType<decltype(member)>;
      if constexpr (List<Type>) {
        auto* elements = elements_of(value.*member);
        if (!field.is_in(version_) || !elements) return;
        if (!has_entries<ElementOf<Type>>(name, entry)) return;
        has_lists = true;
        const Sifted found = sift_list(name, *elements, entry);
        sum.kept += found.kept;
        sum.taken += found.taken;
      }
    });
    return has_lists ? sum : decide(std::move(entry));
  }

 private:
  template <Described T>
  void note_names(const T& value, Entry& entry) {
    T::describe([&](std::string_view name, auto member, Field field = {}) {
      using Type = FieldType<decltype(member)>;
      if constexpr (!List<Type>) {
        if (field.is_in(version_)) note(name, value.*member, entry);
      }
    });
  }
  template <class T>
  void note(std::string_view name, const T& value, Entry& entry) {
    if (auto* place = place_of<T>(entry, name)) *place = value;
  }
  template <class T>
  void note(std::string_view name, const std::optional<T>& value, Entry& entry) {
    if (value) note(name, *value, entry);
  }

  /// Lists of things that the answer tells apart and that are not named yet: no configurations of a
  /// topic, and not what a fetch session is to forget.
  template <class T>
  bool has_entries(std::string_view list, const Entry& entry) const {
    const Sorts sorts = sorts_of_elements<T>(list, version_);
    return (sorts & answered_ & static_cast<Sorts>(~sorts_of(entry))) != sort::kNone &&
           list != "forgotten_topics_data";
  }

  template <class T>
  Sifted sift_list(std::string_view list, std::vector<T>& elements, const Entry& entry) {
    Sifted sum;
    std::erase_if(elements, [&](T& element) {
      const Sifted found = sift_element(list, element, entry);
      sum.kept += found.kept;
      sum.taken += found.taken;
      return found.kept == 0 && found.taken > 0;
    });
    return sum;
  }
  template <Described T>
  Sifted sift_element(std::string_view, T& element, const Entry& entry) {
    return sift(element, entry);
  }
  template <class T>
  Sifted sift_element(std::string_view list, const T& element, Entry entry) {
    note(list, element, entry);
    return decide(std::move(entry));
  }

  Sifted decide(Entry entry) {
    constexpr int8_t kTopicResource = 2;
    constexpr int8_t kGroupResource = 32;
    constexpr int8_t kGroupCoordinator = 0;
    if (entry.resource_type == kTopicResource) entry.topic = entry.resource_name;
    if (entry.resource_type == kGroupResource) entry.group = entry.resource_name;
    if (entry.coordinator_type == kGroupCoordinator) entry.group = entry.coordinator_key;
    return keep_(entry) ? Sifted{.kept = 1} : Sifted{.taken = 1};
  }

  const int16_t version_;
  const Sorts answered_;
  const KeepEntry& keep_;
};

}  // namespace detail

/// Shows each entry to `keep` and takes out those that it does not keep, and with them what is then
/// left empty. `answered` is what the answer has errors for (error_places.h): a request whose
/// answer has one error for all is one entry.
template <Message Request>
Sifted sift_entries(Request& request, int16_t version, Sorts answered, const KeepEntry& keep) {
  return detail::Sieve(version, answered, keep).sift(request, Entry());
}

}  // namespace millrace::wire
