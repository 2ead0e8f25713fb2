// What a log inside a program costs: one library of several, at the same jobs. bench/run --only
// embedded runs them all.
//
//   embedded millrace|sqlite|rocksdb|mock|HOST:PORT PLACE SINGLES RECORDS
//
// Each job appends to a log of its own, called PLACE and the job's name: a directory, or a topic of
// the broker at HOST:PORT. One line of JSON a figure.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <string_view>

#include "jobs.h"

namespace embedded {
namespace {

Peer peer_of(std::string_view name) {
  if (name == "millrace") return millrace_peer();
  if (name == "sqlite") return sqlite_peer();
  if (name == "rocksdb") return rocksdb_peer();
  if (name == "mock") return mock_cluster_peer();
  if (name.find(':') != std::string_view::npos) return broker_peer(std::string(name));
  die("no peer is called " + std::string(name));
}

}  // namespace

void die(const std::string& what) {
  std::fprintf(stderr, "%s\n", what.c_str());
  std::exit(1);
}

}  // namespace embedded

int main(int argc, char** argv) {
  using namespace embedded;
  if (argc != 5) die("embedded PEER PLACE SINGLES RECORDS");
  const Peer peer = peer_of(argv[1]);
  const std::string place = argv[2];
  const int64_t singles = std::atoll(argv[3]);
  const int64_t records = std::atoll(argv[4]);
  if (peer.opens) measure_life(peer, place + "-life");
  if (peer.opens && peer.syncs) measure_plain_write(place + "-plain", singles);
  measure_hand_over(peer, place + "-spinning", Reader::spins, singles);
  if (peer.readers_sleep) measure_hand_over(peer, place + "-asleep", Reader::sleeps, singles / 10);
  if (peer.syncs) measure_synced(peer, place + "-synced", std::max<int64_t>(100, singles / 100));
  measure_batches(peer, place + "-batches", records);
}
