// Vector files, read and written: the one reader that the client's tests, the server's and the fuzzers share. What a file
// and its name mean: proto/vectors/README.md.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <string>
#include <vector>

#include "haki/bytes.h"
#include "haki/result.h"

namespace haki::test {

struct Vector {
  std::string name;                          // the file's, without .hex; its first word says what must happen
  std::string says;                          // what it is about
  std::map<std::string, std::string> given;  // what a reader is told beside the bytes, or all there is
  Bytes bytes;
  std::string meaning;                       // what an ok_ vector decodes to, in lines
  bool only_given = false;                   // it has no bytes beside what is given

  Code expected() const {
    if (name.starts_with("oversize_")) return Code::kTooLarge;
    return name.starts_with("held_") ? Code::kHeld : Code::kDamaged;
  }
  bool is_ok() const { return name.starts_with("ok_"); }
  // A given value that is written in hexadecimal; empty where it is not there.
  Bytes hex(const std::string& key) const {
    const auto found = given.find(key);
    return found == given.end() ? Bytes{} : from_hex(found->second).value_or(Bytes{});
  }
  // The same as an id, key or hash; zeros where it is not there or has another length.
  template <typename T>
  T id(const std::string& key) const {
    return T::from(hex(key)).value_or(T{});
  }
};

inline std::filesystem::path vectors_folder(const std::string& kind) {
  return std::filesystem::path(HAKI_SOURCE_DIR) / "proto" / "vectors" / kind;
}

inline std::string in_lines(const Bytes& bytes) {
  const std::string hex = to_hex(bytes);
  std::string lines;
  for (std::size_t at = 0; at < hex.size(); at += 96) lines += hex.substr(at, 96) + "\n";
  return lines;
}

inline std::string text_of(const Vector& vector) {
  std::string text = "# " + vector.says + "\n";
  for (const auto& [key, value] : vector.given) text += key + ": " + value + "\n";
  if (vector.only_given) return text;
  text += "bytes:\n" + in_lines(vector.bytes);
  if (vector.is_ok()) text += "meaning:\n" + vector.meaning;
  return text;
}

inline Vector read_vector(const std::filesystem::path& path) {
  Vector vector;
  vector.name = path.stem().string();
  std::ifstream file(path);
  std::string section, hex;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("# ")) {
      vector.says = line.substr(2);
    } else if (line == "bytes:" || line == "meaning:") {
      section = line;
    } else if (section == "bytes:") {
      hex += line;
    } else if (section == "meaning:") {
      vector.meaning += line + "\n";
    } else if (const auto colon = line.find(": "); colon != std::string::npos) {
      vector.given[line.substr(0, colon)] = line.substr(colon + 2);
    }
  }
  vector.bytes = from_hex(hex).value_or(Bytes{});
  vector.only_given = section.empty();
  return vector;
}

// By name, so that a failure is where it was.
inline std::vector<Vector> read_vectors(const std::string& kind) {
  std::vector<Vector> vectors;
  for (const auto& entry : std::filesystem::directory_iterator(vectors_folder(kind))) {
    if (entry.path().extension() == ".hex") vectors.push_back(read_vector(entry.path()));
  }
  std::ranges::sort(vectors, {}, &Vector::name);
  return vectors;
}

inline bool writing_vectors() { return std::getenv("HAKI_WRITE_VECTORS") != nullptr; }
inline void write_vector(const std::string& kind, const Vector& vector) {
  std::filesystem::create_directories(vectors_folder(kind));
  std::ofstream(vectors_folder(kind) / (vector.name + ".hex")) << text_of(vector);
}
// For what cannot be made twice alike, because random bytes are in it: an existing file never changes.
inline void write_missing_vector(const std::string& kind, const Vector& vector) {
  if (!std::filesystem::exists(vectors_folder(kind) / (vector.name + ".hex"))) write_vector(kind, vector);
}

}  // namespace haki::test
