// An Avro schema as the registry sees it.
#pragma once

#include <memory>

#include "schema/avro/type.h"
#include "schema/schema.h"

namespace millrace::schema::avro {

class AvroSchema final : public Schema {
 public:
  explicit AvroSchema(std::shared_ptr<const TypeGraph> graph) : graph_(std::move(graph)) {}

  Format format() const override { return Format::avro; }
  std::string canonical() const override;
  std::string normalized() const override;
  /// Knows "resolved".
  std::string formatted(std::string_view format) const override;
  std::vector<Incompatibility> misfits(const Schema& writer) const override;

 private:
  std::shared_ptr<const TypeGraph> graph_;
};

}  // namespace millrace::schema::avro
