// A second process follows a log while the first one writes it. The reader takes no lock and asks
// nobody: it cannot hold the writer up, and it lives on when the writer dies.
#include <chrono>
#include <cstdio>
#include <iostream>
#include <string>

#include "millrace/millrace.h"

using namespace std::chrono_literals;

int fail(const millrace::Error& error) {
  std::cerr << error.to_string() << '\n';
  return 1;
}

/// Prints records as they come, up to the one that says so.
int tail() {
  auto reader = millrace::DirectoryReader::open("data");
  if (!reader) return fail(reader.error());
  for (millrace::ReadOptions from{.wait = 10s};;) {
    const auto records = reader->read({.topic = "orders", .partition = 0}, from);
    if (!records) return fail(records.error());
    if (records->empty() && reader->writer() != millrace::WriterState::alive) return 1;
    for (const auto& record : *records) {
      std::cout << record.offset << ": " << *record.value << '\n';
      if (record.value == "the end") return 0;
    }
    from.offset = records->next_offset();
  }
}

int main(int argc, char** argv) {
  if (argc > 1) return tail();
  auto broker = millrace::Broker::open({.dir = "data"});
  if (!broker) return fail(broker.error());
  auto orders = broker->ensure_topic({.name = "orders", .partitions = 1});
  if (!orders) return fail(orders.error());
  if (auto at = orders->append(0, {.value = "2 apples"}); !at) return fail(at.error());

  // The same program again; `fork` alone is for before the first broker is opened.
  std::FILE* second = popen((std::string(argv[0]) + " tail").c_str(), "w");
  for (const char* value : {"3 pears", "the end"}) {
    if (auto at = orders->append(0, {.value = value}); !at) return fail(at.error());
  }
  return pclose(second) == 0 ? 0 : 1;
}

// Output:
// 0: 2 apples
// 1: 3 pears
// 2: the end
