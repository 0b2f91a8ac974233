#include "client/relocation.h"

#include <algorithm>

#include "base/limits.h"
#include "client/administration.h"
#include "client/refill.h"
#include "client/session.h"
#include "envelope/token.h"
#include "transport/http_client.h"

namespace haki::client {
namespace {

constexpr std::string_view kMovePrefix = "haki-move-1-";

}  // namespace

Result<bool> Relocation::follow() {
  if (!home_.membership.founded()) return false;
  const std::string& url = home_.membership.endpoints().urls.front();
  HAKI_ASSIGN(const std::string followed, home_.settings->text(setting::kFollowedServer));
  if (followed == url) return false;
  const bool first = followed.empty() && home_.membership.genesis().endpoints.urls.front() == url;
  HAKI_TRY(home_.settings->put_text(setting::kFollowedServer, url));
  if (first) return false;  // as founded: the invite's or the founder's own address stands
  HAKI_TRY(home_.settings->put_text(setting::kServer, url));
  return true;
}

Result<std::string> Relocation::move_to(const std::string& url, const std::string& token) {
  if (!home_.is_lead()) return Error{Code::kDenied, "Only a lead moves the coalition to another server."};
  const envelope::Endpoints& now = home_.membership.endpoints();
  crypto::VerifyKey expected = now.server_sign_key;
  std::optional<envelope::FoundingToken> founding;
  if (!token.empty()) {
    HAKI_ASSIGN(founding, envelope::read_token(token));
    expected = founding->server_sign_key;
  }
  HAKI_ASSIGN(const ServerIdentity there, ask_server(url, expected, home_.around));
  const envelope::Endpoints endpoints{{url}, there.info.pins, there.info.sign_key, there.info.exchange_key};
  const bool other_server = endpoints.server_sign_key != now.server_sign_key;
  std::string said;
  if (now.urls != endpoints.urls || other_server) {
    if (!other_server) HAKI_TRY(home_.settings->put_text(setting::kServer, url));  // the same one, and here it answers
    HAKI_ASSIGN(said, Administration(home_).set_endpoints(endpoints));
    const Progress none;
    const auto synced = Session(home_, none).run();
    const bool entered = home_.membership.endpoints().urls == endpoints.urls;
    if (!entered && home_.membership.leads_needed(endpoints) > 1) return said;
    if (!entered && synced) return Error{Code::kRefused, "The move was not entered. Nothing was changed; sync and try again."};
    if (!entered && !other_server) return synced.error();
    if (!entered) HAKI_TRY(Administration(home_).enter_alone(endpoints));  // the old server is gone: the log goes on here
  }
  if (!other_server && !founding) return "The coalition is at " + url + " now. The others learn it with their next sync.";
  HAKI_TRY(found_there(endpoints, founding->secret));
  return "The coalition has moved to " + url +
         ". Whoever syncs with the old server once more learns it there; for the others, carry the file of haki endpoint show "
         "--out FILE to them: haki endpoint set FILE.";
}

Result<> Relocation::found_there(const envelope::Endpoints& endpoints, ByteView token_secret) {
  HAKI_ASSIGN(envelope::Append log, Refill(home_).log_from(0, limits::kMembershipEntriesMax));
  const envelope::Found found{Bytes(token_secret.begin(), token_secret.end()), std::move(log)};
  HAKI_ASSIGN(const transport::Endpoint endpoint, transport::parse_endpoint(endpoints.urls.front()));
  const auto http = home_.network.connect(endpoint, {endpoints.pins});
  HAKI_ASSIGN(const transport::Response response, http->send({"POST", "/v1/coalitions", envelope::encode_frame(found)}));
  HAKI_ASSIGN(const envelope::Founded founded, founded_in(response));
  const Bytes message = envelope::founded_message(home_.org, home_.membership.head(), founded.time_ms);
  if (founded.org != home_.org || !crypto::verify(endpoints.server_sign_key, "HAKI1.fnd", message, founded.signature)) {
    return Error{Code::kUntrusted, "The new server's answer does not hold. Nothing was lost; try again."};
  }
  HAKI_TRY(home_.settings->put_number(setting::kRegrant, 1));
  return home_.settings->put_number(setting::kRefill, 1);
}

Result<std::string> Relocation::file() {
  HAKI_ASSIGN(const std::vector<Bytes> entries, home_.ledger->entries());
  Bytes body;
  for (const Bytes& entry : entries) body.insert(body.end(), entry.begin(), entry.end());
  return std::string(kMovePrefix) + to_base64url(body);
}

Result<std::string> Relocation::take_file(std::string_view text) {
  const Error not_one{Code::kInvalid,
                      "This is not a file of haki endpoint show --out, or a part of it is missing. Ask for the whole file again."};
  while (!text.empty() && std::string_view(" \t\r\n").find(text.back()) != std::string_view::npos) text.remove_suffix(1);
  if (!text.starts_with(kMovePrefix)) return not_one;
  const auto body = from_base64url(text.substr(kMovePrefix.size()));
  if (!body || body->empty()) return not_one;
  envelope::Membership log = home_.membership;
  std::vector<envelope::MembershipEntry> fresh;
  envelope::FrameReader reader(*body);
  for (std::uint32_t seq = 0; !reader.done(); ++seq) {
    const auto frame = reader.next();
    const auto* entry = frame ? std::get_if<envelope::MembershipEntry>(&*frame) : nullptr;
    if (entry == nullptr) return not_one;
    if (seq < home_.membership.count()) {
      if (home_.membership.hash_at(seq) == envelope::entry_hash(*entry)) continue;
      return Error{Code::kUntrusted,
                   "This file is of another coalition, or of another member list than the one this device has verified. Nothing was "
                   "taken; tell the leads, in person or by voice."};
    }
    if (seq == 0 && envelope::coalition_id(envelope::entry_hash(*entry)) != home_.org) {
      return Error{Code::kUntrusted, "This file is of another coalition. Nothing was taken."};
    }
    HAKI_TRY(log.apply(*entry));
    fresh.push_back(*entry);
  }
  if (fresh.empty()) return std::string("This device knows all of it already.");
  Result<> done;
  {
    store::Transaction transaction(*home_.database);
    done = transaction.started();
    std::uint32_t seq = home_.membership.count();
    for (const auto& entry : fresh) {
      if (done) done = home_.ledger->put_entry(seq++, envelope::encode_frame(entry));
    }
    if (done) done = transaction.commit();
  }
  HAKI_TRY(home_.reload());
  HAKI_TRY(done);
  HAKI_ASSIGN(const bool moved, follow());
  return moved ? "The coalition has moved to " + home_.membership.endpoints().urls.front() + ". The next sync goes there."
               : std::string("The member list was brought up to date.");
}

}  // namespace haki::client
