// The change sets that are kept, encoded: the newest of a chain in rows of their own, older ones many to a row and compressed together
// (spec 50-store-file, "What is kept compressed"). Which of the two it is nobody outside notices.
//
// Named by change_set_id (chains.h). What writes is part of the caller's transaction, and keeps in mind nothing that an undone one leaves
// wrong. Memory: a few megabytes of packs that were opened last.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "changes/hlc.h"
#include "store/database.h"

namespace haki::payload {
class Compressor;
}

namespace haki::store {

class Past {
 public:
  explicit Past(Database& database);
  Past(const Past&) = delete;
  Past& operator=(const Past&) = delete;
  ~Past();

  // Keeps one that is not there yet, in a row of its own.
  Result<> put(std::int64_t id, changes::Hlc time, ByteView body);
  // Its bytes; empty where it is not kept.
  Result<std::optional<Bytes>> find(std::int64_t id);
  // In the place of one that is kept: nothing of its former bytes stays.
  Result<> replace(std::int64_t id, ByteView body);
  // Those from `first` to `last`, of one chain, in order, until it returns false. `visit` must not write here.
  Result<> for_each(std::int64_t first, std::int64_t last, const std::function<Result<bool>(std::int64_t id, ByteView body)>& visit);
  // From `first` to the end of its chain: lets go of them; how many bytes they are.
  Result<> remove_from(std::int64_t first);
  Result<std::int64_t> bytes_from(std::int64_t first);
  struct Newest {
    std::int64_t id;
    changes::Hlc time;
  };
  Result<std::optional<Newest>> newest(std::int64_t chain_no);

  // What is kept for long, in a frame where that is smaller: what a record's state lies in too.
  Result<Bytes> compressed(Bytes bytes);

  // Puts the rows of a chain up to `last` into packs, oldest first, some 256 of them at a time.
  Result<> pack(std::int64_t last);

 private:
  struct Kept {
    std::int64_t id;
    Bytes body;
  };
  struct Pack {
    struct Place {
      std::int64_t id;
      std::size_t at, size;
    };
    std::int64_t first, stamp;
    std::vector<Place> places;  // ascending; at least one
    Bytes bytes;
    ByteView body(const Place& place) const { return ByteView(bytes).subspan(place.at, place.size); }
  };
  using OpenPack = std::shared_ptr<const Pack>;

  Result<bool> is_full_before(std::int64_t id, std::size_t bytes);
  Result<OpenPack> covering(std::int64_t id);  // null where there is none
  Result<OpenPack> next_from(std::int64_t first, std::int64_t last);
  Result<OpenPack> open(const Statement& row);
  Result<> write(std::vector<Kept> sets);
  void forget(std::int64_t first);

  Database& database_;
  const std::unique_ptr<payload::Compressor> compressor_;
  std::vector<OpenPack> opened_;  // used last, last
};

}  // namespace haki::store
