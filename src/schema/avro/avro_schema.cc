#include "schema/avro/avro_schema.h"

#include "base/assert.h"
#include "base/try.h"
#include "schema/avro/avro.h"
#include "schema/avro/canonical.h"
#include "schema/avro/misfits.h"
#include "schema/avro/type_parser.h"

namespace millrace::schema::avro {

Result<std::shared_ptr<const Schema>> parse(const Source& source) {
  MILL_TRY(auto graph, parse_types(source));
  return std::shared_ptr<const Schema>(std::make_shared<AvroSchema>(std::move(graph)));
}

std::string AvroSchema::canonical() const { return canonical_text(*graph_); }

std::string AvroSchema::normalized() const { return normalized_text(*graph_); }

std::string AvroSchema::formatted(std::string_view format) const {
  return format == "resolved" ? resolved_text(*graph_) : canonical();
}

std::vector<Incompatibility> AvroSchema::misfits(const Schema& writer) const {
  MILL_ASSERT(writer.format() == Format::avro, "Avro is compared with Avro");
  return misfits_of(*graph_->root, *static_cast<const AvroSchema&>(writer).graph_->root);
}

}  // namespace millrace::schema::avro
