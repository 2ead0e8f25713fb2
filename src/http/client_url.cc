#include "http/client_url.h"

#include <curl/curl.h>

#include <memory>
#include <optional>

#include "base/text.h"
#include "base/try.h"

namespace millrace::http {
namespace {

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeText {
  void operator()(char* text) const { curl_free(text); }
};

Error bad_url(const std::string& text, std::string_view what) {
  return {std::make_error_code(std::errc::invalid_argument),
          cat("'", text, "' is no URL of a server: ", what, "; write http://HOST:PORT")};
}

/// Nothing where the URL has no such part.
std::optional<std::string> part_of(CURLU* url, CURLUPart part, unsigned flags = 0) {
  char* text = nullptr;
  if (curl_url_get(url, part, &text, flags) != CURLUE_OK) return std::nullopt;
  const std::unique_ptr<char, FreeText> owned(text);
  return std::string(text);
}

bool is_loopback(std::string_view host) {
  return host == "localhost" || host.ends_with(".localhost") || host.starts_with("127.") ||
         host == "[::1]";
}

}  // namespace

Result<ClientUrl> parse_client_url(const std::string& text) {
  const std::string whole = text.find("://") == text.npos ? "http://" + text : text;
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  const CURLUcode parsed = curl_url_set(url.get(), CURLUPART_URL, whole.c_str(), 0);
  if (parsed != CURLUE_OK) return bad_url(text, curl_url_strerror(parsed));
  const auto scheme = part_of(url.get(), CURLUPART_SCHEME);
  if (scheme != "http" && scheme != "https") return bad_url(text, "neither http nor https");
  if (part_of(url.get(), CURLUPART_QUERY) || part_of(url.get(), CURLUPART_FRAGMENT)) {
    return bad_url(text, "it ends with a path");
  }
  ClientUrl out;
  out.user = part_of(url.get(), CURLUPART_USER, CURLU_URLDECODE).value_or("");
  out.password = part_of(url.get(), CURLUPART_PASSWORD, CURLU_URLDECODE).value_or("");
  out.is_loopback = is_loopback(part_of(url.get(), CURLUPART_HOST).value_or(""));
  curl_url_set(url.get(), CURLUPART_USER, nullptr, 0);
  curl_url_set(url.get(), CURLUPART_PASSWORD, nullptr, 0);
  out.base = part_of(url.get(), CURLUPART_URL).value_or("");
  while (out.base.ends_with('/')) out.base.pop_back();
  return out;
}

}  // namespace millrace::http
