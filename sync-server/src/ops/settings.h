// What a server is run with: the command line's options, over the configuration file's, over these defaults.
#pragma once

#include <cstdint>
#include <string>

#include "haki/result.h"

namespace haki::ops {

struct Settings {
  std::string data;
  std::string listen = "127.0.0.1:8443";
  std::string storage = "sqlite";
  std::string tls_cert;
  std::string tls_key;
  bool allow_plain_http = false;
  std::int64_t threads = 2;
  std::int64_t connections = 1024;
  std::int64_t connections_per_address = 200;
  std::int64_t device_quota_mib = 1024;  // what one device may have stored; 0: no limit
  std::int64_t coalition_blobs_mib = 10'240;  // what one coalition may have in attachments; 0: no limit
};

// Overwrites what a TOML file names. kInvalid for an unknown key, by name, a value of another kind or out of its range.
Result<> read_config(const std::string& file, Settings& settings);

struct Address {
  std::string host;
  std::uint16_t port = 0;
};
// "HOST:PORT", "[V6]:PORT" or "PORT".
Result<Address> parse_listen(const std::string& listen);

}  // namespace haki::ops
