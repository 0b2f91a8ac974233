#include "ops/settings.h"

#include <charconv>

#define TOML_EXCEPTIONS 0
#include <toml++/toml.h>

namespace haki::ops {
namespace {

constexpr std::int64_t kDeviceQuotaMibMax = 1024 * 1024;
constexpr std::int64_t kCoalitionBlobsMibMax = 64 * 1024 * 1024;

Error wrong(const std::string& file, std::string_view key, std::string_view wanted) {
  return {Code::kInvalid, file + ": " + std::string(key) + " must be " + std::string(wanted) + "."};
}

Result<> take(const std::string& file, std::string_view key, const toml::node& node, std::string& out) {
  const auto value = node.value_exact<std::string>();
  if (!value) return wrong(file, key, "a text in quotes");
  out = *value;
  return {};
}
Result<> take(const std::string& file, std::string_view key, const toml::node& node, bool& out) {
  const auto value = node.value_exact<bool>();
  if (!value) return wrong(file, key, "true or false");
  out = *value;
  return {};
}
Result<> take(const std::string& file, std::string_view key, const toml::node& node, std::int64_t& out,
              std::int64_t most, std::int64_t least = 1) {
  const auto value = node.value_exact<std::int64_t>();
  if (!value || *value < least || *value > most) {
    return wrong(file, key, "a number from " + std::to_string(least) + " to " + std::to_string(most));
  }
  out = *value;
  return {};
}

Result<> take_key(const std::string& file, std::string_view key, const toml::node& node, Settings& settings) {
  if (key == "data") return take(file, key, node, settings.data);
  if (key == "listen") return take(file, key, node, settings.listen);
  if (key == "storage") return take(file, key, node, settings.storage);
  if (key == "tls_cert") return take(file, key, node, settings.tls_cert);
  if (key == "tls_key") return take(file, key, node, settings.tls_key);
  if (key == "allow_plain_http") return take(file, key, node, settings.allow_plain_http);
  if (key == "threads") return take(file, key, node, settings.threads, 64);
  if (key == "connections") return take(file, key, node, settings.connections, 100'000);
  if (key == "connections_per_address") return take(file, key, node, settings.connections_per_address, 100'000);
  if (key == "device_quota_mib") return take(file, key, node, settings.device_quota_mib, kDeviceQuotaMibMax, 0);
  if (key == "coalition_blobs_mib") return take(file, key, node, settings.coalition_blobs_mib, kCoalitionBlobsMibMax, 0);
  return Error{Code::kInvalid, file + ": there is no setting called '" + std::string(key) +
                                   "'. Known: data, listen, storage, tls_cert, tls_key, allow_plain_http, threads, "
                                   "connections, connections_per_address, device_quota_mib, coalition_blobs_mib."};
}

}  // namespace

Result<> read_config(const std::string& file, Settings& settings) {
  const toml::parse_result parsed = toml::parse_file(file);
  if (!parsed) {
    const auto line = parsed.error().source().begin.line;
    return Error{Code::kInvalid, "The configuration file " + file + " cannot be read" +
                                     (line > 0 ? ", line " + std::to_string(line) : "") + ": " +
                                     std::string(parsed.error().description()) + "."};
  }
  for (const auto& [key, node] : parsed.table()) HAKI_TRY(take_key(file, key.str(), node, settings));
  return {};
}

Result<Address> parse_listen(const std::string& listen) {
  const Error wrong_form{Code::kInvalid, "'" + listen +
                                             "' does not say where to listen. Give an address and a port, such as "
                                             "127.0.0.1:8443, 0.0.0.0:443 or [::1]:8443; port 0 takes a free one."};
  Address address{"127.0.0.1", 0};
  std::string_view port = listen;
  const auto colon = listen.rfind(':');
  if (colon != std::string::npos) {
    std::string_view host = std::string_view(listen).substr(0, colon);
    if (host.starts_with('[') && host.ends_with(']')) host = host.substr(1, host.size() - 2);
    if (host.empty()) return wrong_form;
    address.host = host;
    port = port.substr(colon + 1);
  }
  const auto [end, error] = std::from_chars(port.data(), port.data() + port.size(), address.port);
  if (error != std::errc() || end != port.data() + port.size()) return wrong_form;
  return address;
}

}  // namespace haki::ops
