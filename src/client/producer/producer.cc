// The public Producer.
#include "millrace/producer.h"

#include <utility>

#include "base/home_process.h"
#include "base/try.h"
#include "client/error.h"
#include "client/producer/producer_core.h"

namespace millrace {

using client::ProducerCore;

namespace {

Error closed_error() { return client::not_at_home("the producer"); }

}  // namespace

Producer::Producer(std::shared_ptr<ProducerCore> core) : core_(std::move(core)) {}
Producer::Producer(Producer&&) noexcept = default;
Producer::~Producer() = default;

Producer& Producer::operator=(Producer&& other) noexcept {
  core_ = std::move(other.core_);
  return *this;
}

Delivery Producer::send(const ProducerRecord& record) {
  return is_at_home(core_) ? core_->send(record) : ProducerCore::refused(closed_error());
}

void Producer::send(const ProducerRecord& record, DeliveryCallback callback) {
  if (is_at_home(core_)) return core_->send(record, std::move(callback));
  callback(closed_error());
}

Result<void> Producer::flush(milliseconds limit) {
  return is_at_home(core_) ? core_->flush(limit) : closed_error();
}

Result<void> Producer::init_transactions() {
  return is_at_home(core_) ? core_->init_transactions() : closed_error();
}

Result<Transaction> Producer::begin() {
  if (!is_at_home(core_)) return closed_error();
  MILL_CHECK(core_->begin());
  return Transaction(core_);
}

Result<int32_t> Producer::partition_count(const std::string& topic) {
  return is_at_home(core_) ? core_->partition_count(topic) : closed_error();
}

ProducerStatistics Producer::statistics() const {
  return is_at_home(core_) ? core_->statistics() : ProducerStatistics();
}

Result<void> Producer::close(milliseconds limit) {
  if (!core_) return {};
  return is_at_home(core_) ? core_->close(limit) : closed_error();
}

}  // namespace millrace
