// Small named values of the store: what the device must remember between runs and no record holds.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "haki/bytes.h"
#include "store/database.h"

namespace haki::store {

class Settings {
 public:
  explicit Settings(Database& database) : database_(database) {}

  Result<> put(std::string_view name, ByteView value);
  Result<> put_text(std::string_view name, std::string_view value) { return put(name, as_bytes(value)); }
  Result<> put_number(std::string_view name, std::int64_t value);
  Result<std::optional<Bytes>> get(std::string_view name);
  Result<std::string> text(std::string_view name);       // empty where not set
  Result<std::int64_t> number(std::string_view name);    // 0 where not set
  Result<> remove(std::string_view name);

 private:
  Database& database_;
};

}  // namespace haki::store
