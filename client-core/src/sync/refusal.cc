#include "sync/refusal.h"

namespace haki::sync {
namespace {

Error blob_refusal_error(envelope::Refusal code) {
  using envelope::Refusal;
  switch (code) {
    case Refusal::kBlobUnknown:
      return {Code::kNotFound,
              "The server does not have this file. It has not been sent yet, or the server was restored from an older backup; it "
              "comes when the device that has it syncs."};
    case Refusal::kBlobOffset:
      return {Code::kNetwork, "The server holds another part of a file than this device thought; it goes on from there."};
    case Refusal::kBlobChecksum:
      return {Code::kNetwork, "A piece of a file was damaged on the way to the server. It is kept here and sent again."};
    case Refusal::kBlobErased:
      return {Code::kNotFound, "A lead has had this file erased: the server has it no more and takes it from nobody."};
    default:  // kBlobDamaged
      return {Code::kRefused,
              "The server received a file whole and found that it is not the one that was named, so it kept nothing of it. The file "
              "is kept on this device and checked before it is sent again."};
  }
}

Error founding_refusal_error(envelope::Refusal code) {
  using envelope::Refusal;
  if (code == Refusal::kTokenInvalid) {
    return {Code::kRefused, "The server does not know this founding token. Ask the operator for a new one."};
  }
  if (code == Refusal::kTokenExpired) {
    return {Code::kRefused, "The founding token has expired. Ask the operator for a new one."};
  }
  return {Code::kRefused, "The founding token was used already, for another coalition. Ask the operator for a new one."};
}

}  // namespace

Error refusal_error(const envelope::Reject& reject) {
  using envelope::Refusal;
  switch (reject.code) {
    case Refusal::kMalformed:
      return {Code::kRefused, "The server could not read what this device sent. The work is kept; report this as a fault."};
    case Refusal::kTooLarge:
      return {Code::kRefused, "The server refused a message as too large. The work is kept; report this as a fault."};
    case Refusal::kUnknownCoalition:
      return {Code::kRefused,
              "This server does not know the coalition: the address may be that of another coalition's server. The work is "
              "kept; ask the lead for the right address."};
    case Refusal::kNotAdmitted:
      return {Code::kNotAdmitted,
              "The coalition does not know this device yet. The work is kept; it will be sent once a lead has synced and let "
              "this device in."};
    case Refusal::kBadMac:
      return {Code::kUntrusted,
              "The server did not accept this device's proof of who it is. The work is kept; tell the lead, who can check "
              "whether the server was replaced."};
    case Refusal::kStaleCounter:
      return {Code::kRefused, "The server has already seen a later request of this device."};
    case Refusal::kVersion:
      return {Code::kWrongVersion, "The server speaks another version of Haki's protocol than this device. The work is kept; ask the "
                                   "operator to update the server, or update Haki here."};
    case Refusal::kGap:
      return {Code::kRefused, "The server lacks earlier work of this device; it is sent again."};
    case Refusal::kFork:
      return {Code::kUntrusted,
              "The server holds other work under this device's name than this device has: this home may have been copied or "
              "restored from a backup. Nothing was lost. Ask a lead for an invite for a further device of yours, then: haki "
              "rejoin INVITE."};
    case Refusal::kBadSignature:
      return {Code::kRefused, "The server found a signature of this device wrong. The work is kept; report this as a fault."};
    case Refusal::kNotAllowed:
      return {Code::kDenied, "The server says this device may not write there. The work is kept on this device; ask a lead."};
    case Refusal::kUnknownCompartment:
    case Refusal::kUnknownEpoch:
    case Refusal::kUnknownMembership:
      return {Code::kRefused,
              "The server does not know the key or the member list this work cites; it may have been restored from an older "
              "backup. The work is kept and will be tried again."};
    case Refusal::kMembershipMoved:
      return {Code::kBusy, "Another lead changed the member list at the same moment; it is tried again."};
    case Refusal::kBadMembership:
      return {Code::kRefused, "The server refused a change of the member list. Nothing was changed; report this as a fault."};
    case Refusal::kTokenInvalid:
    case Refusal::kTokenExpired:
    case Refusal::kTokenUsed:
      return founding_refusal_error(reject.code);
    case Refusal::kRemoved:
      return {Code::kRemoved, "This device was removed from the coalition. What was recorded here is kept and can be read."};
    case Refusal::kBusy:
      return {Code::kNetwork, "The server is busy. The work is kept and will be sent; try again in a while."};
    case Refusal::kQuota:
      return {Code::kRefused,
              "This device has sent more than the server's operator allows, so the server takes no more of it for now. Nothing was "
              "lost: the work stays on this device, unsent. Tell the operator, who can allow more, or a lead; then sync again."};
    case Refusal::kInternal:
      return {Code::kNetwork, "The server had a fault of its own. The work is kept and will be sent; tell the operator."};
    case Refusal::kTooManyJoins:
      return {Code::kRefused, "Too many people ask to join at once. Try again when the lead has let some in."};
    case Refusal::kBlobUnknown:
    case Refusal::kBlobOffset:
    case Refusal::kBlobChecksum:
    case Refusal::kBlobDamaged:
    case Refusal::kBlobErased:
      return blob_refusal_error(reject.code);
  }
  return {Code::kRefused, "The server refused for a reason this version does not know. The work is kept; update Haki."};
}

std::string taken_over_quota() {
  return "This device has sent more than the server's operator allows. The server has the work, and it waits for a lead, who takes it "
         "in or keeps it out; a later sync tells which. Nothing was lost. Tell a lead, and the operator, who can allow more.";
}

Error unsigned_removal() {
  return {Code::kUntrusted,
          "The server says that this device is no member, or no more, but no lead has signed that. The work is kept and can be "
          "gone on with; tell a lead and the operator: the server may have been restored from an older backup."};
}

Error unexpected_status(int status) {
  if (status == 404 || status == 405 || status == 501) {
    return {Code::kRefused,
            "The server answered, but does not know what was asked: it is an older Haki server, or not one at all. The work is "
            "kept; check the address with the lead or the operator."};
  }
  if (status >= 500) {
    return {Code::kNetwork, "The server had a fault of its own (HTTP " + std::to_string(status) +
                                "). The work is kept and will be sent; tell the operator."};
  }
  return {Code::kRefused, "What answered at this address is not a Haki server (HTTP " + std::to_string(status) +
                              "). The work is kept; check the address, or the network's sign-in page."};
}

}  // namespace haki::sync
