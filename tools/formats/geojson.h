// Records as points (RFC 7946): a FeatureCollection in WGS 84, longitude before latitude, made coarser by policy before anything is
// written. Feature by feature.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "formats/sheet.h"
#include "formats/text_out.h"

namespace haki::formats {

inline constexpr int kUsualDecimals = 2;  // about a kilometre; a village, not a house

struct GeoPoint {
  double latitude = 0, longitude = 0;
};
// "-1.2921 36.8219" with at most so many decimals; empty where the text is no point on the Earth.
std::optional<GeoPoint> point_of(std::string_view text, int decimals);

// A property may have several values; then it is an array.
struct Property {
  std::string name;
  std::vector<Cell> values;
  bool several = false;
};

class GeoJsonWriter {
 public:
  explicit GeoJsonWriter(TextOut& out);
  // Without a position the geometry is null, as RFC 7946 has it for what has no place.
  Result<> feature(const std::string& id, const std::optional<GeoPoint>& position, const std::vector<Property>& properties);
  Result<> finish();

 private:
  TextOut& out_;
  bool first_ = true;
};

// {"name":value,…}, as properties of a feature and as fields of a record.
std::string json_object(const std::vector<Property>& properties);

}  // namespace haki::formats
