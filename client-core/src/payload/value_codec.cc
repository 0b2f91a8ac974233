#include "payload/value_codec.h"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <optional>

#include "base/limits.h"
#include "base/little_endian.h"
#include "payload/batch.h"

namespace haki::payload {
namespace {

// People's decimals (26.8, -3.136947) are a whole number and a few places; so they take 3 to 5 bytes instead of 8.
constexpr std::uint8_t kPlacesMax = 9;
constexpr std::uint8_t kRawDecimal = 255;
constexpr double kWholeMax = 9007199254740992.0;  // 2^53: whole numbers up to here are exact
constexpr std::array<double, kPlacesMax + 1> kPowersOfTen = {1, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9};

struct Scaled {
  std::uint8_t places;
  std::int64_t whole;
};

// whole / 10^places with the fewest places that give exactly these bits. Both are exact, so the division is the
// correctly rounded one and every machine finds the same double.
std::optional<Scaled> scaled(double value) {
  if (!std::isfinite(value)) return std::nullopt;
  for (std::uint8_t places = 0; places <= kPlacesMax; ++places) {
    const double whole = std::nearbyint(value * kPowersOfTen[places]);
    if (std::abs(whole) > kWholeMax) return std::nullopt;
    const auto exact = static_cast<std::int64_t>(whole);  // turns -0.0 into 0, which then has other bits
    const double back = static_cast<double>(exact) / kPowersOfTen[places];
    if (std::bit_cast<std::uint64_t>(back) == std::bit_cast<std::uint64_t>(value)) return Scaled{places, exact};
  }
  return std::nullopt;
}

void append_decimal(Bytes& to, double value) {
  if (const auto short_form = scaled(value)) {
    to.push_back(short_form->places);
    append_varint(to, zigzag(short_form->whole));
  } else {
    to.push_back(kRawDecimal);
    base::append_le(to, std::bit_cast<std::uint64_t>(value));
  }
}

double read_decimal(ByteReader& reader) {
  const std::uint8_t places = reader.byte();
  if (places == kRawDecimal) {
    const ByteView bits = reader.take(8);
    if (!reader.ok()) return 0;
    const auto value = std::bit_cast<double>(base::load_le<std::uint64_t>(bits.data()));
    return reader.require(std::isfinite(value) && !scaled(value)) ? value : 0;
  }
  if (!reader.require(places <= kPlacesMax)) return 0;
  const std::int64_t whole = unzigzag(reader.varint());
  const double value = static_cast<double>(whole) / kPowersOfTen[places];
  const auto shortest = scaled(value);
  return reader.require(shortest && shortest->places == places && shortest->whole == whole) ? value : 0;
}

struct ContentWriter {
  Bytes& to;

  void operator()(const std::string& text) const { append_with_length(to, as_bytes(text)); }
  void operator()(std::int64_t number) const { append_varint(to, zigzag(number)); }
  void operator()(double number) const { append_decimal(to, number); }
  void operator()(bool truth) const { to.push_back(truth ? 1 : 0); }
  void operator()(const RecordId& link) const { append_bytes(to, link); }
};

// How many bytes follow the lead byte, and the least code point they may spell; 0 where no sequence begins so.
struct Sequence {
  std::size_t following;
  std::uint32_t bits, least;
};
std::optional<Sequence> sequence_of(std::uint8_t lead) {
  if (lead >= 0xc2 && lead < 0xe0) return Sequence{1, lead & 0x1fu, 0x80};
  if (lead >= 0xe0 && lead < 0xf0) return Sequence{2, lead & 0x0fu, 0x800};
  if (lead >= 0xf0 && lead < 0xf5) return Sequence{3, lead & 0x07u, 0x10000};
  return std::nullopt;
}

}  // namespace

bool is_utf8(ByteView bytes) {
  for (std::size_t at = 0; at < bytes.size();) {
    // Most text is ASCII for long stretches: eight bytes at a time.
    std::uint64_t eight = 0;
    if (bytes.size() - at >= sizeof eight) {
      std::memcpy(&eight, bytes.data() + at, sizeof eight);
      if ((eight & 0x8080808080808080) == 0) {
        at += sizeof eight;
        continue;
      }
    }
    if (bytes[at] < 0x80) {
      ++at;
      continue;
    }
    const auto sequence = sequence_of(bytes[at]);
    if (!sequence || bytes.size() - at <= sequence->following) return false;
    std::uint32_t code = sequence->bits;
    for (std::size_t i = 1; i <= sequence->following; ++i) {
      if ((bytes[at + i] & 0xc0) != 0x80) return false;
      code = code << 6 | (bytes[at + i] & 0x3fu);
    }
    if (code < sequence->least || code > 0x10ffff || (code >= 0xd800 && code < 0xe000)) return false;
    at += 1 + sequence->following;
  }
  return true;
}

void append_content(Bytes& to, const Value& value) { std::visit(ContentWriter{to}, value); }

Value read_content(ByteReader& reader, std::uint8_t type) {
  switch (type) {
    case 1: {
      const ByteView text = reader.take_with_length();
      if (!reader.require_within_limit(text.size() <= limits::kValueBytesMax)) return {};
      if (!reader.require(is_utf8(text))) return {};
      return std::string(as_text(text));
    }
    case 2: return unzigzag(reader.varint());
    case 3: return read_decimal(reader);
    case 4: {
      const std::uint8_t truth = reader.byte();
      reader.require(truth <= 1);
      return truth == 1;
    }
    case 5: return reader.id<RecordId>();
    default: reader.fail(); return {};
  }
}

Storable is_storable(const Value& value) {
  if (const auto* text = std::get_if<std::string>(&value)) {
    if (text->size() > limits::kValueBytesMax) return Storable::kTooLong;
    if (!is_utf8(as_bytes(*text))) return Storable::kNotUtf8;
  }
  const auto* decimal = std::get_if<double>(&value);
  return decimal != nullptr && !std::isfinite(*decimal) ? Storable::kNotANumber : Storable::kYes;
}

Bytes encode_value(const Value& value) {
  Bytes bytes{type_of(value)};
  append_content(bytes, value);
  return bytes;
}

Result<Value> decode_value(ByteView bytes) {
  ByteReader reader(bytes);
  const std::uint8_t type = reader.byte();
  Value value = read_content(reader, type);
  if (reader.finished()) return value;
  return Error{Code::kDamaged, "A stored value is damaged. Restore the home from a copy, or sync it into a new one."};
}

}  // namespace haki::payload
