#!/usr/bin/python3
"""Opens bundles and answers as proto/spec 63-bundles says. A second reader, written from that page (and 12-attachments for
the stream) alone."""
import struct

from check_blobs import CHUNK, HEADER, OVERHEAD, padme
from check_keys import fields, u32
from nacl import bindings as sodium
from open_envelope import blake2b, frames, verify
from read_batch import Refused, check

MAGIC = {"bundle": b"HAKIBUN", "answer": b"HAKIBUA"}
HELLO, WELCOME, JOIN, EPOCH_KEY, RUN = 1, 7, 12, 3, 4
BUNDLE, PIECE, ANSWER, HELD = 30, 31, 32, 33
IN_BUNDLE = [JOIN, EPOCH_KEY, RUN, PIECE]
IN_ANSWER = [HELD, 13, 8, (9, 10), 11]  # entries, grants, receipts or rejects, rows


def u64(number):
    return struct.pack("<Q", number)


def open_file(given, magic):
    file = given["file"]
    check(len(file) > 8 + 16 + 80 + HEADER and file[:7] == magic)
    if file[7:8] != b"1":
        raise Refused("held")
    check(file[8:24] == given["org"])
    try:
        key = sodium.crypto_box_seal_open(file[24:104], given["receiver_key"], given["receiver_secret"])
    except Exception:  # whichever of its errors: it is not ours, or changed
        check(False)
    check(len(key) == 32)
    return open_stream(file[104:], key, file[:24])


def open_stream(stream, key, aad):
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, stream[:HEADER], key)
    plain, at, tag = b"", HEADER, None
    while at < len(stream):
        sealed = stream[at:at + CHUNK + OVERHEAD]
        at += len(sealed)
        check(len(sealed) > OVERHEAD)
        try:
            piece, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, sealed, aad)
        except Exception:
            check(False)
        plain, aad = plain + piece, None
        check((tag == sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL) == (at == len(stream)))
    check(len(plain) >= 8)
    length, = struct.unpack_from("<Q", plain)
    check(length <= len(plain) and padme(8 + length) == len(plain) and not any(plain[8 + length:]))
    return plain[8:8 + length]


def first_frame(plain):
    """(kind, body) of the first frame, and every byte after it."""
    length = shift = at = 0
    while True:
        check(at < len(plain) and shift <= 28)
        byte = plain[at]
        at += 1
        length |= (byte & 127) << shift
        shift += 7
        if byte < 128:
            break
    (kind, body), = frames(plain[:at + length])
    return kind, body, plain[at + length:]


def in_order(kinds, order):
    """Each kind has its place, and places never fall."""
    place = {kind: at for at, some in enumerate(order) for kind in (some if isinstance(some, tuple) else (some,))}
    check(all(kind in place for kind in kinds))
    places = [place[kind] for kind in kinds]
    check(places == sorted(places))


def bundle(given):
    plain = open_file(given, MAGIC["bundle"])
    kind, body, after = first_frame(plain)
    check(kind == BUNDLE)
    one = fields(body, "id", "part", "parts", "time_ms", "signature")
    check(len(one["id"]) == 16 and 1 <= one["part"] <= one["parts"] <= 100_000)
    message = given["org"] + one["id"] + u32(one["part"]) + u32(one["parts"]) + u64(one["time_ms"]) + blake2b(after)
    verify(given["signer_key"], b"HAKI1.bun\0" + message, one["signature"])
    (kind, hello), *rest = frames(after)
    check(kind == HELLO and fields(hello, "version", "device")["device"] == given["device"])
    in_order([number for number, _ in rest], IN_BUNDLE)
    check(sum(number == JOIN for number, _ in rest) <= 1)
    for number, value in rest:
        if number == PIECE:
            piece = fields(value, "blob", "compartment", "length", "offset", "bytes")
            check(len(piece["blob"]) == 32 and len(piece["compartment"]) == 16)
            check(0 < len(piece["bytes"]) <= piece["length"] - piece.get("offset", 0))
    check("plain" not in given or plain == given["plain"])


def answer(given):
    plain = open_file(given, MAGIC["answer"])
    kind, body, after = first_frame(plain)
    check(kind == ANSWER)
    one = fields(body, "id", "part", "asked_run", "asked_after", "signature")
    message = (given["org"] + given["device"] + one["id"] + u32(one["part"]) + one.get("asked_run", bytes(8))
               + u64(one.get("asked_after", 0)) + blake2b(after))
    verify(given["signer_key"], b"HAKI1.bua\0" + message, one["signature"])
    (kind, _), *rest = frames(after)
    check(kind == WELCOME)
    in_order([number for number, _ in rest], IN_ANSWER)
    for number, value in rest:
        if number == HELD:
            held = fields(value, "blob", "compartment", "receipt_ms", "receipt", "refused", "over_quota")
            check(("receipt" in held) == ("receipt_ms" in held) and not ("receipt" in held and "refused" in held))
    check("plain" not in given or plain == given["plain"])


BUNDLE_KINDS = {"bundle": bundle, "answer": answer}
