#include "schema/avro/encode.h"

#include <bit>
#include <cmath>

#include "base/bytes.h"
#include "base/text.h"
#include "base/try.h"
#include "json/text.h"
#include "schema/avro/characters.h"
#include "schema/avro/number_text.h"
#include "schema/avro/union_choice.h"
#include "schema/avro/value_path.h"

namespace millrace::schema::avro {
namespace {

/// Values within one, defaults included: these may expand to far more than was written.
constexpr size_t kValuesMax = 10'000'000;

class Encoder {
 public:
  Result<void> write(const Type& type, const json::Value& value) {
    if (++values_ > kValuesMax || out_.size() > kEncodedSizeMax) {
      return error("the record becomes too large; send less in one record");
    }
    if (depth_ >= json::kDepthMax) {
      return error(
          cat("values are nested more than ", json::kDepthMax, " times; make them flatter"));
    }
    ++depth_;
    MILL_CHECK(write_kind(type, value));
    --depth_;
    return {};
  }

  std::string take() { return std::string(as_text(out_.view())); }

 private:
  Result<void> write_kind(const Type& type, const json::Value& value) {
    switch (type.kind) {
      case Kind::null: return value.is_null() ? Result<void>() : wrong_kind(type, value);
      case Kind::boolean: return write_boolean(type, value);
      case Kind::int32: return write_whole(type, value, INT32_MIN, INT32_MAX);
      case Kind::int64: return write_whole(type, value, INT64_MIN, INT64_MAX);
      case Kind::float32:
      case Kind::float64: return write_floating(type, value);
      case Kind::string: return write_string(type, value);
      case Kind::bytes:
      case Kind::fixed: return write_bytes(type, value);
      case Kind::enumeration: return write_symbol(type, value);
      case Kind::record: return write_record(type, value);
      case Kind::array: return write_array(type, value);
      case Kind::map: return write_map(type, value);
      case Kind::one_of: break;
    }
    return write_union(type, value);
  }

  Result<void> write_boolean(const Type& type, const json::Value& value) {
    if (value.boolean() == nullptr) return wrong_kind(type, value);
    out_.write<uint8_t>(*value.boolean() ? 1 : 0);
    return {};
  }

  Result<void> write_whole(const Type& type, const json::Value& value, int64_t lowest,
                           int64_t highest) {
    if (value.number() == nullptr) return wrong_kind(type, value);
    const auto number = value.number()->to_int64();
    if (!number || *number < lowest || *number > highest) {
      return error(cat(value.number()->text.substr(0, kShownMax), " is no ", type.title(),
                       ", a whole number from ", lowest, " to ", highest));
    }
    out_.varint(*number);
    return {};
  }

  Result<void> write_floating(const Type& type, const json::Value& value) {
    std::optional<double> number;
    if (value.number()) number = value.number()->to_double();
    if (value.string() && is_number_word(*value.string())) number = number_of(*value.string());
    if (!number) return wrong_kind(type, value);
    const bool single = type.kind == Kind::float32;
    const double kept = single ? static_cast<float>(*number) : *number;
    if (value.number() && std::isinf(kept)) {
      return error(cat(value.number()->text.substr(0, kShownMax), " is too large for a ",
                       type.title(), "; \"Infinity\" may be written as a text"));
    }
    if (single) {
      out_.write<uint32_t>(__builtin_bswap32(std::bit_cast<uint32_t>(static_cast<float>(kept))));
    } else {
      out_.write<uint64_t>(__builtin_bswap64(std::bit_cast<uint64_t>(kept)));
    }
    return {};
  }

  Result<void> write_string(const Type& type, const json::Value& value) {
    if (value.string() == nullptr) return wrong_kind(type, value);
    write_text(*value.string());
    return {};
  }

  Result<void> write_bytes(const Type& type, const json::Value& value) {
    if (value.string() == nullptr) return wrong_kind(type, value);
    const auto bytes = latin1_of(*value.string());
    if (!bytes) {
      return error("bytes are written as a text of the characters U+0000 to U+00FF, a byte each");
    }
    if (type.kind == Kind::bytes) {
      write_text(*bytes);
      return {};
    }
    if (bytes->size() != static_cast<size_t>(type.size)) {
      return error(cat("the fixed \"", type.name.full(), "\" has ", type.size, " bytes, not ",
                       bytes->size()));
    }
    out_.text(*bytes);
    return {};
  }

  Result<void> write_symbol(const Type& type, const json::Value& value) {
    if (value.string() == nullptr) return wrong_kind(type, value);
    const auto position = type.position(*value.string());
    if (!position) {
      return error(cat("\"", value.string()->substr(0, kShownMax), "\" is no symbol of the enum \"",
                       type.name.full(), "\""));
    }
    out_.varint(static_cast<int64_t>(*position));
    return {};
  }

  Result<void> write_record(const Type& type, const json::Value& value) {
    const json::Object* object = value.object();
    if (object == nullptr) return wrong_kind(type, value);
    for (const json::Member& member : *object) {
      if (type.position(member.name)) continue;
      return error(cat("the record \"", type.name.full(), "\" has no field \"",
                       member.name.substr(0, kShownMax), "\""));
    }
    for (const Field& field : type.fields) {
      const ValuePath::Step step(path_, field.name);
      if (const json::Value* given = object->find(field.name)) {
        MILL_CHECK(write(*field.type, *given));
      } else {
        MILL_CHECK(write_default(field));
      }
    }
    return {};
  }

  Result<void> write_default(const Field& field) {
    if (!field.default_value) return error("the field is missing and has no default");
    const bool outer = in_default_;
    in_default_ = true;
    MILL_CHECK(write(*field.type, *field.default_value));
    in_default_ = outer;
    return {};
  }

  Result<void> write_array(const Type& type, const json::Value& value) {
    const json::Array* array = value.array();
    if (array == nullptr) return wrong_kind(type, value);
    if (!array->empty()) out_.varint(static_cast<int64_t>(array->size()));
    for (const json::Value& item : *array) {
      const ValuePath::Step step(path_, static_cast<size_t>(&item - array->data()));
      MILL_CHECK(write(*type.types.front(), item));
    }
    out_.varint(0);
    return {};
  }

  Result<void> write_map(const Type& type, const json::Value& value) {
    const json::Object* object = value.object();
    if (object == nullptr) return wrong_kind(type, value);
    if (!object->empty()) out_.varint(static_cast<int64_t>(object->size()));
    for (const json::Member& member : *object) {
      const ValuePath::Step step(path_, member.name);
      write_text(member.name);
      MILL_CHECK(write(*type.types.front(), member.value));
    }
    out_.varint(0);
    return {};
  }

  Result<void> write_union(const Type& type, const json::Value& value) {
    auto choice =
        in_default_ ? choose_default_branch(type, value, branches_) : choose_branch(type, value);
    if (!choice) return error(choice.error().message());
    out_.varint(static_cast<int64_t>(choice->branch));
    return write(*type.types[choice->branch], *choice->value);
  }

  void write_text(std::string_view text) {
    out_.varint(static_cast<int64_t>(text.size()));
    out_.text(text);
  }

  Error wrong_kind(const Type& type, const json::Value& value) const {
    return error(
        cat("the schema has ", word_of(type.kind), " where the JSON has a ", value.kind()));
  }

  Error error(std::string_view what) const {
    return kafka_error(ErrorCode::invalid_request, cat("at ", path_.text(), ": ", what));
  }

  /// Characters of the user's own text in a message.
  static constexpr size_t kShownMax = 100;

  ByteWriter out_;
  ValuePath path_;
  size_t depth_ = 0;
  size_t values_ = 0;
  bool in_default_ = false;
  const DefaultCheck::Types none_;
  DefaultCheck branches_{none_, kDefaultChecksMax};
};

}  // namespace

Result<std::string> encode(const Type& type, const json::Value& value) {
  Encoder encoder;
  MILL_CHECK(encoder.write(type, value));
  return encoder.take();
}

}  // namespace millrace::schema::avro
