#include "decoders.h"

#include "envelope/bundle_file.h"
#include "envelope/frames.h"
#include "envelope/item.h"
#include "envelope/membership.h"
#include "envelope/token.h"
#include "keys/invite.h"
#include "payload/batch.h"
#include "payload/pack.h"
#include "payload/record_state.h"
#include "payload/snapshot_part.h"

namespace haki::test {
namespace {

// All frames of a body, as client and server read it; what stands in each is decoded further.
void decode_frames(ByteView bytes) {
  envelope::FrameReader reader(bytes);
  envelope::Membership log;
  while (!reader.done()) {
    const auto frame = reader.next();
    if (!frame) return;
    if (const auto* entry = std::get_if<envelope::MembershipEntry>(&*frame)) {
      static_cast<void>(log.apply(*entry));
      static_cast<void>(envelope::view_entry(*entry));
    }
    if (const auto* run = std::get_if<envelope::Run>(&*frame)) {
      static_cast<void>(envelope::verify_run({}, *run, run->log, {run->after_seq, {}}, {}, {}));
    }
  }
}

}  // namespace

void decode_everything(ByteView bytes) {
  decode_frames(bytes);
  static const crypto::BoxPair kReceiver = crypto::BoxPair::generate();
  if (const auto label = envelope::read_bundle_label(bytes)) static_cast<void>(envelope::open_bundle(*label, kReceiver, bytes));
  if (const auto batch = payload::unpack(bytes)) static_cast<void>(payload::decode_batch(*batch, {}, 1, 1));
  for (const std::uint32_t sets : {1u, 3u}) static_cast<void>(payload::decode_batch(bytes, {}, 1, sets));
  static_cast<void>(payload::decode_change_set(bytes, {}, 1));
  static_cast<void>(payload::unpack_states(bytes));
  if (const auto state = payload::decode_record_state(bytes)) static_cast<void>(payload::encode_record_state(*state));
  static_cast<void>(envelope::decode_proposal(bytes));
  const std::string text(as_text(bytes));
  static_cast<void>(keys::read_invite(text));
  static_cast<void>(envelope::read_token(text));
}

}  // namespace haki::test
