#!/usr/bin/python3
"""Goal: proto/spec alone suffices to read what Haki writes. Method: the readers in proto/vectors, written from those
pages in another language, must treat every vector as its name says, and say why where they refuse one."""
import pathlib
import struct
import sys
import unittest

sys.dont_write_bytecode = True
VECTORS = pathlib.Path(__file__).resolve().parents[3] / "proto" / "vectors"
sys.path.insert(0, str(VECTORS))

from check_blobs import read_blob  # noqa: E402
from check_bundles import BUNDLE_KINDS  # noqa: E402
from check_custody import check_line, check_log  # noqa: E402
from check_dossier import check_vector  # noqa: E402
from check_erasure import check_word, open_remainder  # noqa: E402
from check_exchange import read_frame  # noqa: E402
from check_keys import KINDS  # noqa: E402
from check_snapshots import SNAPSHOT_KINDS  # noqa: E402
from open_envelope import open_run, read_vector, unpack  # noqa: E402
from read_batch import Batch, Refused  # noqa: E402

# What the second word of a Run's name says of the reason.
REASONS = {"fork": "fork", "signature": "signature", "tag": "signature", "unsigned": "unsigned", "sealed": "sealed",
           "sets": "damaged", "group": "held"}


def sections(path):
    """A file's given values, its bytes, and the lines of its meaning."""
    given, bytes_, meaning, section = {}, "", [], ""
    for line in path.read_text(encoding="ascii").splitlines():
        if line in ("bytes:", "meaning:"):
            section = line
        elif section == "bytes:":
            bytes_ += line
        elif section == "meaning:":
            meaning.append(line)
        elif not line.startswith("#"):
            key, _, value = line.partition(": ")
            given[key] = value
    return given, bytes.fromhex(bytes_), meaning


def value_text(made):
    value = made["value"]
    if made["type"] == "text":
        value = value.encode().hex()
    elif made["type"] == "decimal":
        value = "bits " + struct.pack(">d", value).hex()
    return f"{made['type']} {value}"


def operation_text(made):
    if "unknown" in made:
        return f"  unknown {made['unknown']}"
    if made["op"] == "verdict":
        return f"  {'accept' if made['accepted'] else 'refuse'} {made['log']}/{made['seq']} {made['head']}"
    if made["op"] == "ack":
        return f"  ack {made['log']}/{made['seq']} {made['head']}"
    if made["op"] == "gone":
        return f"  gone {made['indexes']}"
    if made["op"] == "erase":
        return f"  erase {made['erased']} {made['reason']}"
    if made["op"] == "let_go":
        return f"  let go {made['compartment']} {made['erased']} {made['log']}/{made['seq']}"
    text = f"  {made['op']} {made['record']}"
    if made["op"] == "new":
        cells = "".join(f" | field {cell['field']} {value_text(cell)}" for cell in made["fields"])
        return f"{text} form {made['form']}{cells}"
    text += f" field {made['field']}" if "field" in made else ""
    text += f" {value_text(made)}" if "type" in made else ""
    for word in ("over", "seen"):
        text += "".join(f" {word} " + "/".join(map(str, dot)) for dot in made.get(word, []))
    return text


def meaning_of(sets):
    lines = []
    for made in sets:
        later = f" later {made['later']}" if made["later"] else ""
        lines.append(f"seq {made['seq']} time {made['ms']}.{made['counter']}{later}")
        lines += [operation_text(operation) for operation in made["operations"]]
    return lines


def outcome(read):
    """("ok", what it read) or ("damaged", None) and the like."""
    try:
        return "ok", read()
    except Refused as refused:
        return str(refused), None


def expected(name):
    return {"ok": "ok", "oversize": "too_large", "held": "held"}.get(name.split("_")[0], "damaged")


class SecondReader(unittest.TestCase):
    def paths(self, folder, pattern, at_least):
        paths = sorted((VECTORS / folder).glob(pattern))
        self.assertGreaterEqual(len(paths), at_least)
        return paths

    def test_reads_batches(self):
        for path in self.paths("batch", "*.hex", 85):
            with self.subTest(path.stem):
                given, data, meaning = sections(path)
                got, batch = outcome(lambda: Batch(data, given["author"], int(given["first_seq"]), int(given["sets"])))
                self.assertEqual(got, expected(path.stem))
                self.assertEqual(meaning_of(batch.sets) if batch else [], meaning)

    def test_unpacks(self):
        for path in self.paths("pack", "*.hex", 10):
            with self.subTest(path.stem):
                _, data, meaning = sections(path)
                got, batch = outcome(lambda: unpack(data))
                self.assertEqual(got, expected(path.stem))
                self.assertEqual(batch.hex() if batch else "", "".join(meaning))

    def test_opens_runs(self):
        for path in self.paths("envelope", "*_run.hex", 11):
            with self.subTest(path.stem):
                given = read_vector(path)
                kind, reason, *_ = path.stem.split("_")
                got, items = outcome(lambda: self.opened(given))
                self.assertEqual(got, "ok" if kind == "ok" else REASONS[reason])
                if items:
                    self.assertEqual(items[-1]["header"], given["header"])
                    self.assertEqual(items[-1]["hash"], given["hash"])
                    self.assertEqual(items[-1]["plain"], given["plain"])

    def test_checks_what_keys_are_in(self):
        for path in self.paths("keys", "*.hex", 53) + self.paths("envelope", "*_membership.hex", 9):
            with self.subTest(path.stem):
                first, second, *_, kind = path.stem.split("_") + [path.stem.split("_")[-1]]
                got, _ = outcome(lambda: KINDS[kind](read_vector(path)))
                if first in ("ok", "newer"):
                    self.assertEqual(got, first)
                elif kind == "shares" or second in ("signature", "named", "key") and kind in ("grant", "epoch"):
                    self.assertEqual(got, second)
                else:
                    self.assertNotIn(got, ("ok", "newer"))

    def test_checks_snapshots(self):
        for path in self.paths("snapshot", "*.hex", 27):
            with self.subTest(path.stem):
                first, *_, kind = path.stem.split("_")
                got, _ = outcome(lambda: SNAPSHOT_KINDS[kind](read_vector(path)))
                self.assertEqual(got == "ok", first == "ok", got)

    def test_checks_custody(self):
        for path in self.paths("custody", "*_line.hex", 15):
            with self.subTest(path.stem):
                self.assertEqual(outcome(lambda: check_line(read_vector(path)))[0], expected(path.stem))
        for path in self.paths("custody", "*_log.hex", 11):
            with self.subTest(path.stem):
                self.assertEqual(outcome(lambda: check_log(read_vector(path)))[0], "ok" if expected(path.stem) == "ok" else "faulty")

    def test_checks_erasures(self):
        for path in self.paths("erasure", "*.hex", 8):
            with self.subTest(path.stem):
                given = read_vector(path)
                word = path.stem.endswith("_word")
                got, plain = outcome(lambda: check_word(given) if word else open_remainder(given))
                self.assertEqual(got, "ok" if path.stem.startswith("ok") else path.stem.split("_")[1])
                self.assertEqual(plain, None if word or got != "ok" else given["plain"])

    def test_checks_dossiers(self):
        for path in self.paths("dossier", "*.hex", 13):
            with self.subTest(path.stem):
                got, _ = outcome(lambda: check_vector(read_vector(path)))
                self.assertEqual(got == "ok", expected(path.stem) == "ok", got)

    def test_reads_exchanges(self):
        for path in self.paths("exchange", "*.hex", 32):
            with self.subTest(path.stem):
                _, data, meaning = sections(path)
                got, lines = outcome(lambda: read_frame(data))
                self.assertEqual(got, expected(path.stem))
                self.assertEqual(lines or [], meaning)

    def test_opens_blobs(self):
        for path in self.paths("blob", "*.hex", 9):
            with self.subTest(path.stem):
                given, data, meaning = sections(path)
                got, line = outcome(lambda: read_blob(given, data))
                self.assertEqual(got, expected(path.stem))
                self.assertEqual([line] if line else [], meaning)

    def test_opens_bundles(self):
        for path in self.paths("bundle", "*.hex", 17):
            with self.subTest(path.stem):
                first, *_, kind = path.stem.split("_")
                got, _ = outcome(lambda: BUNDLE_KINDS[kind](read_vector(path)))
                self.assertEqual(got == "ok", first == "ok", got)
                self.assertEqual(got == "held", first == "held", got)

    def opened(self, given):
        log, items = open_run(given["frame"], given)
        for item in items if "batch" in given else []:
            sets = item.get("sets", 1)
            read = Batch(unpack(item["plain"]), log, item["seq"] - sets + 1, sets)
            self.assertEqual([made["seq"] for made in read.sets], list(range(item["seq"] - sets + 1, item["seq"] + 1)))
        return items


if __name__ == "__main__":
    unittest.main()
