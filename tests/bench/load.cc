#include "load.h"

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <charconv>
#include <cstring>
#include <optional>

#include "measure.h"

namespace haki::bench {
namespace {

struct Connection {
  int socket = -1;
  std::size_t round = 0;
  std::string received;
  Stopwatch sent;
};

struct Answer {
  int status = 0;
  std::size_t head = 0;
  std::size_t body = 0;
};

// Empty until the whole answer is there. Both servers say Content-Length, or send 204 without a body.
std::optional<Answer> whole_answer(std::string_view received);

}  // namespace

int connect_loopback(std::uint16_t port, std::uint32_t from) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  if (socket < 0) give_up("load", std::string("no more connections can be opened here: ") + std::strerror(errno));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK + from);
  if (from != 0 && ::bind(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("load", std::string("another loopback address cannot be used: ") + std::strerror(errno));
  }
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("load", "nobody answers on port " + std::to_string(port));
  }
  const int on = 1;
  ::setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return socket;
}

void send_all(int socket, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = ::send(socket, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) give_up("load", std::string("a request could not be sent: ") + std::strerror(errno));
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
}

Received receive(int socket) {
  std::string received;
  std::vector<char> part(64 * 1024);
  for (;;) {
    const ssize_t got = ::read(socket, part.data(), part.size());
    if (got <= 0) give_up("load", "the server closed a connection");
    received.append(part.data(), static_cast<std::size_t>(got));
    if (const auto answer = whole_answer(received)) return {answer->status, received.substr(answer->head, answer->body)};
  }
}

namespace {

std::optional<Answer> whole_answer(std::string_view received) {
  const auto end = received.find("\r\n\r\n");
  if (end == std::string_view::npos) return std::nullopt;
  Answer answer;
  answer.head = end + 4;
  const auto number_at = [&](std::size_t at, auto& to) {
    std::from_chars(received.data() + at, received.data() + end, to);
  };
  number_at(9, answer.status);
  constexpr std::string_view kName = "\r\nContent-Length: ";
  const auto length = received.substr(0, end).find(kName);
  if (length != std::string_view::npos) number_at(length + kName.size(), answer.body);
  if (received.size() < answer.head + answer.body) return std::nullopt;
  return answer;
}

}  // namespace

std::string post(std::string_view target, std::string_view body) {
  std::string request = "POST ";
  request.append(target).append(" HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: ");
  request.append(std::to_string(body.size())).append("\r\n\r\n").append(body);
  return request;
}

LoadResult run(const Load& load) {
  std::vector<Connection> connections(load.connections);
  std::vector<pollfd> waiting;
  for (Connection& connection : connections) {
    connection.socket = connect_loopback(load.port);
    waiting.push_back({connection.socket, POLLIN, 0});
  }
  std::vector<double> times;
  times.reserve(load.connections * load.requests_each);
  const auto send_next = [&](std::size_t at) {
    const std::string request = load.request(at, connections[at].round);
    connections[at].sent = {};
    send_all(connections[at].socket, request);
  };
  const Stopwatch whole;
  for (std::size_t at = 0; at < connections.size(); ++at) send_next(at);
  std::size_t open = connections.size();
  std::vector<char> part(64 * 1024);
  while (open > 0) {
    if (::poll(waiting.data(), waiting.size(), 30'000) <= 0) give_up("load", "the server did not answer for half a minute");
    for (std::size_t at = 0; at < connections.size(); ++at) {
      if (waiting[at].revents == 0) continue;
      Connection& connection = connections[at];
      const ssize_t got = ::read(connection.socket, part.data(), part.size());
      if (got <= 0) give_up("load", "the server closed a connection");
      connection.received.append(part.data(), static_cast<std::size_t>(got));
      const auto answer = whole_answer(connection.received);
      if (!answer) continue;
      times.push_back(connection.sent.seconds() * 1e3);
      load.answered(at, answer->status, std::string_view(connection.received).substr(answer->head, answer->body));
      connection.received.clear();
      if (++connection.round < load.requests_each) {
        send_next(at);
      } else {
        waiting[at].fd = -1;  // poll passes over it
        --open;
      }
    }
  }
  LoadResult result;
  result.requests_per_second = static_cast<double>(times.size()) / whole.seconds();
  std::ranges::sort(times);
  result.median_ms = times[times.size() / 2];
  result.slow_ms = times[times.size() * 99 / 100];
  for (const Connection& connection : connections) ::close(connection.socket);
  return result;
}

}  // namespace haki::bench
