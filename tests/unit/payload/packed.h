// Packed bytes made with zstd itself, for frames that pack() never writes.
#pragma once

#include <gtest/gtest.h>
#include <zstd.h>

#include <algorithm>
#include <utility>
#include <vector>

#include "base/padme.h"
#include "payload/pack.h"

namespace haki::payload {

inline Bytes frame_of(const Bytes& content, const std::vector<std::pair<ZSTD_cParameter, int>>& parameters = {}) {
  ZSTD_CCtx* context = ZSTD_createCCtx();
  for (const auto& [parameter, value] : parameters) ZSTD_CCtx_setParameter(context, parameter, value);
  Bytes frame(ZSTD_compressBound(content.size()));
  const std::size_t size = ZSTD_compress2(context, frame.data(), frame.size(), content.data(), content.size());
  EXPECT_FALSE(ZSTD_isError(size));
  ZSTD_freeCCtx(context);
  frame.resize(size);
  return frame;
}

// u32 n | u32 dictionary | the frame | zeros to max(96, Padmé(8 + n)).
inline Bytes packed_frame(const Bytes& frame, std::uint32_t dictionary = 0) {
  Bytes plain;
  for (unsigned shift = 0; shift < 32; shift += 8) plain.push_back(static_cast<std::uint8_t>(frame.size() >> shift));
  for (unsigned shift = 0; shift < 32; shift += 8) plain.push_back(static_cast<std::uint8_t>(dictionary >> shift));
  plain.insert(plain.end(), frame.begin(), frame.end());
  plain.resize(std::max<std::size_t>(96, base::padme(plain.size())));
  return plain;
}

}  // namespace haki::payload
