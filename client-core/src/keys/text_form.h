// Bytes as text that people paste, mail, print or scan: a prefix that says what it is, and a check value that shows a
// slip (spec 40-keys, "Text forms").
#pragma once

#include <string>
#include <string_view>

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::keys {

struct TextForm {
  std::string_view kind;          // "invite": the text begins with haki-invite-1-
  std::string_view check_domain;  // "HAKI1.ivt"
};

// base64url: short where letters of either case may stand.
std::string to_text(const TextForm& form, ByteView bytes);
// Upper case and base32: short in a QR code, which has a denser mode for such characters.
std::string to_qr_text(const TextForm& form, ByteView bytes);

// Reads either, with white space anywhere. kInvalid: something else; kWrongVersion: a newer version; kDamaged: a part
// is missing or was changed. Who calls says in a sentence what to do.
Result<Bytes> from_text(const TextForm& form, std::string_view text);

}  // namespace haki::keys
