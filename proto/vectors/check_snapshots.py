#!/usr/bin/python3
"""Checks the frames of snapshots as proto/spec 61-snapshots says.

A second reader on purpose, written from that page alone: if it and the C++ agree on every vector, the page suffices.
"""
import struct

from check_keys import fields, u32
from open_envelope import blake2b, frames, verify
from read_batch import KIB, check, protobuf_fields

MIB = KIB * KIB
PART_MAX = 4 * MIB + 64 * KIB


def u64(number):
    return struct.pack("<Q", number)


def only_frame(given, kind):
    (number, body), = frames(given["frame"])
    check(number == kind)
    return body


def sized(one, name, size):
    check(len(one.get(name, b"")) == size)
    return one[name]


def repeated(body, number):
    return [value for found, _, value, _ in protobuf_fields(body) if found == number]


def snapshot(given):
    body = only_frame(given, 20)
    one = fields(body, "compartment", "id", "epoch", "m_seq", "m_head", "marks", "parts", "state_root", "time_ms", "by",
                 "signature")
    marks = [fields(value, "log", "seq", "hash", "m_seq", "epoch") for value in repeated(body, 6)]
    parts = [fields(value, "length", "hash") for value in repeated(body, 7)]
    logs = [sized(mark, "log", 16) for mark in marks]
    check(0 < len(marks) <= 10_000 and logs == sorted(set(logs)))
    check(all(1 <= mark.get("seq", 0) < 1 << 40 for mark in marks))
    check(0 < len(parts) <= 4096 and all(1 <= part.get("length", 0) <= PART_MAX for part in parts))
    check(sum(part["length"] for part in parts) <= 256 * MIB)
    message = (given["org"] + sized(one, "compartment", 16) + sized(one, "id", 16) + u32(one.get("epoch", 0))
               + u32(one.get("m_seq", 0)) + sized(one, "m_head", 32) + sized(one, "by", 16) + u64(one.get("time_ms", 0))
               + sized(one, "state_root", 32) + u32(len(marks)))
    for mark in marks:
        message += mark["log"] + u64(mark["seq"]) + sized(mark, "hash", 32) + u32(mark.get("m_seq", 0))
        message += u32(mark.get("epoch", 0))
    message += u32(len(parts)) + b"".join(u32(part["length"]) + sized(part, "hash", 32) for part in parts)
    check(message == given["message"] and blake2b(message) == given["word_message"])
    verify(given["maker_key"], b"HAKI1.snp\0" + message, sized(one, "signature", 64))
    words = [fields(value, "by", "signature") for value in repeated(body, 12)]
    check(len(words) <= 16)
    for each in words:
        sized(each, "by", 16)
        verify(given["second_key"], b"HAKI1.sno\0" + blake2b(message), sized(each, "signature", 64))


def piece(given):
    one = fields(only_frame(given, 26), "compartment", "id", "offset", "bytes")
    check(sized(one, "compartment", 16) and sized(one, "id", 16) and 0 < len(one.get("bytes", b"")) <= 64 * KIB)


def word(given):
    one = fields(only_frame(given, 27), "compartment", "id", "by", "signature")
    check(sized(one, "compartment", 16) and sized(one, "id", 16) and sized(one, "by", 16))
    verify(given["second_key"], b"HAKI1.sno\0" + given["word_message"], sized(one, "signature", 64))


def want(given):
    one = fields(only_frame(given, 28), "compartment", "id", "offset")
    check("compartment" in one or "id" not in one)
    check("id" in one or "offset" not in one)
    check(all(len(one[name]) == 16 for name in ("compartment", "id") if name in one))


def have(given):
    one = fields(only_frame(given, 29), "compartment", "id", "bytes")
    check(sized(one, "compartment", 16) and len(one.get("id", bytes(16))) == 16)


SNAPSHOT_KINDS = {"snapshot": snapshot, "bytes": piece, "word": word, "want": want, "have": have}
