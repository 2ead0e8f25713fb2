// A broker whose requests fail as ordered, asked through dispatch.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "handlers/faults/request_faults.h"
#include "handlers/harness.h"
#include "wire/messages/fetch.h"
#include "wire/messages/produce.h"

namespace millrace::handlers {

class FaultsTest : public HandlersTest {
 protected:
  FaultsTest()
      : requests_({std::shared_ptr<Timers>(), &timers_}, {std::shared_ptr<Clock>(), &clock_}) {
    faults_ = &requests_;
  }
  /// What is held back goes before the test's own objects do.
  ~FaultsTest() override { requests_.close(); }

  void order(testing::RequestMatch match, testing::RequestFault fault) {
    requests_.add(std::move(match), fault);
  }

  using Places = std::vector<std::pair<std::string, int32_t>>;

  /// One record for each place.
  static wire::ProduceRequest produce_to(const Places& places, int16_t acks = 1) {
    static const Bytes kBatch = batch_of({"x"});
    wire::ProduceRequest request;
    request.acks = acks;
    for (const auto& [topic, partition] : places) {
      auto& data = request.topic_data.emplace_back();
      data.name = topic;
      data.partition_data.push_back({.index = partition, .records = wire::RecordsView{kBatch}});
    }
    return request;
  }

  Offset end_of(const std::string& topic, int32_t partition) {
    return catalog().find_partition(topic, PartitionId(partition))->high_watermark();
  }

  RequestFaults requests_;
};

}  // namespace millrace::handlers
