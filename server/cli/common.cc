#include "cli/common.h"

#include <algorithm>
#include <cstdio>

#include "base/text.h"
#include "base/try.h"
#include "millrace/client_error.h"
#include "registry/error.h"

namespace millrace::server {
namespace {

using registry::RegistryErrc;

/// Errors that carry their exit code.
class ExitCategory final : public std::error_category {
 public:
  const char* name() const noexcept override { return "exit"; }
  std::string message(int value) const override { return cat("exit code ", value); }
};
const ExitCategory kExitCategory;

Error exit_error(ExitCode code, std::string message) {
  return {std::error_code(code, kExitCategory), std::move(message)};
}

/// What a schema registry refuses.
ExitCode exit_code_of_refusal(RegistryErrc code) {
  switch (code) {
    case RegistryErrc::subject_not_found:
    case RegistryErrc::version_not_found:
    case RegistryErrc::schema_not_found:
    case RegistryErrc::subject_soft_deleted:
    case RegistryErrc::version_soft_deleted: return kExitNotFound;
    case RegistryErrc::incompatible_schema:
    case RegistryErrc::invalid_schema: return kExitBadData;
    default: return kExitFailure;
  }
}

}  // namespace

void add_connection_flags(Command command, ConnectionFlags& flags) {
  command
      .option("-b,--bootstrap,--bootstrap-server", flags.bootstrap,
              "Brokers to ask first: HOST:PORT, ...")
      .with_default();
  command.option("--timeout-ms", flags.timeout_ms, "How long an operation and its retries may take")
      .between(1, 3'600'000)
      .with_default();
}

Result<Client> connect(const ConnectionFlags& flags) {
  const milliseconds timeout(flags.timeout_ms);
  const ClientOptions defaults;
  auto client = Client::connect({.bootstrap = flags.bootstrap,
                                 .client_id = "millrace-cli",
                                 .request_timeout = std::min(timeout, defaults.request_timeout),
                                 .api_timeout = timeout,
                                 .connect_timeout = std::min(timeout, defaults.connect_timeout)});
  if (!client && client.error().is(ClientErrc::bad_address)) {
    return usage_error(cat("--bootstrap: ", client.error().message()));
  }
  return client;
}

Result<Admin> connect_admin(const ConnectionFlags& flags) {
  MILL_TRY(const auto client, connect(flags));
  return client.admin();
}

Error usage_error(std::string message) { return exit_error(kExitUsage, std::move(message)); }
Error bad_data(std::string message) { return exit_error(kExitBadData, std::move(message)); }

ExitCode exit_code_of(const Error& error) {
  if (error.code().category() == kExitCategory) return static_cast<ExitCode>(error.code().value());
  if (error.is(ClientErrc::interrupted)) return kExitInterrupted;
  if (error.is(ErrorCode::unknown_topic_or_partition) || error.is(ErrorCode::unknown_topic_id) ||
      error.is(ErrorCode::group_id_not_found)) {
    return kExitNotFound;
  }
  if (error.is(ErrorCode::corrupt_message)) return kExitBadData;
  if (error.code().category() == registry::registry_category()) {
    return exit_code_of_refusal(static_cast<RegistryErrc>(error.code().value()));
  }
  return kExitFailure;
}

int fail(const Error& error) {
  tell(error.to_string());
  return exit_code_of(error);
}

int finish(const Result<void>& outcome) { return outcome ? kExitOk : fail(outcome.error()); }

void tell(std::string_view line) {
  std::fprintf(stderr, "millrace: %.*s\n", static_cast<int>(line.size()), line.data());
}

Result<std::pair<std::string, std::string>> parse_assignment(std::string_view text) {
  const auto equals = text.find('=');
  const auto name = trim(text.substr(0, equals));
  if (equals == std::string_view::npos || name.empty()) {
    return usage_error(cat("'", text, "' is not NAME=VALUE"));
  }
  return std::pair(std::string(name), std::string(text.substr(equals + 1)));
}

Result<std::map<std::string, std::string>> parse_assignments(
    const std::vector<std::string>& texts) {
  std::map<std::string, std::string> assignments;
  for (const auto& text : texts) {
    MILL_TRY(auto assignment, parse_assignment(text));
    const auto [at, is_new] = assignments.insert(std::move(assignment));
    if (!is_new) return usage_error(cat("'", at->first, "' is given twice"));
  }
  return assignments;
}

std::string unescape(std::string_view text) {
  std::string out;
  for (size_t i = 0; i < text.size(); ++i) {
    const char next = text[i] == '\\' && i + 1 < text.size() ? text[i + 1] : ' ';
    switch (next) {
      case 't': out += '\t'; break;
      case 'n': out += '\n'; break;
      case 'r': out += '\r'; break;
      case '0': out += '\0'; break;
      case '\\': out += '\\'; break;
      default: out += text[i]; continue;
    }
    ++i;
  }
  return out;
}

std::string format_table(const std::vector<std::vector<std::string>>& rows) {
  std::vector<size_t> widths;
  for (const auto& row : rows) {
    widths.resize(std::max(widths.size(), row.size()));
    for (size_t i = 0; i < row.size(); ++i) widths[i] = std::max(widths[i], row[i].size());
  }
  std::string out;
  for (const auto& row : rows) {
    for (size_t i = 0; i < row.size(); ++i) {
      out += row[i];
      if (i + 1 < row.size()) out.append(widths[i] - row[i].size() + 2, ' ');
    }
    out += '\n';
  }
  return out;
}

}  // namespace millrace::server
