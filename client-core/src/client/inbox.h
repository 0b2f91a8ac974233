// What the server said, verified and applied: one answer is one transaction, with the cursor in it. Nothing is taken on the
// server's word: entries, grants, receipts, chains and contents each prove themselves (spec 60-http-api, "Receiving").
#pragma once

#include <set>

#include "client/people.h"
#include "client/snapshot_reader.h"
#include "sync/action.h"

namespace haki::client {

// What taking one answer did.
struct Taking {
  std::uint64_t receipted = 0;  // own change sets the server now has
  std::uint64_t received = 0;   // others' change sets applied
  std::uint64_t quarantined = 0, held = 0, admitted = 0;
  std::uint64_t acks_made = 0;  // own change sets that only acknowledge
  bool moved = false;           // something came of it, so asking again makes sense
  bool gained = false;          // something is here now that was not before
  std::vector<std::string> notes;
};

class Inbox {
 public:
  explicit Inbox(Home& home);

  // `sent`: the sealed frames that the answered request carried. An Error leaves everything as it was.
  Result<Taking> take(const sync::Inbound& inbound, const std::vector<store::SealedFrame>& sent);
  // Before the first request of a session. Where a key is missing that must have been given, all is asked for anew, once a day;
  // `by_hand`, where nothing can be pulled, also for rows that are missing.
  Result<> begin(bool by_hand = false);
  // Before an answer that came by hand.
  Result<> load();
  // Chains with a gap, to be asked for; where nothing else is due, work behind a snapshot.
  std::vector<envelope::Pull> pulls();
  // What is asked for of snapshots.
  std::vector<envelope::SnapshotWant> wants() { return snapshots_.wants(); }
  bool asks() { return !pulls().empty() || snapshots_.pending(); }

 private:
  Result<> take_all(const sync::Inbound& inbound, const std::vector<store::SealedFrame>& sent, Taking& taking);
  void judge_place(const sync::Inbound& inbound, std::uint64_t before, const std::optional<Bytes>& last_run);
  Result<> keep_cursor(const sync::Inbound& inbound, std::uint64_t before, std::uint64_t reached);
  Result<> keep_run(const sync::Inbound& inbound, std::uint64_t before, const std::optional<Bytes>& last_run);
  Result<> take_entries(const sync::Inbound& inbound, Taking& taking);
  std::set<CompartmentId> readable() const;  // by the newest entry here
  Result<> check_against_invite();
  Result<> check_log_shown(const sync::Inbound& inbound, bool newer_version, Taking& taking) const;
  Result<> take_back(std::uint32_t first_new, Taking& taking);
  Result<> set_back_to(store::Chain& chain, const envelope::Cut& cut);
  Result<> take_grants(const sync::Inbound& inbound, Taking& taking);
  Result<> take_handed_on(const envelope::Grant& grant, Taking& taking);
  // A compartment that may be read from now on lies below the cursor: it is asked for from its beginning.
  Result<> catch_up(const CompartmentId& compartment, bool left_out = false);
  // What is held without its content is asked for once a session, itself and as a snapshot; content is taken where it fits the
  // verified header.
  Result<> find_contentless();
  Result<> fill_held(const envelope::Run& run, const store::Chain& chain, Taking& taking);
  Result<> take_snapshots(const sync::Inbound& inbound, Taking& taking);
  Result<> after_snapshots(const SnapshotReader::Outcome& outcome, Taking& taking);
  Result<> caught_up(const sync::Inbound& inbound);
  Result<bool> lacks_keys();
  void compare_with_leads(const sync::Inbound& inbound, Taking& taking);
  // What leads have read and this device was not shown is asked for in later sessions too.
  Result<> load_missing();
  Result<> keep_missing();
  Result<> take_wiped(const envelope::Wiped& wiped);
  Result<> take_beacon(const envelope::Welcome& welcome);
  Result<> take_heads(const sync::Inbound& inbound, Taking& taking);
  Result<> take_receipts(const sync::Inbound& inbound, Taking& taking);
  Result<> take_rejects(const sync::Inbound& inbound, const std::vector<store::SealedFrame>& sent, Taking& taking);
  Result<> send_again(store::Chain& chain, std::uint64_t held_seq, Taking& taking);
  Result<> mark_receipted(store::Chain& chain, std::uint64_t seq, std::int64_t time_ms, Taking& taking);
  Result<> take_epoch_key(const envelope::EpochKey& frame, const sync::Inbound& inbound, Taking& taking);
  Result<> keep_key(const CompartmentId& compartment, std::uint32_t epoch, crypto::EpochKey key);
  bool comes_early(const envelope::Run& run) const;  // work before it is not here yet
  Result<> take_run(envelope::Run run, bool over_quota, Taking& taking);
  Result<> take_item(store::Chain& chain, const envelope::Run& run, bool over_quota, const envelope::VerifiedItem& item,
                     Taking& taking);
  // Opens and applies; an error of kHeld or kDamaged says what to do with the item instead.
  Result<> open_and_apply(store::Chain& chain, store::KeptItem& item, std::uint32_t m_seq, Taking& taking);
  Result<> set_aside(store::Chain& chain, store::KeptItem& item, Taking& taking);
  // What leads decided of this device's own work that was set aside, for its user to read.
  Result<> note_verdicts(const changes::ChangeSet& set, const store::Chain& from, Taking& taking);
  Result<> take_acks(const changes::ChangeSet& set, const store::Chain& from, Taking& taking);
  // Applies what waited and need not wait any more; in one compartment, or in all.
  Result<> retry_held(std::optional<CompartmentId> only, Taking& taking);
  Result<> acknowledge(Taking& taking);
  Result<> witness(const CompartmentId& compartment, Taking& taking);
  // Up to where this lead has verified and applied a chain, and nobody is still to decide; seq 0 for nowhere.
  Result<envelope::ChainHead> read_of(const store::Chain& chain);

  Home& home_;
  People people_;
  SnapshotReader snapshots_;
  std::set<std::pair<CompartmentId, LogId>> gaps_, stopped_, applied_;
  std::set<std::pair<CompartmentId, LogId>> gaps_asked_;  // in the request under way
  std::set<CompartmentId> worked_in_;  // more than acknowledged, in this answer
  std::map<std::pair<CompartmentId, LogId>, envelope::ChainHead> seen_by_leads_;  // as their acknowledgements say
  std::map<std::pair<CompartmentId, LogId>, std::uint64_t> missing_;  // up to where, as what came shows
  std::map<std::pair<CompartmentId, LogId>, std::uint64_t> contentless_;  // after which change set
  std::map<std::int64_t, int> set_back_;  // how often, by chain
  std::map<CompartmentId, std::uint64_t> catching_up_;  // up to which server_seq
  std::set<CompartmentId> asked_for_;           // of those, in the request under way
  std::set<CompartmentId> regained_;  // may be read from this answer's entries on, and could not before
  bool asked_ = false;
  bool ahead_of_log_ = false;  // work came that cites entries not shown here: it is to come again with them
  bool fresh_ = false;  // the cursor counts as 0: everything comes by itself
  bool directory_changed_ = false;
  // Of the answer under way: whether nothing lies between the cursor here and its rows, and whether it is of a server's life
  // that begins with it here. What came by hand may be old.
  bool adjoins_ = true, new_life_ = true;
};

}  // namespace haki::client
