#!/usr/bin/python3
"""Opens blobs as proto/spec/12-attachments says, "Blob". A second reader, written from that page alone."""
import hashlib
import struct

from nacl import bindings as sodium
from open_envelope import blake2b
from read_batch import check

CHUNK, OVERHEAD, HEADER = 64 * 1024, 17, 24


def padme(length):
    if length < 2:
        return length
    e = length.bit_length() - 1
    step = 1 << max(0, e - e.bit_length())
    return (length + step - 1) // step * step


def open_blob(blob, key, org, compartment):
    """The content, or Refused."""
    check(len(blob) > HEADER)
    state = sodium.crypto_secretstream_xchacha20poly1305_state()
    sodium.crypto_secretstream_xchacha20poly1305_init_pull(state, blob[:HEADER], key)
    plain, at, aad = b"", HEADER, b"HAKI1.blb" + org + compartment
    while at < len(blob):
        sealed = blob[at:at + CHUNK + OVERHEAD]
        check(len(sealed) > OVERHEAD)
        at += len(sealed)
        try:
            piece, tag = sodium.crypto_secretstream_xchacha20poly1305_pull(state, sealed, aad)
        except Exception:  # whichever of its errors: it does not open
            check(False)
        check(tag == (sodium.crypto_secretstream_xchacha20poly1305_TAG_FINAL if at == len(blob)
                      else sodium.crypto_secretstream_xchacha20poly1305_TAG_MESSAGE))
        plain, aad = plain + piece, None
    check(len(plain) >= 8)
    length, = struct.unpack_from("<Q", plain)
    check(length <= len(plain) and padme(8 + length) == len(plain))
    check(not any(plain[8 + length:]))
    return plain[8:8 + length]


def read_blob(given, blob):
    """The line that a vector's meaning must be."""
    content = open_blob(blob, *(bytes.fromhex(given[name]) for name in ("key", "org", "compartment")))
    check(blake2b(blob) == bytes.fromhex(given["id"]))
    return f"content {len(content)} {hashlib.sha256(content).hexdigest()}"
