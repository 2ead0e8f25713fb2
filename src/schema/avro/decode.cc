#include "schema/avro/decode.h"

#include <bit>

#include "base/bytes.h"
#include "base/text.h"
#include "base/try.h"
#include "base/utf8.h"
#include "json/text.h"
#include "schema/avro/characters.h"
#include "schema/avro/number_text.h"
#include "schema/avro/value_path.h"

namespace millrace::schema::avro {
namespace {

/// Values and characters that any bytes may become, and how many more each byte allows: names of
/// fields and branches are in the text alone.
constexpr size_t kValuesMin = 10'000;
constexpr size_t kValuesPerByte = 16;
constexpr size_t kTextMin = 1 << 16;
constexpr size_t kTextPerByte = 256;

class Decoder {
 public:
  explicit Decoder(std::string_view bytes)
      : in_(as_bytes(bytes)),
        values_left_(kValuesMin + kValuesPerByte * bytes.size()),
        text_max_(kTextMin + kTextPerByte * bytes.size()) {}

  Result<void> read(const Type& type) {
    if (values_left_-- == 0 || out_.size() > text_max_) {
      return error("the bytes stand for far more than they are; this is no record of the schema");
    }
    if (depth_ >= json::kDepthMax) {
      return error(cat("values are nested more than ", json::kDepthMax, " times"));
    }
    ++depth_;
    MILL_CHECK(read_kind(type));
    if (!in_.ok())
      return error(cat("the bytes end or break within a value of type ", type.title()));
    --depth_;
    return {};
  }

  Result<std::string> finish() {
    if (in_.at_end()) return std::move(out_);
    return error(cat(in_.remaining(), " bytes are left over; this is no record of the schema"));
  }

 private:
  Result<void> read_kind(const Type& type) {
    switch (type.kind) {
      case Kind::null: out_ += "null"; break;
      case Kind::boolean: return read_boolean();
      case Kind::int32: out_ += std::to_string(in_.varint32()); break;
      case Kind::int64: out_ += std::to_string(in_.varint64()); break;
      case Kind::float32:
        write_floating(std::bit_cast<float>(__builtin_bswap32(in_.read<uint32_t>())));
        break;
      case Kind::float64:
        write_floating(std::bit_cast<double>(__builtin_bswap64(in_.read<uint64_t>())));
        break;
      case Kind::string: return read_string();
      case Kind::bytes: write_bytes(sized()); break;
      case Kind::fixed: write_bytes(as_text(in_.bytes(static_cast<size_t>(type.size)))); break;
      case Kind::enumeration: return read_symbol(type);
      case Kind::record: return read_record(type);
      case Kind::array: return read_items(type, '[', ']');
      case Kind::map: return read_items(type, '{', '}');
      case Kind::one_of: return read_union(type);
    }
    return {};
  }

  Result<void> read_boolean() {
    const auto byte = in_.read<uint8_t>();
    if (byte > 1) return error(cat("a boolean is 0 or 1, not ", static_cast<int>(byte)));
    out_ += byte == 1 ? "true" : "false";
    return {};
  }

  Result<void> read_string() {
    const std::string_view text = sized();
    if (!is_utf8(text)) return error("a string is not UTF-8");
    out_ += json::quote(text);
    return {};
  }

  Result<void> read_symbol(const Type& type) {
    MILL_TRY(const size_t position, read_position(type.symbols.size(), "symbol"));
    if (in_.ok()) out_ += json::quote(type.symbols[position]);
    return {};
  }

  Result<void> read_record(const Type& type) {
    out_ += '{';
    for (const Field& field : type.fields) {
      if (&field != &type.fields.front()) out_ += ',';
      out_ += json::quote(field.name) + ':';
      const ValuePath::Step step(path_, field.name);
      MILL_CHECK(read(*field.type));
    }
    out_ += '}';
    return {};
  }

  Result<void> read_union(const Type& type) {
    MILL_TRY(const size_t position, read_position(type.types.size(), "branch"));
    if (!in_.ok()) return {};
    const Type& branch = *type.types[position];
    if (branch.kind == Kind::null) return read(branch);
    out_ += '{' + json::quote(branch.title()) + ':';
    MILL_CHECK(read(branch));
    out_ += '}';
    return {};
  }

  /// An array or a map: blocks of items up to an empty one. A key that comes twice is written
  /// twice.
  Result<void> read_items(const Type& type, char opening, char closing) {
    out_ += opening;
    size_t place = 0;
    for (;;) {
      MILL_TRY(uint64_t left, read_block_size());
      if (left == 0) break;
      for (; left > 0; --left, ++place) {
        if (place > 0) out_ += ',';
        const ValuePath::Step step(path_, place);
        if (type.kind == Kind::map) {
          MILL_CHECK(read_string());
          out_ += ':';
        }
        MILL_CHECK(read(*type.types.front()));
      }
    }
    out_ += closing;
    return {};
  }

  /// Items; where it is written as a negative number, the block's bytes follow, which skipping
  /// readers need.
  Result<uint64_t> read_block_size() {
    const int64_t count = in_.varint64();
    if (!in_.ok()) return error("the bytes end within an array or a map");
    if (count >= 0) return static_cast<uint64_t>(count);
    const int64_t size = in_.varint64();
    if (!in_.ok() || size < 0 || static_cast<uint64_t>(size) > in_.remaining()) {
      return error("a block is longer than the bytes");
    }
    return -static_cast<uint64_t>(count);
  }

  Result<size_t> read_position(size_t count, std::string_view what) {
    const int64_t position = in_.varint32();
    if (!in_.ok()) return size_t{0};
    if (position < 0 || static_cast<size_t>(position) >= count) {
      return error(cat("there is no ", what, " ", position, ", only ", count));
    }
    return static_cast<size_t>(position);
  }

  std::string_view sized() {
    const int64_t size = in_.varint64();
    if (size < 0) in_.fail();
    return as_text(in_.bytes(static_cast<size_t>(size)));
  }

  void write_bytes(std::string_view bytes) { out_ += json::quote(utf8_of_latin1(bytes)); }

  template <class Float>
  void write_floating(Float value) {
    const std::string text = number_text(value);
    out_ += is_number_word(text) ? json::quote(text) : text;
  }

  Error error(std::string_view what) const {
    return kafka_error(ErrorCode::corrupt_message, cat("at ", path_.text(), ": ", what));
  }

  ByteReader in_;
  std::string out_;
  ValuePath path_;
  size_t depth_ = 0;
  size_t values_left_;
  const size_t text_max_;
};

}  // namespace

Result<std::string> decode(const Type& type, std::string_view bytes) {
  Decoder decoder(bytes);
  MILL_CHECK(decoder.read(type));
  return decoder.finish();
}

}  // namespace millrace::schema::avro
