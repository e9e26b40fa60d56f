// Which requests are let in, decided only from their head, before a byte of the body is read. Any
// page open in a browser can make it send requests: through a name that resolves to this machine
// (DNS rebinding, visible in Host) or across origins (visible in Origin). Thread-safe.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace mnist::app::serve {

struct RequestHead {
  std::string method;
  std::string path;  // without the query
  std::vector<std::pair<std::string, std::string>> headers;
  std::string local_address;  // the address of this machine that was connected to

  // The values of all headers with this name, ignoring case.
  std::vector<std::string_view> values(std::string_view name) const;
};

struct AdmissionRules {
  std::vector<std::string> hosts;  // names that Host may have, lower case, without port
  std::string token;               // that /api/ requires; empty: none
  std::vector<std::string> posts{"/api/predict"};  // paths that take a POST, and nothing else
  std::uint64_t max_body = 0;                      // bytes
};

struct Refusal {
  int status = 0;
  std::string reason;      // one line for a person
  std::string allow = {};  // 405: the methods that the path allows
};

// The answer to a request that is not let in; nothing if it is. A request that passes has one of
// these forms: GET or HEAD without a body; POST with exactly one Content-Length, at most max_body,
// not compressed, and not from a page of another origin. The body itself shows its kind (body.h).
std::optional<Refusal> refusal(const RequestHead& head, const AdmissionRules& rules);

// The length of the body as declared by Content-Length, 0 without it; nothing if the head does
// not say how long the body is (chunked, contradictory or malformed).
std::optional<std::uint64_t> body_length(const RequestHead& head);

// The name in a Host header or a host of a URL: lower case, without port, IPv6 without brackets.
// Empty if `authority` is not a host.
std::string host_name(std::string_view authority);

// Whether only this machine can reach it: localhost, 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host);

}  // namespace mnist::app::serve
