#!/usr/bin/env python3
"""What a zstd dictionary would bring, and where not: METRIC lines for tests/bench/run. The product has none (decision 0005).

    dictionary.py ANCHORS OBSERVATIONS [WORDS]

64 KB are trained on every other observation, each as the anchors' protobuf, and tried on the others: one alone and 50 joined, without and
with it, zstd 19. Then on records of a form and a language that it has not seen: WORDS, by unseen_words.py.
"""
import pathlib
import random
import subprocess
import sys

try:
    import zstandard
except ImportError:
    sys.exit(0)  # not installed here: nothing is said

LEVEL, BATCH, DICTIONARY_BYTES = 19, 50, 64 * 1024


def bytes_each(records, dictionary):
    settings = {"level": LEVEL, "write_content_size": True, "write_dict_id": False}
    pack = zstandard.ZstdCompressor(dict_data=dictionary, **settings).compress
    batches = [b"".join(records[at:at + BATCH]) for at in range(0, len(records) - BATCH + 1, BATCH)]
    return (sum(len(pack(record)) for record in records) / len(records),
            sum(len(pack(batch)) for batch in batches) / (BATCH * len(batches)))


def say(kind, records, dictionary):
    print(f"METRIC dictionary_{kind}_raw {sum(map(len, records)) / len(records):.1f} bytes")
    for word, used in (("without", None), ("with", dictionary)):
        single, batch = bytes_each(records, used)
        print(f"METRIC dictionary_{kind}_single_{word} {single:.1f} bytes")
        print(f"METRIC dictionary_{kind}_batch_{word} {batch:.1f} bytes", flush=True)


def unseen(words):
    chance = random.Random(7)
    return ["\n".join((" ".join(words[int(chance.random() ** 3 * len(words))] for _ in range(55)), chance.choice(words), f"2026-11-{10 + at % 20}",
                       str(3 + at * 7 % 90))).encode() for at in range(500)]


def main():
    anchors, observations = sys.argv[1:3]
    lines = subprocess.run([sys.executable, f"{anchors}/pbhex.py", observations], check=True, capture_output=True, text=True).stdout.split()
    records = [bytes.fromhex(line) for line in lines]
    dictionary = zstandard.train_dictionary(DICTIONARY_BYTES, records[::2])
    say("seen", records[1::2][:1000], dictionary)
    if len(sys.argv) > 3:
        say("unseen", unseen(pathlib.Path(sys.argv[3]).read_text().split()), dictionary)


main()
