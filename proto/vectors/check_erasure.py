#!/usr/bin/python3
"""Opens what a lead left of an item, and checks the server's words that it let go, as proto/spec 14-erasure says.

A second reader on purpose, written from that page alone: if it and the C++ agree on every vector, the page suffices.
"""
import struct

from nacl.bindings import crypto_aead_xchacha20poly1305_ietf_decrypt as aead_decrypt
from nacl.exceptions import CryptoError
from open_envelope import blake2b, message, verify
from read_batch import Refused, check

REMAINDER = {1: "by", 2: "m_seq", 3: "nonce", 4: "sealed", 5: "signature"}


def open_remainder(given):
    """The plaintext of a vector's remainder."""
    found = message(given["remainder"], REMAINDER)
    check(len(found["by"]) == 16 and len(found["nonce"]) == 24 and len(found["signature"]) == 64)
    place = given["item"] + found["by"] + struct.pack("<I", found.get("m_seq", 0))
    verify(given["by_key"], b"HAKI1.rem\0" + place + found["nonce"] + blake2b(found["sealed"]), found["signature"])
    key = blake2b(b"HAKI1.rem" + given["item"], key=given["epoch_key"])
    try:
        return aead_decrypt(found["sealed"], place, found["nonce"], key)
    except CryptoError as error:
        raise Refused("sealed") from error


def check_word(given):
    time = struct.pack("<q", int(given["time_ms"]))
    said = given["org"] + given["compartment"]
    if "blob" in given:
        said += given["blob"]
    else:
        said += given["log"] + struct.pack("<Q", int(given["seq"])) + given["item"]
    verify(given["server_key"], b"HAKI1.ers\0" + said + time, given["signature"])
