#include "store/settings.h"

#include "base/little_endian.h"

namespace haki::store {

Result<> Settings::put(std::string_view name, ByteView value) {
  return database_.run("INSERT INTO setting (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
                       name, value);
}

Result<> Settings::put_number(std::string_view name, std::int64_t value) {
  Bytes bytes;
  base::append_le(bytes, static_cast<std::uint64_t>(value));
  return put(name, bytes);
}

Result<std::optional<Bytes>> Settings::get(std::string_view name) {
  Statement row = database_.prepare("SELECT value FROM setting WHERE name = ?");
  HAKI_ASSIGN(const bool found, row.bind_all(name).step());
  if (!found) return std::optional<Bytes>();
  const ByteView value = row.blob(0);
  return std::optional(Bytes(value.begin(), value.end()));
}

Result<std::string> Settings::text(std::string_view name) {
  HAKI_ASSIGN(const std::optional<Bytes> value, get(name));
  return value ? std::string(as_text(*value)) : std::string();
}

Result<std::int64_t> Settings::number(std::string_view name) {
  HAKI_ASSIGN(const std::optional<Bytes> value, get(name));
  if (!value || value->size() != 8) return std::int64_t{0};
  return static_cast<std::int64_t>(base::load_le<std::uint64_t>(value->data()));
}

Result<> Settings::remove(std::string_view name) { return database_.run("DELETE FROM setting WHERE name = ?", name); }

}  // namespace haki::store
