// The runs of the load generator; each prints its line and answers the exit status.
#pragma once

#include "options.h"

namespace load {

int run_produce(const Options& options);
int run_consume(const Options& options);
int run_transact(const Options& options);
int run_members(const Options& options);
int run_latency(const Options& options);
int run_pace(const Options& options);
int run_first(const Options& options);
int run_delete(const Options& options);
int run_alter(const Options& options);

}  // namespace load
