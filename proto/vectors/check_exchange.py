#!/usr/bin/python3
"""Reads the frames of an exchange as proto/spec 60-http-api and wire.proto say, and tells what each holds.

A second reader on purpose, written from those pages alone: if it and the C++ agree on every vector, the pages suffice.
"""
from open_envelope import frames
from read_batch import check, protobuf_fields

ID, HASH, SIGNATURE = 16, 32, 64
# Fields in the order of their numbers: name, then a size in bytes (None: any; with "?" after the name it may be absent),
# a table for a message, or int.
HEAD = {1: ("compartment", ID), 2: ("seq", int), 3: ("hash", HASH)}
REMAINDER = {1: ("by", ID), 2: ("m_seq", int), 3: ("nonce", 24), 4: ("sealed", None), 5: ("signature", SIGNATURE)}
ITEM = {1: ("kind", int), 2: ("sets", int), 3: ("group?", ID), 4: ("witness?", HASH), 5: ("nonce", 24), 6: ("sealed?", None),
        7: ("sealed_length", int), 8: ("sealed_hash?", HASH), 9: ("signature?", SIGNATURE), 10: ("remainder", REMAINDER)}
RUN = {1: ("compartment", ID), 2: ("log?", ID), 3: ("after_seq", int), 4: ("prev8?", 8), 5: ("epoch", int),
       6: ("m_seq", int), 7: ("m_head8?", 8), 8: ("beacon?", HASH), 9: ("items", ITEM)}
EPOCH_KEY = {1: ("compartment", ID), 2: ("log?", ID), 3: ("epoch", int), 4: ("key_id", ID), 5: ("m_seq", int),
             6: ("m_head", HASH), 7: ("grants", {1: ("device", ID), 2: ("sealed", None)}), 8: ("signature", SIGNATURE)}
JOIN_REQUEST = {1: ("invite", ID), 2: ("sign_key", 32), 3: ("box_key", 32), 4: ("auth_key", 32), 5: ("log", ID),
                6: ("sealed_name", None), 7: ("mac", ID)}
WIPED = {1: ("device", ID), 2: ("signature", SIGNATURE)}
FRAMES = {
    1: ("hello", {1: ("version", int), 2: ("device", ID), 3: ("counter", int), 4: ("membership_count", int),
                  5: ("cursor", int), 6: ("heads8?", 8), 7: ("credit", int), 8: ("server_run?", 8),
                  9: ("wants_token", int)}),
    5: ("pull", {1: ("compartment", ID), 2: ("log?", ID), 3: ("after_seq", int)}),
    6: ("auth", {1: ("mac", ID)}),
    7: ("welcome", {1: ("time_ms", int), 2: ("server_run", 8), 3: ("membership_count", int), 4: ("membership_head", HASH),
                    5: ("heads", HEAD), 6: ("more", int),
                    7: ("beacon", {1: ("time_ms", int), 2: ("random", ID), 3: ("signature", SIGNATURE)}),
                    8: ("cursor", int), 9: ("heads_differ", int), 10: ("token?", 32)}),
    9: ("receipt", {1: ("compartment", ID), 2: ("log?", ID), 3: ("seq", int), 4: ("time_ms", int),
                    5: ("signature", SIGNATURE)}),
    10: ("reject", {1: ("code", int), 2: ("compartment?", ID), 3: ("log?", ID), 4: ("seq", int), 5: ("hash?", HASH),
                    6: ("counter", int), 7: ("time_ms", int)}),
    11: ("row", {1: ("server_seq", int), 2: ("run", RUN), 3: ("epoch_key", EPOCH_KEY), 4: ("join_request", JOIN_REQUEST),
                 5: ("wiped", WIPED), 6: ("over_quota", int)}),
    21: ("wiped", WIPED),
    22: ("heads_wanted", {1: ("device", ID)}),
    34: ("erase", {1: ("compartment", ID), 2: ("log?", ID), 3: ("seq", int), 4: ("hash?", HASH), 5: ("tomb_log?", ID),
                   6: ("tomb_seq", int), 7: ("remainder", REMAINDER), 8: ("blob?", HASH)}),
    35: ("erased", {1: ("compartment", ID), 2: ("log?", ID), 3: ("seq", int), 4: ("blob?", HASH), 5: ("wanted", int),
                    6: ("time_ms", int), 7: ("signature?", SIGNATURE), 8: ("refused", int), 9: ("tomb_log?", ID),
                    10: ("tomb_seq", int)}),
    23: ("device_heads", {1: ("device", ID), 2: ("heads", HEAD)}),
}


def tell(name, data, table):
    """Lines `name value` in the order of the numbers; a field of a later version is passed over."""
    lines, found = [name], set()
    for number, wire_type, value, _ in sorted(protobuf_fields(data), key=lambda field: field[0]):
        if number not in table:
            continue
        found.add(number)
        field, kind = table[number]
        if isinstance(kind, dict):
            lines += tell(field, value, kind)
        elif kind is int:
            check(wire_type == 0)
            lines += [f"{field} {value}"] if value else []
        else:
            check(kind is None or len(value) == kind)
            lines.append(f"{field.rstrip('?')} {value.hex()}")
    for number, (field, kind) in table.items():
        check(number in found or field.endswith("?") or kind is int or isinstance(kind, dict))
    check(name != "row" or len(found & {2, 3, 4, 5}) == 1)
    return lines


def read_frame(data):
    """What the one frame in these bytes says, in lines."""
    (kind, body), = frames(data)
    if kind not in FRAMES:
        return ["unknown"]
    name, table = FRAMES[kind]
    return tell(name, body, table)
