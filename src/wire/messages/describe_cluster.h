// DescribeCluster, API key 60: tells the brokers and the id of the cluster (KIP-700).
#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "millrace/error_code.h"
#include "wire/field.h"

namespace millrace::wire {

struct DescribeClusterRequest {
  static constexpr int16_t kApiKey = 60;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 0;

  bool include_cluster_authorized_operations = false;
  /// 1: brokers, 2: controllers.
  int8_t endpoint_type = 1;
  bool include_fenced_brokers = false;

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("include_cluster_authorized_operations",
          &DescribeClusterRequest::include_cluster_authorized_operations);
    field("endpoint_type", &DescribeClusterRequest::endpoint_type, since(1));
    field("include_fenced_brokers", &DescribeClusterRequest::include_fenced_brokers, since(2));
  }
  bool operator==(const DescribeClusterRequest&) const = default;
};

struct DescribeClusterResponse {
  static constexpr int16_t kApiKey = 60;
  static constexpr int16_t kVersionMin = 0;
  static constexpr int16_t kVersionMax = 2;
  static constexpr int16_t kFlexibleFrom = 0;

  struct Broker {
    int32_t broker_id = 0;
    std::string host;
    int32_t port = 0;
    std::optional<std::string> rack;
    bool is_fenced = false;

    template <class Visitor>
    static constexpr void describe(Visitor&& field) {
      field("broker_id", &Broker::broker_id);
      field("host", &Broker::host);
      field("port", &Broker::port);
      field("rack", &Broker::rack, always().nullable());
      field("is_fenced", &Broker::is_fenced, since(2));
    }
    bool operator==(const Broker&) const = default;
  };

  int32_t throttle_time_ms = 0;
  ErrorCode error_code = ErrorCode::none;
  std::optional<std::string> error_message;
  int8_t endpoint_type = 1;
  std::string cluster_id;
  int32_t controller_id = -1;
  std::vector<Broker> brokers;
  /// A bit per operation the caller may do; the default says it was not asked for.
  int32_t cluster_authorized_operations = std::numeric_limits<int32_t>::min();

  template <class Visitor>
  static constexpr void describe(Visitor&& field) {
    field("throttle_time_ms", &DescribeClusterResponse::throttle_time_ms);
    field("error_code", &DescribeClusterResponse::error_code);
    field("error_message", &DescribeClusterResponse::error_message, always().nullable());
    field("endpoint_type", &DescribeClusterResponse::endpoint_type, since(1));
    field("cluster_id", &DescribeClusterResponse::cluster_id);
    field("controller_id", &DescribeClusterResponse::controller_id);
    field("brokers", &DescribeClusterResponse::brokers);
    field("cluster_authorized_operations", &DescribeClusterResponse::cluster_authorized_operations);
  }
  bool operator==(const DescribeClusterResponse&) const = default;
};

}  // namespace millrace::wire
