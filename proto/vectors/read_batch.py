#!/usr/bin/python3
"""Reads a batch as proto/spec/10-change-set says: what open_envelope.py finds inside an item.

A second reader on purpose, written from that page alone: if it and the C++ agree on every vector, the page suffices.
"""
import struct

KIB = 1024
TYPES = {1: "text", 2: "integer", 3: "decimal", 4: "boolean", 5: "link"}
OPERATIONS = {1: "set", 2: "add", 3: "remove", 4: "new", 5: "tomb", 7: "ack", 12: "verdict", 13: "gone",
              14: "erase", 15: "let_go"}
# number: (wire type, name)
BATCH = {1: (0, "schema"), 2: (0, "min_reader"), 3: (2, "logs"), 4: (2, "records"), 5: (2, "forms"), 6: (2, "shapes"),
         7: (2, "sets"), 8: (2, "columns")}
CHANGE_SET = {1: (0, "ms_plus"), 2: (0, "counter"), 3: (2, "operations")}
REPEATED = ("sets", "operations")


class Refused(Exception):
    """damaged, too_large, held; of a Run also fork, unsigned, signature, sealed (it does not open)."""


def check(holds, reason="damaged"):
    if not holds:
        raise Refused(reason)


def unzigzag(coded):
    return -(coded >> 1) - 1 if coded % 2 else coded >> 1


class Reader:
    """Takes numbers and bytes off the front of some bytes."""

    def __init__(self, data):
        self.data, self.at = data, 0

    def more(self):
        return self.at < len(self.data)

    def take(self, size):
        check(size <= len(self.data) - self.at)
        self.at += size
        return self.data[self.at - size:self.at]

    def varint(self, below=1 << 64):
        value = shift = 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            if byte < 128:
                break
            shift += 7
        check(value < below and (byte != 0 or shift == 0))  # no longer than needed
        return value

    def zigzag(self):
        return unzigzag(self.varint())

    def text(self):
        return self.take(self.varint())

    def positive(self, below=1 << 64):
        value = self.varint(below)
        check(value > 0)
        return value


def protobuf_fields(data):
    """(number, wire type, value, its bytes with the tag), in their order."""
    reader = Reader(data)
    while reader.more():
        start, tag = reader.at, reader.varint(1 << 32)
        number, wire_type = tag >> 3, tag & 7
        check(number > 0 and wire_type in (0, 1, 2, 5))
        if wire_type == 0:
            value = reader.varint()
        else:
            value = reader.text() if wire_type == 2 else reader.take(8 if wire_type == 1 else 4)
        yield number, wire_type, value, data[start:reader.at]


def strict_fields(data, names):
    """(name, value): ascending, each once but the repeated ones, no zeros. Of a later version: (None, its bytes)."""
    last = 0
    for number, wire_type, value, raw in protobuf_fields(data):
        expected, name = names.get(number, (wire_type, None))
        check(wire_type == expected and number >= last)
        check(name is None or name in REPEATED or number > last and value)
        last = number
        yield (name, value) if name else (None, raw)


class Table:
    """Entries in the order of first use. Where zero is an entry (a log's author), the next is named by its number."""

    def __init__(self, entries, zero=None):
        check(len(set(entries)) == len(entries) and zero not in entries)
        self.entries, self.zero, self.used = entries, zero, 0

    def refer(self, reader):
        number = reader.varint()
        if number == 0 and self.zero is not None:
            return self.zero
        if number == (0 if self.zero is None else self.used + 1):
            self.used += 1
            number = self.used
        check(0 < number <= self.used <= len(self.entries))
        return self.entries[number - 1]

    def all_used(self):
        return self.used == len(self.entries)


def ids(data):
    check(len(data) % 16 == 0)
    return [data[at:at + 16].hex() for at in range(0, len(data), 16)]


def shapes_of(data):
    reader, shapes = Reader(data), []
    while reader.more():
        cells, field = [], 0
        count = reader.varint()
        check(count <= 500, "too_large")
        for _ in range(count):
            coded = reader.varint()
            field += coded >> 3
            check(coded >> 3 > 0 and field < 1 << 32 and coded & 7 in TYPES)
            cells.append((field, coded & 7))
        shapes.append(tuple(cells))
    return shapes


def shortest_decimal(number):
    for places in range(10):
        whole = round(number * 10 ** places) if abs(number) < 2 ** 53 else int(number)
        if abs(whole) <= 2 ** 53 and struct.pack("<d", whole / 10 ** places) == struct.pack("<d", number):
            return places, whole
    return 255, None


def decimal(reader):
    places = reader.take(1)[0]
    check(places < 10 or places == 255)
    whole = reader.zigzag() if places < 10 else None
    number = struct.unpack("<d", reader.take(8))[0] if places == 255 else whole / 10 ** places
    check(abs(number) < float("inf") and shortest_decimal(number) == (places, whole))
    return number


def content(reader, kind):
    check(kind in TYPES)
    if kind == 1:
        text = reader.text()
        check(len(text) <= 64 * KIB, "too_large")
        try:
            value = text.decode()
        except UnicodeDecodeError as error:
            raise Refused("damaged") from error
    elif kind == 3:
        value = decimal(reader)
    elif kind == 4:
        value = reader.take(1)[0]
        check(value < 2)
    else:
        value = reader.zigzag() if kind == 2 else reader.take(16).hex()
    return {"type": TYPES[kind], "value": value}


def ascending(reader, entry, order):
    count = reader.varint()
    check(count <= 256, "too_large")
    entries = [entry() for _ in range(count)]
    check(all(order(a) < order(b) for a, b in zip(entries, entries[1:])))
    return entries


class Batch:
    """sets: [{seq, ms, counter, operations, later}], of the author's chain from first_seq on."""

    def __init__(self, data, author, first_seq, sets):
        check(len(data) <= 256 * KIB, "too_large")
        found, raw_sets = dict.fromkeys(("schema", "min_reader"), 0), []
        for name, value in strict_fields(data, BATCH):
            if name == "sets":
                raw_sets.append(value)
            elif name:
                found[name] = value
            if name == "min_reader":
                check(found["schema"] >= value)
                check(value in (1, 2), "held")
        check(found["min_reader"])
        check(len(raw_sets) <= 64, "too_large")
        check(len(raw_sets) == sets)
        self.logs = Table(ids(found.get("logs", b"")), author)
        self.records = Table(ids(found.get("records", b"")))
        self.forms = Table(ids(found.get("forms", b"")))
        self.shapes = Table(shapes_of(found.get("shapes", b"")))
        self.cells = []  # (field, type, where its content goes)
        self.sets, ms = [], 0
        for at, raw in enumerate(raw_sets):
            self.sets.append(self.change_set(raw, first_seq + at, ms))
            ms = self.sets[-1]["ms"]
        check(all(table.all_used() for table in (self.logs, self.records, self.forms, self.shapes)))
        columns = Reader(found.get("columns") or b"")
        for _, of_type, cell in sorted(self.cells, key=lambda cell: cell[0]):  # of one field in the order of the records
            cell.update(content(columns, of_type))
        check(not columns.more())
        gone = any(made.get("op") == "gone" for one in self.sets for made in one["operations"])
        check(gone == (found["min_reader"] == 2))

    def change_set(self, raw, seq, ms):
        made = {"seq": seq, "ms": ms, "counter": 0, "operations": [], "later": ""}  # later: fields of a later version
        for name, value in strict_fields(raw, CHANGE_SET):
            if name == "ms_plus":
                made["ms"] += unzigzag(value)
            elif name == "counter":
                made["counter"] = value
            elif name == "operations":
                check(len(made["operations"]) < 512, "too_large")
                made["operations"].append(self.operation(value))
            else:
                made["later"] += value.hex()
        check(0 <= made["ms"] < 1 << 48 and made["counter"] < 65536)
        return made

    def operation(self, raw):
        reader = Reader(raw)
        kind = reader.positive()
        if kind not in OPERATIONS:
            return {"unknown": raw.hex()}
        made = {"op": OPERATIONS[kind]}
        if kind >= 13:
            made.update(self.of_erasure(kind, reader))
        elif kind in (7, 12):
            made.update(log=self.logs.refer(reader), seq=reader.positive(), head=reader.take(32).hex())
            if kind == 12:
                made["accepted"] = reader.varint(2) == 1
        else:
            made["record"] = self.records.refer(reader)
        if kind in (1, 2, 3):
            made["field"] = reader.positive(1 << 32)
        if kind in (1, 3, 5):
            made["over"] = self.dots(reader)
        if kind in (1, 2):
            made.update(content(reader, reader.take(1)[0]))
        if kind == 4:
            made["form"] = self.forms.refer(reader)
            made["fields"] = []
            for field, of_type in self.shapes.refer(reader):
                made["fields"].append({"field": field})
                self.cells.append((field, of_type, made["fields"][-1]))
        if kind == 5:
            made["seen"] = ascending(reader, lambda: (self.logs.refer(reader), reader.positive()), lambda seen: seen[0])
        check(not reader.more())
        return made

    def of_erasure(self, kind, reader):
        if kind == 13:
            indexes = reader.varint(502)
            check(indexes)
            return {"indexes": indexes}
        if kind == 15:
            return {"compartment": reader.take(16).hex(), "erased": reader.take(16).hex(), "log": reader.take(16).hex(),
                    "seq": reader.positive()}
        erased, reason = reader.take(16).hex(), reader.text()
        check(reason)
        check(len(reason) <= KIB, "too_large")
        try:
            return {"erased": erased, "reason": reason.decode()}
        except UnicodeDecodeError as error:
            raise Refused("damaged") from error

    def dots(self, reader):
        return ascending(reader, lambda: (self.logs.refer(reader), reader.positive(), reader.varint(1 << 32)), tuple)
