#!/usr/bin/python3
"""Checks what keys are in, as proto/spec 40-keys, 41-recovery and 60-http-api say: keys/ and the *_membership vectors.

A second reader on purpose, written from those pages alone: if it and the C++ agree on every vector, the pages suffice.
"""
import base64
import re
import struct

from nacl import bindings as sodium
from nacl.exceptions import CryptoError
from open_envelope import aead_decrypt, blake2b, frames, message, verify
from read_batch import Reader, Refused, check, protobuf_fields


def fields(data, *names):
    """A protobuf message whose fields are numbered from 1 in this order."""
    return message(data, dict(enumerate(names, 1)))


def u32(number):
    return struct.pack("<I", number)


# --- spec 40: the membership log ------------------------------------------------------------------

GENESIS, ADD_DEVICE, NEW_COMPARTMENT, NEW_EPOCH = 10, 11, 12, 13
SHARED, OWN, LEADS = 1, 2, 3
LEAD = 3


class Membership:
    """The log as far as these vectors go: devices, compartments and epochs, and who may append."""

    def __init__(self, stream):
        self.hashes, self.devices, self.compartments, self.epochs, self.org = [], {}, {}, {}, b""
        for kind, body in frames(stream):
            check(kind == 13)
            self.apply(fields(body, "body", "device", "signature"))

    def apply(self, entry):
        body = fields(entry["body"], "org", "seq", "prev", "time_ms", "op")
        check(body.get("org", b"") == self.org and body.get("seq", 0) == len(self.hashes))
        check(body.get("prev", b"") == (self.hashes[-1] if self.hashes else b""))
        (number, act), = [(n, value) for n, _, value, _ in protobuf_fields(body["op"]) if n >= 10]
        if number == GENESIS:
            check(not self.hashes)
            genesis = fields(act, "founder", "recovery_box_key")
            self.add_device(genesis["founder"])
            self.recovery = blake2b(b"HAKI1.rec" + genesis["recovery_box_key"], 16)
        author = self.devices.get(entry["device"])
        check(author is not None and author["role"] == LEAD)
        digest = blake2b(b"HAKI1.mem\0" + entry["body"])
        verify(author["sign_key"], b"HAKI1.mem\0" + digest, entry["signature"])
        self.hashes.append(digest)
        self.org = self.hashes[0][:16]
        if number == ADD_DEVICE:
            self.add_device(act)
        elif number == NEW_COMPARTMENT:
            made = fields(act, "compartment", "kind", "owner")
            if made["kind"] == OWN:
                check(made["compartment"] == blake2b(b"HAKI1.own" + self.org + made["owner"], 16))
            self.compartments[made["compartment"]] = made
        elif number == NEW_EPOCH:
            made = fields(act, "compartment", "epoch", "key_id", "grants_hash")
            self.epochs[made["compartment"], made["epoch"]] = made["key_id"]

    def add_device(self, act):
        device = fields(act, "device", "sign_key", "box_key", "auth_key", "log", "role")
        name = blake2b(b"HAKI1.dev" + device["sign_key"] + device["box_key"] + device["auth_key"], 16)
        check(device["device"] == name and name not in self.devices)
        self.devices[name] = device

    def readers(self, compartment):
        made = self.compartments[compartment]
        return {name for name, device in self.devices.items()
                if made["kind"] == SHARED or device["role"] == LEAD or made.get("owner") == name}


# --- spec 40: grants and epoch keys ---------------------------------------------------------------

def open_key(given, sealed, place, key_id):
    """The epoch key that is sealed to the reader for this place."""
    try:
        plain = sodium.crypto_box_seal_open(sealed, given["reader_box_key"], given["reader_box_secret"])
    except CryptoError as error:
        raise Refused("sealed") from error
    check(plain[32:] == place + given["reader"], "named")
    check(blake2b(b"HAKI1.kid" + plain[:32], 16) == key_id, "key")
    return plain[:32]


def grant(given):
    log = Membership(given["frames"])
    (_, body), = frames(given["frame"])
    one = fields(body, "compartment", "epoch", "device", "sealed", "by", "signature")
    place = log.org + one["compartment"] + u32(one["epoch"])
    check(log.devices[one["by"]]["role"] == LEAD and one["device"] == given["reader"])
    check(one["device"] in log.readers(one["compartment"]))
    verify(log.devices[one["by"]]["sign_key"], b"HAKI1.gr\0" + place + one["device"] + one["sealed"], one["signature"])
    check(open_key(given, one["sealed"], place, log.epochs[one["compartment"], one["epoch"]]) == given["key"])


def epoch(given):
    log = Membership(given["frames"])
    (_, body), = frames(given["frame"])
    one = fields(body, "compartment", "log", "epoch", "key_id", "m_seq", "m_head", "grants", "signature")
    grants = [fields(value, "device", "sealed") for number, _, value, _ in protobuf_fields(body) if number == 7]
    owner = log.compartments[one["compartment"]]["owner"]
    check(log.devices[owner]["log"] == one["log"] and log.hashes[one["m_seq"]] == one["m_head"])
    wanted = log.readers(one["compartment"]) - {owner} | {log.recovery}
    check(sorted(each["device"] for each in grants) == sorted(wanted))
    joined = b"".join(each["device"] + each["sealed"] for each in sorted(grants, key=lambda each: each["device"]))
    place = log.org + one["compartment"] + u32(one["epoch"])
    verify(log.devices[owner]["sign_key"], b"HAKI1.ek\0" + place + one["key_id"] + u32(one["m_seq"]) + one["m_head"]
           + blake2b(joined), one["signature"])
    mine, = [each["sealed"] for each in grants if each["device"] == given["reader"]]
    check(open_key(given, mine, place, one["key_id"]) == given["key"])


# --- spec 60: request MACs and receipts -----------------------------------------------------------

def request(given):
    try:
        shared = sodium.crypto_scalarmult(given["auth_secret"], given["exchange_key"])
    except (CryptoError, RuntimeError) as error:
        raise Refused("damaged") from error  # a key of small order
    key = blake2b(b"HAKI1.auth\0" + given["org"] + given["device"] + given["server_key"], key=shared)
    check(blake2b(b"HAKI1.req\0" + given["counter"] + blake2b(given["before"]), 16, key) == given["mac"])
    check(blake2b(b"HAKI1.rsp\0" + given["mac"] + given["reply"], 16, key) == given["reply_mac"])


def receipt(given):
    (_, body), = frames(given["frame"])
    one = fields(body, "compartment", "log", "seq", "time_ms", "signature")
    said = given["org"] + one["log"] + one["compartment"] + struct.pack("<Q", one["seq"]) + given["hash"]
    verify(given["server_key"], b"HAKI1.rcp\0" + said + struct.pack("<Q", one["time_ms"]), one["signature"])


# --- spec 40: key file, join request, words and texts ---------------------------------------------

def key_file(given):
    file = given["file"]
    check(len(file) == 216 and file[:8] == b"HAKIKEY1")
    check(file[8:10] == b"\1\1", "newer")
    kib, passes = struct.unpack("<II", file[12:20])
    check(64 * 1024 <= kib <= 1024 * 1024 and 3 <= passes <= 16)
    stretched = sodium.crypto_pwhash_alg(32, given["passphrase"], file[24:40], passes, kib * 1024,
                                         sodium.crypto_pwhash_ALG_ARGON2ID13)
    key = blake2b(b"HAKI1.kek" + bytes(32), key=stretched)
    for slot in (1, 2):
        sealed = file[40 + 88 * (slot - 1):][:88]
        try:
            plain = aead_decrypt(sealed[24:], file[:40] + bytes([slot]), sealed[:24], key)
        except CryptoError:
            continue
        check(plain == given["master"] + given["file_id"])
        return
    raise Refused("wrong key")


CONSONANTS, VOWELS = "bdfghjklmnprstvz", "aiou"


def words(data):
    def word(n):
        first, second, third = (CONSONANTS[n >> shift & 15] for shift in (12, 6, 0))
        return first + VOWELS[n >> 10 & 3] + second + VOWELS[n >> 4 & 3] + third
    return " ".join(map(word, struct.unpack(f">{len(data) // 2}H", data)))


def from_words(text):
    check(re.fullmatch("([c][v][c][v][c] ?)+".replace("c", CONSONANTS).replace("[v]", f"[{VOWELS}]"), text), "word")
    numbers = []
    for word in text.split():
        a, c, e = (CONSONANTS.index(word[at]) for at in (0, 2, 4))
        numbers.append(a << 12 | VOWELS.index(word[1]) << 10 | c << 6 | VOWELS.index(word[3]) << 4 | e)
    data = struct.pack(f">{len(numbers)}H", *numbers)
    check(blake2b(b"HAKI1.wrd" + data[:-2], 16)[:2] == data[-2:], "word")
    return data[:-2]


def from_text(kind, domain, text):
    packed = "".join(text.split())
    found = re.fullmatch(f"haki-{kind}-([0-9]+)-([A-Za-z0-9_-]*)|HAKI-{kind.upper()}-([0-9]+)-([A-Z2-7]*)", packed)
    check(found)
    check((found[1] or found[3]) == "1", "newer")
    try:
        if found[2] is not None:
            data = base64.urlsafe_b64decode(found[2] + "=" * (-len(found[2]) % 4))
        else:
            data = base64.b32decode(found[4] + "=" * (-len(found[4]) % 8))
    except ValueError as error:
        raise Refused("damaged") from error
    check(len(data) >= 4 and blake2b(domain + data[:-4])[:4] == data[-4:])
    return data[:-4]


def join(given):
    (_, body), = frames(given["frame"])
    one = fields(body, "invite", "sign_key", "box_key", "auth_key", "log", "sealed_name", "mac")
    before = ("invite", "sign_key", "box_key", "auth_key", "log", "sealed_name")
    said = given["org"] + b"".join(one[name] for name in before)
    check(words(blake2b(b"HAKI1.say" + said + one.get("mac", bytes(16)), 16)).encode() == given["words"])
    check(one["invite"] == blake2b(b"HAKI1.iid", 16, given["secret"]))
    check(blake2b(b"HAKI1.join\0" + said, 16, blake2b(b"HAKI1.inv", key=given["secret"])) == one["mac"])
    name = sodium.crypto_box_seal_open(one["sealed_name"], given["lead_box_key"], given["lead_box_secret"])
    check(name == given["name"])


def invite(given):
    reader = Reader(from_text("invite", b"HAKI1.ivt", given["text"].decode()))

    def text():
        return reader.take(struct.unpack("<H", reader.take(2))[0])

    found = {"genesis": reader.take(32), "m_seq": reader.take(4), "m_head": reader.take(32), "lead": reader.take(16)}
    found.update(sign_key=reader.take(32), box_key=reader.take(32), secret=reader.take(16), expires=reader.take(8))
    found.update(server_key=reader.take(32), exchange_key=reader.take(32), role=reader.take(1)[0])
    found["urls"] = [text() for _ in range(reader.take(1)[0])]
    found["pins"] = [reader.take(32) for _ in range(reader.take(1)[0])]
    for name in ("name", "organisation", "coalition", "lead_name", "lead_organisation"):
        found[name] = text()
    last = -1
    while reader.more():
        kind, data = reader.take(1)[0], text()
        check(kind > last)
        last = kind
        if kind == 1:
            check(len(data) == 16)
            found["person"] = data
    check(1 <= found["role"] <= 4, "newer")
    check(all(found.get(name) == value for name, value in given.items() if name != "text"))


# --- spec 41: recovery shares ---------------------------------------------------------------------

def product(a, b):
    result = 0
    while b:
        result ^= a if b & 1 else 0
        a, b = a << 1 ^ (0x11d if a & 128 else 0), b >> 1
    return result


def inverse(a):
    return next(b for b in range(1, 256) if product(a, b) == 1)


def read_shares(given):
    for name in sorted(name for name in given if name.startswith("share_")):
        text = given[name].decode()
        share = from_words(text) if " " in text else from_text("share", b"HAKI1.shr", text)
        check(len(share) == 56 and share[0] == 1 and 1 <= share[1] <= share[3] <= 16 and 1 <= share[2] <= share[3], "word")
        yield share


def shares(given):
    read, needed = list(read_shares(given)), given["threshold"][0]
    for share in read:
        check(share[4:8] == blake2b(b"HAKI1.rct" + given["org"], 16)[:4], "coalition")
    check(len({share[8:24] for share in read}) == 1, "split")
    check(len({share[1] for share in read}) == len(read), "twice")
    for share in read:
        commitment = blake2b(b"HAKI1.rsc" + given["org"] + share[1:4] + share[24:], key=share[8:24])
        check(share[2:4] == given["threshold"] + given["count"], "changed")
        check(commitment == given["commitments"][32 * (share[1] - 1):][:32], "changed")
    check(len(read) >= needed, "few")
    seed = bytes(32)
    for share in read[:needed]:  # Lagrange's polynomials at 0
        factor = 1
        for other in read[:needed]:
            if other is not share:
                factor = product(factor, product(other[1], inverse(other[1] ^ share[1])))
        seed = bytes(have ^ product(factor, byte) for have, byte in zip(seed, share[24:]))
    box, _ = sodium.crypto_box_seed_keypair(blake2b(b"HAKI1.rbx", key=seed))
    sign, _ = sodium.crypto_sign_seed_keypair(blake2b(b"HAKI1.rsg", key=seed))
    check(box == given["box_key"] and sign == given["sign_key"], "keys")
    check(seed == given["seed"])


def membership(given):
    log = Membership(given["frames"])
    said = log.org, log.hashes[-1], str(len(log.hashes))
    check("org" not in given or said == (given["org"], given["head"], given["count"]))


KINDS = {"grant": grant, "epoch": epoch, "request": request, "receipt": receipt, "file": key_file, "join": join,
         "invite": invite, "shares": shares, "membership": membership}
