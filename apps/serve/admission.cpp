#include "serve/admission.h"

#include <algorithm>
#include <charconv>

#include <arpa/inet.h>
#include <openssl/crypto.h>

#include "mnist/image/decode.h"

namespace mnist::app::serve {
namespace {

constexpr std::string_view kApi = "/api/";
constexpr std::string_view kPredict = "/api/predict";

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

std::string lower(std::string_view text) {
  std::string result(text);
  std::ranges::transform(result, result.begin(), [](char c) { return lower(c); });
  return result;
}

bool same_name(std::string_view a, std::string_view b) {
  return std::ranges::equal(
      a, b, {}, [](char c) { return lower(c); }, [](char c) { return lower(c); });
}

std::string_view trimmed(std::string_view text) {
  const auto begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

bool all_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// The time it takes does not tell how much of it was right.
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
  // An address cannot be rebound: only a name is looked up.
  const bool known = !name.empty() && (std::ranges::find(rules.hosts, name) != rules.hosts.end() ||
                                       name == head.local_address);
  if (known) return std::nullopt;
  return Refusal{421, "this server does not answer to that host name (--allow-host adds one)"};
}

std::optional<Refusal> wrong_origin(const RequestHead& head) {
  const auto origins = head.values("Origin");
  if (origins.empty()) return std::nullopt;  // no browser, or no other page
  const std::string host = lower(head.values("Host")[0]);
  if (origins.size() == 1 && (same_name(origins[0], "http://" + host) ||
                              same_name(origins[0], "https://" + host))) {  // a proxy may add TLS
    return std::nullopt;
  }
  return Refusal{403, "requests from other origins are not answered"};
}

std::optional<Refusal> wrong_body(const RequestHead& head, std::uint64_t max_body) {
  if (!head.values("Transfer-Encoding").empty()) {
    return Refusal{411, "chunked bodies are not taken: send Content-Length"};
  }
  for (const std::string_view encoding : head.values("Content-Encoding")) {
    if (!same_name(trimmed(encoding), "identity")) {
      return Refusal{415, "compressed bodies are not taken"};
    }
  }
  if (head.values("Content-Length").empty()) return Refusal{411, "Content-Length is missing"};
  const auto length = body_length(head);
  if (!length) return Refusal{400, "Content-Length is malformed"};
  if (*length > max_body) {
    return Refusal{413, "the body is larger than " + std::to_string(max_body >> 20) + " MiB"};
  }
  const std::string type = media_type(head);
  if (type != "application/json" &&
      std::ranges::find(kImageMediaTypes, type) == kImageMediaTypes.end()) {
    return Refusal{415, "the content type must be that of a " + std::string(kImageFormats) +
                            " image, or application/json"};
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
  // More digits than 64 bits hold are a length too, of more than anybody takes.
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

std::string media_type(const RequestHead& head) {
  const auto types = head.values("Content-Type");
  if (types.size() != 1) return {};
  return lower(trimmed(types[0].substr(0, types[0].find(';'))));
}

std::optional<Refusal> refusal(const RequestHead& head, const AdmissionRules& rules) {
  if (auto wrong = wrong_host(head, rules)) return wrong;
  const bool reads = head.method == "GET" || head.method == "HEAD";
  if (head.path == kPredict ? head.method != "POST" : !reads) {
    if (head.path == kPredict) return Refusal{405, "POST a picture here", "POST"};
    return Refusal{405, "only GET is answered here", "GET, HEAD"};
  }
  if (!reads) {
    if (auto wrong = wrong_origin(head)) return wrong;
  }
  if (!rules.token.empty() && head.path.starts_with(kApi) && !has_token(head, rules.token)) {
    return Refusal{401, "a token is needed: Authorization: Bearer TOKEN"};
  }
  if (!reads) return wrong_body(head, rules.max_body);
  if (body_length(head) != 0) return Refusal{400, "a request of this method has no body"};
  return std::nullopt;
}

}  // namespace mnist::app::serve
