// A text as a QR code: a picture for paper and screens, and half blocks for a terminal. Text in upper case, digits and
// "-" needs fewer modules than any other (ISO/IEC 18004, alphanumeric mode).
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "haki/result.h"

namespace haki::formats {

// What a phone's camera still reads with ease from a sheet or a screen.
inline constexpr int kComfortableQrVersion = 25;

enum class QrUse { kScreen /* as few modules as can be */, kPaper /* still read with 15 % of it stained */ };

class QrCode {
 public:
  // kTooLarge where it would take more than kComfortableQrVersion.
  static Result<QrCode> of(std::string_view text, QrUse use);

  int version() const { return (static_cast<int>(side_) - 17) / 4; }
  std::size_t side() const { return side_; }  // modules
  // False outside the code too, where the quiet zone is.
  bool dark(long x, long y) const;

 private:
  std::size_t side_ = 0;
  std::vector<bool> dark_;  // by rows
};

// The bytes of a PNG file: black and white, 8 pixels a module, a quiet zone of 4 modules.
Result<std::string> qr_png(const QrCode& code);

// Two rows of modules a line, a quiet zone of 2 modules, a line end after each. `colours` sets black on white, for a
// terminal; without it light modules are drawn, as for light letters on dark. kTooLarge where `columns` do not hold it.
Result<std::string> qr_text(const QrCode& code, std::size_t columns, bool colours);

}  // namespace haki::formats
