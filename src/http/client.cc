#include "http/client.h"

#include <curl/curl.h>

#include <array>
#include <mutex>

#include "base/text.h"
#include "base/try.h"
#include "http/client_url.h"
#include "http/target.h"

namespace millrace::http {
namespace {

struct FreeHandle {
  void operator()(CURL* handle) const { curl_easy_cleanup(handle); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};
using HeaderList = std::unique_ptr<curl_slist, FreeList>;

/// libcurl wants to be started before threads use it.
void start_library() {
  static std::once_flag once;
  std::call_once(once, [] { curl_global_init(CURL_GLOBAL_DEFAULT); });
}

HeaderList headers_of(const Request& request) {
  curl_slist* list = curl_slist_append(nullptr, "Expect:");  // bodies are sent without being asked
  for (const auto& [name, value] : request.headers) {
    list = curl_slist_append(list, cat(name, ": ", value).c_str());
  }
  return HeaderList(list);
}

std::string target_of(const Request& request) {
  std::string target = request.path;
  char before = '?';
  for (const auto& [name, value] : request.query) {
    target += before + percent_encoded(name) + '=' + percent_encoded(value);
    before = '&';
  }
  return target;
}

std::errc errc_of(CURLcode code) {
  switch (code) {
    case CURLE_COULDNT_RESOLVE_PROXY:
    case CURLE_COULDNT_RESOLVE_HOST:
    case CURLE_COULDNT_CONNECT: return std::errc::connection_refused;
    case CURLE_OPERATION_TIMEDOUT: return std::errc::timed_out;
    case CURLE_SSL_CACERT_BADFILE:
    case CURLE_PEER_FAILED_VERIFICATION: return std::errc::permission_denied;
    default: return std::errc::protocol_error;
  }
}

std::string_view advice_for(std::errc code) {
  switch (code) {
    case std::errc::connection_refused: return "; is it running, and is that its address?";
    case std::errc::timed_out: return "; is it overloaded, or is that another server?";
    case std::errc::permission_denied: return "; name the authority that signed its certificate";
    default: return "; is that the right scheme and port?";
  }
}

/// What has come of an answer.
struct Body {
  std::string bytes;
  size_t bytes_max = 0;
  bool is_too_large = false;
};

size_t take_bytes(char* bytes, size_t, size_t count, void* body_pointer) {
  auto& body = *static_cast<Body*>(body_pointer);
  body.is_too_large = count > body.bytes_max - body.bytes.size();
  if (body.is_too_large) return 0;  // which ends the transfer
  body.bytes.append(bytes, count);
  return count;
}

}  // namespace

class Client::Impl {
 public:
  Impl(ClientOptions options, ClientUrl url)
      : options_(std::move(options)), url_(std::move(url)), handle_(curl_easy_init()) {
    if (options_.credentials.empty()) return;
    const size_t colon = options_.credentials.find(':');
    url_.user = options_.credentials.substr(0, colon);
    url_.password =
        colon == std::string::npos ? std::string() : options_.credentials.substr(colon + 1);
  }

  const std::string& url() const { return url_.base; }

  Result<Response> ask(const Request& request) {
    curl_easy_reset(handle_.get());  // connections stay
    Body body{.bytes = {}, .bytes_max = options_.body_bytes_max, .is_too_large = false};
    std::array<char, CURL_ERROR_SIZE> what{};
    const auto headers = headers_of(request);
    describe_connection();
    describe(request, *headers);
    set(CURLOPT_ERRORBUFFER, what.data());
    set(CURLOPT_WRITEFUNCTION, &take_bytes);
    set(CURLOPT_WRITEDATA, &body);
    const CURLcode done = curl_easy_perform(handle_.get());
    if (body.is_too_large) {
      return error(std::errc::message_size,
                   cat("answers more than ", options_.body_bytes_max, " bytes"));
    }
    if (done != CURLE_OK) {
      const std::string_view told = what.data();
      return failure(done, told.empty() ? curl_easy_strerror(done) : told);
    }
    return answer(std::move(body.bytes));
  }

 private:
  template <class T>
  void set(CURLoption option, T value) {
    curl_easy_setopt(handle_.get(), option, value);
  }

  void describe_connection() {
    set(CURLOPT_NOSIGNAL, 1L);
    set(CURLOPT_PROTOCOLS_STR, "http,https");
    set(CURLOPT_CONNECTTIMEOUT_MS, static_cast<long>(options_.connect_timeout.count()));
    set(CURLOPT_TIMEOUT_MS, static_cast<long>(options_.timeout.count()));
    set(CURLOPT_USERAGENT, "millrace");
    if (url_.is_loopback) set(CURLOPT_NOPROXY, "*");
    if (!options_.ca_file.empty()) set(CURLOPT_CAINFO, options_.ca_file.c_str());
    if (url_.user.empty() && url_.password.empty()) return;
    set(CURLOPT_HTTPAUTH, CURLAUTH_BASIC);
    set(CURLOPT_USERNAME, url_.user.c_str());
    set(CURLOPT_PASSWORD, url_.password.c_str());
  }

  void describe(const Request& request, curl_slist& headers) {
    set(CURLOPT_PATH_AS_IS, 1L);  // a subject may be named ".."
    set(CURLOPT_URL, (url_.base + target_of(request)).c_str());
    set(CURLOPT_HTTPHEADER, &headers);
    if (request.method != "GET" && request.method != "DELETE") {
      set(CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(request.body.size()));
      set(CURLOPT_POSTFIELDS, request.body.data());
    }
    set(CURLOPT_CUSTOMREQUEST, request.method.c_str());
  }

  Result<Response> answer(std::string body) const {
    long status = 0;
    const char* type = nullptr;
    const char* elsewhere = nullptr;
    curl_easy_getinfo(handle_.get(), CURLINFO_RESPONSE_CODE, &status);
    curl_easy_getinfo(handle_.get(), CURLINFO_CONTENT_TYPE, &type);
    curl_easy_getinfo(handle_.get(), CURLINFO_REDIRECT_URL, &elsewhere);
    if (elsewhere != nullptr) {
      return error(std::errc::protocol_error,
                   cat("answers ", status, " and points to ", elsewhere, "; name that address"));
    }
    return Response{.status = static_cast<int>(status),
                    .content_type = type != nullptr ? type : "",
                    .body = std::move(body),
                    .headers = {}};
  }

  Error error(std::errc code, std::string_view what) const {
    return {std::make_error_code(code), cat(url_.base, " ", what)};
  }

  Error failure(CURLcode code, std::string_view what) const {
    const auto errc = errc_of(code);
    return error(errc, cat("cannot be asked: ", what, advice_for(errc)));
  }

  const ClientOptions options_;
  ClientUrl url_;
  const std::unique_ptr<CURL, FreeHandle> handle_;
};

Result<Client> Client::open(ClientOptions options) {
  start_library();
  MILL_TRY(auto url, parse_client_url(options.url));
  return Client(std::make_unique<Impl>(std::move(options), std::move(url)));
}

Client::Client(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Client::Client(Client&&) noexcept = default;
Client& Client::operator=(Client&&) noexcept = default;
Client::~Client() = default;

Result<Response> Client::ask(const Request& request) { return impl_->ask(request); }
const std::string& Client::url() const { return impl_->url(); }

}  // namespace millrace::http
