// What must be true, kept apart from the code under test: every write that a device acknowledged, what it stood in for, and
// whose text it is.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "haki/bytes.h"

namespace haki::simulation {

// One value that was written into one field; texts are never written twice.
struct Fact {
  std::size_t device = 0;
  RecordId record;
  std::string field, text;
  std::set<std::string> covers;  // texts that stood in the field, there and then
  bool acknowledged = false;     // else it may be there or not: the device was killed, or refused
  std::size_t step = 0;
  bool perhaps_twice = false;    // a home that was put back may have taken it along to its new name, though it had sent it under the former
};

struct Attached {
  static constexpr std::size_t kNobody = ~std::size_t{0};
  std::size_t device = 0;
  RecordId record;
  std::string name;
  Bytes content;
  std::size_t step = 0;
};

struct KnownRecord {
  RecordId id;
  std::string form;
  std::size_t device = 0;   // who made it
  bool deleted = false;     // somebody deleted it
  bool acknowledged = false;
  bool erased = false;           // a lead erased it, or was killed at that
  bool erased_for_sure = false;  // a lead's device said that it is
  std::size_t erased_by = ~std::size_t{0}, erased_at = 0;  // which device, at which step
};

class Model {
 public:
  // A text that occurs nowhere else, with the mark that no file and no wire may show.
  std::string new_text(std::string_view about) { return std::string(kMark) + " " + std::string(about) + " " + std::to_string(++texts_); }
  static constexpr std::string_view kMark = "HAKIMARK";

  void made(KnownRecord record) { records_.push_back(std::move(record)); }
  void wrote(Fact fact) { facts_.push_back(std::move(fact)); }
  void attached(Attached one) { attached_.push_back(std::move(one)); }
  KnownRecord* record(const RecordId& id);
  bool erased(const RecordId& id) { return record(id) != nullptr && record(id)->erased; }

  const std::vector<Fact>& facts() const { return facts_; }
  const std::vector<KnownRecord>& records() const { return records_; }
  const std::vector<Attached>& attachments() const { return attached_; }
  std::vector<KnownRecord>& records() { return records_; }
  std::vector<Fact>& facts() { return facts_; }
  std::vector<Attached>& attachments() { return attached_; }

 private:
  std::uint64_t texts_ = 0;
  std::vector<Fact> facts_;
  std::vector<KnownRecord> records_;
  std::vector<Attached> attached_;
};

}  // namespace haki::simulation
