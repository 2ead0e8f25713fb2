// Registry: what is registered, and the one way to change it.
#pragma once

#include <condition_variable>
#include <deque>
#include <functional>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <thread>
#include <vector>

#include "embed/broker_impl.h"
#include "registry/schemas_log.h"
#include "registry/state.h"

namespace millrace::registry {

/// Ids that were given to schemas which are on their way to the log.
class ReservedIds {
 public:
  /// Of the schema in that context, where it is on its way.
  std::optional<int32_t> find(const std::string& context, const std::string& guid) const;
  /// True where the id is another schema's that is on its way.
  bool has_another(const std::string& context, int32_t id, const std::string& guid) const;
  /// Above all that were given, here and in the state.
  int64_t next(const State& state, const std::string& context) const;
  void note(const std::vector<Record>& records);

 private:
  struct Context {
    std::map<std::string, int32_t> by_guid;
    int32_t id_max = 0;
  };
  std::map<std::string, Context> contexts_;
};

/// What a command found to do.
struct Plan {
  /// To be written, all or none; nothing where there is nothing to change.
  std::vector<Record> records = {};
  json::Value answer = {};
  /// Where there is more to do: what to do once the records are there. It is told what became of
  /// them, and planned on the state that they have made; its answer counts. Only of commands
  /// without a subject.
  std::function<Result<Plan>(const Result<void>& written, const State&, const ReservedIds&)> then =
      {};
};

/// A change, or a question that takes long. Answered when its records are on disk and everybody
/// sees them.
struct Command {
  /// The subject whose records it reads and writes; "" where it looks at more than one subject.
  std::string subject;
  /// Called on the registry's thread. Commands of different subjects may be planned on one state
  /// and written together.
  std::function<Result<Plan>(const State&, const ReservedIds&)> plan;
  /// Called once, on the registry's thread.
  std::function<void(Result<json::Value>)> answer;
};

/// Thread-safe. The state is read from the log alone, the registry's own records too, so that what
/// is answered is on disk, and what others write into the topic counts like its own. One thread,
/// "mill-registry", does what takes long: it parses, compares, and writes what has gathered as one
/// batch with one sync.
class Registry {
 public:
  /// Everything that is in the log is known when it returns. The broker must live as long.
  static Result<std::unique_ptr<Registry>> open(embed::BrokerImpl& broker);
  Registry(const Registry&) = delete;
  Registry& operator=(const Registry&) = delete;
  ~Registry();

  /// Answers what was submitted, then ends the thread. What is submitted afterwards is refused.
  void stop();

  /// `look(state)` on the calling thread, with all that is in the log. It must not take long.
  template <class Look>
  auto read(Look look) {
    catch_up();
    const std::shared_lock lock(state_mutex_);
    return look(static_cast<const State&>(state_));
  }

  void submit(Command command);

 private:
  /// A command whose records wait to be written, and what it is answered then.
  struct Planned {
    Command command;
    std::vector<RecordText> texts;
    json::Value answer;
  };

  explicit Registry(embed::BrokerImpl& broker) : log_(broker) {}

  /// Reads what is new. What cannot be understood is told to the log of the program and left out.
  void catch_up();
  void read_log();
  void run();
  /// Nothing once the registry ends.
  std::deque<Command> wait_for_commands();
  void work_off(std::deque<Command> commands);
  void write(std::vector<Planned>& planned);
  /// The last of the plans that follow from that one; all before it are carried out.
  Result<Plan> work_through(Result<Plan> plan);
  Result<void> append(const std::vector<RecordText>& texts);

  SchemasLog log_;
  std::shared_mutex state_mutex_;
  State state_;

  std::mutex queue_mutex_;
  std::condition_variable queue_changed_;
  std::deque<Command> queue_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace millrace::registry
