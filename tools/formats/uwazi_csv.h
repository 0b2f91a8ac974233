// A CSV that Uwazi (HURIDOCS) imports: the first column is title and never empty, a heading is a property's key, several values of
// a property stand apart by |, a point is latitude|longitude, a relation is the title of what it points to.
#pragma once

#include "formats/csv_writer.h"
#include "formats/geojson.h"

namespace haki::formats {

struct UwaziValue {
  std::vector<std::string> texts;
  std::optional<GeoPoint> position;  // in place of texts
};

class UwaziCsv {
 public:
  // `properties` are those after title.
  UwaziCsv(TextOut& out, std::vector<std::string> properties) : writer_(out, {}), properties_(std::move(properties)) {}
  Result<> entity(const std::string& title, const std::vector<UwaziValue>& values);
  Result<> finish();

 private:
  Result<> begin();

  CsvWriter writer_;
  std::vector<std::string> properties_;
  bool begun_ = false;
};

}  // namespace haki::formats
