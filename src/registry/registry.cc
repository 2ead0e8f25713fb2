#include "registry/registry.h"

#include <algorithm>
#include <utility>

#include "base/log.h"
#include "base/named_thread.h"
#include "base/text.h"
#include "base/try.h"
#include "registry/error.h"

namespace millrace::registry {
namespace {

/// Of one batch, so that it stays below what a topic takes.
constexpr size_t kBatchBytesMax = 512 << 10;

std::vector<RecordText> texts_of(const std::vector<Record>& records) {
  std::vector<RecordText> texts;
  std::ranges::transform(records, std::back_inserter(texts), format_record);
  return texts;
}

size_t size_of(const std::vector<RecordText>& texts) {
  /// More than a record has beside its key and value.
  constexpr size_t kFrameSize = 64;
  size_t size = 0;
  for (const RecordText& text : texts) {
    size += text.key.size() + (text.value ? text.value->size() : 0) + kFrameSize;
  }
  return size;
}

Error as_registry_error(const Error& error) {
  if (error.is(ErrorCode::message_too_large)) {
    return registry_error(RegistryErrc::schema_too_large,
                          cat("the schema is too large for the topic _schemas: ", error.message(),
                              "; raise its max.message.bytes"));
  }
  return registry_error(RegistryErrc::store_failed,
                        cat("the topic _schemas could not be written: ", error.to_string()));
}

}  // namespace

std::optional<int32_t> ReservedIds::find(const std::string& context,
                                         const std::string& guid) const {
  const auto known = contexts_.find(context);
  if (known == contexts_.end()) return std::nullopt;
  const auto found = known->second.by_guid.find(guid);
  if (found == known->second.by_guid.end()) return std::nullopt;
  return found->second;
}

bool ReservedIds::has_another(const std::string& context, int32_t id,
                              const std::string& guid) const {
  const auto known = contexts_.find(context);
  if (known == contexts_.end()) return false;
  return std::ranges::any_of(known->second.by_guid, [&](const auto& reserved) {
    return reserved.second == id && reserved.first != guid;
  });
}

int64_t ReservedIds::next(const State& state, const std::string& context) const {
  const auto known = contexts_.find(context);
  const int32_t reserved = known == contexts_.end() ? 0 : known->second.id_max;
  return int64_t{std::max(reserved, state.id_max(context))} + 1;
}

void ReservedIds::note(const std::vector<Record>& records) {
  for (const Record& record : records) {
    const auto* entry = std::get_if<SchemaEntry>(&record);
    if (entry == nullptr) continue;
    Context& context = contexts_[Subject::parse(entry->subject).context()];
    context.by_guid.emplace(entry->schema->guid, entry->schema->id);
    context.id_max = std::max(context.id_max, entry->schema->id);
  }
}

Result<std::unique_ptr<Registry>> Registry::open(embed::BrokerImpl& broker) {
  std::unique_ptr<Registry> registry(new Registry(broker));
  registry->catch_up();
  registry->thread_ = named_thread("mill-registry", [self = registry.get()] { self->run(); });
  return registry;
}

Registry::~Registry() { stop(); }

void Registry::stop() {
  {
    const std::lock_guard lock(queue_mutex_);
    ending_ = true;
    queue_changed_.notify_one();
  }
  if (thread_.joinable()) thread_.join();
}

void Registry::catch_up() {
  {
    const std::shared_lock lock(state_mutex_);
    if (!log_.has_more()) return;
  }
  const std::unique_lock lock(state_mutex_);
  read_log();
}

void Registry::read_log() {
  const auto skip = [](int64_t offset, const Error& error) {
    log::warn(kSchemasTopic, " offset ", offset, " is left out: ", error.message());
  };
  const auto read = log_.read_new(
      [this] {
        log::warn(kSchemasTopic, " was deleted, and all schemas with it");
        state_ = State();
      },
      [&](std::string_view key, std::optional<std::string_view> value, int64_t offset,
          int64_t timestamp_ms) {
        const auto record = parse_record(key, value);
        if (!record) return skip(offset, record.error());
        const auto applied = state_.apply(*record, timestamp_ms);
        if (!applied) skip(offset, applied.error());
      });
  if (!read) log::error(kSchemasTopic, " could not be read: ", read.error().to_string());
}

void Registry::submit(Command command) {
  {
    const std::lock_guard lock(queue_mutex_);
    if (!ending_) {
      queue_.push_back(std::move(command));
      queue_changed_.notify_one();
      return;
    }
  }
  command.answer(registry_error(RegistryErrc::store_failed, "the registry is closing"));
}

std::deque<Command> Registry::wait_for_commands() {
  std::unique_lock lock(queue_mutex_);
  queue_changed_.wait(lock, [this] { return ending_ || !queue_.empty(); });
  return std::exchange(queue_, {});
}

void Registry::run() {
  for (auto commands = wait_for_commands(); !commands.empty(); commands = wait_for_commands()) {
    work_off(std::move(commands));
  }
}

void Registry::work_off(std::deque<Command> commands) {
  std::vector<Planned> planned;
  ReservedIds reserved;
  size_t bytes = 0;
  const auto flush = [&] {
    if (!planned.empty()) write(planned);
    planned.clear();
    reserved = {};
    bytes = 0;
  };
  const auto must_wait = [&](const Command& command) {
    return std::ranges::any_of(planned, [&](const Planned& earlier) {
      const std::string& subject = earlier.command.subject;
      return subject.empty() || command.subject.empty() || subject == command.subject;
    });
  };
  for (Command& command : commands) {
    if (must_wait(command) || bytes > kBatchBytesMax) flush();
    auto plan =
        work_through(read([&](const State& state) { return command.plan(state, reserved); }));
    if (!plan) {
      command.answer(std::move(plan).error());
    } else if (plan->records.empty()) {
      command.answer(std::move(plan->answer));
    } else {
      auto texts = texts_of(plan->records);
      const size_t size = size_of(texts);
      if (bytes + size > kBatchBytesMax) flush();
      bytes += size;
      reserved.note(plan->records);
      planned.push_back({.command = std::move(command),
                         .texts = std::move(texts),
                         .answer = std::move(plan->answer)});
    }
  }
  flush();
}

Result<Plan> Registry::work_through(Result<Plan> plan) {
  while (plan && plan->then) {
    const auto written = append(texts_of(plan->records));
    const auto then = std::move(plan->then);
    // Nothing else is on its way: the command has no subject.
    plan = read([&](const State& state) { return then(written, state, {}); });
  }
  return plan;
}

Result<void> Registry::append(const std::vector<RecordText>& texts) {
  if (texts.empty()) return {};
  const auto written = log_.append(texts);
  if (!written) return as_registry_error(written.error());
  catch_up();
  return {};
}

void Registry::write(std::vector<Planned>& planned) {
  std::vector<RecordText> texts;
  for (Planned& one : planned) std::ranges::move(one.texts, std::back_inserter(texts));
  const auto written = append(texts);
  for (Planned& one : planned) {
    if (written) {
      one.command.answer(std::move(one.answer));
    } else {
      one.command.answer(written.error());
    }
  }
}

}  // namespace millrace::registry
