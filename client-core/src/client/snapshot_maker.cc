#include "client/snapshot_maker.h"

#include <algorithm>

#include "base/limits.h"
#include "client/snapshot_seal.h"
#include "crypto/hash.h"
#include "envelope/frames.h"
#include "payload/snapshot_part.h"

namespace haki::client {
namespace {

using envelope::CompartmentKind;

constexpr std::int64_t kEveryDefault = 1000;  // change sets
constexpr std::size_t kPiecesMax = 64;

// 1: something was erased that the newest snapshot may still hold.
std::string erased_setting(const CompartmentId& compartment) { return "snapshot_erased/" + to_hex(compartment); }

std::string covered_setting(const CompartmentId& compartment) { return "snapshot/" + to_hex(compartment); }

changes::AppliedSeq marks_of(const std::vector<envelope::SnapshotMark>& marks) {
  return [&marks](const LogId& log) -> std::uint64_t {
    const auto mark = std::ranges::find(marks, log, &envelope::SnapshotMark::log);
    return mark != marks.end() ? mark->seq : 0;
  };
}

}  // namespace

// How much there must be before another one is worth its bytes.
Result<std::uint64_t> SnapshotMaker::next_after(std::uint64_t covered) const {
  HAKI_ASSIGN(const std::int64_t set, home_.settings->number(setting::kSnapshotEvery));
  const auto every = static_cast<std::uint64_t>(set > 0 ? set : kEveryDefault);
  return covered + std::max(every, covered / 2);
}

// Settled: everything of others is applied, everything own is at the server, and no snapshot of it waits to be audited.
Result<std::optional<std::uint64_t>> SnapshotMaker::due(const CompartmentId& compartment) {
  const std::optional<std::uint64_t> no;
  std::uint64_t total = 0;
  for (const store::Chain* chain : home_.chains->all()) {
    if (chain->compartment != compartment) continue;
    const bool own = chain->log == home_.identity.log;
    if (chain->applied_seq != chain->head_seq || (own && chain->receipted_seq != chain->applied_seq)) return no;
    total += chain->applied_seq;
  }
  HAKI_ASSIGN(const std::int64_t covered, home_.settings->number(covered_setting(compartment)));
  HAKI_ASSIGN(const std::uint64_t next, next_after(static_cast<std::uint64_t>(covered)));
  HAKI_ASSIGN(const std::int64_t erased, home_.settings->number(erased_setting(compartment)));
  if (total < next && erased == 0) return no;
  return std::optional(total);
}

Result<std::optional<CompartmentId>> SnapshotMaker::next_due() {
  const std::optional<CompartmentId> none;
  if (!home_.is_lead()) return none;
  HAKI_ASSIGN(const std::vector<store::KeptSnapshot> read, kept_.all());
  for (const auto& [id, of] : home_.membership.compartments()) {
    const CompartmentKind kind = of.made.kind;
    if (kind == CompartmentKind::kDistrict || kind == CompartmentKind::kCase || done_.contains(id)) continue;
    if (!home_.membership.may_read(home_.device, id, home_.membership.newest())) continue;
    const auto unproven = [&](const store::KeptSnapshot& one) {
      return one.compartment == id && one.state != store::SnapshotState::kAudited;
    };
    if (std::ranges::any_of(read, unproven)) continue;
    HAKI_ASSIGN(const std::optional<std::uint64_t> total, due(id));
    if (total) return std::optional(id);
  }
  return none;
}

Result<> SnapshotMaker::let_go(Home& home, const CompartmentId& compartment) {
  HAKI_TRY(store::Snapshots(*home.database).remove_made(compartment));
  return home.settings->put_number(erased_setting(compartment), 1);
}

void SnapshotMaker::begin_anew() {
  made_.reset();
  at_server_.reset();
  done_.clear();
}

Result<bool> SnapshotMaker::reaches_erasures(const envelope::Snapshot& offer) {
  HAKI_ASSIGN(const auto places, home_.erasures->places(offer.compartment));
  return std::ranges::all_of(places, [&](const auto& place) {
    const envelope::SnapshotMark* mark = offer.mark(place.first);
    return mark != nullptr && mark->seq >= place.second;
  });
}

Result<bool> SnapshotMaker::pending() {
  if (!words_.empty() || to_make_) return true;
  HAKI_ASSIGN(const std::optional<store::Snapshots::Made> made, kept_.made());
  if (made) return true;
  HAKI_ASSIGN(const std::optional<CompartmentId> next, next_due());
  return next.has_value();
}

Result<SnapshotMaker::Frames> SnapshotMaker::next(std::size_t bytes_max) {
  Frames frames;
  asked_.reset();
  if (to_make_) {
    const CompartmentId compartment = *to_make_;
    to_make_.reset();
    done_.insert(compartment);
    store::Transaction transaction(*home_.database);
    HAKI_TRY(transaction.started());
    HAKI_TRY(make(compartment));
    HAKI_TRY(transaction.commit());
  }
  if (!made_) {
    HAKI_ASSIGN(const std::optional<store::Snapshots::Made> made, kept_.made());
    auto frame = made ? envelope::FrameReader(made->frame).next() : Result<envelope::Frame>(envelope::UnknownFrame{});
    if (auto* snapshot = frame ? std::get_if<envelope::Snapshot>(&*frame) : nullptr) made_ = std::move(*snapshot);
  }
  if (made_ && !at_server_) frames.put.push_back(envelope::encode_frame(*made_));
  if (made_ && at_server_) HAKI_TRY(add_pieces(bytes_max, frames.put));
  for (const envelope::SnapshotWord& word : words_) frames.put.push_back(envelope::encode_frame(word));
  words_.clear();
  if (frames.put.empty() && !made_) {
    HAKI_ASSIGN(asked_, next_due());
    if (asked_) frames.want.push_back(envelope::encode_frame(envelope::SnapshotWant{*asked_, {}, 0}));
  }
  return frames;
}

Result<> SnapshotMaker::add_pieces(std::size_t bytes_max, std::vector<Bytes>& frames) {
  std::uint64_t begin = 0;  // of the part
  for (std::uint32_t number = 0; number < made_->parts.size() && bytes_max > 0 && frames.size() < kPiecesMax; ++number) {
    const std::uint64_t length = made_->parts[number].length;
    std::uint64_t offset = std::max(*at_server_, begin) - begin;
    if (offset < length) {
      HAKI_ASSIGN(const Bytes part, kept_.made_part(made_->compartment, number));
      while (offset < length && bytes_max > 0 && frames.size() < kPiecesMax) {
        const std::size_t size = std::min({static_cast<std::size_t>(length - offset), limits::kSnapshotPieceBytesMax, bytes_max});
        const ByteView piece = ByteView(part).subspan(static_cast<std::size_t>(offset), size);
        frames.push_back(envelope::encode_frame(
            envelope::SnapshotBytes{made_->compartment, made_->id, begin + offset, Bytes(piece.begin(), piece.end())}));
        offset += size;
        bytes_max -= size;
      }
    }
    begin += length;
  }
  return {};
}

Result<bool> SnapshotMaker::take(const sync::Inbound& inbound, std::vector<std::string>& notes) {
  if (!inbound.welcome) return false;
  bool further = false;
  const std::optional<CompartmentId> asked = asked_;
  asked_.reset();
  for (const envelope::SnapshotHave& have : inbound.snapshots_held) {
    if (made_ && have.compartment == made_->compartment && have.id == made_->id) {
      further = further || !at_server_ || have.bytes > *at_server_;
      at_server_ = have.bytes;
      if (have.bytes < made_->bytes()) continue;
      HAKI_TRY(kept_.remove_made(have.compartment));
      made_.reset();
      at_server_.reset();
    } else if (have.id.is_zero() && have.compartment == asked) {
      // There is none, or none any more: an erasure alone is no reason to make one, all that has grown is.
      HAKI_TRY(home_.settings->remove(erased_setting(*asked)));
      HAKI_TRY(home_.settings->remove(covered_setting(*asked)));
      HAKI_ASSIGN(const std::optional<std::uint64_t> total, due(*asked));
      if (total) to_make_ = asked;
    }
  }
  for (const envelope::Snapshot& offer : inbound.snapshots) {
    if (offer.compartment == asked) HAKI_TRY(answer_offer(offer, notes));
  }
  for (const envelope::Reject& reject : inbound.rejects) {
    if (!made_ || reject.compartment != made_->compartment || !reject.log.is_zero() || at_server_) continue;
    // The server does not take it, for whatever reason: it is made anew another time.
    HAKI_TRY(kept_.remove_made(made_->compartment));
    HAKI_TRY(home_.settings->remove(covered_setting(made_->compartment)));
    made_.reset();
  }
  if (asked && !to_make_) done_.insert(*asked);
  return further || asked.has_value();
}

// Far enough and right: this lead's word. Else one of its own.
Result<> SnapshotMaker::answer_offer(const envelope::Snapshot& offer, std::vector<std::string>& notes) {
  const CompartmentId compartment = offer.compartment;
  HAKI_ASSIGN(const std::optional<std::uint64_t> total, due(compartment));
  const envelope::Device* maker = home_.membership.device(offer.by);
  if (!total || maker == nullptr) return {};
  HAKI_ASSIGN(const std::uint64_t next, next_after(offer.covers()));
  HAKI_ASSIGN(const bool clean, reaches_erasures(offer));
  if (clean) HAKI_TRY(home_.settings->remove(erased_setting(compartment)));
  const bool near = *total < next && clean;
  const bool mine = maker->person() == home_.me()->person();
  const auto given = [&](const envelope::SnapshotSignature& word) {
    const envelope::Device* by = home_.membership.device(word.by);
    return by != nullptr && by->person() == home_.me()->person();
  };
  if (near && (mine || std::ranges::any_of(offer.words, given))) {
    return home_.settings->put_number(covered_setting(compartment), static_cast<std::int64_t>(offer.covers()));
  }
  if (!near) {
    to_make_ = compartment;
    return {};
  }
  HAKI_ASSIGN(const bool right, is_right(offer));
  if (!right) {
    notes.push_back("What " + home_.name_of(offer.by) + " has put together of earlier work is not what this device has. No word was given "
                    "for it; this device puts together its own. Compare, in person or by voice.");
    to_make_ = compartment;
    return {};
  }
  const Hash message = envelope::snapshot_word_message(home_.org, offer);
  words_.push_back({compartment, offer.id, {home_.device, crypto::sign(home_.identity.sign.secret, "HAKI1.sno", message)}});
  return home_.settings->put_number(covered_setting(compartment), static_cast<std::int64_t>(offer.covers()));
}

// From this device's own change sets, record by record.
Result<bool> SnapshotMaker::is_right(const envelope::Snapshot& offer) {
  const envelope::Device* maker = home_.membership.device(offer.by);
  if (!crypto::verify(maker->added.sign_key, "HAKI1.snp", envelope::snapshot_message(home_.org, offer), offer.signature)) return false;
  for (const envelope::SnapshotMark& mark : offer.marks) {
    const store::Chain* chain = home_.chains->find(offer.compartment, mark.log);
    if (chain == nullptr || chain->applied_seq < mark.seq) return false;
    if (chain->head_seq == mark.seq && chain->head != mark.hash) return false;
  }
  std::vector<Hash> leaves;
  HAKI_ASSIGN(const std::vector<std::int64_t> rows, home_.records->rows_of(offer.compartment));
  for (const std::int64_t no : rows) {
    HAKI_ASSIGN(const std::optional<Bytes> state, home_.records->state_at(no, marks_of(offer.marks), true));
    if (state) leaves.push_back(crypto::hash32({*state}));
  }
  std::ranges::sort(leaves);
  return state_root(leaves) == offer.state_root;
}

std::vector<envelope::SnapshotMark> SnapshotMaker::marks(const CompartmentId& compartment) const {
  std::vector<envelope::SnapshotMark> marks;
  for (const store::Chain* chain : home_.chains->all()) {
    if (chain->compartment != compartment || chain->applied_seq == 0) continue;
    marks.push_back({chain->log, chain->applied_seq, chain->head, chain->m_seq, chain->epoch});
  }
  std::ranges::sort(marks, {}, &envelope::SnapshotMark::log);
  return marks;
}

Result<> SnapshotMaker::make(const CompartmentId& compartment) {
  // The newest key of those this device holds: whoever comes later is given that one at least.
  auto key = home_.key_ring.upper_bound({compartment, UINT32_MAX});
  if (key == home_.key_ring.begin() || (--key)->first.first != compartment) return {};
  envelope::Snapshot snapshot;
  snapshot.compartment = compartment;
  home_.random.fill(snapshot.id.bytes);
  snapshot.epoch = key->first.second;
  snapshot.m_seq = home_.membership.newest();
  snapshot.m_head = home_.membership.head();
  snapshot.marks = marks(compartment);
  snapshot.time_ms = home_.clock.now_ms();
  snapshot.by = home_.device;
  std::vector<Hash> leaves;
  HAKI_TRY(seal_parts(snapshot, key->second.key, leaves));
  if (!envelope::well_formed(snapshot)) {  // empty, or more than a snapshot may hold
    HAKI_TRY(kept_.remove_made(compartment));
  } else {
    std::ranges::sort(leaves);
    snapshot.state_root = state_root(leaves);
    snapshot.signature = crypto::sign(home_.identity.sign.secret, "HAKI1.snp", envelope::snapshot_message(home_.org, snapshot));
    HAKI_TRY(kept_.put_made(compartment, envelope::encode_frame(snapshot)));
  }
  HAKI_TRY(home_.settings->remove(erased_setting(compartment)));
  return home_.settings->put_number(covered_setting(compartment), static_cast<std::int64_t>(snapshot.covers()));
}

Result<> SnapshotMaker::seal_parts(envelope::Snapshot& snapshot, const crypto::EpochKey& key, std::vector<Hash>& leaves) {
  std::vector<Bytes> states;
  std::size_t bytes = 0;
  const auto seal = [&]() -> Result<> {
    if (states.empty()) return {};
    const auto number = static_cast<std::uint32_t>(snapshot.parts.size());
    const Bytes sealed = seal_part(key, {home_.org, snapshot.compartment, snapshot.id}, number, payload::pack_states(states));
    snapshot.parts.push_back({static_cast<std::uint32_t>(sealed.size()), crypto::hash32({sealed})});
    states.clear();
    bytes = 0;
    return kept_.put_made_part(snapshot.compartment, number, sealed);
  };
  HAKI_ASSIGN(const std::vector<std::int64_t> rows, home_.records->rows_of(snapshot.compartment));
  for (const std::int64_t no : rows) {
    HAKI_ASSIGN(std::optional<Bytes> state, home_.records->state_at(no, marks_of(snapshot.marks), false));
    if (!state) continue;
    if (bytes + state->size() + 4 > limits::kSnapshotPartPlainBytesMax) HAKI_TRY(seal());
    if (state->size() + 4 > limits::kSnapshotPartPlainBytesMax) {
      return Error{Code::kTooLarge, "A record is too large for a snapshot. Those who come later read everything, as before."};
    }
    leaves.push_back(crypto::hash32({*state}));
    bytes += state->size() + 4;
    states.push_back(std::move(*state));
    if (bytes >= limits::kSnapshotPartPlainBytes) HAKI_TRY(seal());
  }
  return seal();
}

}  // namespace haki::client
