// A coordinator that answers as a test says, and a consumer that a membership calls back.
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "base/uuid.h"
#include "client/consumer/membership.h"
#include "client/scripted_broker.h"
#include "client/signal.h"
#include "wire/messages/find_coordinator.h"
#include "wire/messages/metadata.h"

namespace millrace::client {

/// "a-0 a-1 b-0"
inline std::string text_of(std::vector<TopicPartition> partitions) {
  std::ranges::sort(partitions);
  std::string text;
  for (const auto& name : partitions) text += cat(text.empty() ? "" : " ", name);
  return text;
}

/// Requests of one API that came, answered in their order.
template <class Request, class Response>
class Questions {
 public:
  void take(ScriptedBroker& broker) {
    broker.on<Request, Response>([this](const Asked<Request, Response>& asked) {
      requests.push_back(asked.request());
      if (answer_at_once) return asked.answer(answer_at_once(asked.request()));
      waiting.push_back(asked);
    });
  }

  void answer(Response response) {
    ASSERT_FALSE(waiting.empty()) << "nothing was asked";
    const auto first = std::move(waiting.front());
    waiting.pop_front();
    first.answer(std::move(response));
  }
  void refuse(ErrorCode error) {
    Response response;
    response.error_code = error;
    answer(std::move(response));
  }
  /// The broker closes the connection of the first one; its answer is lost.
  void hang_up(ScriptedBroker& broker) {
    ASSERT_FALSE(waiting.empty()) << "nothing was asked";
    const auto first = std::move(waiting.front());
    waiting.pop_front();
    broker.hang_up(first.link());
  }

  std::deque<Asked<Request, Response>> waiting;
  std::vector<Request> requests;
  /// Where set, nothing waits.
  std::function<Response(const Request&)> answer_at_once;
};

/// Finds itself as the coordinator and knows topics.
class ScriptedGroup : public ScriptedBroker {
 public:
  explicit ScriptedGroup(ScriptedDriver& driver) : ScriptedBroker(driver) {
    always<wire::FindCoordinatorRequest, wire::FindCoordinatorResponse>([this](const auto& asked) {
      ++coordinator_requests;
      wire::FindCoordinatorResponse response;
      response.coordinators.push_back({.key = asked.coordinator_keys.at(0),
                                       .node_id = 1,
                                       .host = "scripted",
                                       .port = 1,
                                       .error_code = find_coordinator_error});
      return response;
    });
    on<wire::MetadataRequest, wire::MetadataResponse>(
        [this](const Asked<wire::MetadataRequest, wire::MetadataResponse>& asked) {
          if (!is_silent) asked.answer(metadata(asked.request()));
        });
  }

  void add_topic(const std::string& name, int32_t partitions) {
    topics_[name] = {.id = Uuid::random(), .partitions = partitions};
  }
  /// The topic is there with more partitions; it keeps its id.
  void grow_topic(const std::string& name, int32_t partitions) {
    topics_.at(name).partitions = partitions;
  }
  void delete_topic(const std::string& name) { topics_.erase(name); }
  Uuid id_of(const std::string& name) const { return topics_.at(name).id; }

  ErrorCode find_coordinator_error = ErrorCode::none;
  /// Known by their names alone: ids cannot be resolved yet.
  bool hides_ids = false;
  /// Metadata is not answered.
  bool is_silent = false;
  int coordinator_requests = 0;
  int metadata_requests = 0;
  /// Names asked for with the wish that they be created.
  std::vector<std::vector<std::string>> creations;

 private:
  struct Topic {
    Uuid id;
    int32_t partitions = 0;
  };

  wire::MetadataResponse metadata(const wire::MetadataRequest& asked) {
    ++metadata_requests;
    wire::MetadataResponse response;
    response.brokers.push_back({.node_id = 1, .host = "scripted", .port = 1});
    if (!asked.topics) {
      for (const auto& [name, topic] : topics_) response.topics.push_back(described(name));
      return response;
    }
    std::vector<std::string> names;
    for (const auto& topic : *asked.topics) {
      if (topic.name) {
        names.push_back(*topic.name);
        response.topics.push_back(described(*topic.name));
        continue;
      }
      const auto found = std::ranges::find_if(
          topics_, [&](const auto& at) { return at.second.id == topic.topic_id; });
      if (found != topics_.end() && !hides_ids) {
        response.topics.push_back(described(found->first));
      } else {
        response.topics.push_back(
            {.error_code = ErrorCode::unknown_topic_id, .topic_id = topic.topic_id});
      }
    }
    if (asked.allow_auto_topic_creation) creations.push_back(std::move(names));
    return response;
  }
  wire::MetadataResponse::Topic described(const std::string& name) const {
    wire::MetadataResponse::Topic answer{.name = name};
    const auto found = topics_.find(name);
    if (found == topics_.end()) {
      answer.error_code = ErrorCode::unknown_topic_or_partition;
      return answer;
    }
    answer.topic_id = found->second.id;
    answer.is_internal = name.starts_with("__");
    for (int32_t i = 0; i < found->second.partitions; ++i) {
      answer.partitions.push_back({.partition_index = i, .leader_id = 1});
    }
    return answer;
  }

  std::map<std::string, Topic> topics_;
};

/// Notes what it is called for. While the program does not poll, its callbacks wait.
class ScriptedHost final : public MemberHost {
 public:
  explicit ScriptedHost(Driver& driver)
      : driver_(driver), polled_(driver), last_polled_(driver.now()) {}

  std::vector<TopicPartition> assigned() const override { return assigned_; }
  Task<void> revoke(std::vector<TopicPartition> partitions) override {
    return take_away("revoke", std::move(partitions));
  }
  Task<void> lose(std::vector<TopicPartition> partitions) override {
    return take_away("lose", std::move(partitions));
  }
  Task<void> assign(std::vector<TopicPartition> added, bool even_none) override {
    return add(std::move(added), even_none);
  }
  void fail(Error error) override { failures.push_back(std::move(error)); }
  SteadyTime last_polled() const override { return last_polled_; }

  /// What happened since this was last asked: "revoke a-0 a-1; assign a-1".
  std::string told() { return std::exchange(told_, {}); }
  std::string has() const { return text_of(assigned_); }
  /// The program's poll, without that of the membership.
  void poll() {
    last_polled_ = driver_.now();
    polled_.raise();
  }

  bool is_busy = false;
  std::vector<Error> failures;

 private:
  Task<void> take_away(std::string what, std::vector<TopicPartition> partitions) {
    EXPECT_FALSE(is_called_) << "one call at a time";
    if (partitions.empty()) co_return;
    note(what, partitions);
    is_called_ = true;
    if (is_busy) co_await polled_.wait_until(SteadyTime::max());
    is_called_ = false;
    std::erase_if(assigned_, [&](const TopicPartition& name) {
      return std::ranges::find(partitions, name) != partitions.end();
    });
  }
  Task<void> add(std::vector<TopicPartition> added, bool even_none) {
    EXPECT_FALSE(is_called_) << "one call at a time";
    if (added.empty() && !even_none) co_return;
    note("assign", added);
    for (const auto& name : added) {
      EXPECT_EQ(std::ranges::find(assigned_, name), assigned_.end()) << name << " is assigned";
      assigned_.push_back(name);
    }
    is_called_ = true;
    if (is_busy) co_await polled_.wait_until(SteadyTime::max());
    is_called_ = false;
  }
  void note(const std::string& what, const std::vector<TopicPartition>& partitions) {
    told_ +=
        cat(told_.empty() ? "" : "; ", what, partitions.empty() ? "" : " ", text_of(partitions));
  }

  Driver& driver_;
  Signal polled_;
  SteadyTime last_polled_;
  bool is_called_ = false;
  std::vector<TopicPartition> assigned_;
  std::string told_;
};

}  // namespace millrace::client
