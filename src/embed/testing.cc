// The public test kit.
#include "millrace/testing.h"

#include <algorithm>

#include "base/text.h"
#include "base/try.h"
#include "client/error.h"
#include "embed/broker_impl.h"
#include "embed/fault_kit.h"

namespace millrace::testing {

void Faults::add(const RequestMatch& match, const RequestFault& fault) {
  kit_->requests.add(match, fault);
}

void Faults::add(const DiskFault& fault) { kit_->disk->add(fault); }

void Faults::clear() {
  kit_->requests.clear();
  kit_->disk->clear();
}

int64_t Faults::met() const { return kit_->requests.met() + kit_->disk->met(); }

Result<void> advance(Broker& broker, ManualClock& clock, milliseconds by) {
  return broker.impl_->advance(clock, by);
}

}  // namespace millrace::testing

namespace millrace::embed {

Result<void> BrokerImpl::advance(ManualClock& clock, Milliseconds by) {
  if (by.count() < 0) {
    return client::client_error(ClientErrc::invalid_argument,
                                cat("by is ", by.count(), " ms; time goes forward"));
  }
  if (clock_.get() != &clock) {
    return client::client_error(ClientErrc::invalid_argument,
                                "this is not the clock the broker was opened with");
  }
  const SteadyTime end = clock.steady_now() + by;
  for (;;) {
    auto done = run_until(clock.steady_now());
    if (!done) return std::move(done).error();
    if (clock.steady_now() >= end) return {};
    MILL_TRY(const SteadyTime next, next_deadline());
    // Deadlines may lie between two ticks of the clock, and in the past where work is late.
    const auto wait = std::chrono::ceil<Milliseconds>(next - clock.steady_now());
    const auto left = std::chrono::duration_cast<Milliseconds>(end - clock.steady_now());
    clock.advance(std::clamp(wait, Milliseconds(1), left));
  }
}

}  // namespace millrace::embed
