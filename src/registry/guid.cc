// Guids: the name of a schema in any registry, by Confluent's Schema.updateHash, so that two
// registries give one schema one guid; and names of what has none by itself.
#include <md5.h>

#include <algorithm>
#include <array>
#include <span>

#include "base/bytes.h"
#include "base/uuid.h"
#include "base/uuid_text.h"
#include "registry/records.h"

namespace millrace::registry {
namespace {

class Digest {
 public:
  Digest() { MD5Init(&context_); }

  void add(std::string_view text) {
    MD5Update(&context_, reinterpret_cast<const uint8_t*>(text.data()), text.size());
  }
  void add(int32_t number) {
    std::array<std::byte, sizeof number> bytes;
    store_be(bytes.data(), number);
    add(as_text(bytes));
  }
  /// Of the texts in it, by name where it is an object: what order they came in does not count.
  void add_value(const json::Value& value) {
    if (const std::string* text = value.string()) return add(*text);
    if (const json::Array* array = value.array()) {
      for (const json::Value& element : *array) add_value(element);
    } else if (const json::Object* object = value.object()) {
      auto members = object->members();
      std::ranges::sort(members, {}, &json::Member::name);
      for (const json::Member& member : members) {
        add(member.name);
        add_value(member.value);
      }
    }
  }
  void add_optional(const json::Value& value) {
    if (value.is_null()) return;
    add(std::string_view("\x01"));  // it is there, even if it is empty
    add_value(value);
  }

  std::string uuid() && {
    std::array<uint8_t, MD5_DIGEST_LENGTH> digest;
    MD5Final(digest.data(), &context_);
    return uuid_text(std::as_bytes(std::span(digest)));
  }

 private:
  MD5_CTX context_;
};

/// The part of metadata that counts, in the order in which it does.
void add_metadata(const json::Value& metadata, Digest& digest) {
  if (metadata.is_null()) return;
  digest.add(std::string_view("\x01"));
  if (metadata.object() == nullptr) return;
  for (const char* part : {"tags", "properties", "sensitive"}) {
    if (const json::Value* found = metadata.object()->find(part)) digest.add_value(*found);
  }
}

}  // namespace

std::string random_guid() { return uuid_text(Uuid::random().bytes); }

std::string guid_of(const SchemaText& schema) {
  Digest digest;
  digest.add(std::string_view(schema.text));
  for (const schema::Reference& reference : schema.references) {
    digest.add(std::string_view(reference.name));
    digest.add(std::string_view(reference.subject));
    digest.add(reference.version);
  }
  add_metadata(schema.metadata, digest);
  digest.add_optional(schema.rule_set);
  return std::move(digest).uuid();
}

}  // namespace millrace::registry
