#!/usr/bin/env python3
"""Goal: every rule of tidy.py fails on a tree that breaks it and passes on one that does not.
Method: a small tree in which everything is right, and one change to it a test.
"""
import pathlib
import tempfile
import unittest

import tidy
from cpp_text import blank_comments_and_strings, functions_of

HEADER = "// What it promises.\n#pragma once\n"
RIGHT = {
    "CMakeLists.txt": "add_subdirectory(client-core)\nadd_subdirectory(sync-server)\nadd_subdirectory(tools/cli)\nadd_subdirectory(tests)\n",
    "client-core/CMakeLists.txt": "foreach(layer base crypto model store)\n  add_subdirectory(src/${layer})\nendforeach()\n",
    "client-core/include/haki/result.h": HEADER,
    "client-core/include/haki/client.h": HEADER + '#include "haki/result.h"\n',
    "client-core/src/base/CMakeLists.txt": "haki_layer(base SOURCES bytes.cc USES api)\n",
    "client-core/src/base/bytes.h": HEADER + '#include "haki/result.h"\n',
    "client-core/src/base/bytes.cc": '#include "base/bytes.h"\n\n#include <string>\n#include <sys/stat.h>\n',
    "client-core/src/crypto/CMakeLists.txt": "haki_layer(crypto SOURCES hash.cc USES base PRIVATE_USES PkgConfig::SODIUM)\n",
    "client-core/src/crypto/hash.cc": '#include <sodium.h>\n\n#include "base/bytes.h"\n',
    "client-core/src/model/CMakeLists.txt": "haki_layer(model SOURCES form.cc USES base)\n",
    "client-core/src/model/form.cc": '#include <toml++/toml.h>\n\n#include "base/bytes.h"\n',
    "client-core/src/store/CMakeLists.txt": "haki_layer(store SOURCES disk.cc USES changes PRIVATE_USES PkgConfig::SQLITE)\n",
    "client-core/src/store/disk.cc": '#include <sqlite3.h>\n\n#include "base/bytes.h"\n',
    "sync-server/CMakeLists.txt": "add_subdirectory(src/http)\nhaki_program(haki-server SOURCES src/main.cc USES haki_ops)\n",
    "sync-server/src/main.cc": "int main() {}\n",
    "sync-server/src/http/CMakeLists.txt": "haki_layer(http SOURCES stream.cc USES base PRIVATE_USES haki_beast)\n",
    "sync-server/src/http/stream.h": HEADER + "#include <boost/asio/buffer.hpp>\n",
    "sync-server/src/http/stream.cc": '#include "http/stream.h"\n#include <boost/beast/http/parser.hpp>\n',
    "tools/cli/CMakeLists.txt": "haki_layer(cli SOURCES show.cc USES api owner PRIVATE_USES haki_client)\n",
    "tools/cli/show.cc": '#include "haki/client.h"\n',
    "tests/CMakeLists.txt": "add_subdirectory(unit/base)\n",
    "tests/unit/base/CMakeLists.txt": "haki_test(base_test SOURCES bytes_test.cc USES haki_base)\n",
    "tests/unit/base/bytes_test.cc": '#include "base/bytes.h"\n\nTEST(Bytes, AreCompared) { EXPECT_TRUE(true); }\n',
    "ARCHITECTURE.md": "".join(f"| {layer} | `{folder}` | {', '.join(below)} |\n" for layer, (folder, below) in tidy.graph.LAYERS.items()),
    "README.md": "Run tools/quickstart.\n",
}
LONG_FUNCTION = "TEST(Long, Story) {\n" + "  step();\n" * 69 + "}\n"
OFF = "DISABLED" + "_Sends"

# rule: [(what is wrong, files changed, part of the sentence)]
WRONG = {
    "rule_include_graph": [
        ("a layer includes one above it", {"client-core/src/base/bytes.cc": '#include "store/disk.h"\n'}, "base may not include store"),
        ("the server includes content", {"sync-server/src/http/stream.cc": '#include "model/form.h"\n'}, "http may not include model"),
        ("a program reaches behind the API", {"tools/cli/show.cc": '#include "client/home.h"\n'}, "cli may not include client"),
        ("a low layer knows the whole API", {"client-core/src/crypto/hash.cc": '#include "haki/client.h"\n'}, "not the business of crypto"),
        ("code includes a test", {"client-core/src/base/bytes.cc": '#include "tests/unit/base/world.h"\n'}, "tests is no layer"),
        ("a file beside it that is not there", {"client-core/src/base/bytes.cc": '#include "bites.h"\n'}, "no such file beside it"),
    ],
    "rule_link_graph": [
        ("a layer links one above it", {"client-core/src/base/CMakeLists.txt": "haki_layer(base SOURCES bytes.cc PRIVATE_USES haki_store)\n"}, "links haki_store"),
        ("the same by short name", {"client-core/src/base/CMakeLists.txt": "haki_layer(base SOURCES bytes.cc USES api store)\n"}, "links haki_store"),
        ("the server links what could read content", {"sync-server/src/http/CMakeLists.txt": "haki_layer(http SOURCES stream.cc PRIVATE_USES haki_payload_proto)\n"}, "links haki_payload_proto"),
    ],
    "rule_third_parties": [
        ("sodium outside crypto", {"client-core/src/store/disk.cc": "#include <sodium.h>\n"}, "only crypto may"),
        ("SQLite outside the stores", {"client-core/src/model/form.cc": "#include <sqlite3.h>\n"}, "only store and storage may"),
        ("wire protobuf outside envelope", {"client-core/src/store/disk.cc": '#include "wire/v1/wire.pb.h"\n'}, "only envelope may"),
        ("payload protobuf at the server", {"sync-server/src/http/stream.cc": '#include "payload/v1/payload.pb.h"\n'}, "only payload may"),
        ("a third party in the public API", {"client-core/include/haki/client.h": HEADER + "#include <nlohmann/json.hpp>\n"}, "only cli and desk and formats may"),
        ("one that nobody wrote down", {"tools/cli/show.cc": "#include <fmt/core.h>\n"}, "does not know"),
    ],
    "rule_heavy_headers": [
        ("a heavy header reaches another folder", {"sync-server/src/main.cc": '#include "http/stream.h"\n'}, "brings boost/asio"),
        ("Beast spreads", {f"sync-server/src/http/route{n}.cc": "#include <boost/beast/core.hpp>\n" for n in range(6)}, "7 files include Beast"),
    ],
    "rule_every_source_in_a_target": [
        ("a source nobody builds", {"client-core/src/base/clock.cc": ""}, "clock.cc is in no target"),
        ("a test nobody builds", {"tests/unit/base/clock_test.cc": ""}, "clock_test.cc is in no target"),
        ("a name in a comment is not enough", {"tests/unit/base/CMakeLists.txt": "# bytes_test.cc\n"}, "bytes_test.cc is in no target"),
    ],
    "rule_every_folder_is_added": [
        ("a folder nobody adds", {"tests/unit/store/CMakeLists.txt": ""}, "tests/unit/store/CMakeLists.txt is not added"),
        ("a layer left out of the loop", {"client-core/src/keys/CMakeLists.txt": ""}, "keys/CMakeLists.txt is not added"),
    ],
    "rule_lengths": [
        ("a header of 121 lines", {"client-core/src/base/bytes.h": HEADER + "\n" * 119}, "121 lines, a header at most 120"),
        ("a source of 601 lines", {"client-core/src/base/bytes.cc": "\n" * 601}, "601 lines, a source at most 600"),
    ],
    "rule_function_length": [("a function of 71 lines", {"tests/unit/base/bytes_test.cc": LONG_FUNCTION}, "Long.Story has 71 lines")],
    "rule_headers": [
        ("no contract", {"client-core/src/base/bytes.h": "#pragma once\n"}, "does not begin with a comment"),
        ("no guard", {"client-core/src/base/bytes.h": "// Bytes.\n"}, "no #pragma once"),
        ("a namespace opened", {"client-core/src/base/bytes.h": HEADER + "using namespace std;\n"}, "using namespace"),
    ],
    "rule_disabled_tests": [
        ("a test switched off quietly", {"tests/unit/base/bytes_test.cc": f"TEST(Bytes, {OFF}) {{}}\n"}, "without naming issue and date"),
        ("an issue without a date", {"tests/unit/base/bytes_test.cc": f"// issue 7\nTEST(Bytes, {OFF}) {{}}\n"}, "without naming issue and date"),
    ],
    "rule_architecture_page": [
        ("a row that allows more", {"ARCHITECTURE.md": RIGHT["ARCHITECTURE.md"].replace("`client-core/src/crypto` | base", "`client-core/src/crypto` | base, store")}, "shows crypto as"),
        ("a row left out", {"ARCHITECTURE.md": RIGHT["ARCHITECTURE.md"].replace("| base | ", "| ground | ")}, "shows base as None"),
    ],
    "rule_places": [
        ("a path of the machine it was written on", {"README.md": "See /home/achieng/haki/README.md\n"}, "a path of one machine"),
        ("a scratch file", {"tools/cli/show.cc": 'auto file = "/tmp/haki";\n'}, "a path of one machine"),
        ("a registry", {"package-lock.json": '"https://registry.npmjs.org/vite"\n'}, "registry or mirror"),
        ("unfinished work", {"README.md": "FIX" + "ME\n"}, "unfinished work"),
    ],
}


def violations(rule, changed):
    with tempfile.TemporaryDirectory() as root:
        for path, text in {**RIGHT, **changed}.items():
            file = pathlib.Path(root) / path
            file.parent.mkdir(parents=True, exist_ok=True)
            file.write_text(text)
        return list(rule(tidy.Tree(root)))


class Rules(unittest.TestCase):
    def test_a_right_tree_breaks_no_rule(self):
        for rule in tidy.RULES:
            self.assertEqual(violations(rule, {}), [], rule.__name__)

    def test_every_rule_is_seen_to_fail(self):
        self.assertEqual({rule.__name__ for rule in tidy.RULES}, set(WRONG))
        for rule in tidy.RULES:
            for what, changed, sentence in WRONG[rule.__name__]:
                with self.subTest(what):
                    found = violations(rule, changed)
                    self.assertTrue(any(sentence in violation for violation in found), found)

    def test_at_the_limit_is_not_over_it(self):
        at_limit = {"client-core/src/base/bytes.h": HEADER + "\n" * 118, "client-core/src/base/bytes.cc": "\n" * 600}
        self.assertEqual(violations(tidy.rule_lengths, at_limit), [])
        shorter = {"tests/unit/base/bytes_test.cc": LONG_FUNCTION.replace("  step();\n", "", 1)}
        self.assertEqual(violations(tidy.rule_function_length, shorter), [])

    def test_a_test_may_be_off_with_issue_and_date(self):
        said = {"tests/unit/base/bytes_test.cc": f"// issue 7, 2026-01-31: waits for a server\nTEST(Bytes, {OFF}) {{}}\n"}
        self.assertEqual(violations(tidy.rule_disabled_tests, said), [])

    def test_no_layer_is_below_itself(self):
        for layer in tidy.graph.LAYERS:
            self.assertNotIn(layer, tidy.below(layer), "the graph has a circle")


class Functions(unittest.TestCase):
    def names(self, text):
        return [(name, length) for name, _, length in functions_of(text)]

    def test_found_in_namespaces_and_classes_with_templates_and_initialisers(self):
        text = """
namespace haki {
class Home final : public Place {
 public:
  explicit Home(int a) : a_(a), b_{2} {
    go();
  }
  int at() const { return a_; }
};
template <class T, class = std::enable_if_t<true>>
Result<T> read(const std::map<int, T>& from) {
  for (const auto& [a, b] : from) {
    if (a) { return b; }
  }
}
const int kTable[] = {
  1, 2,
};
}
"""
        self.assertEqual(self.names(text), [("Home", 2), ("at", 1), ("read", 6)])

    def test_braces_in_comments_and_literals_do_not_count(self):
        text = 'void f() {\n  // {\n  g("{", \'{\', R"x({)x");\n}\nvoid h() {\n}\n'
        self.assertEqual(self.names(text), [("f", 4), ("h", 2)])

    def test_blanking_keeps_every_line(self):
        text = 'a /* b\nc */ "d\\"e" R"(f\ng)" 1\'000 // h\n'
        blank = blank_comments_and_strings(text)
        self.assertEqual(len(blank), len(text))
        self.assertEqual(blank.count("\n"), text.count("\n"))
        self.assertEqual(blank.split(), ["a", "1'000"])


if __name__ == "__main__":
    unittest.main()
