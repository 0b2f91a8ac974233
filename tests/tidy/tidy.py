#!/usr/bin/env python3
"""Holds the tree to the rules that a compiler does not check. Run: tests/tidy/tidy.py [ROOT]

Each rule is a function over a Tree that yields sentences, one a violation; RULES lists them, and tidy_test.py sees each
of them fail. What the tree should look like is in graph.py.
"""
import pathlib
import re
import shutil
import subprocess
import sys

import graph
from cpp_text import blank_comments_and_strings, functions_of

CPP = (".cc", ".h")
CODE_FOLDERS = ("client-core/", "sync-server/", "tools/", "tests/")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]', re.MULTILINE)


class Tree:
    """The files of a checkout, read once: {path: text}. What git knows and what it does not ignore; without git, all."""

    def __init__(self, root):
        self.root = pathlib.Path(root)
        self.texts = {}
        for path in self.paths():
            file = self.root / path
            if file.is_file() and not file.is_symlink():
                self.texts[path] = file.read_bytes().decode("utf-8", "replace")

    def paths(self):
        if (self.root / ".git").exists() and shutil.which("git"):
            listed = subprocess.run(["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
                                    capture_output=True, text=True)
            if listed.returncode == 0:
                return sorted(path for path in listed.stdout.split("\0") if path)
        found = (file.relative_to(self.root) for file in self.root.rglob("*"))
        return sorted(str(path) for path in found if path.parts[0] not in ("build", ".git", ".cache"))

    def code(self, *endings):
        for path, text in self.texts.items():
            if path.startswith(CODE_FOLDERS) and path.endswith(endings or CPP):
                yield path, text

    def lists(self):
        for path, text in self.texts.items():
            if path.endswith("CMakeLists.txt"):
                yield path, re.sub(r"#[^\n]*", "", text)


def layer_of(path):
    """The layer whose folder holds the file, the deepest one; None for tests and everything else."""
    best = None
    for layer, (folder, _) in graph.LAYERS.items():
        if path.startswith(folder + "/") and (best is None or len(folder) > len(graph.LAYERS[best][0])):
            best = layer
    return best


def below(layer):
    """Every layer that `layer` may include: along the arrows, as far as they go."""
    reached, waiting = set(), list(graph.LAYERS[layer][1])
    while waiting:
        name = waiting.pop()
        if name not in reached:
            reached.add(name)
            waiting += graph.LAYERS[name][1]
    return reached


def third_party(include):
    return next((begin for begin in graph.THIRD_PARTIES if include == begin or
                 (begin.endswith("/") and include.startswith(begin))), None)


def includes(text):
    return [(kind, name) for kind, name in INCLUDE.findall(text)]


def rule_include_graph(tree):
    """A layer includes itself, what lies below it, and the headers of include/haki that are its business."""
    for path, text in tree.code():
        layer = layer_of(path)
        if layer is None:
            continue
        for kind, name in includes(text):
            if kind == "<" or third_party(name):
                continue
            first, _, rest = name.partition("/")
            if first == "haki":
                allowed = graph.API_HEADERS[layer]
                if allowed != "*" and rest not in allowed:
                    yield f"{path} includes {name}, which is not the business of {layer}"
            elif not rest:
                if str(pathlib.PurePosixPath(path).parent / name) not in tree.texts:
                    yield f"{path} includes {name}: there is no such file beside it"
            elif first not in graph.LAYERS:
                yield f"{path} includes {name}: {first} is no layer"
            elif first != layer and first not in below(layer):
                yield f"{path} includes {name}: {layer} may not include {first}"


def rule_link_graph(tree):
    """What a CMakeLists.txt links follows the same table."""
    for path, text in tree.lists():
        layer = layer_of(path)
        if layer is None:
            continue
        allowed = below(layer) | set(graph.LINK_ONLY.get(layer, [])) | {layer, "api"}
        proto = {"envelope": "haki_wire_proto", "payload": "haki_payload_proto"}.get(layer)
        linked = set(re.findall(r"\bhaki_(\w+)\b(?!\s*\()", text))
        for words in re.findall(r"\bUSES\b([^)]*?)(?=\bPRIVATE_USES\b|\bSOURCES\b|\))", text):
            linked |= {word for word in words.split() if re.fullmatch(r"[a-z]+", word)}
        for name in sorted(linked):
            if name in graph.LAYERS and name not in allowed:
                yield f"{path} links haki_{name}: {layer} may not"
            elif name.endswith("_proto") and f"haki_{name}" != proto:
                yield f"{path} links haki_{name}: {layer} may not"


def rule_third_parties(tree):
    """Every third party has the layers that may include it; one that nobody wrote down is not used."""
    for path, text in tree.code():
        layer = layer_of(path)
        if layer is None:
            continue
        for kind, name in includes(text):
            party = third_party(name)
            if party:
                if layer not in graph.THIRD_PARTIES[party]:
                    yield f"{path} includes {name}, which only {' and '.join(graph.THIRD_PARTIES[party])} may"
            elif kind == "<" and ("." in name or "/" in name):
                if name not in graph.SYSTEM and not name.startswith(graph.SYSTEM_FOLDERS):
                    yield f"{path} includes <{name}>, which tests/tidy/graph.py does not know"


def rule_heavy_headers(tree):
    """What costs seconds a file stays in .cc files, or in a header that only its own folder includes; Beast in few."""
    heavy = {}
    for path, text in tree.code(".h"):
        names = [name for _, name in includes(text) if name.startswith(graph.HEAVY)]
        if names and layer_of(path):
            folder = graph.LAYERS[layer_of(path)][0]
            heavy[f"{layer_of(path)}/{path[len(folder) + 1:]}"] = (path, names[0])
    for path, text in tree.code():
        for _, name in includes(text):
            if name in heavy and layer_of(path) != layer_of(heavy[name][0]):
                yield f"{path} includes {name}, which brings {heavy[name][1]} with it"
    beast = [path for path, text in tree.code(".cc")
             if layer_of(path) and any(name.startswith("boost/beast/") for _, name in includes(text))]
    if len(beast) > graph.BEAST_FILES_MAX:
        yield f"{len(beast)} files include Beast, at most {graph.BEAST_FILES_MAX} may: {', '.join(beast)}"


def rule_every_source_in_a_target(tree):
    """Each .cc is named by a CMakeLists.txt beside or above it."""
    lists = dict(tree.lists())
    for path, _ in tree.code(".cc"):
        file = pathlib.PurePosixPath(path)
        named = any(str(file.relative_to(folder)) in re.split(r"[\s()\"]+", lists[str(folder / "CMakeLists.txt")])
                    for folder in file.parents if str(folder / "CMakeLists.txt") in lists)
        if not named:
            yield f"{path} is in no target"


def rule_every_folder_is_added(tree):
    """Each CMakeLists.txt is added by one above it, by name or by a foreach over names."""
    lists = dict(tree.lists())
    for path in lists:
        folder = pathlib.PurePosixPath(path).parent
        if str(folder) == ".":
            continue
        above = next((up for up in folder.parents if str(up / "CMakeLists.txt") in lists), None)
        if above is None:
            yield f"{path} has no CMakeLists.txt above it"
            continue
        text = lists[str(above / "CMakeLists.txt")]
        name = str(folder.relative_to(above))
        in_loop = re.search(r"foreach\((\w+)[^)]*\b" + re.escape(folder.name) + r"\b[^)]*\)", text)
        by_loop = in_loop and f"add_subdirectory({name[:-len(folder.name)]}${{{in_loop.group(1)}}})" in text
        if not by_loop and not re.search(r"add_subdirectory\(\s*" + re.escape(name) + r"\s*\)", text):
            yield f"{path} is not added by {above / 'CMakeLists.txt'}"


def rule_lengths(tree):
    """Headers and sources that stay readable."""
    for path, text in tree.code():
        kind = "header" if path.endswith(".h") else "source"
        lines = len(text.splitlines())
        if lines > graph.LIMITS[kind] and path not in graph.ALLOWED_OVER_LIMIT:
            yield f"{path} has {lines} lines, a {kind} at most {graph.LIMITS[kind]}"


def rule_function_length(tree):
    """Functions that fit a screen."""
    for path, text in tree.code():
        for name, line, length in functions_of(text):
            if length > graph.LIMITS["function"] and f"{path}: {name}" not in graph.ALLOWED_OVER_LIMIT:
                yield f"{path}:{line} {name} has {length} lines, a function at most {graph.LIMITS['function']}"


def rule_headers(tree):
    """A header begins with its contract, is guarded, and opens no namespace for others."""
    for path, text in tree.code(".h"):
        bare = blank_comments_and_strings(text)
        if not text.startswith("//"):
            yield f"{path} does not begin with a comment that says what it promises"
        if not re.search(r"^#pragma once$", text, re.MULTILINE):
            yield f"{path} has no #pragma once"
        if re.search(r"\busing\s+namespace\b", bare):
            yield f"{path} has a using namespace"


def rule_disabled_tests(tree):
    """A test is not switched off quietly: the line, or the one before, names the issue and the date."""
    word = "DISABLED" + "_"
    for path, text in tree.code():
        lines = text.splitlines()
        for number, line in enumerate(lines):
            said = " ".join(lines[max(number - 1, 0):number + 1])
            if word in line and not (re.search(r"issue #?\d+", said) and re.search(r"\b\d{4}-\d\d-\d\d\b", said)):
                yield f"{path}:{number + 1} switches a test off without naming issue and date"


def rule_architecture_page(tree):
    """ARCHITECTURE.md shows people the table that this program holds the code to."""
    page = tree.texts.get("ARCHITECTURE.md", "")
    shown = {}
    for layer, folder, names in re.findall(r"^\| (\w+) \| `([^`]+)` \|([^|\n]*)\|$", page, re.MULTILINE):
        shown[layer] = (folder, [name.strip() for name in names.split(",") if name.strip()])
    built = {layer_of(path) for path, _ in tree.code()} - {None, "server"}  # "server" is main.cc
    for layer in sorted(built):
        if shown.get(layer) != graph.LAYERS.get(layer):
            yield f"ARCHITECTURE.md shows {layer} as {shown.get(layer)}; tests/tidy/graph.py has {graph.LAYERS.get(layer)}"
    for layer in sorted(set(shown) - set(graph.LAYERS)):
        yield f"ARCHITECTURE.md shows {layer}, which is no layer"


def rule_places(tree):
    """No path of one machine, no package registry, no mark of unfinished work in a file that is kept."""
    marks = {
        "a path of one machine": re.compile(r"(?<![\w.\-}$/])/(?:work|root|home/\w+|Users)/|(?<![\w.\-}$])/tmp/\w"),
        "the address of a registry or mirror": re.compile(r"://[\w.\-]*\b(?:registry|mirrors?|artifactory|nexus|pypi|crates)\b"),
        "the mark of unfinished work": re.compile("PARALLEL-" + "WORK|FIX" + "ME"),
    }
    for path, text in tree.texts.items():
        if path.startswith("tests/tidy/"):
            continue  # its tests name what is looked for
        for number, line in enumerate(text.splitlines(), 1):
            for what, mark in marks.items():
                if mark.search(line) and not (what.startswith("a path") and path in graph.ALLOWED_PLACES):
                    yield f"{path}:{number} has {what}"


RULES = [rule_include_graph, rule_link_graph, rule_third_parties, rule_heavy_headers, rule_every_source_in_a_target,
         rule_every_folder_is_added, rule_lengths, rule_function_length, rule_headers, rule_disabled_tests,
         rule_architecture_page, rule_places]


def main():
    root = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else pathlib.Path(__file__).resolve().parents[2]
    tree = Tree(root)
    violations = [f"{rule.__name__[5:]}: {what}" for rule in RULES for what in rule(tree)]
    for violation in violations:
        print(violation)
    print(f"{len(tree.texts)} files, {len(RULES)} rules, {len(violations)} violations")
    return 1 if violations or not tree.texts else 0


if __name__ == "__main__":
    sys.exit(main())
