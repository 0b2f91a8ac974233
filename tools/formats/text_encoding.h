// Which encoding a text file is in, judged by its bytes, and its text as UTF-8 (spec 70-import, section 2).
#pragma once

#include <array>
#include <string>
#include <string_view>

#include "haki/result.h"

namespace haki::formats {

enum class Encoding { kUtf8, kUtf16Little, kUtf16Big, kMacRoman, kWindows1252 };

// The name used in reports.
std::string_view encoding_name(Encoding encoding);

// One reading of the bytes 0x80 to 0xff. Built before the child is forked: iconv may load a module for it, which the
// child could not.
struct ByteTable {
  std::array<std::string, 128> text;       // UTF-8; empty where the encoding leaves the byte undefined
  std::array<char32_t, 128> code_point{};  // 0 where undefined
};

struct ByteTables {
  ByteTable mac_roman;
  ByteTable windows_1252;
};

// Fails with kUnsupported where the C library lacks one of the two encodings.
Result<ByteTables> load_byte_tables();

// The table of a one-byte encoding; null for the others.
const ByteTable* byte_table_of(Encoding encoding, const ByteTables& tables);

struct Recognised {
  Encoding encoding = Encoding::kUtf8;
  std::size_t mark_bytes = 0;  // of the byte order mark
  std::string reason;
};

// Total; two passes over the bytes at most.
Recognised recognise_encoding(std::string_view bytes, const ByteTables& tables);

// A cell in one of the one-byte encodings as UTF-8; false where it holds a byte that is undefined.
bool decode_bytes(std::string_view cell, const ByteTable& table, std::string& text);

// UTF-16 as UTF-8; a unit without its partner becomes U+FFFD.
std::string decode_utf16(std::string_view bytes, bool little_endian);

// How many bytes the well-formed UTF-8 sequence at the beginning of `bytes` has; 0 where there is none.
std::size_t utf8_sequence_bytes(std::string_view bytes);
bool is_utf8(std::string_view bytes);

// Code point to UTF-8; surrogates and what is beyond Unicode become U+FFFD.
void append_utf8(std::string& text, char32_t code_point);

}  // namespace haki::formats
