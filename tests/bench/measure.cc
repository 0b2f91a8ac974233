#include "measure.h"

#include <netinet/in.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace haki::bench {

double processor_seconds_so_far() {
  double seconds = 0;
  for (const auto who : {RUSAGE_SELF, RUSAGE_CHILDREN}) {
    rusage used{};
    ::getrusage(who, &used);
    for (const timeval& time : {used.ru_utime, used.ru_stime}) seconds += static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  }
  return seconds;
}

void say(const std::string& name, double value, const std::string& unit) {
  std::printf("METRIC %s %.6g %s\n", name.c_str(), value, unit.c_str());
  std::fflush(stdout);
}

void give_up(const std::string& what, const std::string& why) {
  std::fprintf(stderr, "bench: %s: %s\n", what.c_str(), why.c_str());
  std::exit(1);
}

std::string Arguments::text(const std::string& name) const {
  for (int i = 1; i + 1 < count_; i += 2) {
    if (texts_[i] == "--" + name) return texts_[i + 1];
  }
  give_up("arguments", "--" + name + " is missing");
}

std::size_t Arguments::number(const std::string& name) const { return std::strtoull(text(name).c_str(), nullptr, 10); }

bool Arguments::has(const std::string& name) const {
  for (int i = 1; i + 1 < count_; i += 2) {
    if (texts_[i] == "--" + name) return true;
  }
  return false;
}

std::string get_loopback(std::uint16_t port, const std::string& path) {
  const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  if (::connect(socket, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
    give_up("counter", "nobody answers on port " + std::to_string(port));
  }
  const std::string request = "GET " + path + " HTTP/1.0\r\nHost: localhost\r\n\r\n";
  if (::write(socket, request.data(), request.size()) != static_cast<ssize_t>(request.size())) {
    give_up("counter", std::strerror(errno));
  }
  std::string answer;
  char part[4096];
  for (ssize_t got; (got = ::read(socket, part, sizeof part)) > 0;) answer.append(part, static_cast<std::size_t>(got));
  ::close(socket);
  const auto body = answer.find("\r\n\r\n");
  return body == std::string::npos ? std::string() : answer.substr(body + 4);
}

}  // namespace haki::bench
