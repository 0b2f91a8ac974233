// Change sets for tests: a few of every kind, and any number made from a seed.
#pragma once

#include <algorithm>
#include <cmath>
#include <random>
#include <string>

#include "changes/merge.h"

namespace haki::payload {

template <typename Id>
Id id_of(std::uint8_t fill) {
  Id id;
  id.bytes.fill(fill);
  return id;
}
inline const LogId kAuthor = id_of<LogId>(0xa0);

inline Value text_of(std::string text) { return text; }

// Three sets: every operation and every type of value.
inline std::vector<changes::ChangeSet> one_of_everything() {
  using changes::Ack, changes::NewRecord, changes::SetAdd, changes::SetField, changes::SetRemove, changes::Tomb;
  using changes::UnknownOperation, changes::kStateField, changes::kParentField, changes::Hlc, changes::Dot;
  const LogId other = id_of<LogId>(0xb0), third = id_of<LogId>(0xc0);
  const RecordId record = id_of<RecordId>(0x01), second = id_of<RecordId>(0x02);
  const NewRecord made{record, id_of<FormId>(0xf0), {{kStateField, text_of("draft")},
                                                    {10, text_of("le puits est à sec")},
                                                    {11, std::int64_t{-300}},
                                                    {12, -3.136947},
                                                    {13, 1.0 / 3.0},
                                                    {14, true},
                                                    {16, second},
                                                    {20'000, -0.0}}};
  const NewRecord child{second, id_of<FormId>(0xf1), {{kParentField, record}, {11, INT64_MIN}}};
  const NewRecord bare{id_of<RecordId>(0x03), id_of<FormId>(0xf0), {}};
  const SetField write{record, 10, text_of("the well is dry"), {{kAuthor, 7, 2}, {other, 3, 0}, {other, 3, 1}}};
  const SetRemove removal{record, 30, {{third, 9, 4}}};
  const Tomb tomb{second, {{other, 5, 0}}, {{kAuthor, 8}, {other, 12}}};
  const Ack ack{third, 1'000'000, id_of<Hash>(0xee)};
  return {{7, Hlc::of(1'790'000'000'000, 3), {made, child}},
          {8, Hlc::of(1'790'000'000'250, 0), {bare, write, SetAdd{record, 30, false}, removal}},
          {9,
           Hlc::of(1'789'999'000'000, 0),
           {tomb, UnknownOperation{{6, 1, 2, 3}}, ack},
           {0x20, 0x05, 0x2a, 0x01, 0xff}}};
}

class Maker {
 public:
  explicit Maker(std::uint64_t seed) : random_(seed) {}

  std::uint64_t below(std::uint64_t bound) { return random_() % bound; }
  bool chance(std::uint64_t one_in) { return below(one_in) == 0; }
  template <typename Id>
  Id id(std::uint8_t kind, std::uint64_t choices) {
    Id made = id_of<Id>(kind);
    made.bytes[15] = static_cast<std::uint8_t>(below(choices));
    return made;
  }
  LogId log() { return chance(2) ? kAuthor : id<LogId>(0xb0, 4); }
  changes::Dot dot() { return {log(), 1 + below(chance(4) ? 1u << 30 : 20), static_cast<std::uint32_t>(below(40))}; }

  std::string text() {
    static const std::vector<std::string> kPieces = {"well", " ", "dry", "é", "井", "😀", "ماء", "\n", "0", "kilometre"};
    std::string made;
    for (std::uint64_t i = below(chance(10) ? 200 : 8); i > 0; --i) made += kPieces[below(kPieces.size())];
    return made;
  }
  Value value() {
    switch (below(7)) {
      case 0: return static_cast<std::int64_t>(random_());
      case 1: return static_cast<std::int64_t>(below(300)) - 100;
      case 2: return static_cast<double>(static_cast<std::int64_t>(below(200'000'000)) - 100'000'000) / 1e6;
      case 3: return std::ldexp(static_cast<double>(random_()), static_cast<int>(below(400)) - 200);
      case 4: return chance(2);
      case 5: return id<RecordId>(0x10, 200);
      default: return text();
    }
  }
  std::vector<changes::Dot> dots() {
    std::vector<changes::Dot> made;
    for (std::uint64_t i = below(chance(20) ? 30 : 3); i > 0; --i) made.push_back(dot());
    std::ranges::sort(made);
    const auto repeated = std::ranges::unique(made);
    made.erase(repeated.begin(), repeated.end());
    return made;
  }
  changes::Operation operation() {
    const auto record = id<RecordId>(0x20, 6);
    const auto field = static_cast<std::uint32_t>(1 + below(chance(8) ? UINT32_MAX : 25));
    switch (below(9)) {
      case 0: return changes::SetField{record, field, value(), dots()};
      case 1: return changes::SetAdd{record, field, value()};
      case 2: return changes::SetRemove{record, field, dots()};
      case 3: return tomb(record);
      case 4: return changes::Ack{log(), 1 + below(9), id<Hash>(0xee, 9)};
      case 5: {
        const auto kind = static_cast<std::uint8_t>(chance(2) ? 6 : 8 + below(100));
        if (kind == 13) return changes::Gone{static_cast<std::uint32_t>(1 + below(501))};
        if (kind == 14) return changes::Erase{record, "Reason " + std::to_string(below(1000))};
        if (kind == 15) return changes::LetGo{id<CompartmentId>(0x70, 3), record, log(), 1 + below(9)};
        if (kind == 12) return changes::Verdict{log(), 1 + below(9), id<Hash>(0xee, 9), chance(2)};
        return changes::UnknownOperation{{kind, 1, 2}};
      }
      default: return new_record(record);
    }
  }
  changes::Operation new_record(const RecordId& record) {
    changes::NewRecord made{record, id<FormId>(0xf0, 3), {}};
    std::uint32_t field = 0;
    for (std::uint64_t i = below(20); i > 0; --i) {
      field += static_cast<std::uint32_t>(1 + (chance(4) ? below(40) : 0));
      made.cells.push_back({field, value()});
    }
    return made;
  }
  changes::Operation tomb(const RecordId& record) {
    changes::Tomb made{record, dots(), {}};
    for (std::uint8_t i = 0; i < 4; ++i) {
      const LogId log = i == 0 ? kAuthor : id_of<LogId>(static_cast<std::uint8_t>(0xc0 + i));
      if (chance(2)) made.seen.push_back({log, 1 + below(300)});
    }
    return made;
  }
  std::vector<changes::ChangeSet> sets() {
    std::vector<changes::ChangeSet> made(1 + below(6));
    const std::uint64_t first = 1 + below(1000);
    for (std::size_t i = 0; i < made.size(); ++i) {
      made[i].seq = first + i;
      made[i].time = changes::Hlc{chance(10) ? random_() : (1'790'000'000'000 + below(100'000)) << 16 | below(3)};
      for (std::uint64_t left = below(6); left > 0; --left) made[i].operations.push_back(operation());
      if (chance(5)) made[i].later_fields = {0x20, 0x07};
    }
    return made;
  }

 private:
  std::mt19937_64 random_;
};

}  // namespace haki::payload
