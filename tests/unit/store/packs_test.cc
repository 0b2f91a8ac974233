// Goal: whether a change set lies in a row of its own or in a pack, and whether a record's state has a body or is made again, nobody who
// reads notices; and nothing of it is lost, kept too long or taken for something else. Method: what is read from the store is held
// against the same change sets merged in memory, over random work of several chains; the rest are the places where packs end.
#include <gmock/gmock.h>

#include <random>

#include "payload/batch.h"
#include "payload/frame.h"
#include "payload/record_state.h"
#include "records_fixture.h"

namespace haki::store {
namespace {

using ::testing::HasSubstr;

constexpr int kSteps = 700;

// What the same change sets come to when they are merged one by one.
class Reference {
 public:
  void apply(const LogId& log, const changes::ChangeSet& set) {
    const changes::AppliedSeq applied = [&](const LogId& of) -> std::uint64_t {
      return of == log ? set.seq - 1 : sets_.contains(of) ? sets_.at(of).size() : 0;
    };
    changes::Dot dot{log, set.seq, 0};
    for (const changes::Operation& operation : set.operations) {
      if (const RecordId* id = changes::record_of(operation)) {
        changes::RecordState state;
        state.id = *id;
        const bool known = states_.contains(*id);
        if (known) state = states_.at(*id);
        const bool changed = changes::apply(state, operation, dot, set.time, applied);
        if (known || changed) {  // what takes away from a record that is not there leaves no row
          states_[*id] = state;
          ++touched_[*id][{log, set.seq}];
        }
      }
      dot.op += changes::indexes_of(operation);
    }
    sets_[log].push_back(set);
  }
  const std::map<RecordId, changes::RecordState>& states() const { return states_; }
  const std::vector<changes::ChangeSet>& sets(const LogId& log) { return sets_[log]; }
  std::size_t history(const RecordId& id) const { return touched_.at(id).size(); }

 private:
  std::map<RecordId, changes::RecordState> states_;
  std::map<LogId, std::vector<changes::ChangeSet>> sets_;
  std::map<RecordId, std::map<std::pair<LogId, std::uint64_t>, int>> touched_;
};

class Packs : public RecordsFixture {
 protected:
  static LogId log(std::uint8_t number) {
    LogId id;
    id.bytes.fill(number);
    return id;
  }
  std::string prose(std::size_t bytes) {
    static constexpr const char* kWords[] = {"maji", "safi", "shule", "kisima", "barabara", "wazee", "watoto", "the well", "was dry", "again"};
    std::string text;
    while (text.size() < bytes) text += std::string(kWords[random_() % 10]) + " " + std::to_string(random_() % 1000) + " ";
    return text;
  }
  changes::ChangeSet observation(std::uint32_t number, std::size_t bytes = 300) {
    return {0, at(++minute_), {changes::NewRecord{record(number), forms_.id(), {{kWard, prose(bytes)}}}}};
  }
  // Applied here and in the reference.
  void take(const LogId& from, changes::ChangeSet set) {
    set.seq = chain(from).applied_seq + 1;
    reference_.apply(from, set);
    ASSERT_OK(apply(from, set));
  }
  void fill(std::uint32_t first, std::uint32_t last) {
    for (std::uint32_t number = first; number <= last; ++number) take(own_, observation(number));
  }
  std::int64_t count(const std::string& what) { return *database_->number("SELECT count(*) FROM " + what); }

  void expect_states(bool history_too = true) {
    for (const auto& [id, expected] : reference_.states()) {
      const auto row = records_->load(notebook_, id);
      ASSERT_OK(row);
      ASSERT_TRUE(*row);
      ASSERT_EQ((*row)->merged, expected) << to_hex(id);
      if (expected.erased() || !history_too) continue;
      const auto past = records_->history((*row)->no);
      ASSERT_OK(past);
      ASSERT_EQ(past->size(), reference_.history(id)) << to_hex(id);
      ASSERT_TRUE(std::ranges::is_sorted(*past, {}, [](const PastChange& one) { return one.set->time; }));
    }
  }
  // Without erasures: byte for byte, from wherever and however many.
  void expect_sets(const LogId& from) {
    const std::vector<changes::ChangeSet>& expected = reference_.sets(from);
    for (const std::uint64_t after : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{63}, std::uint64_t{64}, expected.size() / 2, expected.size()}) {
      if (after > expected.size()) continue;
      std::size_t bytes = 0;
      for (std::size_t i = after; i < expected.size(); ++i) bytes += payload::encode_change_set(expected[i], from)->size();
      ASSERT_EQ(*records_->change_set_bytes(chain(from), after), static_cast<std::int64_t>(bytes)) << after;
      for (const std::size_t limit : {std::size_t{0}, std::size_t{1}, std::size_t{50}, expected.size()}) {
        const auto sets = records_->change_sets(chain(from), after, limit);
        ASSERT_OK(sets);
        ASSERT_EQ(sets->size(), std::min(limit, expected.size() - after));
        for (std::size_t i = 0; i < sets->size(); ++i) {
          ASSERT_EQ((*sets)[i].seq, after + i + 1);
          ASSERT_EQ(*payload::encode_change_set((*sets)[i], from), *payload::encode_change_set(expected[after + i], from));
        }
      }
    }
  }
  // Everything that is kept of change sets and records, opened.
  bool kept_somewhere(std::string_view words) {
    for (const char* sql : {"SELECT body FROM change_set", "SELECT body FROM change_pack", "SELECT body FROM record"}) {
      Statement rows = database_->prepare(sql);
      while (*rows.step()) {
        const ByteView body = rows.blob(0);
        const Bytes opened = payload::is_frame(body) ? *payload::expand(body, 1 << 20) : Bytes(body.begin(), body.end());
        if (as_text(opened).find(words) != std::string_view::npos) return true;
      }
    }
    return false;
  }
  void random_step();

  std::mt19937_64 random_{1};
  std::int64_t minute_ = 0;
  std::uint32_t made_ = 0;
  Reference reference_;
};

// Mostly new records and edits of what is known; sometimes an edit made without knowing, a deletion, an erasure.
void Packs::random_step() {
  const LogId from = log(static_cast<std::uint8_t>(1 + random_() % 3));
  const auto kind = random_() % 20;
  if (made_ == 0 || kind < 9) return take(from, observation(++made_, random_() % 40 == 0 ? 5'000 : 20 + random_() % 400));
  // Late ones as well: then the record comes after its edit.
  const RecordId id = record(1 + static_cast<std::uint32_t>(random_() % (made_ + 1)));
  changes::RecordState known;
  if (const auto found = reference_.states().find(id); found != reference_.states().end()) known = found->second;
  changes::ChangeSet set{0, at(++minute_), {}};
  std::vector<changes::Dot> over = known.dots_of(kWard);
  if (kind == 9) over = {{log(static_cast<std::uint8_t>(1 + random_() % 3)), 1 + random_() % 200, 1}};  // of what may still come
  if (kind < 15) set.operations.push_back(changes::SetField{id, kWard, prose(20 + random_() % 200), over});
  if (kind == 16 || kind == 17) set.operations.push_back(changes::SetAdd{id, kThemes, prose(10)});
  if (kind == 15) {  // often of what stands elsewhere or nowhere, and then it changes nothing
    const changes::Dot elsewhere{log(static_cast<std::uint8_t>(1 + random_() % 3)), 1 + random_() % 100, 0};
    set.operations.push_back(changes::SetRemove{id, kThemes, random_() % 2 == 0 ? known.dots_of(kThemes, true) : std::vector{elsewhere}});
  }
  if (kind == 18) set.operations.push_back([&] {
    changes::Tomb tomb = known.tomb();
    tomb.record = id;
    return tomb;
  }());
  if (kind == 19 && random_() % 4 == 0) set.operations.push_back(changes::Erase{id, "consent withdrawn"});
  if (kind == 19 && set.operations.empty()) return;
  if (!known.erased() && random_() % 3 == 0) set.operations.push_back(changes::SetField{record(1), kWard, prose(30), {}});
  take(from, set);
}

class RandomWork : public Packs, public ::testing::WithParamInterface<unsigned> {};

TEST_P(RandomWork, ReadsLikeTheSameMergedInMemory) {
  random_.seed(GetParam());
  for (int step = 0; step < kSteps && !HasFatalFailure(); ++step) {
    random_step();
    if (step % 150 == 149) expect_states();
  }
  if (HasFatalFailure()) return;
  reopen();
  expect_states();
  EXPECT_GT(count("change_pack"), 5) << "hardly anything was packed, so nothing was seen";
  EXPECT_GT(count("record WHERE length(body) = 0"), 50);
  EXPECT_EQ(*records_->remake(notebook_), 0u) << "a state is not what its change sets make";
  EXPECT_OK(database_->check());
}

INSTANTIATE_TEST_SUITE_P(Seed, RandomWork, ::testing::Range(1u, 9u));

TEST_F(Packs, HoldWholeChainsByteForByte) {
  fill(1, 300);
  for (std::uint32_t number = 301; number <= 400; ++number) take(log(2), observation(number));
  EXPECT_GE(count("change_pack"), 6);
  EXPECT_LE(count("change_set"), 64 + 16);
  expect_sets(own_);
  expect_sets(log(2));
  reopen();
  expect_sets(own_);
  EXPECT_EQ(own().applied_seq, 300u);
  EXPECT_EQ(chains_->last_own_time(), at(300));
}

TEST_F(Packs, EndWhereTheyAreFull) {
  // The 48 KiB are passed within 64 change sets here, and not there; and one is larger than that alone.
  for (const std::size_t bytes : {2'000, 200}) {
    for (int i = 0; i < 130; ++i) take(own_, observation(++made_, bytes));
  }
  changes::ChangeSet large{0, at(++minute_), {}};
  for (int i = 0; i < 4; ++i) large.operations.push_back(changes::NewRecord{record(++made_), forms_.id(), {{kWard, prose(60'000)}}});
  take(own_, large);
  for (int i = 0; i < 70; ++i) take(own_, observation(++made_));
  expect_sets(own_);
  expect_states();
  Statement rows = database_->prepare("SELECT last - first + 1, bytes FROM change_pack ORDER BY first");
  bool by_number = false, by_size = false, alone = false;
  while (*rows.step()) {
    EXPECT_LE(rows.integer(0), 64);
    if (rows.integer(0) > 1) {
      EXPECT_LE(rows.integer(1), 48 * 1024);
    }
    by_number |= rows.integer(0) == 64;
    by_size |= rows.integer(0) > 1 && rows.integer(0) < 30 && rows.integer(1) > 45'000;
    alone |= rows.integer(0) == 1 && rows.integer(1) > 200'000;
  }
  EXPECT_TRUE(by_number && by_size && alone);
  EXPECT_EQ(*database_->number("SELECT count(*) FROM record WHERE length(body) = 0 AND first_change IN "
                               "(SELECT first FROM change_pack WHERE bytes > 200000)"),
            0)
      << "to read one record, a whole import would have to be decoded";
}

TEST_F(Packs, ErasureTakesOneRecordOutOfTheMiddle) {
  fill(1, 40);
  changes::ChangeSet set = observation(41);
  std::get<changes::NewRecord>(set.operations[0]).cells[0].value = std::string("Amina told of the well");
  set.operations.push_back(changes::NewRecord{record(42), forms_.id(), {{kWard, std::string("Juma was there")}}});
  take(own_, set);
  fill(43, 200);
  ASSERT_EQ(count("record WHERE no = 41 AND length(body) = 0"), 1);
  ASSERT_TRUE(kept_somewhere("Amina"));
  const std::int64_t packs = count("change_pack");

  changes::ChangeSet erasing{0, at(++minute_), {changes::Erase{record(41), "consent withdrawn"}}};
  take(own_, erasing);
  EXPECT_FALSE(kept_somewhere("Amina"));
  EXPECT_TRUE(kept_somewhere("Juma was there")) << "it stood in the same change set";
  EXPECT_EQ(count("change_pack"), packs);
  expect_states();
  EXPECT_EQ(*records_->remake(notebook_), 0u) << "every other operation kept its dot";
  const auto sets = records_->change_sets(own(), 40, 1);
  ASSERT_OK(sets);
  ASSERT_EQ(sets->size(), 1u);
  EXPECT_TRUE(std::holds_alternative<changes::Gone>((*sets)[0].operations[0]));
  // No page of the file holds it either, freed ones included: SQLite writes zeros over what goes.
  ASSERT_OK(database_->checkpoint());
  reopen();
  expect_states();
  EXPECT_FALSE(kept_somewhere("Amina"));
}

TEST_F(Packs, WhatIsWrittenOftenHasABody) {
  fill(1, 200);
  ASSERT_EQ(count("record WHERE no = 5 AND length(body) = 0"), 1);
  const auto edit = [&](std::uint32_t number) {
    const changes::RecordState state = reference_.states().at(record(number));
    take(own_, {0, at(++minute_), {changes::SetField{record(number), kWard, prose(100), state.dots_of(kWard)}}});
  };
  edit(5);
  expect_states();
  EXPECT_EQ(count("record WHERE no = 5 AND length(body) = 0"), 1) << "two change sets make it";
  // One that was written often takes longer to make again than to expand.
  for (int i = 0; i < 6; ++i) edit(6);
  EXPECT_EQ(count("record WHERE no = 6 AND length(body) = 0"), 0);
  expect_states();
}

TEST_F(Packs, TakeInWhatCameLate) {
  // Packs that are full by number, and by size.
  std::uint32_t number = 0;
  for (const std::size_t bytes : {300, 1'000}) {
    const LogId other = log(static_cast<std::uint8_t>(2 + bytes / 1'000));
    for (std::uint64_t seq = 1; seq <= 100; ++seq) {
      // Change set 20 waits for a person, and is taken in at the end.
      if (seq == 20) chain(other).applied_seq = 20;
      if (seq != 20) take(other, observation(++number, bytes));
    }
    changes::ChangeSet late = observation(++number, 2 * bytes);
    late.seq = 20;
    Transaction transaction(*database_);
    ASSERT_OK(records_->keep_past(chain(other), late));
    ASSERT_OK(transaction.commit());
    for (std::uint64_t seq = 101; seq <= 140; ++seq) take(other, observation(++number, bytes));
    const auto sets = records_->change_sets(chain(other), 0, 1'000);
    ASSERT_OK(sets);
    ASSERT_EQ(sets->size(), 140u);
    for (std::size_t i = 0; i < sets->size(); ++i) ASSERT_EQ((*sets)[i].seq, i + 1);
    EXPECT_EQ(count("change_set WHERE (id & 1023) = 20"), 0) << "it is in the pack of its neighbours";
  }
}

TEST_F(Packs, HistoryThatComesLaterChangesNoState) {
  take(log(2), observation(1));
  take(log(3), observation(2));
  take(log(4), observation(3));
  ASSERT_EQ(count("record WHERE no = 1 AND length(body) = 0"), 1);
  // It names what another chain has long gone past: no note comes of it, as one would if the record were only now made of the two.
  changes::ChangeSet past{2, at(++minute_), {changes::SetRemove{record(1), kThemes, {{log(4), 1, 7}}}}};
  Transaction transaction(*database_);
  ASSERT_OK(records_->keep_past(chain(log(3)), past));
  ASSERT_OK(transaction.commit());
  expect_states(false);
}

TEST_F(Packs, LettingGoOfAChainCutsItsLastPack) {
  fill(1, 200);
  const auto cut = [&](std::uint64_t after) {
    Transaction transaction(*database_);
    ASSERT_OK(records_->forget_past(own(), after));
    ASSERT_OK(transaction.commit());
    reopen();
    EXPECT_EQ(own().applied_seq, after) << "where an own chain has got to is read from its change sets";
    EXPECT_EQ(records_->change_sets(own(), 0, 1'000)->size(), after);
    EXPECT_EQ(chains_->last_own_time(), at(static_cast<std::int64_t>(after)));
  };
  const std::int64_t first_pack_ends = *database_->number("SELECT min(last) FROM change_pack") & 0xFFFF;
  cut(150);
  cut(static_cast<std::uint64_t>(first_pack_ends));
  cut(10);
  // What they were made from is gone; the records are not, until somebody says so.
  EXPECT_EQ(count("record"), 200);
  EXPECT_EQ((*records_->load(notebook_, record(190)))->merged, reference_.states().at(record(190)));
  EXPECT_EQ(*records_->remake(notebook_), 190u);
}

TEST_F(Packs, AnUndoneTransactionLeavesNothingInMind) {
  fill(1, 100);
  ASSERT_OK(records_->load(notebook_, record(1)));  // its pack is open
  {
    Transaction transaction(*database_);
    ASSERT_OK(records_->apply(own(), {101, at(500), {changes::Erase{record(1), "a mistake"}}}));
    ASSERT_TRUE((*records_->load(notebook_, record(1)))->merged.erased());
    ASSERT_OK(records_->load(notebook_, record(2)));  // and is opened again as it is now
  }
  ASSERT_OK(chains_->load(own_));
  expect_states();
  expect_sets(own_);
}

TEST_F(Packs, OneThatIsDamagedSaysSoAndTheRestIsRead) {
  fill(1, 300);
  ASSERT_OK(database_->execute("UPDATE change_pack SET body = substr(body, 1, 500) || x'00' || substr(body, 502) "
                               "WHERE first = (SELECT min(first) FROM change_pack)"));
  reopen();
  const auto row = records_->load(notebook_, record(3));
  ASSERT_FALSE(row);
  EXPECT_EQ(row.error().code, Code::kDamaged);
  EXPECT_THAT(row.error().message, HasSubstr("history is damaged"));
  EXPECT_EQ(records_->change_sets(own(), 0, 10).error().code, Code::kDamaged);
  EXPECT_OK(records_->load(notebook_, record(150)));
  EXPECT_OK(records_->change_sets(own(), 200, 10));
  // The bytes of another pack in its place are noticed as well.
  ASSERT_OK(database_->execute("UPDATE change_pack SET body = (SELECT body FROM change_pack ORDER BY first DESC LIMIT 1)"));
  reopen();
  EXPECT_EQ(records_->load(notebook_, record(3)).error().code, Code::kDamaged);
}

TEST_F(Packs, AStoreOfAnOlderVersionIsPackedBitByBit) {
  {  // as version 11 left it: every change set in a row, every record with its body
    Transaction transaction(*database_);
    for (std::uint32_t number = 1; number <= 1'000; ++number) {
      changes::ChangeSet set = observation(number);
      set.seq = number;
      reference_.apply(own_, set);
      const changes::RecordState& state = reference_.states().at(record(number));
      const std::int64_t id = change_set_id(own(), number);
      ASSERT_OK(database_->run("INSERT INTO change_set (id, time, body) VALUES (?, ?, ?)", id, set.time.value,
                               ByteView(*payload::encode_change_set(set, own_))));
      ASSERT_OK(database_->run("INSERT INTO record (compartment, id, form, author, state, created, changed, body, first_change) "
                               "VALUES (?, ?, ?, ?, 'draft', ?, ?, ?, ?)",
                               *chains_->compartment_no(notebook_), record(number).view(), *chains_->form_no(forms_.id()),
                               *chains_->log_no(own_), set.time.value, set.time.value, ByteView(payload::encode_record_state(state)), id));
    }
    ASSERT_OK(transaction.commit());
  }
  reopen();
  expect_states();
  expect_sets(own_);
  std::int64_t rows = count("change_set");
  fill(1'001, 1'064);
  EXPECT_EQ(count("change_set"), rows + 64 - 256) << "no save waits for more than these";
  expect_states();
  for (std::uint32_t more = 1'065; more <= 1'400; more += 48) fill(more, more + 47);
  EXPECT_LE(count("change_set"), 64);
  expect_states();
  expect_sets(own_);
}

TEST_F(Packs, StoppedAtAnyWriteLoseNothing) {
  fill(1, 60);
  ASSERT_OK(database_->checkpoint());
  std::size_t stops = 0;
  bool packed_before = false, packed_after = false;
  disk_.before = [&](const Operation& operation) {
    if (!operation.changes_disk() || HasFatalFailure()) return Ruling{};
    for (const std::size_t part : {std::size_t{0}, operation.data.size() / 2, operation.data.size()}) {
      ++stops;
      MemoryDisk disk(with_part_of(disk_.image(), operation, part));
      auto database = open_store(disk);
      EXPECT_OK(database);
      Chains chains(**database);
      EXPECT_OK(chains.load(own_));
      Records records(**database, chains, forms_);
      const Chain* chain = chains.find(notebook_, own_);
      const std::uint64_t applied = chain->applied_seq;
      EXPECT_GE(applied, 60u);
      const auto sets = records.change_sets(*chain, 0, 1'000);
      EXPECT_OK(sets);
      EXPECT_EQ(sets->size(), applied);
      for (std::uint32_t number = 1; number <= applied; ++number) {
        const auto row = records.load(notebook_, record(number));
        EXPECT_OK(row);
        EXPECT_TRUE(*row && (*row)->merged == reference_.states().at(record(number))) << number;
      }
      const bool packed = *(*database)->number("SELECT count(*) FROM change_pack") > 0;
      (packed ? packed_after : packed_before) = true;
    }
    return Ruling{};
  };
  fill(61, 70);
  ASSERT_OK(database_->checkpoint());
  disk_.before = nullptr;
  EXPECT_TRUE(packed_before && packed_after) << "it was not stopped while it packed";
  EXPECT_GT(stops, 40u);
}

TEST_F(Packs, ARecordTakesLessThanItsChangeSetAlone) {
  std::size_t bytes = 0;
  for (std::uint32_t number = 1; number <= 2'000; ++number) {
    changes::ChangeSet set = observation(number, 900);
    set.seq = number;
    bytes += payload::encode_change_set(set, own_)->size();
    take(own_, std::move(set));
  }
  reopen();
  EXPECT_LT(disk_.image().at(kStorePath).size(), bytes) << "with a row for each and a body for each it was twice that and a half";
}

}  // namespace
}  // namespace haki::store
