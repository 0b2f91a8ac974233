"""Just enough C++ to measure it: comments and strings blanked, functions found by their braces. A heuristic."""
import re

TOKEN = re.compile(
    r'//[^\n]*'
    r'|/\*.*?\*/'
    r'|R"(?P<mark>[^()\s\\]{0,16})\(.*?\)(?P=mark)"'
    r'|"(?:\\.|[^"\\\n])*"'
    r"|(?<![\w'])'(?:\\.|[^'\\\n])*'",
    re.DOTALL)
NOT_A_FUNCTION = re.compile(r"^\s*(?:(?:inline|static|constexpr|const|typedef|export)\s+)*(?:namespace|class|struct|union|enum|extern)\b")


def blank_comments_and_strings(text):
    """The same text, line for line and column for column, with nothing in comments and literals."""
    return TOKEN.sub(lambda found: re.sub(r"[^\n]", " ", found.group()), text)


def without_templates(head):
    """`template <class T> void f()` without its first part, which would read as a class."""
    while found := re.match(r"\s*template\s*<", head):
        depth, at = 1, found.end()
        while at < len(head) and depth:
            depth += {"<": 1, ">": -1}.get(head[at], 0)
            at += 1
        head = head[at:]
    return head


def is_function(head):
    head = without_templates(head)
    if NOT_A_FUNCTION.match(head) and not re.search(r"\)\s*(?:const|noexcept|override|final)*\s*$", head):
        return False
    return "(" in head and not head.rstrip().endswith("=")


def name_of(head):
    test = re.search(r"\b(?:TEST|TEST_F|TEST_P|TYPED_TEST|RC_GTEST_PROP)\s*\(\s*(\w+)\s*,\s*(\w+)", head)
    if test:
        return f"{test.group(1)}.{test.group(2)}"
    named = re.search(r"([\w:~]+|operator\s*\S+)\s*\(", without_templates(head))
    return named.group(1) if named else "a function"


def functions_of(text):
    """[(name, line, lines)] of every function with a body; lambdas and blocks inside one are part of it."""
    bare = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda found: re.sub(r"[^\n]", " ", found.group()),
                  blank_comments_and_strings(text), flags=re.MULTILINE)
    found, open_braces, head_at, parentheses = [], [], 0, 0
    for at, letter in enumerate(bare):
        inside = any(kind for kind, _, _ in open_braces)
        if letter == "(":
            parentheses += 1
        elif letter == ")":
            parentheses -= 1
        elif letter == "{":
            head = bare[head_at:at]
            open_braces.append((not inside and is_function(head), head_at + len(head) - len(head.lstrip()), head))
            head_at = at + 1
        elif letter == "}" and open_braces:
            function, began, head = open_braces.pop()
            if function:
                found.append((name_of(head), bare.count("\n", 0, began) + 1, bare.count("\n", began, at) + 1))
            head_at = at + 1
        elif letter == ";" and parentheses == 0:
            head_at = at + 1
    return found
