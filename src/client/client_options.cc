#include "client/client_options.h"

#include "base/try.h"
#include "client/option_keys.h"
#include "record/compression.h"

namespace millrace {

namespace {

using client::choice;
using client::duration;
using client::number;
using client::OptionKey;
using client::text;

using Text = std::string_view;

std::span<const OptionKey<ClientOptions>> keys() {
  using O = ClientOptions;
  static const OptionKey<O> table[] = {
      {"bootstrap.servers", text(&O::bootstrap)},
      {"client.id", text(&O::client_id)},
      {"request.timeout.ms", duration(&O::request_timeout, 1)},
      {"default.api.timeout.ms", duration(&O::api_timeout, 1)},
      {"socket.connection.setup.timeout.ms", duration(&O::connect_timeout, 1)},
      {"retry.backoff.ms", duration(&O::retry_backoff, 0)},
      {"retry.backoff.max.ms", duration(&O::retry_backoff_max, 0)},
      {"metadata.max.age.ms", duration(&O::metadata_max_age, 1)},
  };
  return table;
}

/// Sets the level where the codec takes it, whichever codec is used in the end.
auto level(record::Codec codec) {
  return [codec](ProducerOptions& options, Text value) -> std::string {
    const auto wanted = client::parse_number<int>(value, INT32_MIN, INT32_MAX);
    if (!wanted || !record::is_valid_level(codec, *wanted)) {
      return cat("is no level of ", record::codec_name(codec));
    }
    options.compression_level = wanted;
    return "";
  };
}

std::string set_idempotence(ProducerOptions& options, Text value) {
  if (value != "true" && value != "false") return "is neither true nor false";
  options.idempotence = value == "true";
  return "";
}

std::span<const OptionKey<ProducerOptions>> producer_keys() {
  using O = ProducerOptions;
  using std::pair;
  static const std::array acks{
      pair<Text, Acks>("all", Acks::all), pair<Text, Acks>("-1", Acks::all),
      pair<Text, Acks>("1", Acks::leader), pair<Text, Acks>("0", Acks::none)};
  static const std::array codecs{pair<Text, Compression>("none", Compression::none),
                                 pair<Text, Compression>("gzip", Compression::gzip),
                                 pair<Text, Compression>("snappy", Compression::snappy),
                                 pair<Text, Compression>("lz4", Compression::lz4),
                                 pair<Text, Compression>("zstd", Compression::zstd)};
  static const std::array partitioners{
      pair<Text, Partitioner>("murmur2_sticky", Partitioner::murmur2_sticky),
      pair<Text, Partitioner>("murmur2_random", Partitioner::murmur2_random),
      pair<Text, Partitioner>("consistent_random", Partitioner::consistent_random)};
  static const OptionKey<O> table[] = {
      {"acks", choice(&O::acks, acks)},
      {"enable.idempotence", set_idempotence},
      {"transactional.id", text(&O::transactional_id)},
      {"transaction.timeout.ms", duration(&O::transaction_timeout, 1)},
      {"linger.ms", duration(&O::linger, 0)},
      {"batch.size", number<O, size_t>(&O::batch_bytes, 0, INT32_MAX)},
      {"compression.type", choice(&O::compression, codecs)},
      {"compression.gzip.level", level(record::Codec::gzip)},
      {"compression.lz4.level", level(record::Codec::lz4)},
      {"compression.zstd.level", level(record::Codec::zstd)},
      {"delivery.timeout.ms", duration(&O::delivery_timeout, 1)},
      {"max.in.flight.requests.per.connection",
       number<O, int32_t>(&O::max_in_flight, 1, INT32_MAX)},
      {"retries", number<O, int32_t>(&O::retries, 0, INT32_MAX)},
      {"max.request.size", number<O, size_t>(&O::request_bytes_max, 1, INT32_MAX)},
      {"buffer.memory", number<O, size_t>(&O::buffer_bytes, 1, SIZE_MAX)},
      {"max.block.ms", duration(&O::max_block, 0)},
      {"partitioner", choice(&O::partitioner, partitioners)},
  };
  return table;
}

}  // namespace

Result<void> ClientOptions::set(std::string_view key, std::string_view value) {
  return client::set_option(*this, keys(), key, value);
}

Result<void> ProducerOptions::set(std::string_view key, std::string_view value) {
  return client::set_option(*this, producer_keys(), key, value);
}

namespace client {

Result<void> check(const ClientOptions& options) {
  MILL_CHECK(check_range("request_timeout", options.request_timeout, 1));
  MILL_CHECK(check_range("api_timeout", options.api_timeout, 1));
  MILL_CHECK(check_range("connect_timeout", options.connect_timeout, 1));
  MILL_CHECK(check_range("retry_backoff", options.retry_backoff, 0));
  MILL_CHECK(check_range("retry_backoff_max", options.retry_backoff_max, 0));
  MILL_CHECK(check_range("metadata_max_age", options.metadata_max_age, 1));
  return {};
}

namespace {

Error wrong(std::string message) {
  return client_error(ClientErrc::invalid_argument, std::move(message));
}

/// Fields that cannot be meant together.
Result<void> check_together(const millrace::ProducerOptions& options) {
  const bool is_transactional = !options.transactional_id.empty();
  if (is_transactional && !options.idempotence.value_or(true)) {
    return wrong("idempotence is off; a transactional_id needs it");
  }
  if (is_transactional || options.idempotence.value_or(false)) {
    if (options.acks != Acks::all) return wrong("idempotence needs acks all");
    if (options.max_in_flight > kInFlightOfIdempotent) {
      return wrong(cat("max_in_flight is ", options.max_in_flight, "; idempotence allows ",
                       kInFlightOfIdempotent));
    }
  }
  const auto codec = static_cast<record::Codec>(options.compression);
  const bool has_levels = codec != record::Codec::none && codec != record::Codec::snappy;
  if (has_levels && options.compression_level &&
      !record::is_valid_level(codec, *options.compression_level)) {
    return wrong(cat("compression_level is ", *options.compression_level, "; ",
                     record::codec_name(codec), " has no such level"));
  }
  return {};
}

}  // namespace

Result<void> check(const millrace::ProducerOptions& options) {
  MILL_CHECK(check_range("transaction_timeout", options.transaction_timeout, 1));
  MILL_CHECK(check_range("linger", options.linger, 0));
  MILL_CHECK(check_range<size_t>("batch_bytes", options.batch_bytes, 0, INT32_MAX));
  MILL_CHECK(check_range("delivery_timeout", options.delivery_timeout, 1));
  MILL_CHECK(check_range<int32_t>("max_in_flight", options.max_in_flight, 1, INT32_MAX));
  MILL_CHECK(check_range<int32_t>("retries", options.retries, 0, INT32_MAX));
  MILL_CHECK(check_range<size_t>("request_bytes_max", options.request_bytes_max, 1, INT32_MAX));
  MILL_CHECK(check_range<size_t>("buffer_bytes", options.buffer_bytes, 1, SIZE_MAX));
  MILL_CHECK(check_range("max_block", options.max_block, 0));
  return check_together(options);
}

}  // namespace client

}  // namespace millrace
