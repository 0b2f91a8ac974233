#!/usr/bin/python3
"""Says what a QR code holds, as a camera would read it: of a PNG file, or (--terminal) of half blocks on a dark ground."""
import struct
import sys
import zlib

import zbar

LIGHT = {" ": (0, 0), "▀": (1, 0), "▄": (0, 1), "█": (1, 1)}  # upper and lower half
PIXELS = 4


def png_rows(data):
    """Black and white, a bit a pixel, not interlaced: what Haki writes. [[0 or 255]]"""
    assert data[:8] == b"\x89PNG\r\n\x1a\n"
    at, packed = 8, b""
    while at < len(data):
        size, kind = struct.unpack(">I4s", data[at:at + 8])
        body = data[at + 8:at + 8 + size]
        assert struct.unpack(">I", data[at + 8 + size:at + 12 + size])[0] == zlib.crc32(kind + body)
        if kind == b"IHDR":
            width, height, depth, colour, _, _, interlaced = struct.unpack(">IIBBBBB", body)
            assert (depth, colour, interlaced) == (1, 0, 0)
        elif kind == b"IDAT":
            packed += body
        at += 12 + size
    raw, stride, rows, above = zlib.decompress(packed), (width + 7) // 8, [], bytes((width + 7) // 8)
    for y in range(height):
        filter_, line = raw[y * (stride + 1)], bytearray(raw[y * (stride + 1) + 1:(y + 1) * (stride + 1)])
        assert filter_ in (0, 1, 2)
        for x in range(stride):
            line[x] = (line[x] + (0, line[x - 1] if x else 0, above[x])[filter_]) & 255
        above = bytes(line)
        rows.append([255 * (line[x // 8] >> 7 - x % 8 & 1) for x in range(width)])
    return rows


def terminal_rows(text):
    rows = []
    for line in text.splitlines():
        for half in (0, 1):
            row = [255 * LIGHT[letter][half] for letter in line for _ in range(PIXELS)]
            rows += [row] * PIXELS
    return [[0] * 8 + row + [0] * 8 for row in rows]  # the dark ground beside it


def main(path, terminal):
    with open(path, "rb") as file:
        data = file.read()
    rows = terminal_rows(data.decode()) if terminal else png_rows(data)
    image = zbar.Image(len(rows[0]), len(rows), "Y800", bytes(pixel for row in rows for pixel in row))
    scanner = zbar.ImageScanner()
    scanner.set_config(0, zbar.Config.ENABLE, 0)
    scanner.set_config(zbar.Symbol.QRCODE, zbar.Config.ENABLE, 1)
    if scanner.scan(image) != 1:
        sys.exit("no QR code is there")
    sys.stdout.write([symbol.data for symbol in image][0])


main(sys.argv[-1], "--terminal" in sys.argv)
