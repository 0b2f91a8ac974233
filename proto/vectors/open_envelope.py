#!/usr/bin/python3
"""Opens a sealed Run as proto/spec/30-envelope says, and prints what it holds as JSON.

A second reader on purpose, written from the spec alone: if it and the C++ agree on every vector, the spec suffices.
  open_envelope.py FILE.hex      a vector of envelope/: the frame, with the keys to check and to open it
"""
import hashlib
import json
import struct
import sys

import brotli
from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as aead_decrypt
from nacl.exceptions import CryptoError
from nacl.signing import VerifyKey
from read_batch import KIB, Batch, Reader, Refused, check, protobuf_fields

RUN = {1: "compartment", 2: "log", 3: "after_seq", 4: "prev8", 5: "epoch", 6: "m_seq", 7: "m_head8", 8: "beacon",
       9: "items"}
ITEM = {1: "kind", 2: "sets", 3: "group", 4: "witness", 5: "nonce", 6: "sealed", 9: "signature"}
SIZES = {"compartment": 16, "log": 16, "group": 16, "beacon": 32, "witness": 32, "nonce": 24, "signature": 64}


def blake2b(data, size=32, key=b""):
    return hashlib.blake2b(data, digest_size=size, key=key).digest()


def verify(key, message, signature):
    try:
        VerifyKey(key).verify(message, signature)
    except (CryptoError, ValueError) as error:
        raise Refused("signature") from error


def read_vector(path):
    """The `key: value` lines of a vector file: bytes; a count, which is decimal, as text."""
    given = {}
    with open(path, encoding="ascii") as file:
        for line in file:
            key, colon, value = line.rstrip("\n").partition(": ")
            if colon and not line.startswith("#"):
                given[key] = bytes.fromhex(value) if len(value) % 2 == 0 else value
    return given


def frames(stream):
    """(kind, body) of each frame: a length, then a Frame message with one field."""
    reader = Reader(stream)
    while reader.more():
        for number, _, body, _ in protobuf_fields(reader.text()):
            yield number, body


def message(data, names, repeated=()):
    """A protobuf message: fields of other numbers are passed over, the last of a number counts."""
    found = {name: [] for name in repeated}
    for number, _, value, _ in protobuf_fields(data):
        name = names.get(number)
        check(len(value) == SIZES[name] if name in SIZES else True)
        if name in repeated:
            found[name].append(value)
        elif name:
            found[name] = value
    return found


def padme(length):
    e = length.bit_length() - 1
    unit = 1 << max(e - e.bit_length(), 0)
    return (length + unit - 1) // unit * unit


def window_bits(first):
    """WBITS of RFC 7932, section 9.1, as far as the first byte tells: 10 to 17 are told apart by what does not matter here."""
    return 17 + (first >> 1 & 7) if first & 1 else 16


def unpack(plain):
    """The batch in what was encrypted (spec 10, Packing)."""
    check(len(plain) >= 96)
    check(plain[0] == 1, "held")
    check(window_bits(plain[1]) <= 20)
    reader, batch, at = brotli.Decompressor(), b"", 1
    try:
        while not reader.is_finished():  # a byte at a time: the stream says where it ends
            check(at < len(plain) and len(batch) <= 256 * KIB)
            batch += reader.process(plain[at:at + 1])
            at += 1
    except brotli.error as error:
        raise Refused("damaged") from error
    check(len(batch) <= 256 * KIB)
    check(len(plain) == max(96, padme(at)) and not any(plain[at:]))
    return batch


def open_run(stream, given):
    """The author's log, and per item its header, hash and content. Nothing is decrypted before all is signed."""
    (kind, body), = frames(stream)
    check(kind == 4)
    run = message(body, RUN, repeated=("items",))
    seq, prev = run.get("after_seq", 0), given.get("prev", bytes(32))
    check(run.get("prev8", bytes(8)) == prev[:8] and run["m_head8"] == given["m_head"][:8], "fork")
    items = []
    for raw in run["items"]:
        item = message(raw, ITEM)
        check(1 <= item.get("sets", 1) <= 64)
        seq += item.get("sets", 1)
        item["seq"], item["group"] = seq, item.get("group", bytes(16))
        item["header"] = b"".join([
            b"H1", bytes([item.get("kind", 1), 1]), given["org"], run["compartment"], run["log"],
            struct.pack("<Q", seq), prev, struct.pack("<II", run.get("epoch", 0), run.get("m_seq", 0)), given["m_head"],
            item["group"], run.get("beacon", bytes(32)), item.get("witness", bytes(32)),
            struct.pack("<I", len(item["sealed"])), item["nonce"], blake2b(item["sealed"])])
        item["hash"] = prev = blake2b(b"HAKI1.cs\0" + item["header"])
        if "signature" in item:
            verify(given["author_key"], b"HAKI1.cs\0" + prev, item["signature"])
        items.append(item)
    check(0 < len(items) <= 64)
    check("signature" in items[-1], "unsigned")
    for item in items:
        # A group's salt comes in an item of its own, which this reader does not keep.
        check(item.get("kind", 1) == 1 and item["group"] == bytes(16), "held")
        key = blake2b(b"HAKI1.pk" + bytes(16 + 32), key=given["epoch_key"])
        try:
            item["plain"] = aead_decrypt(item["sealed"], item["header"][:216], item["nonce"], key)
        except CryptoError as error:
            raise Refused("sealed") from error
    return run["log"].hex(), items


def main(path):
    given = read_vector(path)
    log, items = open_run(given["frame"], given)
    for item in items:
        sets = item.get("sets", 1)
        batch = Batch(unpack(item["plain"]), log, item["seq"] - sets + 1, sets)
        print(json.dumps({"log": log, "hash": item["hash"].hex(), "sets": batch.sets}))


if __name__ == "__main__":
    try:
        main(sys.argv[1])
    except Refused as refused:
        sys.exit(f"refused: {refused}")
