// The joint between frames and requests: what a client is told of the broker's address, and which
// requests a stop need not wait for.
#include "listen/kafka_listener.h"

#include <gtest/gtest.h>

#include <string>

#include "base/clock.h"
#include "base/timers.h"
#include "broker/broker.h"
#include "coordinator/broker_offsets_log.h"
#include "coordinator/group_coordinator.h"
#include "io/memory_file_system.h"
#include "net/reply_mailbox.h"
#include "wire/header.h"
#include "wire/messages/fetch.h"
#include "wire/messages/metadata.h"

namespace millrace::listen {
namespace {

constexpr size_t kSizeField = 4;

Bytes flatten(const io::Chunks& chunks) {
  Bytes bytes;
  for (const io::Chunk& chunk : chunks) {
    const ByteView view = std::get<SharedBytes>(chunk).view();
    bytes.insert(bytes.end(), view.begin(), view.end());
  }
  return bytes;
}

class KafkaListenerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = broker::Broker::open({.file_system = &disk_,
                                        .dir = "data",
                                        .clock = &clock_,
                                        .timers = &timers_,
                                        .config = {},
                                        .sync_threads = 0});
    ASSERT_TRUE(opened) << opened.error().to_string();
    broker_ = *std::move(opened);
    offsets_log_ = std::make_unique<coordinator::BrokerOffsetsLog>(*broker_);
    groups_ = std::make_unique<coordinator::GroupCoordinator>(
        coordinator::coordinator_config(*broker_->config()), *offsets_log_, clock_, timers_);
  }

  KafkaListener listener(std::optional<net::Endpoint> advertised = std::nullopt) {
    return KafkaListener({.broker = broker_.get(), .groups = groups_.get()}, std::move(advertised));
  }

  /// Sends one request of a client that came in by broker.local:9092.
  template <class Request>
  net::RequestKind send(KafkaListener& listener, const Request& request, int16_t version) {
    const auto connection = listener.connected({.id = 1,
                                                .peer_host = "10.0.0.7",
                                                .peer_port = 4000,
                                                .local_host = "broker.local",
                                                .local_port = 9092});
    const Bytes framed =
        flatten(wire::request_frame(request,
                                    {.api_version = version, .correlation_id = 5, .client_id = "t"})
                    .chunks);
    return listener.dispatch({.bytes = SharedBytes(copy_of(ByteView(framed).subspan(kSizeField))),
                              .connection = connection},
                             net::Reply(mailbox_, 0));
  }

  wire::MetadataResponse ask_metadata(KafkaListener& listener) {
    constexpr int16_t kVersion = 9;
    send(listener, wire::MetadataRequest{}, kVersion);
    const auto answers = mailbox_->take();
    EXPECT_EQ(answers.size(), 1U);
    const Bytes framed = flatten(answers.at(0).response);
    ByteReader in(framed);
    EXPECT_EQ(in.read<int32_t>() + kSizeField, framed.size());
    EXPECT_EQ(wire::decode_response_header(in, true).value_or(-1), 5);
    return wire::decode<wire::MetadataResponse>(in, kVersion).value_or({});
  }

  io::MemoryFileSystem disk_;
  ManualClock clock_;
  Timers timers_;
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<coordinator::BrokerOffsetsLog> offsets_log_;
  std::unique_ptr<coordinator::GroupCoordinator> groups_;
  std::shared_ptr<net::ReplyMailbox> mailbox_ = std::make_shared<net::ReplyMailbox>([] {});
};

TEST_F(KafkaListenerTest, TellsAClientTheAddressItCameInBy) {
  KafkaListener plain = listener();
  const auto metadata = ask_metadata(plain);
  ASSERT_EQ(metadata.brokers.size(), 1U);
  EXPECT_EQ(metadata.brokers[0].host, "broker.local");
  EXPECT_EQ(metadata.brokers[0].port, 9092);
}

TEST_F(KafkaListenerTest, TellsTheAdvertisedAddressWhereThereIsOne) {
  KafkaListener advertising = listener(net::Endpoint{.host = "kafka.example.org", .port = 19092});
  const auto metadata = ask_metadata(advertising);
  ASSERT_EQ(metadata.brokers.size(), 1U);
  EXPECT_EQ(metadata.brokers[0].host, "kafka.example.org");
  EXPECT_EQ(metadata.brokers[0].port, 19092);
}

TEST_F(KafkaListenerTest, AStopWaitsForWorkButNotForLongPolls) {
  KafkaListener plain = listener();
  EXPECT_EQ(send(plain, wire::MetadataRequest{}, 9), net::RequestKind::work);
  EXPECT_EQ(send(plain, wire::FetchRequest{}, 12), net::RequestKind::wait);
}

TEST_F(KafkaListenerTest, WhatIsNoRequestClosesTheConnection) {
  KafkaListener plain = listener();
  const auto connection = plain.connected({});
  plain.dispatch({.bytes = SharedBytes(Bytes(3)), .connection = connection},
                 net::Reply(mailbox_, 0));
  const auto answers = mailbox_->take();
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].kind, net::Answer::Kind::close);
}

}  // namespace
}  // namespace millrace::listen
