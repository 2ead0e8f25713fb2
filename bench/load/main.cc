// load: one and the same load for any broker that speaks the Kafka protocol.
#include <unistd.h>

#include "clients.h"
#include "modes.h"

int main(int argc, char** argv) {
  using namespace load;
  const Options options = parse_options(argc, argv);
  // The last resort: no run outlives its bounds, whatever the client library does.
  alarm(static_cast<unsigned>(options.limit_seconds + options.measured_seconds + 60));
  if (options.mode == "produce") return run_produce(options);
  if (options.mode == "consume") return run_consume(options);
  if (options.mode == "transact") return run_transact(options);
  if (options.mode == "members") return run_members(options);
  if (options.mode == "latency") return run_latency(options);
  if (options.mode == "pace") return run_pace(options);
  if (options.mode == "first") return run_first(options);
  if (options.mode == "delete") return run_delete(options);
  if (options.mode == "alter") return run_alter(options);
  die("unknown mode " + options.mode);
}
