#!/usr/bin/python3
"""Checks a dossier as proto/spec 82-dossier says.

A second reader on purpose, written from that page and those it names alone: if it and the C++ agree, the pages suffice.
  check_dossier.py FILE.zip      prints the signer's fingerprint, or what is wrong
"""
import base64
import hashlib
import json
import re
import struct
import sys
import zipfile
from datetime import datetime, timedelta, timezone

from check_blobs import CHUNK, padme
from check_custody import NONE, base64url, canonical, is_hex, read_line, read_log
from nacl import bindings as sodium
from open_envelope import blake2b, verify
from read_batch import Refused, check

MANIFEST, SIGNATURE = "MANIFEST.sha256", "MANIFEST.sha256.minisig"
KEY_COMMENT = "untrusted comment: public key of who signed this Haki dossier\n"
SIGNATURE_COMMENT = "untrusted comment: signature of a Haki dossier, see HOW-TO-CHECK.txt\n"
FACTS = ["at", "by", "certificate", "coalition", "coalition_name", "device", "id", "kind", "language", "records", "signer"]
KEY = ["auth", "box", "id", "kind", "name", "sign"]
FILE = ["at", "blake2b", "by", "bytes", "captured_at", "captured_where", "captured_with", "device", "id", "media_type", "name", "of",
        "path", "record", "relation", "remarks", "seal_blob", "seal_compartment", "seal_header", "seal_key", "seal_receipt",
        "seal_receipt_at", "sha256"]
LEFT_OUT = ["attachment", "kind", "name", "record", "sha256", "why"]
TEXTS = ["dossier.json", "keys.jsonl", "files.jsonl", "custody.jsonl", "custody.signatures", "left-out.jsonl", "signer.pub"]
PART = r"[A-Za-z0-9_][A-Za-z0-9._-]*"
DEVICE_NAME = re.compile(r"(con|prn|aux|nul|com\d|lpt\d)(\..*)?", re.ASCII | re.IGNORECASE)


def base64_of(text):
    data = base64.b64decode(text, validate=True)
    check(base64.b64encode(data).decode() == text, "base64")
    return data


def lines(files, name, keys):
    text = files[name].decode()
    check(text == "" or text.endswith("\n"), name)
    read = [json.loads(line) for line in text.split("\n")[:-1]]
    for line, said in zip(text.split("\n"), read):
        check(list(said) == keys and canonical(said) == line, name)
    return read


def is_name(name):
    parts = name.split("/")
    return len(name) <= 120 and len(parts) <= 2 and all(
        re.fullmatch(PART, part, re.ASCII) and not part.endswith(".") and not DEVICE_NAME.fullmatch(part) for part in parts)


def check_manifest(files):
    """The digests that are signed, and the key."""
    key_line = files["signer.pub"].decode()
    check(key_line.startswith(KEY_COMMENT) and key_line.endswith("\n"), "key")
    data = base64_of(key_line[len(KEY_COMMENT):-1])
    key = data[10:]
    check(len(key) == 32 and data[:10] == b"Ed" + blake2b(key)[:8], "key")
    facts, = lines(files, "dossier.json", FACTS)
    comment = f"haki dossier {facts['id']} coalition {facts['coalition']} at {facts['at']}"
    head, first, trusted, second, end = files[SIGNATURE].decode().split("\n")
    check(head + "\n" == SIGNATURE_COMMENT and trusted == "trusted comment: " + comment and end == "", "comment")
    data = base64_of(first)
    check(len(data) == 74 and data[:10] == b"ED" + blake2b(key)[:8], "signature")
    verify(key, hashlib.blake2b(files[MANIFEST]).digest(), data[10:])
    verify(key, data[10:] + comment.encode(), base64_of(second))
    digests = {}
    text = files[MANIFEST].decode("ascii")
    check(text.endswith("\n"), MANIFEST)
    for line in text.split("\n")[:-1]:
        digest, name = line[:64], line[66:]
        check(line[64:66] == "  " and is_hex(digest, 32) and is_name(name) and name not in (MANIFEST, SIGNATURE), MANIFEST)
        digests[name] = digest
    check(list(digests) == sorted(digests) and len({name.lower() for name in digests}) == text.count("\n"), MANIFEST)
    check(all(name in digests for name in TEXTS), MANIFEST)
    return digests, key, facts


def seal(key, header, aad, content):
    """The same blob again. A state made to open with a header is the one that sealed with it."""
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, header, key)
    plain = struct.pack("<Q", len(content)) + content
    plain += bytes(padme(len(plain)) - len(plain))
    blob = header
    for at in range(0, len(plain), CHUNK):
        last = at + CHUNK >= len(plain)
        tag = sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL if last else sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE
        blob += sodium.crypto_secretstream_xchacha20poly1305_push(state, plain[at:at + CHUNK], aad if at == 0 else None, tag)
    return blob


def check_file(said, content, facts, servers):
    check(hashlib.sha256(content).hexdigest() == said["sha256"] and blake2b(content).hex() == said["blake2b"], said["path"])
    check(str(len(content)) == said["bytes"], said["path"])
    if not said["seal_receipt"]:
        return
    org, compartment = bytes.fromhex(facts["coalition"]), base64url(said["seal_compartment"])
    blob = seal(base64url(said["seal_key"]), base64url(said["seal_header"]), b"HAKI1.blb" + org + compartment, content)
    check(blake2b(blob) == base64url(said["seal_blob"]), "seal")
    moment = said["seal_receipt_at"]
    since = datetime.strptime(moment, "%Y-%m-%dT%H:%M:%S.%fZ").replace(tzinfo=timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    time = since // timedelta(milliseconds=1)
    message = org + compartment + blake2b(blob) + struct.pack("<Qq", len(blob), time)
    check(any(signs(server, b"HAKI1.blr\0" + message, said["seal_receipt"]) for server in servers), "receipt")


def signs(key, message, signature):
    try:
        verify(key, message, base64url(signature))
    except Refused:
        return False
    return True


def check_custody(files, facts, listed, left_out, devices, servers):
    entries = files["custody.jsonl"].split(b"\n")
    signatures = files["custody.signatures"].decode().split("\n")
    check(len(entries) == len(signatures) and entries[-1] == b"" and signatures[-1] == "", "custody")
    logs, last = {}, None
    for line, signature in zip(entries[:-1], signatures[:-1]):
        subject = read_line(line)["subject"]
        check(subject == last or subject not in logs, "reordered")
        logs.setdefault(subject, []).append((line, signature))
        last = subject
    declared = {one["attachment"] or one["record"] for one in left_out if one["kind"] == "custody"}
    about = {one["id"]: one for one in listed}
    known = set(facts["records"]) | set(about) | {one["attachment"] or one["record"] for one in left_out}
    check(set(logs) <= known and set(about) <= set(logs) | declared, "custody")
    for subject, elements in logs.items():
        rules = {"coalition": bytes.fromhex(facts["coalition"]), "subject": bytes.fromhex(subject), "keys": devices,
                 "server": servers[0] if servers else bytes(32)}
        shown = read_log(elements, rules)
        check([digest for digest, _ in shown] == [blake2b(line).hex() for line, _ in elements], "reordered")
        check(subject in declared or all(fault == NONE for _, fault in shown), "custody")
        if subject not in about or subject in declared:
            continue
        said = [read_line(line) for line, _ in elements]
        check(said[0]["action"] == "created" and said[0]["device"] == about[subject]["device"], "beginning")
        check(all(one["sha256"] in ("", about[subject]["sha256"]) or one["action"] == "redacted" for one in said), "content")


def check_dossier(files):
    """The signer's key; Refused where something is wrong."""
    try:
        check(len({MANIFEST, SIGNATURE, *TEXTS} & set(files)) == len(TEXTS) + 2, "missing")
        digests, key, facts = check_manifest(files)
        check(set(digests) | {MANIFEST, SIGNATURE} == set(files), "names")
        for name, digest in digests.items():
            check(hashlib.sha256(files[name]).hexdigest() == digest, name)
        devices, servers = {}, []
        for said in lines(files, "keys.jsonl", KEY):
            sign = base64url(said["sign"])
            if said["kind"] == "device":
                named = blake2b(b"HAKI1.dev" + sign + base64url(said["box"]) + base64url(said["auth"]), 16).hex()
                check(named == said["id"], "device")
                devices[said["id"]] = sign
            else:
                check(said["kind"] == "server", "keys")
                servers.append(sign)
        check(facts["kind"] == "haki dossier 1" and base64url(facts["signer"]) == key and facts["device"] in devices, "signer")
        message = bytes.fromhex(facts["coalition"]) + bytes.fromhex(facts["device"]) + key
        verify(devices[facts["device"]], b"HAKI1.dsk\0" + message, base64url(facts["certificate"]))
        listed, left_out = lines(files, "files.jsonl", FILE), lines(files, "left-out.jsonl", LEFT_OUT)
        for said in listed:
            check_file(said, files[said["path"]], facts, servers)
        check_custody(files, facts, listed, left_out, devices, servers)
        return key
    except (ValueError, KeyError, TypeError) as error:
        raise Refused(str(error)) from error


def fingerprint(key):
    digits = blake2b(key)[:16].hex()
    return " ".join(digits[at:at + 4] for at in range(0, 32, 4))


def check_vector(given):
    check_dossier({name[len("file "):]: content for name, content in given.items() if name.startswith("file ")})


if __name__ == "__main__":
    with zipfile.ZipFile(sys.argv[1]) as archive:
        FOUND = [info for info in archive.infolist() if not info.is_dir()]
        try:
            check(len({info.filename for info in FOUND}) == len(FOUND), "twice")
            print(fingerprint(check_dossier({info.filename: archive.read(info) for info in FOUND})))
        except Refused as refused:
            print("does not hold:", refused)
            sys.exit(1)
