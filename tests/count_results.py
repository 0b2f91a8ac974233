#!/usr/bin/env python3
"""Adds up the JUnit files that ctest wrote, for tools/test. Where a test of ctest's is a program with many cases, GoogleTest wrote
their results beside the file, under the test's name: those count.

count_results.py [--passed N] [--failed N] FILE.xml...
Prints what failed with the end of its output, then a line that counts and names what was skipped and why, then
"N passed, N failed". --passed and --failed add results that are not ctest's. Exit 1 if anything failed or nothing ran.
"""
import argparse
import pathlib
import re
import sys
import xml.etree.ElementTree as xml

LINES_OF_A_FAILURE = 60


def output_of(case):
    return "".join(part.text or "" for part in case.findall("system-out"))


def is_skipped(case):
    """A test that skipped itself. One that ctest could not start is also "notrun", and that is a failure."""
    skipped = case.find("skipped")
    return case.get("status") == "notrun" and skipped is not None and skipped.get("message", "").startswith("SKIP_")


def reason_of(case):
    """The sentence behind GTEST_SKIP(): GoogleTest prints "FILE:LINE: Skipped", the sentence, "[  SKIPPED ]"."""
    if case.get("status") == "disabled":
        return "switched off in the code, which names the issue"
    found = re.search(r": Skipped\n(.*?)\n*\[  SKIPPED \]", output_of(case), re.DOTALL)
    return found.group(1).strip().split("\n")[0] if found else "no reason given"


def cases_in(file):
    """(name, verdict, reason or output) of every case; verdict is passed, skipped or failed."""
    for case in xml.parse(file).getroot().iter("testcase"):
        name = case.get("name")
        inside = file.parent / f"{name}.xml"
        ended_well = case.get("status") == "run"
        failures = 0
        if inside.exists():
            for verdict in verdicts_of(inside):
                failures += verdict[1] == "failed"
                yield verdict
        if ended_well:
            if not inside.exists():
                yield name, "passed", ""
        elif is_skipped(case) or case.get("status") == "disabled":
            yield name, "skipped", reason_of(case)
        elif not failures:  # it never got to its results, or something was wrong at its end
            yield name, "failed", output_of(case)


def verdicts_of(file):
    for case in xml.parse(file).getroot().iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        failures = [failure.get("message", "") for failure in case.findall("failure")]
        skipped = case.find("skipped")
        if failures:
            yield name, "failed", "\n".join(failures)
        elif skipped is not None:
            yield name, "skipped", " ".join(skipped.get("message", "").split("\n", 1)[-1].split()) or "no reason given"
        elif case.get("status") == "notrun":
            yield name, "skipped", "switched off in the code, which names the issue"
        else:
            yield name, "passed", ""


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--passed", type=int, default=0)
    parser.add_argument("--failed", type=int, default=0)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    passed, failed, skipped = arguments.passed, arguments.failed, {}
    for file in arguments.files:
        for name, verdict, words in cases_in(file):
            if verdict == "passed":
                passed += 1
            elif verdict == "skipped":
                skipped.setdefault(words, {}).setdefault(name, []).append(file.stem)
            else:
                failed += 1
                print(f"\nFAILED in {file.stem}: {name}")
                for line in words.splitlines()[-LINES_OF_A_FAILURE:]:
                    print(f"    {line}")
    names = {(name, build) for tests in skipped.values() for name, builds in tests.items() for build in builds}
    listed = "; ".join(f"{', '.join(sorted(tests))} ({reason})" for reason, tests in sorted(skipped.items()))
    print(f"\n{len(names)} skipped{': ' + listed if listed else ''}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
