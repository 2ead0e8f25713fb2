#include "base/home_process.h"

#include <pthread.h>

#include <vector>

namespace millrace {

constinit std::atomic<uint32_t> HomeProcess::forks_so_far = 0;

// Once, when the program starts.
const int HomeProcess::is_told_of_forks =
    pthread_atfork(nullptr, nullptr, [] { forks_so_far.fetch_add(1); });

void DeleteAtHome::leave(void* left) {
  // Somebody points to it for as long as the child lives, so that leak checkers do not complain.
  static auto& all = *new std::vector<void*>;
  all.push_back(left);
}

}  // namespace millrace
