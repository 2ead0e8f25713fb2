#include "schema/json_schema/json_schema.h"

#include "base/try.h"
#include "schema/json_schema/canonical.h"
#include "schema/json_schema/comparison.h"
#include "schema/json_schema/reader.h"

namespace millrace::schema::json_schema {
namespace {

class JsonSchema : public Schema {
 public:
  explicit JsonSchema(std::unique_ptr<const Model> model) : model_(std::move(model)) {}

  Format format() const override { return Format::json; }
  std::string canonical() const override { return canonical_text(model_->documents.front()); }
  std::string normalized() const override { return normalized_text(model_->documents.front()); }

  std::vector<Incompatibility> misfits(const Schema& writer) const override {
    return compare(*static_cast<const JsonSchema&>(writer).model_, *model_);
  }

 private:
  const std::unique_ptr<const Model> model_;
};

}  // namespace

Result<std::shared_ptr<const Schema>> parse(const Source& source) {
  MILL_TRY(auto model, read_model(source));
  return std::shared_ptr<const Schema>(std::make_shared<const JsonSchema>(std::move(model)));
}

}  // namespace millrace::schema::json_schema
