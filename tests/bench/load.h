// Many connections asking one server as fast as it answers, from one thread: each sends its next request when the answer to
// the one before is whole. The same for both servers of the bench, so what it costs is on both sides of the ratio.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace haki::bench {

struct LoadResult {
  double requests_per_second = 0;
  double median_ms = 0;
  double slow_ms = 0;  // the 99th of a hundred
};

struct Load {
  std::uint16_t port = 0;
  std::size_t connections = 1;
  std::size_t requests_each = 1;
  // A whole HTTP request for this connection's turn `round`.
  std::function<std::string(std::size_t connection, std::size_t round)> request;
  // Looks at the answer; the bench ends where it is not the hoped-for one.
  std::function<void(std::size_t connection, int status, std::string_view body)> answered;
};
LoadResult run(const Load& load);

// For benches that keep connections of their own: blocking. `from` counts loopback addresses on from 127.0.0.1, as a server allows
// only so many connections from one.
int connect_loopback(std::uint16_t port, std::uint32_t from = 0);
void send_all(int socket, std::string_view bytes);
struct Received {
  int status = 0;
  std::string body;
};
Received receive(int socket);

std::string post(std::string_view target, std::string_view body);

}  // namespace haki::bench
