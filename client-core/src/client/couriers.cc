#include "haki/courier.h"

#include <algorithm>

#include "client/blob_exchange.h"
#include "client/bundle_box.h"
#include "client/bundle_maker.h"
#include "client/inbox.h"
#include "client/opening.h"
#include "client/session.h"
#include "envelope/bundle_file.h"
#include "sync/carried_answer.h"
#include "sync/refusal.h"

namespace haki {
namespace {

using client::BundleBox;
using CourierHome = client::Home;

constexpr std::int64_t kPostTimeoutMs = 600'000;

void add_once(std::vector<std::string>& notes, std::string note) {
  if (std::ranges::find(notes, note) == notes.end()) notes.push_back(std::move(note));
}

Result<> check_can_carry(CourierHome& home) {
  if (home.org.is_zero()) {
    return Error{Code::kNotAdmitted, "This home belongs to no coalition yet. Join one first, with the invite a lead gave you: haki join INVITE."};
  }
  HAKI_ASSIGN(const auto founding, home.settings->get(client::setting::kFoundFrame));
  if (!founding) return {};
  return Error{Code::kNotAdmitted, "The founding of this coalition has not reached the server yet. Run the same 'haki found' again when "
                                   "there is a network."};
}

// What the server says of own blobs that a bundle brought.
Result<> take_blobs_held(CourierHome& home, const std::vector<envelope::BlobHeld>& all, BundleTaken& taken) {
  for (const envelope::BlobHeld& held : all) {
    HAKI_ASSIGN(const auto blob, home.blobs->find(held.blob));
    if (!blob || !blob->mine || blob->server_ms != 0) continue;
    if (held.refused == envelope::Refusal::kQuota) {
      add_once(taken.report.notes, "The coalition's space for files at the server is used up. The file is kept on this device; ask a lead to "
                                   "have the operator allow more.");
    } else if (held.refused) {
      add_once(taken.report.notes, "The server did not take a file of a bundle. It is kept and goes with the next one.");
    }
    if (held.refused || held.receipt_ms == 0) continue;
    HAKI_ASSIGN(const bool holds, client::keep_blob_receipt(home, *blob, held.receipt_ms, held.receipt));
    if (!holds) {
      add_once(taken.report.notes, "The server's word that it has a file does not hold. The file is kept; tell the operator.");
      continue;
    }
    ++taken.attachments;
    if (held.over_quota) HAKI_TRY(home.blobs->set_over_quota(held.blob, true));
  }
  return {};
}

// The log orders this device to be wiped: there is no network to hand anything over, so it is done at once.
Result<> obey_wipe(CourierHome& home, SyncReport& report) {
  if (home.me() == nullptr || !home.me()->wipe_ordered) return {};
  report.wiped = true;
  HAKI_TRY(client::destroy_keys(home.path, home.around));
  return client::remove_home(home.path, home.around);
}

Result<> take_answer(CourierHome& home, const envelope::BundleLabel& label, ByteView file, BundleTaken& taken) {
  const auto plain = envelope::open_bundle(label, home.identity.box, file);
  if (!plain) {
    return Error{Code::kDenied, "This answer is for another device, or it is damaged. If you carry it for somebody, give that person the "
                                "file; it opens on the device whose bundle it answers."};
  }
  HAKI_ASSIGN(const client::ServerAddressed server, client::server_of(home));
  HAKI_ASSIGN(const sync::CarriedAnswer answer, sync::read_carried_answer(home.org, home.device, server.sign_key, *plain));
  client::Inbox inbox(home);
  HAKI_TRY(inbox.load());
  HAKI_ASSIGN(client::Taking taking, inbox.take(answer.inbound, {}));
  SyncReport& report = taken.report;
  report.sent = taking.receipted - std::min(taking.receipted, taking.acks_made);
  report.received = taking.received;
  report.quarantined = taking.quarantined;
  report.held = taking.held;
  report.admitted = taking.admitted;
  report.notes = std::move(taking.notes);
  report.removed = home.removed();
  report.suspended = home.me() != nullptr && home.me()->now().suspended;
  HAKI_TRY(take_blobs_held(home, answer.blobs, taken));
  if (answer.inbound.welcome->more && answer.head.part == 1) {
    add_once(report.notes, "There is more than one answer can carry: make another bundle, and the rest comes with its answer.");
  }
  return obey_wipe(home, report);
}

// What is held, on its way to the server.
class Forwarding {
 public:
  Forwarding(CourierHome& home, BundlesForwarded& report) : home_(home), box_(home), report_(report) {}

  Result<> run() {
    HAKI_ASSIGN(std::vector<std::string> names, box_.waiting());
    if (names.empty() || !home_.active()) return {};
    HAKI_TRY(get_token());
    if (token_.is_zero()) return {};
    HAKI_ASSIGN(const std::string address, home_.settings->text(client::setting::kServer));
    HAKI_ASSIGN(const transport::Endpoint endpoint, transport::parse_endpoint(address));
    http_ = home_.network.connect(endpoint, transport::Trust{home_.membership.endpoints().pins});
    // What comes after another part is tried again as long as others are taken.
    for (bool settled = true; settled && !names.empty();) {
      settled = false;
      std::vector<std::string> again;
      for (const std::string& name : names) {
        HAKI_ASSIGN(const Outcome outcome, post(name));
        settled |= outcome == Outcome::kTaken;
        if (outcome == Outcome::kAfterAnother) again.push_back(name);
        if (outcome == Outcome::kStop) return {};
      }
      names = std::move(again);
    }
    return {};
  }

 private:
  // Its connection is closed before the next one opens.
  Result<> get_token() {
    const Progress nobody;
    client::Session session(home_, nobody);
    HAKI_TRY(session.run_for_token());
    token_ = session.token();
    return {};
  }

  enum class Outcome { kTaken, kAfterAnother, kKept, kStop };

  Result<Outcome> post(const std::string& name) {
    auto bundle = box_.bundle(name);
    if (!bundle) return bundle.error();
    transport::Request request{"POST", "/v1/coalitions/" + to_base64url(home_.org) + "/bundles", std::move(*bundle), kPostTimeoutMs, {}};
    request.headers = {{"Authorization", "Bearer " + to_base64url(token_)}};
    HAKI_ASSIGN(const transport::Response response, http_->send(request));
    if (response.cut_short) return Error{Code::kNetwork, "The connection broke off. The bundles held for others are kept."};
    if (response.status == 200 || response.status == 202) return answered(name, response);
    return refused(name, response);
  }

  Result<Outcome> answered(const std::string& name, const transport::Response& response) {
    const auto label = envelope::read_bundle_label(response.body);
    const bool fits = label && label->kind == envelope::BundleKind::kAnswer && label->org == home_.org;
    if (!fits || response.body.size() > envelope::kAnswerFileBytesMax) return unknown(response.status);
    HAKI_TRY(box_.keep_answer(name, response.body));
    if (response.status == 202) return Outcome::kAfterAnother;
    HAKI_TRY(box_.let_go(name));
    ++report_.taken;
    return Outcome::kTaken;
  }

  // Only the server's own word lets a bundle go: what stands between, a proxy say, speaks in statuses alone.
  Result<Outcome> refused(const std::string& name, const transport::Response& response) {
    using envelope::Refusal;
    envelope::FrameReader reader(response.body);
    const auto frame = reader.next();
    const auto* reject = frame ? std::get_if<envelope::Reject>(&*frame) : nullptr;
    if (reject == nullptr) return unknown(response.status);
    switch (reject->code) {
      case Refusal::kMalformed:
      case Refusal::kTooLarge:
      case Refusal::kBadSignature:
        HAKI_TRY(box_.let_go(name));
        add_once(report_.notes, "A bundle held for another device was damaged on its way here, and was let go of. Its device still has what "
                                "was in it: ask for another.");
        return Outcome::kKept;
      case Refusal::kNotAdmitted:
        add_once(report_.notes, "A bundle held for another device waits until a lead lets that device in.");
        return Outcome::kKept;
      case Refusal::kVersion:
        add_once(report_.notes, "A bundle held for another device is of a newer version than the server. It is kept; tell the operator.");
        return Outcome::kKept;
      case Refusal::kTooManyJoins:
      case Refusal::kTokenInvalid:
      case Refusal::kBusy:
        add_once(report_.notes, "The server is busy. Bundles held for others are kept and go with the next sync.");
        return Outcome::kStop;
      default:
        return unknown(response.status);
    }
  }

  Result<Outcome> unknown(int status) {
    add_once(report_.notes, "The server answered a bundle with " + std::to_string(status) +
                                ", which this version does not understand. It is kept; tell the operator if it goes on.");
    return Outcome::kStop;
  }

  CourierHome& home_;
  BundleBox box_;
  BundlesForwarded& report_;
  envelope::BlobToken token_;
  std::unique_ptr<transport::Channel> http_;
};

}  // namespace

Result<BundlesMade> Couriers::make(const std::string& folder, std::size_t bytes_max) {
  HAKI_TRY(check_can_carry(home_));
  HAKI_ASSIGN(const bool there, home_.disk.exists(folder + "/."));
  if (!there) {
    return Error{Code::kNotFound, "There is no folder " + folder + ". Is the stick plugged in? Nothing was written."};
  }
  HAKI_ASSIGN(BundlesMade made, client::BundleMaker(home_).make(folder, bytes_max));
  BundleBox box(home_);
  HAKI_ASSIGN(const std::vector<std::string> answers, box.answered());
  for (const std::string& name : answers) {
    HAKI_ASSIGN(const Bytes answer, box.answer(name));
    const std::string path = folder + "/answer-" + name.substr(0, 12) + ".haki";
    HAKI_TRY(client::write_whole(home_.disk, path, answer));
    HAKI_TRY(box.handed_on(name));
    made.answers.push_back(path);
    made.bytes += answer.size();
  }
  return made;
}

Result<BundleTaken> Couriers::take(const std::string& file) {
  HAKI_TRY(check_can_carry(home_));
  HAKI_ASSIGN(const Bytes bytes, client::read_whole(home_.disk, file, envelope::kAnswerFileBytesMax));
  HAKI_ASSIGN(const envelope::BundleLabel label, envelope::read_bundle_label(bytes));
  if (label.org != home_.org) {
    return Error{Code::kUntrusted, "This file belongs to another coalition than this home. Nothing was taken."};
  }
  BundleTaken taken;
  if (label.kind == envelope::BundleKind::kAnswer) {
    HAKI_TRY(take_answer(home_, label, bytes, taken));
    return taken;
  }
  if (bytes.size() > envelope::kBundleFileBytesMax) return Error{Code::kTooLarge, "This file is too long to be a bundle."};
  HAKI_TRY(BundleBox(home_).hold(bytes));
  taken.held = true;
  return taken;
}

Result<BundlesForwarded> Couriers::forward() {
  BundlesForwarded report;
  HAKI_TRY(Forwarding(home_, report).run());
  BundleBox box(home_);
  HAKI_ASSIGN(const std::vector<std::string> waiting, box.waiting());
  HAKI_ASSIGN(const std::vector<std::string> answers, box.answered());
  report.waiting = waiting.size();
  report.answers = answers.size();
  return report;
}

}  // namespace haki
