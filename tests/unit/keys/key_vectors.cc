#include "key_vectors.h"

#include <filesystem>
#include <fstream>

#include "base/little_endian.h"
#include "coalition.h"
#include "crypto/hash.h"
#include "envelope/request_mac.h"
#include "keys/key_file.h"
#include "keys/recovery.h"
#include "keys/text_form.h"
#include "vectors/vector_file.h"

namespace haki::keys::vectors {
namespace {

using Given = std::map<std::string, std::string>;

void write(const std::string& name, const std::string& says, Given given) {
  test::write_missing_vector("keys", {name, says, std::move(given), {}, {}, true});
}
Given with(Given given, const Given& others) {
  for (const auto& [key, value] : others) given[key] = value;
  return given;
}
std::string hex(std::string_view text) { return to_hex(as_bytes(text)); }

std::string log_of(const test::Coalition& coalition) {
  std::string frames;
  for (const auto& entry : coalition.entries) frames += to_hex(envelope::encode_frame(entry));
  return frames;
}

// A device that opens what is sealed to it: its public names and its box secret.
Given reader_of(const Identity& identity) {
  return {{"reader", to_hex(identity.device())},
          {"reader_box_key", to_hex(identity.box.public_key)},
          {"reader_box_secret", to_hex(identity.box.secret.view())}};
}

void write_grants(test::Coalition& coalition, const Identity& monitor) {
  const MadeKey& made = coalition.founding.keys.front();
  const CoalitionId org = coalition.membership.org();
  const auto granted = [&](const crypto::EpochKey& key) {
    envelope::Append append;
    EntryWriter(coalition.membership, signer_of(coalition.founder), coalition.clock, coalition.random)
        .grant(append, {made.compartment, 1, key.copy()}, monitor.device());
    return append.grants.front();
  };
  const envelope::Grant good = granted(made.key);
  const Given around = with(reader_of(monitor), {{"frames", log_of(coalition)}, {"key", to_hex(made.key.view())}});
  const auto grant = [&](const std::string& name, const std::string& says, const envelope::Grant& one) {
    write(name, says, with(around, {{"frame", to_hex(envelope::encode_frame(one))}}));
  };
  const auto signed_by = [&](envelope::Grant one, const Identity& by) {
    one.by = by.device();
    const Bytes message = envelope::grant_message(org, one.compartment, one.epoch, one.device, one.sealed);
    one.signature = crypto::sign(by.sign.secret, "HAKI1.gr", message);
    return one;
  };
  grant("ok_grant", "the first epoch of ref, granted to a monitor", good);
  envelope::Grant changed = good;
  changed.signature.bytes[9] ^= 1;
  grant("bad_signature_grant", "the giver's signature is wrong", changed);
  grant("bad_giver_grant", "signed by a monitor, who may not give keys", signed_by(good, monitor));
  changed = good;
  changed.compartment = coalition.leads();
  grant("bad_place_grant", "the key of one compartment passed off as another's, signed again",
        signed_by(changed, coalition.founder));
  const crypto::EpochKey other = new_epoch_key(coalition.random);
  grant("bad_key_grant", "another key than the log commits", granted(other));
  changed = good;
  changed.sealed = seal_key(made.key, org, coalition.leads(), 1, monitor.device(), monitor.box.public_key).sealed;
  grant("bad_named_grant", "what is sealed names another compartment", signed_by(changed, coalition.founder));
  changed = good;
  changed.sealed =
      seal_key(made.key, org, made.compartment, 1, monitor.device(), coalition.founder.box.public_key).sealed;
  grant("bad_box_grant", "sealed to another device's box key", signed_by(changed, coalition.founder));
}

void write_epochs(test::Coalition& coalition, const Identity& monitor) {
  const crypto::EpochKey key = new_epoch_key(coalition.random);
  const envelope::EpochKey good = make_own_epoch(key, kFirstOwnEpoch, coalition.membership, coalition.membership.newest(), monitor);
  const Given around = with(reader_of(coalition.founder), {{"frames", log_of(coalition)}, {"key", to_hex(key.view())}});
  const auto epoch = [&](const std::string& name, const std::string& says, envelope::EpochKey one, bool sign_again) {
    if (sign_again) {
      const Bytes message = envelope::epoch_key_message(coalition.membership.org(), one.compartment, one.epoch, one.key,
                                                        one.m_seq, one.m_head, envelope::grants_hash(one.grants));
      one.signature = crypto::sign(monitor.sign.secret, "HAKI1.ek", message);
    }
    write(name, says, with(around, {{"frame", to_hex(envelope::encode_frame(one))}}));
  };
  epoch("ok_epoch", "a monitor's notebook key, granted to its lead and to recovery", good, false);
  envelope::EpochKey changed = good;
  changed.signature.bytes[2] ^= 1;
  epoch("bad_signature_epoch", "its owner's signature is wrong", changed, false);
  changed = good;
  changed.grants.pop_back();
  epoch("bad_readers_epoch", "a reader is left out", changed, true);
  changed = good;
  changed.compartment = coalition.own(coalition.founder);
  epoch("bad_place_epoch", "it is for another's notebook", changed, true);
  changed = good;
  changed.m_head.bytes[0] ^= 1;
  epoch("bad_head_epoch", "it cites another membership log", changed, true);
  changed = good;
  changed.key.bytes[0] ^= 1;
  epoch("bad_key_epoch", "the key that opens is not the one that was announced", changed, true);
}

void write_requests(test::Coalition& coalition, const Identity& monitor) {
  const CoalitionId org = coalition.membership.org();
  const auto key = envelope::request_key(monitor.auth.secret, coalition.server_exchange.public_key, org,
                                         monitor.device(), coalition.server_sign.verify);
  const Bytes before = envelope::encode_frame(envelope::Hello{1, monitor.device(), 7, 6, 41, {}, 0, {}});
  const Bytes reply = envelope::encode_frame(
      envelope::Welcome{1'800'000'000'000, {}, 6, coalition.membership.head(), {}, false, {}, 43, false, {}});
  const envelope::Mac mac = envelope::request_mac(*key, 7, before);
  const Given good{{"auth_secret", to_hex(monitor.auth.secret.view())},
                   {"exchange_key", to_hex(coalition.server_exchange.public_key)},
                   {"server_key", to_hex(coalition.server_sign.verify)},
                   {"org", to_hex(org)},
                   {"device", to_hex(monitor.device())},
                   {"counter", "0700000000000000"},
                   {"before", to_hex(before)},
                   {"mac", to_hex(mac)},
                   {"reply", to_hex(reply)},
                   {"reply_mac", to_hex(envelope::reply_mac(*key, mac, reply))}};
  write("ok_request", "the MAC of a request and of its reply", good);
  write("bad_counter_request", "another counter than was sent", with(good, {{"counter", "0800000000000000"}}));
  write("bad_server_request", "made for another server's key",
        with(good, {{"server_key", to_hex(coalition.founder.sign.verify)}}));
  Bytes changed = before;
  changed.back() ^= 1;
  write("bad_bytes_request", "a bit of the request was changed", with(good, {{"before", to_hex(changed)}}));
  write("bad_small_order_request", "the server's exchange key is of small order",
        with(good, {{"exchange_key", std::string(64, '0')}}));
}

void write_receipts(test::Coalition& coalition, const Identity& monitor) {
  const Hash head = crypto::hash32({as_bytes("the header of an item")});
  envelope::Receipt receipt{coalition.own(monitor), monitor.log, 3, 1'800'000'000'000, {}};
  const auto given = [&](const envelope::Receipt& one) {
    return Given{{"org", to_hex(coalition.membership.org())},
                 {"server_key", to_hex(coalition.server_sign.verify)},
                 {"hash", to_hex(head)},
                 {"frame", to_hex(envelope::encode_frame(one))}};
  };
  receipt.signature = crypto::sign(coalition.server_sign.secret, "HAKI1.rcp",
                                   envelope::receipt_message(coalition.membership.org(), receipt.log,
                                                             receipt.compartment, receipt.seq, head, receipt.time_ms));
  write("ok_receipt", "a server's receipt for a chain up to seq 3", given(receipt));
  envelope::Receipt changed = receipt;
  changed.seq = 4;
  write("bad_seq_receipt", "it claims one change set more", given(changed));
  write("bad_server_receipt", "not from this server",
        with(given(receipt), {{"server_key", to_hex(coalition.founder.sign.verify)}}));
}

void write_joins(test::Coalition& coalition) {
  const Invite invite = coalition.invite(envelope::Role::kMonitor);
  const Identity joiner = Identity::generate(coalition.random);
  const envelope::JoinRequest good = make_join_request(invite, joiner);
  const auto given = [&](const envelope::JoinRequest& one) {
    return Given{{"org", to_hex(invite.org)},
                 {"secret", to_hex(invite.secret)},
                 {"lead_box_key", to_hex(coalition.founder.box.public_key)},
                 {"lead_box_secret", to_hex(coalition.founder.box.secret.view())},
                 {"name", hex(invite.name)},
                 {"words", hex(join_words(invite.org, one))},
                 {"frame", to_hex(envelope::encode_frame(one))}};
  };
  write("ok_join", "a request to join, and the words both sides compare", given(good));
  envelope::JoinRequest changed = good;
  changed.box_key = Identity::generate(coalition.random).box.public_key;
  write("bad_key_join", "a server put a key of its own in", given(changed));
  changed = good;
  changed.mac = {};
  write("bad_mac_join", "made by who does not hold the invite", given(changed));
}

void write_key_files(base::Random& random) {
  std::string home = (std::filesystem::temp_directory_path() / "haki-key-vector-XXXXXX").string();
  ASSERT_NE(::mkdtemp(home.data()), nullptr);
  const std::string passphrase = "four words of amina";
  const auto made = create_key_file(home, crypto::SecretBytes(as_bytes(passphrase)), floor_cost(), random);
  ASSERT_TRUE(made);
  std::ifstream in(home + "/key", std::ios::binary);
  const std::string file((std::istreambuf_iterator<char>(in)), {});
  std::filesystem::remove_all(home);
  const Given good{{"file", hex(file)},
                   {"passphrase", hex(passphrase)},
                   {"master", to_hex(made->master.view())},
                   {"file_id", to_hex(made->file_id)}};
  const auto changed = [&](std::size_t at, std::uint8_t to) {
    std::string other = file;
    other[at] = static_cast<char>(to);
    return with(good, {{"file", hex(other)}});
  };
  write("ok_key_file", "64 MiB, 3 passes", good);
  write("bad_passphrase_key_file", "another passphrase", with(good, {{"passphrase", hex("four words of aminA")}}));
  write("bad_cost_key_file", "2 passes: below the floor, whoever wrote it", changed(16, 2));
  write("bad_large_cost_key_file", "2 GiB: nothing that Haki writes", changed(15, 0x80));
  write("newer_key_file", "version 2", changed(8, 2));
  write("bad_magic_key_file", "not a key file", changed(0, 'h'));
  write("truncated_key_file", "its last byte is missing", with(good, {{"file", hex(file.substr(0, 215))}}));
}

void write_invites(test::Coalition& coalition) {
  constexpr TextForm kForm{"invite", "HAKI1.ivt"};
  Invite invite = coalition.invite(envelope::Role::kClinic);
  invite.organisation = "Mobile Clinic";
  invite.expires_ms = 1'600'000'000'000;  // long ago, so that nobody joins with it
  const auto given = [&](const Invite& of, const std::string& text) {
    Given fields{{"text", hex(text)},           {"genesis", to_hex(of.genesis)},
                 {"m_head", to_hex(of.m_head)}, {"lead", to_hex(of.lead)},
                 {"secret", to_hex(of.secret)}, {"server_key", to_hex(of.server_sign_key)},
                 {"name", hex(of.name)},        {"organisation", hex(of.organisation)}};
    if (of.person) fields["person"] = to_hex(*of.person);
    return fields;
  };
  const std::string text = invite_text(invite);
  write("ok_invite", "an invite as text", given(invite, text));
  write("ok_qr_invite", "the same as a QR code holds it", given(invite, invite_qr_text(invite)));
  write("ok_wrapped_invite", "the same, wrapped by a mail program",
        given(invite, text.substr(0, 76) + "\r\n " + text.substr(76, 76) + "\n" + text.substr(152) + "\n"));
  Invite second = invite;
  second.person = coalition.founder.device();
  write("ok_person_invite", "for another device of a person who is in already", given(second, invite_text(second)));

  Bytes body = *from_text(kForm, text);
  const auto coded = [&](const Bytes& bytes) { return given(invite, to_text(kForm, bytes)); };
  const auto and_then = [&](std::initializer_list<std::uint8_t> more) {
    Bytes longer = body;
    longer.insert(longer.end(), more);
    return longer;
  };
  write("ok_extension_invite", "with an extension this version does not know", coded(and_then({9, 2, 0, 1, 2})));
  write("bad_extension_order_invite", "extensions that do not ascend", coded(and_then({9, 0, 0, 8, 0, 0})));
  write("bad_person_invite", "a person of 15 bytes",
        coded(and_then({1, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15})));
  write("truncated_fields_invite", "its last field is cut short, the check value made for that",
        coded(Bytes(body.begin(), body.end() - 3)));
  write("truncated_invite", "the end of the text is missing", given(invite, text.substr(0, text.size() - 9)));
  std::string slip = text;
  slip[40] = slip[40] == 'x' ? 'y' : 'x';
  write("bad_check_invite", "a letter was changed", given(invite, slip));
  write("bad_prefix_invite", "something else", given(invite, "haki-found-1-" + text.substr(14)));
  write("newer_invite", "version 2", given(invite, "haki-invite-2-" + text.substr(14)));
  Invite auditor = invite;
  auditor.role = static_cast<envelope::Role>(9);
  write("newer_role_invite", "a role this version does not know", given(auditor, invite_text(auditor)));
}

void write_shares(test::Coalition& coalition) {
  crypto::SecretBytes seed(32);
  coalition.random.fill(seed.span());
  const CoalitionId org = coalition.membership.org();
  const auto split = [&](const CoalitionId& of) {
    return std::move(*split_recovery(seed, of, 3, 5, coalition.random));
  };
  const RecoverySplit good = split(org);
  std::string commitments;
  for (const Hash& commitment : good.terms.commitments) commitments += to_hex(commitment);
  const Given terms{{"org", to_hex(org)},
                    {"box_key", to_hex(good.terms.box_key)},
                    {"sign_key", to_hex(good.terms.sign_key)},
                    {"threshold", "03"},
                    {"count", "05"},
                    {"commitments", commitments}};
  const auto shares = [&](std::vector<std::string> texts) {
    Given fields = terms;
    for (std::size_t i = 0; i < texts.size(); ++i) fields["share_" + std::to_string(i + 1)] = hex(texts[i]);
    return fields;
  };
  const auto text = [&](unsigned number) { return share_text(good.shares[number - 1]); };
  const Given seed_too{{"seed", to_hex(seed.view())}};
  write("ok_three_shares", "three of five, as text", with(shares({text(5), text(1), text(3)}), seed_too));
  write("ok_words_shares", "three of five: as words, as a QR code holds it, as text",
        with(shares({share_words(good.shares[1]), share_qr_text(good.shares[3]), text(4 + 1)}), seed_too));
  write("bad_few_shares", "two where three are needed", shares({text(2), text(4)}));
  write("bad_twice_shares", "one trustee's share twice", shares({text(2), text(4), text(2)}));
  write("bad_coalition_shares", "one of another coalition",
        shares({text(1), text(2), share_text(split(CoalitionId{{7}}).shares[2])}));
  write("bad_split_shares", "one of another splitting", shares({text(1), text(2), share_text(split(org).shares[2])}));
  RecoveryShare changed = std::move(*read_share(text(3)));
  changed.value.data()[31] ^= 1;
  write("bad_changed_shares", "one that is not what its trustee was given",
        shares({text(1), text(2), share_text(changed)}));
  write("bad_keys_shares", "they do not give the keys in the log",
        with(shares({text(1), text(2), text(3)}), {{"sign_key", to_hex(coalition.founder.sign.verify)}}));
  std::string slip = share_words(good.shares[0]);
  slip[120] = slip[120] == 'b' ? 'd' : 'b';  // in the value, which only the last word and the commitment guard
  write("bad_word_shares", "a slip in a word", shares({slip, text(2), text(3)}));
}

}  // namespace

void write_missing() {
  test::Coalition coalition;
  const Identity monitor = coalition.admit(envelope::Role::kMonitor);
  write_grants(coalition, monitor);
  write_epochs(coalition, monitor);
  write_requests(coalition, monitor);
  write_receipts(coalition, monitor);
  write_joins(coalition);
  write_key_files(coalition.random);
  write_invites(coalition);
  write_shares(coalition);
}

}  // namespace haki::keys::vectors
