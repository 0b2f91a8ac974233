#include "formats/geojson.h"

#include <charconv>
#include <cmath>

#include "formats/json_text.h"

namespace haki::formats {
namespace {

std::optional<double> degrees(std::string_view text, double most) {
  double value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end != text.data() + text.size() || !std::isfinite(value) || std::abs(value) > most) return std::nullopt;
  return value;
}

double rounded(double value, int decimals) {
  const double scale = std::pow(10.0, decimals);
  const double coarse = std::round(value * scale) / scale;
  return coarse == 0 ? 0 : coarse;  // never -0
}

}  // namespace

std::optional<GeoPoint> point_of(std::string_view text, int decimals) {
  const std::size_t space = text.find(' ');
  if (space == std::string_view::npos) return std::nullopt;
  const auto latitude = degrees(text.substr(0, space), 90), longitude = degrees(text.substr(space + 1), 180);
  if (!latitude || !longitude) return std::nullopt;
  return GeoPoint{rounded(*latitude, decimals), rounded(*longitude, decimals)};
}

std::string json_object(const std::vector<Property>& properties) {
  std::string text = "{";
  for (const Property& property : properties) {
    text += (text.size() > 1 ? "," : "") + json_of(std::string_view(property.name)) + ":";
    if (!property.several) {
      text += property.values.empty() ? "null" : json_of(property.values.front());
      continue;
    }
    text += "[";
    for (std::size_t i = 0; i < property.values.size(); ++i) text += (i > 0 ? "," : "") + json_of(property.values[i]);
    text += "]";
  }
  return text += "}";
}

GeoJsonWriter::GeoJsonWriter(TextOut& out) : out_(out) { out_.put("{\"type\":\"FeatureCollection\",\"features\":["); }

Result<> GeoJsonWriter::feature(const std::string& id, const std::optional<GeoPoint>& position, const std::vector<Property>& properties) {
  std::string text = (first_ ? "\n" : ",\n") + std::string("{\"type\":\"Feature\",\"id\":") + json_of(std::string_view(id)) + ",\"geometry\":";
  first_ = false;
  if (position) {
    text += "{\"type\":\"Point\",\"coordinates\":[" + cell_text(position->longitude) + "," + cell_text(position->latitude) + "]}";
  } else {
    text += "null";
  }
  out_.put(text + ",\"properties\":" + json_object(properties) + "}");
  return out_.failure();
}

Result<> GeoJsonWriter::finish() {
  out_.put("\n]}\n");
  return out_.flush();
}

}  // namespace haki::formats
