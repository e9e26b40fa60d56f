// Which requests are let in, decided from their head alone, before a byte of the body is read. A
// browser may be made to send requests by any page that is open in it: by a name that resolves to
// this machine (DNS rebinding, seen in Host) or across origins (seen in Origin). Thread-safe.
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

  // The values of all headers of this name, whose case does not matter.
  std::vector<std::string_view> values(std::string_view name) const;
};

struct AdmissionRules {
  std::vector<std::string> hosts;  // names that Host may have, lower case, without port
  std::string token;               // that /api/ asks for; empty: none
  std::vector<std::string> posts{"/api/predict"};  // paths that take a POST, and nothing else
  std::uint64_t max_body = 0;                      // bytes
};

struct Refusal {
  int status = 0;
  std::string reason;      // one line for a person
  std::string allow = {};  // 405: the methods that the path knows
};

// What is answered to a request that is not let in; nothing if it is. A request that passes has one
// of these forms: GET or HEAD without a body; POST with exactly one Content-Length, at most
// max_body, not compressed, and not from a page of another origin. What kind of body it is shows in
// the body (body.h).
std::optional<Refusal> refusal(const RequestHead& head, const AdmissionRules& rules);

// The length of the body that Content-Length declares, 0 without it; nothing if the head does
// not tell how long the body is (chunked, contradictory or malformed).
std::optional<std::uint64_t> body_length(const RequestHead& head);

// The name in a Host header or a host of a URL: lower case, without port, IPv6 without brackets.
// Empty if `authority` is not a host.
std::string host_name(std::string_view authority);

// Whether the whole network stays outside: localhost, 127.0.0.0/8, ::1.
bool is_loopback(std::string_view host);

}  // namespace mnist::app::serve
