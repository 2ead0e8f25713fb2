#include "schema/avro/canonical.h"

#include <algorithm>
#include <unordered_set>

#include "json/text.h"
#include "schema/avro/normal_form.h"
#include "schema/avro/number_text.h"

namespace millrace::schema::avro {
namespace {

enum class Form { as_parsed, normalized, resolved };

/// Types within each other of a resolved text: a record's field is three levels deeper in the JSON,
/// which nobody could parse beyond kDepthMax.
constexpr size_t kResolvedDepthMax = json::kDepthMax / 3;

/// A type is written where it was defined, so the recursion is no deeper than the JSON that was
/// parsed; but not with references in it, where a chain of names may be long.
class TypeWriter {
 public:
  explicit TypeWriter(Form form) : form_(form) {}

  void write(const Type& type, std::string_view space) {
    if (form_ == Form::resolved && depth_ >= kResolvedDepthMax) {
      too_deep_ = true;
      return;
    }
    ++depth_;
    write_kind(type, space);
    --depth_;
  }

  /// What was written is of no use.
  bool too_deep() const { return too_deep_; }
  std::string take() && { return std::move(out_); }

 private:
  void write_kind(const Type& type, std::string_view space) {
    switch (type.kind) {
      case Kind::record:
      case Kind::enumeration:
      case Kind::fixed: return write_named(type, space);
      case Kind::array:
      case Kind::map: return write_items(type, space);
      case Kind::one_of: return write_union(type, space);
      default: return write_primitive(type);
    }
  }

  void write_primitive(const Type& type) {
    if (type.properties.empty()) {
      out_ += json::quote(word_of(type.kind));
      return;
    }
    open(word_of(type.kind));
    write_properties(type);
    out_ += '}';
  }

  void write_union(const Type& type, std::string_view space) {
    out_ += '[';
    for (const Type* branch : type.types) {
      if (branch != type.types.front()) out_ += ',';
      write(*branch, space);
    }
    out_ += ']';
  }

  void write_items(const Type& type, std::string_view space) {
    open(word_of(type.kind));
    out_ += type.kind == Kind::array ? ",\"items\":" : ",\"values\":";
    write(*type.types.front(), space);
    write_properties(type);
    out_ += '}';
  }

  void write_named(const Type& type, std::string_view space) {
    const bool elsewhere = type.referenced && form_ != Form::resolved;
    if (elsewhere || !written_.insert(&type).second) {
      out_ += json::quote(spelled(type.name, space));
      return;
    }
    const bool error = type.is_error && form_ != Form::normalized;
    open(error ? "error" : word_of(type.kind));
    text("name", type.name.simple());
    if (type.name.space() != space) text("namespace", type.name.space());
    if (type.doc && !(type.doc->empty() && form_ == Form::normalized)) text("doc", *type.doc);
    write_body(type);
    write_properties(type);
    write_aliases(type);
    out_ += '}';
  }

  void write_body(const Type& type) {
    if (type.kind == Kind::record) return write_fields(type);
    if (type.kind == Kind::fixed) {
      key("size");
      out_ += std::to_string(type.size);
      return;
    }
    texts("symbols", type.symbols);
    if (type.default_symbol) text("default", *type.default_symbol);
  }

  void write_fields(const Type& record) {
    key("fields");
    out_ += '[';
    for (const Field& field : record.fields) {
      if (&field != &record.fields.front()) out_ += ',';
      write_field(field, record.name.space());
    }
    out_ += ']';
  }

  void write_field(const Field& field, std::string_view space) {
    out_ += "{\"name\":" + json::quote(field.name);
    key("type");
    write(*field.type, space);
    if (field.doc) text("doc", *field.doc);
    if (field.default_value) {
      const bool normalized = form_ == Form::normalized;
      value("default", normalized ? normal_default(*field.type, *field.default_value, branches_)
                                  : with_java_numbers(*field.default_value));
    }
    if (field.order != Order::ascending) text("order", word_of(field.order));
    auto aliases = field.aliases;
    if (form_ == Form::normalized) std::ranges::sort(aliases);
    if (!aliases.empty()) texts("aliases", aliases);
    write_properties(form_ == Form::normalized ? sorted(field.properties) : field.properties);
    out_ += '}';
  }

  void write_aliases(const Type& type) {
    auto names = type.aliases;
    if (form_ == Form::normalized) std::ranges::sort(names, {}, &Name::full);
    std::vector<std::string> aliases;
    for (const Name& name : names) aliases.push_back(spelled(name, type.name.space()));
    if (!aliases.empty()) texts("aliases", aliases);
  }

  void write_properties(const Type& type) {
    write_properties(form_ == Form::normalized ? normal_properties(type) : type.properties);
  }

  void write_properties(const json::Object& properties) {
    for (const json::Member& member : properties) {
      value(member.name, with_java_numbers(member.value));
    }
  }

  /// As a reader within `space` understands it; a name like a primitive's is never left alone.
  static std::string spelled(const Name& name, std::string_view space) {
    const bool inherited = !name.space().empty() && name.space() == space;
    if (inherited && !is_type_word(name.simple())) return std::string(name.simple());
    return name.full();
  }

  void open(std::string_view type) { out_ += "{\"type\":" + json::quote(type); }
  void key(std::string_view name) { out_ += ',' + json::quote(name) + ':'; }
  void text(std::string_view name, std::string_view content) {
    key(name);
    out_ += json::quote(content);
  }
  void value(std::string_view name, const json::Value& content) {
    key(name);
    out_ += json::write(content);
  }
  void texts(std::string_view name, const std::vector<std::string>& contents) {
    key(name);
    out_ += '[';
    for (const std::string& content : contents) {
      if (&content != &contents.front()) out_ += ',';
      out_ += json::quote(content);
    }
    out_ += ']';
  }

  const Form form_;
  const DefaultCheck::Types none_;
  DefaultCheck branches_{none_, kDefaultChecksMax};
  std::unordered_set<const Type*> written_;
  size_t depth_ = 0;
  bool too_deep_ = false;
  std::string out_;
};

std::string text_in(Form form, const TypeGraph& graph) {
  TypeWriter writer(form);
  writer.write(*graph.root, "");
  return std::move(writer).take();
}

}  // namespace

std::string canonical_text(const TypeGraph& graph) { return text_in(Form::as_parsed, graph); }
std::string normalized_text(const TypeGraph& graph) { return text_in(Form::normalized, graph); }

std::string resolved_text(const TypeGraph& graph) {
  TypeWriter writer(Form::resolved);
  writer.write(*graph.root, "");
  return writer.too_deep() ? canonical_text(graph) : std::move(writer).take();
}

}  // namespace millrace::schema::avro
