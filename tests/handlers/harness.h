// Verbs for the tests of the handlers: a broker in memory with its group coordinator, asked through
// dispatch as a listener asks it, with a clock turned by hand.
#pragma once

#include <gtest/gtest.h>

#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/timers.h"
#include "broker/broker.h"
#include "coordinator/broker_offsets_log.h"
#include "coordinator/group_coordinator.h"
#include "coordinator/transactions/broker_transaction_log.h"
#include "coordinator/transactions/transaction_coordinator.h"
#include "handlers/dispatch.h"
#include "io/faulty_file_system.h"
#include "millrace/clock.h"
#include "wire/codec.h"
#include "wire/header.h"

namespace millrace::handlers {

class HandlersTest : public ::testing::Test {
 protected:
  /// What became of a request.
  struct Told {
    int answers = 0;
    Answer last;
  };

  HandlersTest();

  /// The process dies and another one opens what it left.
  void crash();

  /// A frame without the size in front. `then` runs where the answer is given.
  std::shared_ptr<Told> send(ByteView frame, std::function<void(const Told&)> then = {});
  template <wire::Message Request>
  std::shared_ptr<Told> send(const Request& request, int16_t version,
                             std::function<void(const Told&)> then = {}) {
    const Bytes frame = joined(wire::request_frame(
        request, {.api_version = version, .correlation_id = 7, .client_id = "test"}));
    return send(ByteView(frame).subspan(4), std::move(then));
  }

  /// The answer to a request that is to be answered at once.
  template <wire::Message Response, wire::Message Request>
  Response ask(const Request& request, int16_t version) {
    return read<Response>(*send(request, version), version);
  }
  template <wire::Message Response>
  static Response read(const Told& told, int16_t version) {
    EXPECT_EQ(told.answers, 1);
    if (told.answers != 1 || told.last.kind != Answer::Kind::reply) {
      ADD_FAILURE() << "there is no answer";
      return {};
    }
    const auto bytes = std::make_shared<const Bytes>(joined(told.last.message));
    ByteReader in(ByteView(*bytes).subspan(4));
    EXPECT_EQ(
        *wire::decode_response_header(in, wire::has_flexible_response_header<Response>(version)),
        7);
    auto response = wire::decode<Response>(in, version, bytes);
    EXPECT_TRUE(response) << response.error().message();
    return response ? *std::move(response) : Response{};
  }

  /// Chunks in memory and in files.
  static Bytes joined(const wire::EncodedMessage& message);
  /// Runs what is due on the way.
  void pass(Milliseconds time);

  broker::Catalog& catalog();
  /// A new topic's id.
  Uuid create(const std::string& topic, int32_t partitions = 1);
  /// Appends a batch of records with these values.
  void write(const std::string& topic, const std::vector<std::string>& values);

 private:
  void open();

 protected:
  io::FaultyFileSystem disk_;
  ManualClock clock_;
  Timers timers_;
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<coordinator::BrokerOffsetsLog> offsets_log_;
  std::unique_ptr<coordinator::GroupCoordinator> groups_;
  std::unique_ptr<coordinator::BrokerTransactionLog> transaction_log_;
  std::unique_ptr<coordinator::TransactionCoordinator> transactions_;
  std::shared_ptr<const ConnectionInfo> connection_;
  /// Of a test that orders some.
  RequestFaults* faults_ = nullptr;
  /// Of a test that looks at them.
  RequestMetrics* metrics_ = nullptr;
};

/// A batch of records with these values, all without key.
Bytes batch_of(const std::vector<std::string>& values);
/// The values of all records in the batches of `records`.
std::vector<std::string> values_in(const wire::FetchRecords& records);

}  // namespace millrace::handlers
