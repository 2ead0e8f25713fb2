#include "handlers/faults/faulty_call.h"

#include <algorithm>
#include <array>
#include <type_traits>
#include <utility>

#include "base/assert.h"
#include "broker/fetch_sessions.h"
#include "handlers/api_list.h"
#include "handlers/faults/slots.h"
#include "handlers/handlers.h"
#include "wire/sift_entries.h"

namespace millrace::handlers {

namespace {

using testing::RequestFault;
using testing::RequestMatch;

/// Where clients name topics by their ids, people still name them by their names.
wire::Entry with_topic_name(wire::Entry entry, const RequestContext& context) {
  if (entry.topic || !entry.topic_id || entry.topic_id->is_zero()) return entry;
  if (const auto topic = context.broker().catalog().find(*entry.topic_id))
    entry.topic = topic->name;
  return entry;
}

/// Asks about more than its fields name.
template <class Request>
std::vector<wire::Entry> unnamed_entries(const Request&, const RequestContext&) {
  return {};
}

/// Without a list it asks about all topics.
std::vector<wire::Entry> unnamed_entries(const wire::MetadataRequest& request,
                                         const RequestContext& context) {
  std::vector<wire::Entry> entries;
  if (request.topics) return entries;
  for (const auto& topic : context.broker().catalog().list()) {
    entries.push_back({.topic = topic->name, .topic_id = topic->id});
  }
  return entries;
}

/// Within a session it asks about all that the session knows.
std::vector<wire::Entry> unnamed_entries(const wire::FetchRequest& request,
                                         const RequestContext& context) {
  std::vector<wire::Entry> entries;
  if (request.session_epoch <= broker::kInitialFetchEpoch) return entries;
  for (auto& key : context.broker().fetch_sessions().partitions_of(request.session_id)) {
    auto& entry = entries.emplace_back();
    entry.partition = key.partition.value();
    if (key.topic_id.is_zero()) {
      entry.topic = std::move(key.topic);
    } else {
      entry.topic_id = key.topic_id;
    }
  }
  return entries;
}

/// Reads that are done whatever is refused: a fetch session would lose the partitions that are
/// taken out of it, and Metadata tells of brokers, too. Their answers are overwritten instead.
template <class Request>
constexpr bool kIsAlwaysDone =
    std::is_same_v<Request, wire::FetchRequest> || std::is_same_v<Request, wire::MetadataRequest>;

/// Errors that are about the whole of a Fetch or of Metadata, whose topmost place is for nothing
/// else.
bool is_about_all(ErrorCode error) {
  switch (error) {
    case ErrorCode::fetch_session_id_not_found:
    case ErrorCode::invalid_fetch_session_epoch:
    case ErrorCode::fetch_session_topic_id_error:
    case ErrorCode::rebootstrap_required: return true;
    default: return false;
  }
}

template <class Request, class Response>
class TypedFaultyCall final : public FaultyCall {
 public:
  explicit TypedFaultyCall(std::shared_ptr<Call<Request, Response>> call)
      : call_(std::move(call)), answered_(wire::answered_sorts<Response>(call_->version())) {}

  int16_t api_key() const override { return Request::kApiKey; }
  const RequestContext& context() const override { return call_->context; }

  std::vector<wire::Entry> entries() override {
    auto entries = unnamed_entries(call_->request, context());
    for (auto& entry : entries) entry = with_topic_name(std::move(entry), context());
    sift([&](const wire::Entry& entry) {
      entries.push_back(entry);
      return true;
    });
    return entries;
  }

  void lose_answer(RequestFault::Then then) override {
    call_->respond = Responder<Response>(
        std::make_shared<LosingSlot<Response>>(std::move(call_->respond), then));
  }

  void handle() override { handlers::handle(*call_); }
  void drop() override { call_->respond.close(); }

  void refuse(const RequestMatch& match, ErrorCode error) override {
    Refusal refusal{.error = error, .place = place_for(match, error), .entries = {}};
    if (kIsAlwaysDone<Request> && refusal.place == wire::ErrorPlace::topmost) {
      return refuse_all(std::move(refusal));
    }
    const size_t kept = take_out(match, refusal.entries);
    if (kept == 0 && !kIsAlwaysDone<Request>) return refuse_all(std::move(refusal));
    // Nobody waits for records beside an error.
    if constexpr (requires { call_->request.max_wait_ms; }) call_->request.max_wait_ms = 0;
    call_->respond = Responder<Response>(
        std::make_shared<RefusingSlot<Response>>(std::move(call_->respond), std::move(refusal)));
    handle();
  }

 private:
  wire::Sifted sift(const wire::KeepEntry& keep) {
    return wire::sift_entries(
        call_->request, call_->version(), answered_,
        [&](const wire::Entry& entry) { return keep(with_topic_name(entry, context())); });
  }

  /// The entries that fit, which leave the request unless it is done all the same; answers how many
  /// others there are.
  size_t take_out(const RequestMatch& match, std::vector<wire::Entry>& refused) {
    if constexpr (std::is_same_v<Request, wire::FetchRequest>) {
      refused = entries();
      std::erase_if(refused, [&](const auto& entry) { return !fits(match, entry); });
      return 0;
    } else {
      for (auto& entry : unnamed_entries(call_->request, context())) {
        if (fits(match, entry)) refused.push_back(std::move(entry));
      }
      const auto sifted = sift([&](const wire::Entry& entry) {
        if (!fits(match, entry)) return true;
        refused.push_back(entry);
        return false;
      });
      return sifted.kept;
    }
  }

  static wire::ErrorPlace place_for(const RequestMatch& match, ErrorCode error) {
    const bool is_for_all =
        kIsAlwaysDone<Request> ? is_about_all(error) : !match.topic && !match.partition;
    return is_for_all ? wire::ErrorPlace::topmost : wire::ErrorPlace::innermost;
  }

  void refuse_all(Refusal refusal) {
    if constexpr (requires { call_->request.acks; }) {
      if (call_->request.acks == 0) return drop();
    }
    // What asks about nothing in particular is one thing.
    if (refusal.entries.empty()) refusal.entries.emplace_back();
    Response response;
    refusal.add_to(response, call_->version());
    call_->respond(std::move(response));
  }

  const std::shared_ptr<Call<Request, Response>> call_;
  const wire::Sorts answered_;
};

struct Row {
  int16_t api_key = 0;
  std::unique_ptr<FaultyCall> (*make)(std::shared_ptr<void> call) = nullptr;
};

template <class Request, class Response>
std::unique_ptr<FaultyCall> make(std::shared_ptr<void> call) {
  return std::make_unique<TypedFaultyCall<Request, Response>>(
      std::static_pointer_cast<Call<Request, Response>>(std::move(call)));
}

template <class... Pairs>
constexpr auto rows_of(ApiList<Pairs...>) {
  return std::array{Row{.api_key = Pairs::Request::kApiKey,
                        .make = &make<typename Pairs::Request, typename Pairs::Response>}...};
}

constexpr auto kRows = rows_of(ServedApis());
static_assert(std::ranges::is_sorted(kRows, {}, &Row::api_key));

}  // namespace

bool fits(const RequestMatch& match, const wire::Entry& entry) {
  return (!match.topic || match.topic == entry.topic) &&
         (!match.partition || match.partition == entry.partition) &&
         (!match.group || match.group == entry.group);
}

std::unique_ptr<FaultyCall> make_faulty_call(int16_t api_key, std::shared_ptr<void> call) {
  const auto found = std::ranges::lower_bound(kRows, api_key, {}, &Row::api_key);
  MILL_ASSERT(found != kRows.end() && found->api_key == api_key, "an API that is not in the list");
  return found->make(std::move(call));
}

}  // namespace millrace::handlers
