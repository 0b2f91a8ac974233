#include "media/picture.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <utility>

namespace haki::media {

namespace {

constexpr std::size_t kChannels = 3;

// Where pixel `at` of `from` lies among `to`: the first it touches, and how much of it (in pixels of `to`) goes there.
struct Place {
  std::uint32_t first;
  float in_first, in_second;
};

Place place_of(std::uint32_t at, std::uint32_t from, std::uint32_t to) {
  // In units of 1/from of a pixel of `to`, so that the ends meet exactly.
  const std::uint64_t begin = std::uint64_t{at} * to, end = begin + to;
  const std::uint64_t first = begin / from, boundary = (first + 1) * from;
  const auto share = [&](std::uint64_t units) { return static_cast<float>(static_cast<double>(units) / from); };
  return {static_cast<std::uint32_t>(first), share(std::min(end, boundary) - begin),
          end > boundary ? share(end - boundary) : 0};
}

}  // namespace

Size size_within(Size size, std::uint32_t side) {
  const std::uint32_t longest = std::max(size.width, size.height);
  if (longest <= side) return size;
  const auto scaled = [&](std::uint32_t length) {
    return static_cast<std::uint32_t>(
        std::max<std::uint64_t>(1, (std::uint64_t{length} * side + longest / 2) / longest));
  };
  return {scaled(size.width), scaled(size.height)};
}

Shrinker::Shrinker(Size from, Size to) : from_(from), to_{to, Bytes(kChannels * to.width * to.height, 0xff)} {
  shares_.reserve(from.width);
  for (std::uint32_t x = 0; x < from.width; ++x) {
    const Place place = place_of(x, from.width, to.width);
    shares_.push_back({place.first, place.in_first, place.in_second});
  }
  row_.resize(kChannels * (to.width + 1));  // one more, for the second share of the last pixel, which is 0
  sum_.resize(kChannels * to.width);
}

void Shrinker::add_row(const std::uint8_t* rgb) {
  if (rows_in_ == from_.height) return;
  std::fill(row_.begin(), row_.end(), 0.0F);
  for (std::uint32_t x = 0; x < from_.width; ++x, rgb += kChannels) {
    float* at = row_.data() + kChannels * shares_[x].column;
    for (std::size_t channel = 0; channel < kChannels; ++channel) {
      at[channel] += shares_[x].first * rgb[channel];
      at[channel + kChannels] += shares_[x].second * rgb[channel];
    }
  }
  const Place place = place_of(rows_in_++, from_.height, to_.size.height);
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] += place.in_first * row_[i];
  const bool is_last_of_it =
      rows_in_ == from_.height || place_of(rows_in_, from_.height, to_.size.height).first != place.first;
  if (!is_last_of_it) return;
  emit();
  for (std::size_t i = 0; i < sum_.size(); ++i) sum_[i] = place.in_second * row_[i];
}

void Shrinker::emit() {
  std::uint8_t* out = to_.rgb.data() + sum_.size() * rows_out_++;
  for (std::size_t i = 0; i < sum_.size(); ++i)
    out[i] = static_cast<std::uint8_t>(std::min(255.0F, std::round(sum_[i])));
}

Picture Shrinker::take() { return std::move(to_); }

Picture shrunk(const Picture& picture, Size to) {
  Shrinker shrinker(picture.size, to);
  for (std::uint32_t y = 0; y < picture.size.height; ++y) {
    shrinker.add_row(picture.rgb.data() + kChannels * picture.size.width * y);
  }
  return shrinker.take();
}

Picture upright(const Picture& picture, int orientation) {
  if (orientation <= 1 || orientation > 8) return picture;
  const auto [width, height] = picture.size;
  Picture result{lies_on_side(orientation) ? Size{height, width} : picture.size, Bytes(picture.rgb.size())};
  const bool mirror_x = orientation == 2 || orientation == 3 || orientation == 7 || orientation == 8;
  const bool mirror_y = orientation == 3 || orientation == 4 || orientation == 6 || orientation == 7;
  for (std::uint32_t y = 0; y < result.size.height; ++y) {
    for (std::uint32_t x = 0; x < result.size.width; ++x) {
      std::uint32_t from_x = lies_on_side(orientation) ? y : x, from_y = lies_on_side(orientation) ? x : y;
      if (mirror_x) from_x = width - 1 - from_x;
      if (mirror_y) from_y = height - 1 - from_y;
      std::memcpy(result.rgb.data() + kChannels * (std::size_t{result.size.width} * y + x),
                  picture.rgb.data() + kChannels * (std::size_t{width} * from_y + from_x), kChannels);
    }
  }
  return result;
}

}  // namespace haki::media
