#include "schema/protobuf/option_text.h"

#include <google/protobuf/dynamic_message.h>
#include <google/protobuf/io/coded_stream.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>

#include <algorithm>
#include <map>
#include <memory>

#include "schema/protobuf/option_value.h"

namespace millrace::schema::protobuf {
namespace {

namespace pb = google::protobuf;

/// Options as the schema's own files define them. libprotobuf's compiled classes know no custom
/// option: they keep it as an unknown field.
class KnownOptions {
 public:
  KnownOptions(const pb::Message& options, const pb::DescriptorPool& pool) : known_(&options) {
    const pb::Descriptor* type = pool.FindMessageTypeByName(options.GetDescriptor()->full_name());
    if (!type) return;  // without descriptor.proto there are no custom options
    factory_.SetDelegateToGeneratedFactory(false);
    read_.reset(factory_.GetPrototype(type)->New());
    const std::string bytes = options.SerializePartialAsString();
    pb::io::ArrayInputStream input(bytes.data(), static_cast<int>(bytes.size()));
    pb::io::CodedInputStream stream(&input);
    stream.SetExtensionRegistry(&pool, &factory_);
    if (read_->MergePartialFromCodedStream(&stream)) known_ = read_.get();
  }

  const pb::Message& message() const { return *known_; }

 private:
  pb::DynamicMessageFactory factory_;
  std::unique_ptr<pb::Message> read_;
  const pb::Message* known_;
};

/// Standard options first, in the order of descriptor.proto, then custom ones by number.
bool precedes(const pb::FieldDescriptor* a, const pb::FieldDescriptor* b) {
  if (a->is_extension() != b->is_extension()) return b->is_extension();
  return a->is_extension() ? a->number() < b->number() : a->index() < b->index();
}

}  // namespace

std::vector<OptionText> option_texts(const pb::Message& options, const NameScope& scope,
                                     Spelling spelling) {
  if (options.ByteSizeLong() == 0) return {};
  const KnownOptions known(options, *scope.file.pool());
  std::vector<const pb::FieldDescriptor*> fields;
  known.message().GetReflection()->ListFields(known.message(), &fields);
  std::sort(fields.begin(), fields.end(), precedes);
  std::vector<OptionText> texts;
  for (const pb::FieldDescriptor* field : fields) {
    const bool custom = field->is_extension();
    const std::string name = custom ? field->full_name() : field->name();
    const std::string written = !custom ? name
                                : spelling == Spelling::normalized
                                    ? "(" + name + ")"
                                    : "(" + readable_extension_name(*field, scope) + ")";
    for (const std::string& value : value_texts(known.message(), *field, spelling)) {
      texts.push_back({.name = name, .assignment = written + " = " + value});
    }
  }
  return texts;
}

std::vector<std::string> assignments(std::vector<OptionText> options, Spelling spelling) {
  // Values of one option keep their order.
  std::multimap<std::string, std::string> by_name;
  std::vector<std::string> texts;
  for (OptionText& option : options) {
    if (spelling == Spelling::normalized) {
      by_name.emplace(std::move(option.name), std::move(option.assignment));
    } else {
      texts.push_back(std::move(option.assignment));
    }
  }
  for (auto& [name, assignment] : by_name) texts.push_back(std::move(assignment));
  return texts;
}

}  // namespace millrace::schema::protobuf
