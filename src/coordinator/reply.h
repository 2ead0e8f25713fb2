// How coordinators answer.
#pragma once

#include <functional>

namespace millrace::coordinator {

/// Called exactly once.
template <class T>
using Reply = std::function<void(T)>;

}  // namespace millrace::coordinator
