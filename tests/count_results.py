#!/usr/bin/env python3
"""Adds up the JUnit files that ctest wrote, for tools/test.

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
    return " ".join(found.group(1).split()) if found else "no reason given"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--passed", type=int, default=0)
    parser.add_argument("--failed", type=int, default=0)
    parser.add_argument("files", nargs="*", type=pathlib.Path)
    arguments = parser.parse_args()
    passed, failed, skipped = arguments.passed, arguments.failed, {}
    for file in arguments.files:
        for case in xml.parse(file).getroot().iter("testcase"):
            if case.get("status") == "run":
                passed += 1
            elif is_skipped(case) or case.get("status") == "disabled":
                skipped.setdefault(reason_of(case), {}).setdefault(case.get("name"), []).append(file.stem)
            else:
                failed += 1
                print(f"\nFAILED in {file.stem}: {case.get('name')}")
                for line in output_of(case).splitlines()[-LINES_OF_A_FAILURE:]:
                    print(f"    {line}")
    names = {(name, build) for tests in skipped.values() for name, builds in tests.items() for build in builds}
    listed = "; ".join(f"{', '.join(sorted(tests))} ({reason})" for reason, tests in sorted(skipped.items()))
    print(f"\n{len(names)} skipped{': ' + listed if listed else ''}")
    print(f"{passed} passed, {failed} failed")
    return 1 if failed or not passed else 0


if __name__ == "__main__":
    sys.exit(main())
