#!/usr/bin/python3
"""Packs a zip's files anew with Python's own zipfile, as somebody honest does or as somebody who is not.

  repack.py IN.zip OUT.zip HOW [NAME]     HOW: a function below
"""
import io
import os
import struct
import sys
import zipfile


class Unseekable(io.RawIOBase):
    """A pipe: who writes to it cannot go back, so each content is followed by its length."""

    def __init__(self, file):
        super().__init__()
        self.file = file

    def writable(self):
        return True

    def write(self, data):
        return self.file.write(data)


def pack(files, out, method=zipfile.ZIP_DEFLATED, **options):
    with zipfile.ZipFile(out, "w", method, **options) as archive:
        for name, data in files:
            archive.writestr(name, data)


def packed(files, **options):
    memory = io.BytesIO()
    pack(files, memory, **options)
    return memory.getvalue()


# Honest ways.
def anew(files, name):
    return packed(files)


def stored(files, name):
    return packed(files, method=zipfile.ZIP_STORED)


def backwards(files, name):
    return packed(files[::-1])


def in_folder(files, name):
    return packed([("dossier for court/", b"")] + [("dossier for court/" + one, data) for one, data in files])


def with_folders(files, name):
    return packed([("originals/", b""), ("copies/", b"")] + files)


def streamed(files, name):
    memory = io.BytesIO()
    pack(files, Unseekable(memory))
    return memory.getvalue()


def large(files, name):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for one, data in files:
            with archive.open(one, "w", force_zip64=True) as member:
                member.write(data)
    return memory.getvalue()


def commented(files, name):
    memory = io.BytesIO()
    with zipfile.ZipFile(memory, "w") as archive:
        for one, data in files:
            archive.writestr(one, data)
        archive.comment = b"Received on 3 May"
    return memory.getvalue()


# What is done to the files.
def added(files, name):
    return packed(files + [("originals/0099-more.jpg", b"more")])


def doubled(files, name):
    return packed(files + [files[0]])


def missing(files, name):
    return packed([one for one in files if one[0] != name])


def renamed(files, name):
    return packed([(one + "x" if one == name else one, data) for one, data in files])


def altered(files, name):
    return packed([(one, data[:-1] + bytes([data[-1] ^ 1]) if one == name else data) for one, data in files])


def bomb(files, name):
    return packed([(one, bytes(260 << 20) if one == name else data) for one, data in files])


def not_utf8(files, name):
    return packed(files + [("ab", b"x")]).replace(b"ab", b"\xff\xfe")


# What is done to the zip.
def prepended(files, name):
    return b"#!/bin/sh\n" + packed(files)


def appended(files, name):
    return packed(files) + b"more"


def cut_off(files, name):
    return packed(files)[:-100]


def no_zip(files, name):
    return b"%PDF-1.7\n"


def parts(data):
    """Where the directory begins, and where the end record."""
    end = data.rindex(b"PK\5\6")
    return struct.unpack_from("<I", data, end + 16)[0], end


def with_inserted(data, at, what):
    """The same with bytes more before the directory; all offsets behind it moved."""
    directory, end = parts(data)
    moved = bytearray(data[:at] + what + data[at:])
    position = directory + len(what)
    while moved[position:position + 4] == b"PK\1\2":
        name, extra, comment = struct.unpack_from("<HHH", moved, position + 28)
        offset, = struct.unpack_from("<I", moved, position + 42)
        if offset >= at:
            struct.pack_into("<I", moved, position + 42, offset + len(what))
        position += 46 + name + extra + comment
    struct.pack_into("<I", moved, end + len(what) + 16, directory + len(what))
    return bytes(moved)


def hidden_file(files, name):
    """A file that only readers from the front see."""
    data = packed(files)
    extra = packed([("originals/0099-more.jpg", b"more")])
    return with_inserted(data, parts(data)[0], extra[:parts(extra)[0]])


def hidden_bytes(files, name):
    data = packed(files)
    return with_inserted(data, data.index(b"PK\3\4", 4), b"between")


def two_ends(files, name):
    """A second zip in the comment: which end is the right one?"""
    data = bytearray(packed(files))
    other = packed([("a", b"a")])
    struct.pack_into("<H", data, parts(data)[1] + 20, len(other))
    return bytes(data) + other


def patched(files, name, at, what, local=True, central=True):
    """The headers of one file with other bytes at an offset, which is that of the central header."""
    data = bytearray(packed(files))
    place = [position for position in positions(data) if data[position + 46:position + 46 + len(name)] == name.encode()][0]
    offset, = struct.unpack_from("<I", data, place + 42)
    if central:
        data[place + at:place + at + len(what)] = what
    if local:
        data[offset + at - 2:offset + at - 2 + len(what)] = what
    return bytes(data)


def positions(data):
    at, end = parts(data)
    while at < end:
        yield at
        name, extra, comment = struct.unpack_from("<HHH", data, at + 28)
        at += 46 + name + extra + comment


def other_local_name(files, name):
    data = bytearray(packed(files))
    place = data.index(name.encode())
    data[place:place + 1] = b"X"
    return bytes(data)


def locked(files, name):
    return patched(files, name, 8, b"\1\0")


def local_flag(files, name):
    return patched(files, name, 8, b"\0\x08", central=False)


def rare_method(files, name):
    return patched(files, name, 10, b"\x0c\0")


def central_method(files, name):
    return patched(files, name, 10, b"\0\0", local=False)


def wrong_sum(files, name):
    return patched(files, name, 16, b"\1\2\3\4")


def shorter(files, name):
    return patched(files, name, 24, struct.pack("<I", 1))


def central_shorter(files, name):
    return patched(files, name, 24, struct.pack("<I", 1), local=False)


def link(files, name):
    return patched(files, name, 38, struct.pack("<I", 0o120777 << 16), local=False)


def same_place(files, name):
    return patched(files, name, 42, struct.pack("<I", 0), local=False)


def unicode_name(files, name):
    info = zipfile.ZipInfo(name)
    info.extra = struct.pack("<HHBI", 0x7075, 6, 1, 0) + b"x"
    return packed([(info if one == name else one, data) for one, data in files])


def long_lie(files, name):
    """A locator whose numbers are not those of the end record."""
    data = packed(files)
    directory, end = parts(data)
    count, = struct.unpack_from("<H", data, end + 10)
    record = struct.pack("<4sQHHIIQQQQ", b"PK\6\6", 44, 45, 45, 0, 0, count - 1, count - 1, end - directory, directory)
    return data[:end] + record + struct.pack("<4sIQI", b"PK\6\7", 0, end, 1) + data[end:]


def many_entries(files, name):
    data = bytearray(packed(files))
    struct.pack_into("<HH", data, parts(data)[1] + 8, 60000, 60000)
    return bytes(data)


def main(source, target, how, name="index.html"):
    with zipfile.ZipFile(source) as archive:
        files = [(info.filename, archive.read(info)) for info in archive.infolist()]
    with open(target, "wb") as out:
        out.write(globals()[how](files, name))


if __name__ == "__main__":
    os.umask(0o077)
    main(*sys.argv[1:])
