// begin: where every decoded request goes, from whatever side it came.
#pragma once

#include <memory>
#include <utility>

#include "handlers/faults/request_faults.h"
#include "handlers/handlers.h"

namespace millrace::handlers {

/// Calls the handler, unless a test ordered something else.
template <class Request, class Response>
void begin(Call<Request, Response>&& call) {
  RequestFaults* faults = call.context.services.faults;
  if (faults == nullptr) return handle(call);
  faults->begin(make_faulty_call(Request::kApiKey,
                                 std::make_shared<Call<Request, Response>>(std::move(call))));
}

}  // namespace millrace::handlers
