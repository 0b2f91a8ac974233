#include "transport/endpoint.h"

#include <arpa/inet.h>

#include <algorithm>
#include <charconv>
#include <optional>

namespace haki::transport {
namespace {

constexpr std::size_t kHostBytesMax = 253;  // the longest name DNS knows

Error wrong(std::string_view address, std::string_view why) {
  // What was typed is shown back shortened: it may be a whole pasted page.
  const std::string shown(address.substr(0, 80));
  return {Code::kInvalid, "\"" + shown + "\" is not the address of a server: " + std::string(why) +
                              " It looks like https://haki.example.org or https://haki.example.org:8443."};
}

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kSpaces = " \t\r\n";
  const auto first = text.find_first_not_of(kSpaces);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpaces) - first + 1);
}

std::string lower(std::string_view text) {
  std::string result(text);
  // Not std::tolower: the language of the device must not change what an address means.
  std::ranges::transform(result, result.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? char(c - 'A' + 'a') : c; });
  return result;
}

bool is_ipv4(const std::string& host) {
  in_addr parsed{};
  return inet_pton(AF_INET, host.c_str(), &parsed) == 1;
}

bool is_ipv6(const std::string& host) {
  in6_addr parsed{};
  return inet_pton(AF_INET6, host.c_str(), &parsed) == 1;
}

bool is_name(std::string_view host) {
  if (host.empty() || host.size() > kHostBytesMax || host.front() == '.' || host.front() == '-') return false;
  if (host.find("..") != std::string_view::npos) return false;
  return std::ranges::all_of(host, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.' || c == '_';
  });
}

std::optional<std::uint16_t> port_from(std::string_view digits) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), port);
  if (error != std::errc() || end != digits.data() + digits.size() || port == 0) return std::nullopt;
  return port;
}

std::uint16_t port_of(std::string_view scheme) { return scheme == "https" ? 443 : 80; }

struct HostAndPort {
  std::string_view host;
  std::optional<std::string_view> port;
  bool bracketed = false;
};

std::optional<HostAndPort> split(std::string_view rest) {
  if (!rest.starts_with('[')) {
    const auto colon = rest.find(':');
    if (colon == std::string_view::npos) return HostAndPort{rest, std::nullopt};
    return HostAndPort{rest.substr(0, colon), rest.substr(colon + 1)};
  }
  const auto end = rest.find(']');
  if (end == std::string_view::npos) return std::nullopt;
  const auto host = rest.substr(1, end - 1);
  const auto after = rest.substr(end + 1);
  if (after.empty()) return HostAndPort{host, std::nullopt, true};
  if (!after.starts_with(':')) return std::nullopt;
  return HostAndPort{host, after.substr(1), true};
}

}  // namespace

Result<Endpoint> parse_endpoint(std::string_view address, PlainHttp plain) {
  const auto text = trimmed(address);
  const auto scheme_end = text.find("://");
  Endpoint endpoint;
  endpoint.scheme = scheme_end == std::string_view::npos ? "" : lower(text.substr(0, scheme_end));
  if (endpoint.scheme != "https" && endpoint.scheme != "http") return wrong(text, "it does not begin with https://.");

  auto rest = text.substr(scheme_end + 3);
  if (rest.ends_with('/')) rest.remove_suffix(1);
  if (rest.find('@') != std::string_view::npos) return wrong(text, "it holds a user name or password; leave it out.");
  if (rest.find_first_of("/?#\\") != std::string_view::npos) {
    return wrong(text, "something follows the name of the server; leave out everything from the next \"/\" on.");
  }
  const auto parts = split(rest);
  if (!parts) return wrong(text, "the brackets of its IPv6 address are not closed, or not followed by a port.");

  endpoint.host = lower(parts->host);
  const bool good = parts->bracketed ? is_ipv6(endpoint.host) : is_name(endpoint.host);
  if (!good) return wrong(text, "the name of the server is missing, or has a character that such a name cannot have.");
  const auto port = parts->port ? port_from(*parts->port) : port_of(endpoint.scheme);
  if (!port) return wrong(text, "its port is not a number from 1 to 65535.");
  endpoint.port = *port;

  if (endpoint.scheme == "http" && plain == PlainHttp::kLoopbackOnly && !is_loopback(endpoint.host)) {
    return Error{Code::kRefused, "The address " + to_string(endpoint) +
                                     " is on another machine and begins with http://, so anybody on the way could see "
                                     "who talks to it. Use its https:// address."};
  }
  return endpoint;
}

bool is_loopback(std::string_view host) {
  const std::string text(host);
  in_addr four{};
  if (inet_pton(AF_INET, text.c_str(), &four) == 1) return (ntohl(four.s_addr) >> 24) == 127;
  in6_addr six{};
  if (inet_pton(AF_INET6, text.c_str(), &six) == 1) return IN6_IS_ADDR_LOOPBACK(&six);
  return host == "localhost";
}

bool is_numeric(std::string_view host) {
  const std::string text(host);
  return is_ipv4(text) || is_ipv6(text);
}

std::string authority(const Endpoint& endpoint) {
  const bool bracketed = endpoint.host.find(':') != std::string::npos;
  std::string result = bracketed ? "[" + endpoint.host + "]" : endpoint.host;
  if (endpoint.port != port_of(endpoint.scheme)) result += ":" + std::to_string(endpoint.port);
  return result;
}

std::string to_string(const Endpoint& endpoint) { return endpoint.scheme + "://" + authority(endpoint); }

}  // namespace haki::transport
