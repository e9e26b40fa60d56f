#include "serve/admission.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <openssl/crypto.h>

#include "serve/header_text.h"

namespace mnist::app::serve {
namespace {

constexpr std::string_view kApi = "/api/";

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// Takes the same time however much of the token is right.
bool has_token(const RequestHead& head, const std::string& token) {
  constexpr std::string_view kScheme = "Bearer ";
  const auto values = head.values("Authorization");
  if (values.size() != 1 || values[0].size() != kScheme.size() + token.size()) return false;
  return same_name(values[0].substr(0, kScheme.size()), kScheme) &&
         CRYPTO_memcmp(values[0].data() + kScheme.size(), token.data(), token.size()) == 0;
}

std::optional<Refusal> wrong_host(const RequestHead& head, const AdmissionRules& rules) {
  const auto hosts = head.values("Host");
  if (hosts.size() != 1) return Refusal{400, "a request needs one Host header"};
  const std::string name = host_name(hosts[0]);
  // An address cannot be rebound: only names are looked up.
  const bool known = !name.empty() && (std::ranges::find(rules.hosts, name) != rules.hosts.end() ||
                                       name == head.local_address);
  if (known) return std::nullopt;
  return Refusal{421, "this server does not answer to that host name (--allow-host NAME adds one)"};
}

std::optional<Refusal> wrong_origin(const RequestHead& head) {
  const Refusal foreign{403, "requests from pages of other origins are not answered"};
  const auto origins = head.values("Origin");
  // Another page's form is sent without asking this server first. Browsers say so in one or both of
  // these headers; other clients send neither.
  for (const std::string_view site : head.values("Sec-Fetch-Site")) {
    if (site != "same-origin" && site != "none") return foreign;
  }
  if (origins.empty()) return std::nullopt;
  const std::string host = lower(head.values("Host")[0]);
  if (origins.size() == 1 && (same_name(origins[0], "http://" + host) ||
                              same_name(origins[0], "https://" + host))) {  // a proxy may add TLS
    return std::nullopt;
  }
  return foreign;
}

std::optional<Refusal> wrong_body(const RequestHead& head, std::uint64_t max_body) {
  if (!head.values("Transfer-Encoding").empty()) {
    return Refusal{411, "chunked bodies are not accepted: send a Content-Length"};
  }
  for (const std::string_view encoding : head.values("Content-Encoding")) {
    if (!same_name(trimmed(encoding), "identity")) {
      return Refusal{415, "compressed bodies are not accepted: send the picture as it is"};
    }
  }
  if (head.values("Content-Length").empty())
    return Refusal{411, "Content-Length is missing: send the length of the body"};
  const auto length = body_length(head);
  if (!length) return Refusal{400, "Content-Length is malformed: it must be one number of bytes"};
  if (*length > max_body) {
    return Refusal{
        413, "the body is larger than the limit of " + std::to_string(max_body >> 20) + " MiB"};
  }
  return std::nullopt;
}

}  // namespace

std::vector<std::string_view> RequestHead::values(std::string_view name) const {
  std::vector<std::string_view> found;
  for (const auto& [key, value] : headers) {
    if (same_name(key, name)) found.push_back(value);
  }
  return found;
}

std::optional<std::uint64_t> body_length(const RequestHead& head) {
  if (!head.values("Transfer-Encoding").empty()) return std::nullopt;
  const auto lengths = head.values("Content-Length");
  if (lengths.empty()) return 0;
  std::uint64_t length = 0;
  const std::string_view text = lengths[0];
  if (lengths.size() > 1 || !all_digits(text)) return std::nullopt;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), length);
  // A number beyond 64 bits is also a length, larger than any limit.
  return failure == std::errc() ? length : UINT64_MAX;
}

std::string host_name(std::string_view authority) {
  std::string_view name = authority;
  std::string_view port;
  if (authority.starts_with('[')) {
    const auto end = authority.find(']');
    if (end == std::string_view::npos) return {};
    name = authority.substr(1, end - 1);
    port = authority.substr(end + 1);
  } else if (const auto colon = authority.find(':'); colon != std::string_view::npos) {
    name = authority.substr(0, colon);
    port = authority.substr(colon);
  }
  if (!port.empty() && (port[0] != ':' || !all_digits(port.substr(1)))) return {};
  return lower(name);
}

bool is_loopback(std::string_view host) {
  const std::string name = lower(host);
  in_addr ipv4{};
  if (inet_pton(AF_INET, name.c_str(), &ipv4) == 1) return ntohl(ipv4.s_addr) >> 24 == 127;
  return name == "localhost" || name == "::1";
}

std::optional<Refusal> refusal(const RequestHead& head, const AdmissionRules& rules) {
  if (auto wrong = wrong_host(head, rules)) return wrong;
  const bool reads = head.method == "GET" || head.method == "HEAD";
  const bool posts = std::ranges::find(rules.posts, head.path) != rules.posts.end();
  if (posts ? head.method != "POST" : !reads) {
    if (posts) return Refusal{405, "only POST is answered here", "POST"};
    return Refusal{405, "only GET and HEAD are answered here", "GET, HEAD"};
  }
  if (!reads) {
    if (auto wrong = wrong_origin(head)) return wrong;
  }
  if (!rules.token.empty() && head.path.starts_with(kApi) && !has_token(head, rules.token)) {
    return Refusal{401, "a token is required: Authorization: Bearer TOKEN"};
  }
  if (!reads) return wrong_body(head, rules.max_body);
  if (body_length(head) != 0) return Refusal{400, "a GET or HEAD request must not have a body"};
  return std::nullopt;
}

}  // namespace mnist::app::serve
