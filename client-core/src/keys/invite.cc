#include "keys/invite.h"

#include "base/little_endian.h"
#include "crypto/hash.h"
#include "keys/text_form.h"

namespace haki::keys {
namespace {

constexpr TextForm kInviteForm{"invite", "HAKI1.ivt"};
constexpr std::uint8_t kPersonExtension = 1;
constexpr std::uint8_t kRoleMax = static_cast<std::uint8_t>(envelope::Role::kAuditor);

void put_text(Bytes& out, std::string_view text) {
  base::append_le(out, static_cast<std::uint16_t>(text.size()));
  base::append(out, as_bytes(text));
}

// Takes fields off the front; any shortage makes it fail for good.
class Cutter {
 public:
  explicit Cutter(ByteView rest) : rest_(rest) {}
  ByteView take(std::size_t size) {
    if (size > rest_.size()) return failed_ = true, rest_ = {}, ByteView();
    const ByteView taken = rest_.first(size);
    rest_ = rest_.subspan(size);
    return taken;
  }
  template <typename T>
  void id(T& to) {
    if (const auto got = T::from(take(T::kSize))) to = *got;
  }
  template <typename T>
  T number() {
    const ByteView bytes = take(sizeof(T));
    return bytes.empty() ? T{} : base::load_le<T>(bytes.data());
  }
  std::string text() { return std::string(as_text(take(number<std::uint16_t>()))); }
  bool at_end() const { return rest_.empty(); }
  bool complete() const { return !failed_ && rest_.empty(); }

 private:
  ByteView rest_;
  bool failed_ = false;
};

Bytes encode_invite(const Invite& invite) {
  Bytes body;
  base::append(body, invite.genesis);
  base::append_le(body, invite.m_seq);
  base::append(body, invite.m_head);
  base::append(body, invite.lead);
  base::append(body, invite.lead_sign_key);
  base::append(body, invite.lead_box_key);
  base::append(body, invite.secret);
  base::append_le(body, static_cast<std::uint64_t>(invite.expires_ms));
  base::append(body, invite.server_sign_key);
  base::append(body, invite.server_exchange_key);
  body.push_back(static_cast<std::uint8_t>(invite.role));
  body.push_back(static_cast<std::uint8_t>(invite.urls.size()));
  for (const auto& url : invite.urls) put_text(body, url);
  body.push_back(static_cast<std::uint8_t>(invite.pins.size()));
  for (const auto& pin : invite.pins) base::append(body, pin);
  for (const auto* text :
       {&invite.name, &invite.organisation, &invite.coalition, &invite.lead_name, &invite.lead_organisation}) {
    put_text(body, *text);
  }
  if (invite.person) {
    body.push_back(kPersonExtension);
    put_text(body, as_text(*invite.person));
  }
  return body;
}

// False where the bytes are not an invite's.
bool decode_invite(ByteView body, Invite& invite) {
  Cutter in(body);
  in.id(invite.genesis);
  invite.org = envelope::coalition_id(invite.genesis);
  invite.m_seq = in.number<std::uint32_t>();
  in.id(invite.m_head);
  in.id(invite.lead);
  in.id(invite.lead_sign_key);
  in.id(invite.lead_box_key);
  in.id(invite.secret);
  invite.expires_ms = static_cast<std::int64_t>(in.number<std::uint64_t>());
  in.id(invite.server_sign_key);
  in.id(invite.server_exchange_key);
  invite.role = static_cast<envelope::Role>(in.number<std::uint8_t>());
  for (unsigned n = in.number<std::uint8_t>(); n > 0; --n) invite.urls.push_back(in.text());
  for (unsigned n = in.number<std::uint8_t>(); n > 0; --n) in.id(invite.pins.emplace_back());
  for (auto* field :
       {&invite.name, &invite.organisation, &invite.coalition, &invite.lead_name, &invite.lead_organisation}) {
    *field = in.text();
  }
  for (int last = -1; !in.at_end();) {
    const int kind = in.number<std::uint8_t>();
    const std::string bytes = in.text();
    if (kind <= last) return false;
    last = kind;
    if (kind != kPersonExtension) continue;
    invite.person = DeviceId::from(as_bytes(bytes));
    if (!invite.person) return false;
  }
  return in.complete() && !invite.urls.empty();
}

Error damaged_invite() {
  return {
      Code::kDamaged,
      "A part of this invite is missing, or was changed on the way. Ask for the whole text or file again, and copy it "
      "without changing a letter."};
}
Error newer_invite() {
  return {Code::kWrongVersion,
          "A newer version of Haki made this invite. Update Haki on this device, then join with the same invite."};
}

// What somebody pasted who has the wrong one of the texts that Haki hands out.
Error not_an_invite(std::string_view text) {
  const auto begins = [&](std::string_view prefix) {
    const std::size_t start = text.find_first_not_of(" \t\r\n");
    return start != std::string_view::npos && text.substr(start).starts_with(prefix);
  };
  if (begins("haki-found-")) {
    return {Code::kInvalid,
            "This is a founding token, not an invite: it is for who founds a coalition, with haki found --token."};
  }
  if (begins("haki-share-") || begins("HAKI-SHARE-")) {
    return {Code::kInvalid, "This is a recovery share, not an invite. Keep it secret and put it back where it was."};
  }
  return {Code::kInvalid,
          "This is not an invite. Ask the lead for the text or file again; it begins with haki-invite-1-."};
}

}  // namespace

std::string invite_text(const Invite& invite) {
  Bytes body = encode_invite(invite);
  std::string text = to_text(kInviteForm, body);
  crypto::wipe(body);
  return text;
}

std::string invite_qr_text(const Invite& invite) {
  Bytes body = encode_invite(invite);
  std::string text = to_qr_text(kInviteForm, body);
  crypto::wipe(body);
  return text;
}

Result<Invite> read_invite(std::string_view text) {
  auto body = from_text(kInviteForm, text);
  if (!body) {
    if (body.error().code == Code::kInvalid) return not_an_invite(text);
    return body.error().code == Code::kWrongVersion ? newer_invite() : damaged_invite();
  }
  Invite invite;
  const bool whole = decode_invite(*body, invite);
  crypto::wipe(*body);
  if (!whole) return damaged_invite();
  const auto role = static_cast<std::uint8_t>(invite.role);
  if (role < 1 || role > kRoleMax) return newer_invite();
  return invite;
}

}  // namespace haki::keys
