// What of a request net is told: its kind, its answer, its end.
#include "listen/kafka_listener.h"

#include <gtest/gtest.h>

#include <future>

#include "broker/broker.h"
#include "coordinator/broker_offsets_log.h"
#include "coordinator/group_coordinator.h"
#include "io/memory_file_system.h"
#include "net/reply_mailbox.h"
#include "wire/codec.h"
#include "wire/header.h"
#include "wire/message_builder.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/fetch.h"
#include "wire/messages/metadata.h"
#include "wire/messages/produce.h"

namespace millrace::listen {
namespace {

class KafkaListeners : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = broker::Broker::open({.file_system = &file_system_,
                                        .dir = "data",
                                        .clock = &clock_,
                                        .timers = &timers_,
                                        .sync_threads = 0});
    ASSERT_TRUE(opened.has_value()) << opened.error().message();
    broker_ = *std::move(opened);
    offsets_log_ = std::make_unique<coordinator::BrokerOffsetsLog>(*broker_);
    groups_ = std::make_unique<coordinator::GroupCoordinator>(
        coordinator::coordinator_config(*broker_), *offsets_log_, clock_, timers_);
    listen();
  }

  void listen(std::optional<net::Endpoint> advertised = std::nullopt) {
    listener_ = std::make_unique<KafkaListener>(
        handlers::Services{.broker = broker_.get(), .groups = groups_.get()},
        std::move(advertised));
    connection_ = listener_->connected({.id = 1,
                                        .peer_host = "10.0.0.7",
                                        .peer_port = 1234,
                                        .local_host = "10.0.0.1",
                                        .local_port = 9092});
  }

  /// Without the size in front.
  template <class Request>
  static Bytes frame_of(const Request& request, int16_t version) {
    return body_of(wire::request_frame(
        request, {.api_version = version, .correlation_id = 7, .client_id = "test"}));
  }
  static Bytes body_of(const wire::EncodedMessage& message) {
    Bytes bytes;
    for (const io::Chunk& chunk : message.chunks) {
      const ByteView view = std::get<SharedBytes>(chunk).view();
      bytes.insert(bytes.end(), view.begin(), view.end());
    }
    return Bytes(bytes.begin() + 4, bytes.end());
  }

  net::RequestKind dispatch(Bytes frame) {
    mailbox_ = std::make_shared<net::ReplyMailbox>([] {});
    return listener_->dispatch({.bytes = SharedBytes(std::move(frame)), .connection = connection_},
                               net::Reply(mailbox_, 0));
  }
  std::optional<net::Answer> answer() {
    auto answers = mailbox_->take();
    if (answers.empty()) return std::nullopt;
    return std::move(answers.front());
  }

  ManualClock clock_;
  Timers timers_;
  io::MemoryFileSystem file_system_;
  std::unique_ptr<broker::Broker> broker_;
  std::unique_ptr<coordinator::BrokerOffsetsLog> offsets_log_;
  std::unique_ptr<coordinator::GroupCoordinator> groups_;
  std::unique_ptr<KafkaListener> listener_;
  std::shared_ptr<const void> connection_;
  std::shared_ptr<net::ReplyMailbox> mailbox_;
};

TEST_F(KafkaListeners, AnswerWithTheAddressTheClientCameInBy) {
  constexpr int16_t kVersion = 1;
  EXPECT_EQ(dispatch(frame_of(wire::MetadataRequest{}, kVersion)), net::RequestKind::work);
  auto got = answer();
  ASSERT_TRUE(got.has_value());
  ASSERT_EQ(got->kind, net::Answer::Kind::response);
  const Bytes body = body_of({.chunks = std::move(got->response)});
  ByteReader in(body);
  EXPECT_EQ(in.read<int32_t>(), 7);
  const auto metadata = wire::decode<wire::MetadataResponse>(in, kVersion);
  ASSERT_TRUE(metadata.has_value());
  EXPECT_EQ(metadata->brokers.front().host, "10.0.0.1");
  EXPECT_EQ(metadata->brokers.front().port, 9092);
}

TEST_F(KafkaListeners, AnswerWithTheAdvertisedAddress) {
  constexpr int16_t kVersion = 1;
  listen(net::Endpoint{.host = "broker.example", .port = 19092});
  dispatch(frame_of(wire::MetadataRequest{}, kVersion));
  auto got = answer();
  ASSERT_TRUE(got.has_value());
  const Bytes body = body_of({.chunks = std::move(got->response)});
  ByteReader in(body);
  in.read<int32_t>();
  const auto metadata = wire::decode<wire::MetadataResponse>(in, kVersion);
  ASSERT_TRUE(metadata.has_value());
  EXPECT_EQ(metadata->brokers.front().host, "broker.example");
  EXPECT_EQ(metadata->brokers.front().port, 19092);
}

TEST_F(KafkaListeners, CloseOnWhatIsNoRequest) {
  for (const std::string_view frame : {"", "\x00", "\x7f\x7f\x00\x00\x00\x00\x00\x01\xff\xff"}) {
    dispatch(copy_of(as_bytes(frame)));
    auto got = answer();
    ASSERT_TRUE(got.has_value());
    EXPECT_EQ(got->kind, net::Answer::Kind::close);
  }
}

TEST_F(KafkaListeners, CloseOnARequestThatIsCutShort) {
  Bytes frame = frame_of(wire::MetadataRequest{}, 9);
  frame.pop_back();
  dispatch(std::move(frame));
  auto got = answer();
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->kind, net::Answer::Kind::close);
}

TEST_F(KafkaListeners, SayNothingToAProducerThatWantsNoAnswer) {
  wire::ProduceRequest request;
  request.acks = 0;
  request.timeout_ms = 1000;
  EXPECT_EQ(dispatch(frame_of(request, 9)), net::RequestKind::work);
  auto got = answer();
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->kind, net::Answer::Kind::none);
}

TEST_F(KafkaListeners, TellLongPollsFromWork) {
  wire::FetchRequest fetch;
  fetch.max_wait_ms = 500;
  EXPECT_EQ(dispatch(frame_of(fetch, 11)), net::RequestKind::wait);
  EXPECT_EQ(dispatch(frame_of(wire::ApiVersionsRequest{}, 0)), net::RequestKind::work);
}

}  // namespace
}  // namespace millrace::listen
