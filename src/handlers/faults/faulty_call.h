// FaultyCall: a request of a broker whose faults tests order, whatever its API.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "handlers/call.h"
#include "millrace/faults.h"
#include "wire/entry.h"

namespace millrace::handlers {

/// Used once: it ends with handle, refuse or drop. One that is destroyed before closes its
/// connection.
class FaultyCall {
 public:
  virtual ~FaultyCall() = default;

  virtual int16_t api_key() const = 0;
  virtual const RequestContext& context() const = 0;
  /// What it asks about, topics by their names.
  virtual std::vector<wire::Entry> entries() = 0;

  /// From now on an answer is lost on its way, wholly or half.
  virtual void lose_answer(testing::RequestFault::Then then) = 0;

  virtual void handle() = 0;
  /// Answers the entries that fit with the error, without doing what they ask for.
  virtual void refuse(const testing::RequestMatch& match, ErrorCode error) = 0;
  /// Closes the connection.
  virtual void drop() = 0;
};

/// Whether topic, partition and group of a match fit what is asked about.
bool fits(const testing::RequestMatch& match, const wire::Entry& entry);

/// `call` is the Call of this API.
std::unique_ptr<FaultyCall> make_faulty_call(int16_t api_key, std::shared_ptr<void> call);

}  // namespace millrace::handlers
