// Where a server is: the address a person types or an invitation carries, taken apart.
//
// Pure text work: no name is looked up here.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "haki/result.h"

namespace haki::transport {

struct Endpoint {
  std::string scheme;  // "https" or "http"
  std::string host;    // a name in lower case or an address in numbers; IPv6 without its brackets
  std::uint16_t port = 0;

  bool operator==(const Endpoint&) const = default;
};

// Whether an address may begin with http:// although the server is on another machine.
enum class PlainHttp { kLoopbackOnly, kAnywhere };

// Reads "https://host[:port]" or "http://host[:port]", with or without a last "/", spaces around it ignored. kInvalid,
// with a sentence that says which part is wrong, on anything else: another scheme, a path, a user name, a port out of
// range, a host that cannot be one. kRefused for http:// to another machine under kLoopbackOnly.
Result<Endpoint> parse_endpoint(std::string_view address, PlainHttp plain = PlainHttp::kLoopbackOnly);

// 127.0.0.0/8, ::1 and "localhost": what is said there stays on this machine.
bool is_loopback(std::string_view host);
// An IPv4 or IPv6 address in numbers, not a name.
bool is_numeric(std::string_view host);

// What the Host header says: the port only where it is not the scheme's own, IPv6 in brackets.
std::string authority(const Endpoint& endpoint);
// "https://host:port" as `authority` shortens it.
std::string to_string(const Endpoint& endpoint);

}  // namespace haki::transport
