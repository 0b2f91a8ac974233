// Requests a second that the server acknowledges, each an exchange with one item, beside the anchors' beast_store, which keeps
// bodies of the same sizes and does nothing else. Both are asked by the same loop (load.h), one after the other.
//
//   bench-server --server-port P --token T --store-port P --observations FILE --connections N --requests-each K
#include <cstdio>

#include "coalition.h"
#include "load.h"
#include "measure.h"

namespace haki::bench {
namespace {

struct Sizes {
  std::vector<std::size_t> bodies;
  std::size_t total = 0;
};

void say_load(const std::string& name, const LoadResult& result) {
  say(name, result.requests_per_second, "requests/s");
  say(name + "_median", result.median_ms, "ms");
  say(name + "_slow", result.slow_ms, "ms");
}

Sizes load_server(Coalition& coalition, Load load, const std::string& name) {
  Sizes sizes;
  load.request = [&](std::size_t connection, std::size_t) {
    const Bytes body = coalition.devices()[connection].next_request();
    sizes.bodies.push_back(body.size());
    sizes.total += body.size();
    return post(coalition.target(), as_text(body));
  };
  load.answered = [&](std::size_t connection, int status, std::string_view body) {
    coalition.devices()[connection].take(status, body);
  };
  say_load("server_" + name, run(load));
  return sizes;
}

void load_store(const Sizes& sizes, Load load, const std::string& name) {
  std::string bytes(1 << 20, '\0');
  crypto::SystemRandom random;
  random.fill({reinterpret_cast<std::uint8_t*>(bytes.data()), bytes.size()});
  std::size_t sent = 0;
  load.request = [&](std::size_t, std::size_t) {
    const std::size_t size = sizes.bodies[sent++ % sizes.bodies.size()];
    return post("/v1/c", std::string_view(bytes).substr(sent * 61 % (bytes.size() - size), size));
  };
  load.answered = [](std::size_t, int status, std::string_view) {
    if (status != 204) give_up("beast_store", "it answered " + std::to_string(status));
  };
  say_load("beast_store_" + name, run(load));
}

}  // namespace
}  // namespace haki::bench

int main(int argument_count, char** arguments) {
  using namespace haki::bench;
  haki::crypto::initialize();
  const Arguments given(argument_count, arguments);
  const auto port = static_cast<std::uint16_t>(given.number("server-port"));
  const auto observations = read_observations(given.text("observations"), 2000);
  Load load;
  load.connections = given.number("connections");
  load.requests_each = given.number("requests-each");
  Coalition coalition(port, given.text("token"), load.connections);
  for (std::size_t i = 0; i < load.connections; ++i) {
    coalition.devices()[i].prepare(observations, i * load.requests_each, load.requests_each);
  }
  const std::string name = std::to_string(load.connections);
  load.port = port;
  const Sizes sizes = load_server(coalition, load, name);
  say("server_" + name + "_body", static_cast<double>(sizes.total) / static_cast<double>(sizes.bodies.size()), "bytes");
  load.port = static_cast<std::uint16_t>(given.number("store-port"));
  load_store(sizes, load, name);
}
