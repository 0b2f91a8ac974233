// Simulated devices that edit one record as people do: each sees what it has received, and its edits cover what it
// sees. A history is made by a list of steps, so that a list can be enumerated, generated, shrunk and printed.
#pragma once

#include <array>
#include <ostream>
#include <vector>

#include "../unit/changes/history.h"

namespace haki::changes {

enum class Act { kWrite, kCreate, kAdd, kRemove, kDelete, kUndelete, kState, kMany, kErase };
inline constexpr std::size_t kActs = 9;

// Device `who` receives all that the devices in `pulls` (a bit each) have made or received, then does `act`.
struct Step {
  std::uint8_t who = 0;
  std::uint8_t pulls = 0;
  Act act = Act::kWrite;
};

inline std::ostream& operator<<(std::ostream& out, const Step& step) {
  static constexpr std::array<const char*, kActs> kNames = {"write",  "create",   "add",   "remove",
                                                            "delete", "undelete", "state", "many", "erase"};
  return out << "device " << int{step.who} << " pulls from set " << int{step.pulls} << ", "
             << kNames[static_cast<std::size_t>(step.act)];
}

class World {
 public:
  explicit World(std::size_t devices) : devices_(devices) {
    static constexpr std::array<const char*, 4> kNames = {"amina", "baraka", "chichi", "dia"};
    for (std::size_t i = 0; i < devices; ++i) authors_.emplace_back(kNames[i % kNames.size()]);
  }

  void take(const Step& step) {
    const std::size_t who = step.who % devices_.size();
    for (std::size_t from = 0; from < devices_.size(); ++from) {
      if (from != who && (step.pulls >> from & 1) != 0) pull(who, from);
    }
    const Edit edit = edit_by(authors_[who], devices_[who].record, step.act);
    history_.push_back(edit);
    devices_[who].receive(edit);
  }
  // All edits; each device's own stand in their order.
  const std::vector<Edit>& history() const { return history_; }
  const std::vector<Replica>& devices() const { return devices_; }
  void sync_all() {
    for (Replica& device : devices_) {
      for (const Edit& edit : history_) device.receive(edit);
    }
  }

 private:
  // A log's edits in their order, as far as the other device has them.
  void pull(std::size_t to, std::size_t from) {
    const auto known = devices_[from].applied;
    for (const Edit& edit : history_) {
      const auto place = known.find(edit.log);
      if (place != known.end() && edit.set.seq <= place->second) devices_[to].receive(edit);
    }
  }

  Edit edit_by(Author& author, const RecordState& seen, Act act) {
    const std::string text = "v" + std::to_string(history_.size());
    const SetField write{the_record(), kNote, text, seen.dots_of(kNote)};
    switch (act) {
      case Act::kWrite: return author.edit(write);
      case Act::kCreate: return author.creates({{kNote, text}, {12, text}});
      case Act::kAdd: return author.edit(SetAdd{the_record(), kTags, text});
      case Act::kRemove: return author.edit(SetRemove{the_record(), kTags, seen.dots_of(kTags, true)});
      case Act::kDelete: return author.edit(seen.tomb());
      case Act::kUndelete: {
        SetField undelete = write;
        for (const TombState& tomb : seen.tombs) undelete.over.push_back(tomb.dot);
        return author.edit(undelete);
      }
      case Act::kState: {
        return author.edit(SetField{the_record(), kStateField, std::string("edited"), seen.dots_of(kStateField)});
      }
      case Act::kMany: {
        SetField second{the_record(), 12, text, seen.dots_of(12)};
        return author.edits({write, UnknownOperation{{9}}, SetAdd{the_record(), kTags, text}, second});
      }
      case Act::kErase: return author.edit(Erase{the_record(), text});
    }
    return author.edit(write);
  }

  std::vector<Author> authors_;
  std::vector<Replica> devices_;
  std::vector<Edit> history_;
};

}  // namespace haki::changes
