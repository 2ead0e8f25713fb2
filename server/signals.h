// SIGTERM and SIGINT as something to wait for.
#pragma once

namespace millrace::server {

/// Keeps both signals from ending the process; threads started afterwards inherit that, so call it
/// before there are any. A write to a closed pipe is an error of its own, not a signal, from here
/// on.
void hold_end_signals();

/// Waits for one of them; answers its number.
int wait_for_end_signal();

}  // namespace millrace::server
