#!/usr/bin/env python3
"""Words for records of a language that nothing was tuned for: `unseen_words.py CODES-DIRECTORY OUT`, the common ones first.

Russian as the UN writes countries and goals, and words made like them, letter by letter as three letters are followed there, for those are
too few: a text of 515 words compresses as no report does. 6,000 in all; made the same every time.
"""
import collections
import pathlib
import random
import re
import sys

SOURCES, WORDS = ("unsd_m49_ru.csv", "sdg_goals-final-ru.json"), 6000

codes, out = (pathlib.Path(argument) for argument in sys.argv[1:3])
text = "".join((codes / name).read_text(encoding="utf-8-sig") for name in SOURCES).lower()
words = sorted(set(re.findall(r"[а-яё]{2,}", text)), key=lambda word: (len(word), word))
follows = collections.defaultdict(list)
for word in words:
    padded = f"  {word}\n"
    for at in range(2, len(padded)):
        follows[padded[at - 2:at]].append(padded[at])
chance = random.Random(5)
made = dict.fromkeys(words[:150])
while len(made) < WORDS:
    word = "  "
    while not word.endswith("\n") and len(word) < 18:
        word += chance.choice(follows[word[-2:]])
    if len(word) > 5:
        made[word.strip()] = None
out.write_text("\n".join(made))
