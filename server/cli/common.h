// What every command shares: reaching the cluster, telling failures, exit codes.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "command_line.h"
#include "exit_codes.h"
#include "millrace/client.h"
#include "millrace/result.h"

namespace millrace::server {

/// --bootstrap and --timeout.
struct ConnectionFlags {
  std::string bootstrap = "127.0.0.1:9092";
  int64_t timeout_ms = 30'000;
};
void add_connection_flags(Command command, ConnectionFlags& flags);

/// Reaches a broker now. A usage error where no host of that name exists.
Result<Client> connect(const ConnectionFlags& flags);
/// The same for commands that only ask and change.
Result<Admin> connect_admin(const ConnectionFlags& flags);

/// An error of the command line itself: kExitUsage.
Error usage_error(std::string message);
/// Input that cannot be understood: kExitBadData.
Error bad_data(std::string message);

/// What an error means for the exit code.
ExitCode exit_code_of(const Error& error);
/// One line on stderr; answers the exit code.
int fail(const Error& error);
/// kExitOk, or the failure told.
int finish(const Result<void>& outcome);
/// Talk: one line on stderr.
void tell(std::string_view line);

/// Splits "name=value"; the name must not be empty.
Result<std::pair<std::string, std::string>> parse_assignment(std::string_view text);
/// All of them; a name given twice is an error.
Result<std::map<std::string, std::string>> parse_assignments(const std::vector<std::string>& texts);

/// "\t", "\n", "\r", "\\" and "\0" written out, as shells do not write them; other text as it is.
std::string unescape(std::string_view text);

/// Columns side by side, as wide as their widest cell; the last one is not padded.
std::string format_table(const std::vector<std::vector<std::string>>& rows);

}  // namespace millrace::server
