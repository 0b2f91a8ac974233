#!/usr/bin/env python3
"""Writes store.json: pages and log records sealed as spec 50-store-file says.

A second implementation on purpose: XChaCha20-Poly1305 from its definition (RFC 8439, draft-irtf-cfrg-xchacha), nothing
of Haki and no library, so that the vectors check the C++ code and not themselves.
"""
import json
import pathlib
import struct


def rotate(value, count):
    return ((value << count) & 0xFFFFFFFF) | (value >> (32 - count))


def rounds(state):
    x = list(state)

    def add_xor_rotate(to, by, mixed, bits):
        x[to] = (x[to] + x[by]) & 0xFFFFFFFF
        x[mixed] = rotate(x[mixed] ^ x[to], bits)

    def quarter(a, b, c, d):
        add_xor_rotate(a, b, d, 16)
        add_xor_rotate(c, d, b, 12)
        add_xor_rotate(a, b, d, 8)
        add_xor_rotate(c, d, b, 7)

    for _ in range(10):
        quarter(0, 4, 8, 12), quarter(1, 5, 9, 13), quarter(2, 6, 10, 14), quarter(3, 7, 11, 15)
        quarter(0, 5, 10, 15), quarter(1, 6, 11, 12), quarter(2, 7, 8, 13), quarter(3, 4, 9, 14)
    return x


CONSTANTS = struct.unpack("<4I", b"expand 32-byte k")


def block(key, counter, nonce12):
    state = list(CONSTANTS) + list(struct.unpack("<8I", key)) + [counter] + list(struct.unpack("<3I", nonce12))
    return struct.pack("<16I", *((a + b) & 0xFFFFFFFF for a, b in zip(rounds(state), state)))


def subkey(key, nonce16):
    x = rounds(list(CONSTANTS) + list(struct.unpack("<8I", key)) + list(struct.unpack("<4I", nonce16)))
    return struct.pack("<8I", *(x[0:4] + x[12:16]))


def poly1305(key, message):
    r = int.from_bytes(key[:16], "little") & 0x0FFFFFFC0FFFFFFC0FFFFFFC0FFFFFFF
    total = 0
    for at in range(0, len(message), 16):
        total = (total + int.from_bytes(message[at:at + 16] + b"\x01", "little")) * r % ((1 << 130) - 5)
    return ((total + int.from_bytes(key[16:], "little")) & ((1 << 128) - 1)).to_bytes(16, "little")


def padded(data):
    return data + bytes(-len(data) % 16)


def seal(key, nonce, aad, plain):
    """ciphertext | nonce | tag"""
    inner, nonce12 = subkey(key, nonce[:16]), bytes(4) + nonce[16:]
    stream = b"".join(block(inner, 1 + i, nonce12) for i in range((len(plain) + 63) // 64))
    cipher = bytes(a ^ b for a, b in zip(plain, stream))
    mac_input = padded(aad) + padded(cipher) + struct.pack("<QQ", len(aad), len(cipher))
    return cipher + nonce + poly1305(block(inner, 0, nonce12)[:32], mac_input)


def empty_first_page():
    page = bytearray(4096)
    page[0:16] = b"SQLite format 3\0"
    struct.pack_into(">H", page, 16, 4096)
    page[18:24] = bytes([2, 2, 40, 64, 32, 32])
    for at, value in ((24, 1), (28, 1), (44, 4), (56, 1), (68, 0x48616B69), (92, 1), (96, 3040001)):
        struct.pack_into(">I", page, at, value)
    page[100] = 0x0D
    struct.pack_into(">H", page, 105, 4056)
    return bytes(page)


def context(file_id, kind, number):
    return file_id + bytes([kind]) + struct.pack("<Q", number)


def main():
    # draft-irtf-cfrg-xchacha-03, A.3.1: shows that the functions above are what they claim to be.
    text = (b"Ladies and Gentlemen of the class of '99: If I could offer you only one tip for the future, "
            b"sunscreen would be it.")
    known = seal(bytes(range(0x80, 0xA0)), bytes(range(0x40, 0x58)), bytes.fromhex("50515253c0c1c2c3c4c5c6c7"), text)
    assert known[-16:].hex() == "c0875924c1c7987947deafd8780acf49", known[-16:].hex()

    key = bytes(range(32))
    file_id = bytes(range(0xA0, 0xB0))
    nonce = bytes(range(0x40, 0x58))
    pattern = bytes((7 * i + i // 256) & 0xFF for i in range(4120))
    cases = []
    for name, kind, number, plain in (
        ("page 1 of an empty store", 1, 1, empty_first_page()[:4056]),
        ("page 2 of a pattern", 1, 2, pattern[:4056]),
        ("a page number above 32 bits", 1, 0x123456789A, pattern[:4056]),
        ("log record 0", 2, 0, pattern),
        ("log record 70000", 2, 70000, pattern),
    ):
        cases.append({"name": name, "kind": kind, "number": number, "plain": plain.hex(),
                      "sealed": seal(key, nonce, context(file_id, kind, number), plain).hex()})
    vectors = {"spec": "50-store-file", "key": key.hex(), "file_id": file_id.hex(), "nonce": nonce.hex(),
               "cases": cases}
    path = pathlib.Path(__file__).with_name("store.json")
    path.write_text(json.dumps(vectors, indent=1) + "\n")


if __name__ == "__main__":
    main()
