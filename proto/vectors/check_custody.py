#!/usr/bin/python3
"""Checks custody lines and logs as proto/spec 13-custody says.

A second reader on purpose, written from that page alone: if it and the C++ agree on every vector, the page suffices.
"""
import base64
import datetime
import json
import re
import struct

from open_envelope import blake2b, verify
from read_batch import Refused, check

ACTIONS = {"created", "received", "viewed", "saved", "exported", "redacted", "verified"}
KEYS = ["action", "after", "at", "beacon", "by", "coalition", "detail", "device", "sha256", "subject"]
MOMENT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", re.ASCII)
NONE, FORM, SIGNATURE, SUBJECT, BEACON, GAP, CREATED = range(7)


def base64url(text):
    """Without padding, and no bit beyond the last byte."""
    check(re.fullmatch(r"[A-Za-z0-9_-]*", text, re.ASCII) and len(text) % 4 != 1)
    data = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    check(base64.urlsafe_b64encode(data).rstrip(b"=").decode() == text)
    return data


def is_hex(text, size):
    return isinstance(text, str) and re.fullmatch(f"[0-9a-f]{{{2 * size}}}", text, re.ASCII)


def canonical(value):
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def read_beacon(text):
    """(time, random, signature), or None."""
    if not text:
        return None
    parts = text.split(" ")
    check(len(parts) == 3 and re.fullmatch(r"0|[1-9]\d{0,18}", parts[0], re.ASCII))
    random, signature = base64url(parts[1]), base64url(parts[2])
    check(len(random) == 16 and len(signature) == 64)
    return int(parts[0]), random, signature


def read_moment(text):
    check(isinstance(text, str) and MOMENT.fullmatch(text))
    try:
        return datetime.datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")
    except ValueError as error:
        raise Refused("damaged") from error


def read_line(data):
    check(len(data) <= 32 * 1024)
    try:
        text = data.decode()
        line = json.loads(text)
    except ValueError as error:
        raise Refused("damaged") from error
    check(isinstance(line, dict) and list(line) == KEYS and canonical(line) == text)
    check(all(isinstance(line[key], str) for key in KEYS if key != "after"))
    check(line["action"] in ACTIONS)
    check(isinstance(line["after"], list) and all(is_hex(one, 32) for one in line["after"]))
    check(line["after"] == sorted(set(line["after"])) and len(line["after"]) <= 128)
    read_moment(line["at"])
    read_beacon(line["beacon"])
    check(all(is_hex(line[key], 16) for key in ("coalition", "device", "subject")))
    check(line["sha256"] == "" or is_hex(line["sha256"], 32))
    check(len(line["by"].encode()) <= 512 and len(line["detail"].encode()) <= 2048)
    return line


def check_one(line_bytes, signature, rules):
    """(what is wrong, the line or None)"""
    try:
        line = read_line(line_bytes)
        signature = base64url(signature)
        check(len(signature) == 64)
    except Refused:
        return FORM, None
    digest = blake2b(line_bytes)
    try:
        check(line["device"] in rules["keys"])
        verify(rules["keys"][line["device"]], b"HAKI1.cus\0" + digest, signature)
    except Refused:
        return SIGNATURE, line
    if (line["coalition"], line["subject"]) != (rules["coalition"].hex(), rules["subject"].hex()):
        return SUBJECT, line
    beacon = read_beacon(line["beacon"])
    if beacon:
        time, random, signed = beacon
        try:
            verify(rules["server"], b"HAKI1.bcn\0" + rules["coalition"] + struct.pack("<Q", time) + random, signed)
        except Refused:
            return BEACON, line
    return NONE, line


def read_log(elements, rules):
    """(hash, what is wrong) of each entry, in the order a reader shows them."""
    counting, wrong = {}, []
    for line_bytes, signature in elements:
        fault, line = check_one(line_bytes, signature, rules)
        if fault == NONE:
            counting[blake2b(line_bytes).hex()] = line
        else:
            wrong.append((blake2b(line_bytes).hex(), fault))
    order, waiting = [], dict(counting)
    while waiting:
        free = [(line["at"], digest) for digest, line in waiting.items() if not set(line["after"]) & set(waiting)]
        order.append(min(free)[1])
        del waiting[order[-1]]
    created = [digest for digest in order if counting[digest]["action"] == "created"]
    shown = []
    for digest in order:
        line, fault = counting[digest], NONE
        if digest in created and (len(created) > 1 or digest != order[0] or line["after"]):
            fault = CREATED
        if not set(line["after"]) <= set(counting):
            fault = GAP
        shown.append((digest, fault))
    return shown + wrong


def elements_of(data):
    lines = data.split(b"\n") if data else []
    return [(lines[at], lines[at + 1].decode("latin-1")) for at in range(0, len(lines), 2)]


def check_line(given):
    check(blake2b(given["line"]) == given["hash"])
    read_line(given["line"])


def check_log(given):
    devices = given["devices"]
    rules = {"coalition": given["coalition"], "subject": given["subject"], "server": given["server_key"],
             "keys": {devices[at:at + 16].hex(): devices[at + 16:at + 48] for at in range(0, len(devices), 48)}}
    shown = read_log(elements_of(given["entries"]), rules)
    check("".join(digest for digest, _ in shown) == given["order"].hex(), "order")
    check(bytes(fault for _, fault in shown) == given["faults"], "faults")
    check(not any(given["faults"]), "faulty")
