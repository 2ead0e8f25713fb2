// Requests that are no requests, through the only entry to the handlers: every request of every
// served version as Apache Kafka encodes it, cut short, changed, and with numbers out of range. The
// answer may be anything a client understands, or the end of the connection; there must be one, and
// the broker must go on.
#include <gtest/gtest.h>

#include <algorithm>
#include <fstream>
#include <random>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "base/text.h"
#include "handlers/api_table.h"
#include "handlers/harness.h"
#include "project_files.h"
#include "test_seed.h"
#include "wire/header.h"
#include "wire/messages/api_versions.h"
#include "wire/messages/metadata.h"

namespace millrace::handlers {
namespace {

struct GoldenRequest {
  std::string name;
  int16_t key = 0;
  int16_t version = 0;
  bool is_flexible = false;
  Bytes body;
};

/// The served requests of tests/data/wire/golden.txt, which names APIs by their messages.
std::vector<GoldenRequest> golden_requests() {
  static constexpr std::pair<std::string_view, int16_t> kKeys[] = {
      {"ProduceRequest", 0},
      {"FetchRequest", 1},
      {"ListOffsetsRequest", 2},
      {"MetadataRequest", 3},
      {"OffsetCommitRequest", 8},
      {"OffsetFetchRequest", 9},
      {"FindCoordinatorRequest", 10},
      {"JoinGroupRequest", 11},
      {"HeartbeatRequest", 12},
      {"LeaveGroupRequest", 13},
      {"SyncGroupRequest", 14},
      {"DescribeGroupsRequest", 15},
      {"ListGroupsRequest", 16},
      {"ApiVersionsRequest", 18},
      {"CreateTopicsRequest", 19},
      {"DeleteTopicsRequest", 20},
      {"DeleteRecordsRequest", 21},
      {"InitProducerIdRequest", 22},
      {"OffsetForLeaderEpochRequest", 23},
      {"AddPartitionsToTxnRequest", 24},
      {"AddOffsetsToTxnRequest", 25},
      {"EndTxnRequest", 26},
      {"WriteTxnMarkersRequest", 27},
      {"TxnOffsetCommitRequest", 28},
      {"DescribeConfigsRequest", 32},
      {"AlterConfigsRequest", 33},
      {"DescribeLogDirsRequest", 35},
      {"CreatePartitionsRequest", 37},
      {"DeleteGroupsRequest", 42},
      {"ElectLeadersRequest", 43},
      {"IncrementalAlterConfigsRequest", 44},
      {"ListPartitionReassignmentsRequest", 46},
      {"OffsetDeleteRequest", 47},
      {"DescribeClusterRequest", 60},
      {"DescribeProducersRequest", 61},
      {"DescribeTransactionsRequest", 65},
      {"ListTransactionsRequest", 66},
      {"ConsumerGroupHeartbeatRequest", 68},
      {"ConsumerGroupDescribeRequest", 69},
      {"ListConfigResourcesRequest", 74},
      {"DescribeTopicPartitionsRequest", 75},
  };
  std::vector<GoldenRequest> requests;
  std::ifstream file(project_file("tests/data/wire/golden.txt"));
  for (std::string line; std::getline(file, line);) {
    std::istringstream words(line);
    GoldenRequest request;
    std::string hex;
    words >> request.name >> request.version >> hex;
    for (const auto& [name, key] : kKeys) {
      if (name != request.name) continue;
      const Api* api = find_api(request.key = key);
      if (api == nullptr || request.version < api->version_min ||
          request.version > api->version_max) {
        continue;
      }
      request.is_flexible = request.version >= api->flexible_from;
      for (size_t i = 0; i + 1 < hex.size(); i += 2) {
        request.body.push_back(static_cast<std::byte>(std::stoi(hex.substr(i, 2), nullptr, 16)));
      }
      requests.push_back(request);
    }
  }
  return requests;
}

Bytes frame_of(const GoldenRequest& request) {
  ByteWriter out;
  wire::encode_request_header({.api_key = request.key,
                               .api_version = request.version,
                               .correlation_id = 7,
                               .client_id = "test"},
                              request.is_flexible, out);
  out.bytes(request.body);
  return out.take();
}

class MalformedRequest : public HandlersTest {
 protected:
  Answer::Kind kind_of(ByteView frame) {
    const auto told = send(frame);
    EXPECT_EQ(told->answers, 1);
    return told->last.kind;
  }

  /// Waits of every kind come to their end.
  void pass_an_hour() {
    for (int minute = 0; minute < 60; ++minute) pass(Milliseconds(60'000));
  }

  bool answers_metadata() {
    return send(wire::MetadataRequest{}, 9)->last.kind == Answer::Kind::reply;
  }
};

TEST_F(MalformedRequest, TheGoldenRequestsCoverWhatIsServed) {
  size_t versions = 0;
  for (const Api& api : api_table()) {
    versions += static_cast<size_t>(api.version_max - api.version_min + 1);
  }
  EXPECT_EQ(golden_requests().size(), versions);
}

TEST_F(MalformedRequest, CutShortAtAnyByteClosesTheConnection) {
  for (const GoldenRequest& request : golden_requests()) {
    const Bytes frame = frame_of(request);
    for (size_t size = 0; size < frame.size(); ++size) {
      SCOPED_TRACE(cat(request.name, " version ", request.version, ", ", size, " bytes"));
      ASSERT_EQ(kind_of(ByteView(frame).first(size)), Answer::Kind::close);
    }
  }
  EXPECT_TRUE(answers_metadata());
}

TEST_F(MalformedRequest, FieldsOutOfAnyRangeAreAnsweredOnce) {
  std::vector<std::pair<std::string, std::shared_ptr<Told>>> sent;
  for (const GoldenRequest& request : golden_requests()) {
    sent.emplace_back(cat(request.name, " version ", request.version), send(frame_of(request)));
  }
  pass_an_hour();
  for (const auto& [name, told] : sent) {
    EXPECT_EQ(told->answers, 1) << name;
    EXPECT_EQ(told->last.kind, Answer::Kind::reply) << name;
  }
  EXPECT_TRUE(answers_metadata());
}

TEST_F(MalformedRequest, ChangedBytesAreAnsweredOnceAndTheBrokerGoesOn) {
  std::mt19937_64 random(test_seed());
  std::vector<std::pair<std::string, std::shared_ptr<Told>>> sent;
  for (const GoldenRequest& request : golden_requests()) {
    const Bytes frame = frame_of(request);
    for (int i = 0; i < 40; ++i) {
      Bytes changed = frame;
      for (uint64_t changes = 1 + random() % 3; changes > 0; --changes) {
        changed[random() % changed.size()] =
            static_cast<std::byte>(random() % 3 == 0 ? 0 : random());
      }
      sent.emplace_back(cat(request.name, " version ", request.version, " change ", i),
                        send(changed));
    }
  }
  pass_an_hour();
  for (const auto& [name, told] : sent) EXPECT_LE(told->answers, 1) << name;
  EXPECT_TRUE(answers_metadata());
  // Who still waits, waits without end as it asked for; the end of the broker answers it.
  EXPECT_TRUE(broker_->close());
  transactions_.reset();
  groups_.reset();
  broker_.reset();
  for (const auto& [name, told] : sent) EXPECT_EQ(told->answers, 1) << name;
}

TEST_F(MalformedRequest, UnknownApisAndVersionsCloseTheConnection) {
  for (int key = -1; key < 200; ++key) {
    const auto api_key = static_cast<int16_t>(key);
    const Api* api = find_api(api_key);
    for (const int version : {-32768, -1, 0, 1, 2, 3, 30, 32767}) {
      const auto v = static_cast<int16_t>(version);
      if (api_key == wire::kApiVersionsKey) continue;
      if (api != nullptr && v >= api->version_min && v <= api->version_max) continue;
      ByteWriter out;
      wire::encode_request_header({.api_key = api_key, .api_version = v, .correlation_id = 1},
                                  false, out);
      out.bytes(Bytes(30));
      EXPECT_EQ(kind_of(out.view()), Answer::Kind::close) << key << " version " << version;
    }
  }
}

TEST_F(MalformedRequest, ATooNewApiVersionsIsToldWhatThereIs) {
  ByteWriter out;
  wire::encode_request_header(
      {.api_key = wire::kApiVersionsKey, .api_version = 99, .correlation_id = 5}, true, out);
  const auto told = send(out.view());
  ASSERT_EQ(told->answers, 1);
  ASSERT_EQ(told->last.kind, Answer::Kind::reply);
  const ByteView bytes = std::get<SharedBytes>(told->last.message.chunks.at(0)).view();
  ByteReader in(bytes.subspan(4));
  EXPECT_EQ(*wire::decode_response_header(in, false), 5);
  const auto response = wire::decode<wire::ApiVersionsResponse>(in, 0);
  ASSERT_TRUE(response);
  EXPECT_EQ(response->error_code, ErrorCode::unsupported_version);
  EXPECT_FALSE(response->api_keys.empty());
}

}  // namespace
}  // namespace millrace::handlers
