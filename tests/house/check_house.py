#!/usr/bin/env python3
"""Keeps the house in order: layers, header types, sizes, names (docs/tour.md, "Layers").

    check_house.py [ROOT]    prints what is wrong, a line each, then the longest file and function;
                             exit code 1 where anything is wrong
"""

import pathlib
import re
import subprocess
import sys

# What each room may include, itself apart. Links must agree (the rooms' CMakeLists.txt).
ROOMS = {
    "base": set(),
    "jose": {"base"},
    "oauth": {"base", "jose"},
    "core": {"base", "jose", "oauth"},
    "store": {"base", "jose", "oauth", "core"},
    "http": {"base"},
    "server": {"base", "jose", "oauth", "core", "store", "http"},
    "client": {"base", "jose", "oauth", "http"},
    "guard": {"base", "jose", "oauth", "http"},
}
# The server serves what web/ embeds; nobody below it does.
MAY_INCLUDE_WEB = {"server"}
# Their public headers name no type of a third-party library, so that embedding them costs nothing.
PLAIN_HEADERS = ["base", "jose", "oauth", "core", "client", "guard"]
THIRD_PARTY_INCLUDE = re.compile(
    r'#include\s*[<"](boost/|openssl/|sqlite3|sodium|fmt/|toml|kainjow/|CLI/|gtest)')
THIRD_PARTY_NAME = re.compile(
    r"\b(boost::|asio::|sqlite3|EVP_|BIGNUM|OSSL_|SSL_CTX|X509|crypto_[a-z]+_|sodium_|"
    r"fmt::)")
GENERATED = {"files.inc", "store_schema.h"}  # by cmake, found by their own name

COLUMNS_MAX = 100
FILE_LINES_MAX = 400
FUNCTION_LINES_MAX = 70
# Tables: one row after the other, nothing to follow.
LONG_FILES = {"grantd/server/config_table.cc"}
LONG_FUNCTIONS = set()  # "file: signature's first line"
# Texts that may not be broken, such as URLs, are not code; these endings are.
CODE = {".h", ".cc", ".in", ".cmake", ".py", ".mjs", ".sh"}
FORBIDDEN_NAMES = re.compile(r"^(util|utils|helper|helpers|common|manager|service)$")


def tracked_files(root):
    """Committed and new files, ignored ones apart; without git, all below the known folders."""
    try:
        out = subprocess.run(
            ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
            cwd=root, check=True, capture_output=True).stdout.decode()
        names = [name for name in out.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        folders = ["grantd", "apps", "tests", "fuzz", "bench", "web", "cmake", "dev"]
        names = [str(path.relative_to(root)) for folder in folders
                 for path in (root / folder).rglob("*") if "__pycache__" not in path.parts]
    return [pathlib.PurePosixPath(name) for name in sorted(set(names))
            if (root / name).is_file() and "node_modules" not in name]


def includes(text):
    for number, line in enumerate(text.splitlines(), 1):
        found = re.match(r'\s*#include\s*"([^"]+)"', line)
        if found:
            yield number, found.group(1)


def room_of(path):
    return path.parts[1] if path.parts[0] == "grantd" and len(path.parts) > 2 else None


def check_layers(path, text):
    room = room_of(path)
    if room is None:
        return
    if room not in ROOMS:
        yield f"{path}: {room} is no room; rooms are {', '.join(ROOMS)}"
        return
    for number, target in includes(text):
        parts = pathlib.PurePosixPath(target).parts
        where = f"{path}:{number}: includes {target}: "
        if parts[0] == "grantd" and len(parts) > 2:
            if parts[1] != room and parts[1] not in ROOMS[room]:
                allowed = ", ".join(sorted(ROOMS[room])) or "nothing"
                yield f"{where}{room} may include {allowed}"
        elif parts[0] == "web":
            if room not in MAY_INCLUDE_WEB:
                yield f"{where}only {', '.join(MAY_INCLUDE_WEB)} may"
        elif parts[0] in {"apps", "tests", "fuzz", "bench", "examples"}:
            yield f"{where}no room includes what stands above it"
        elif len(parts) == 1 and target not in GENERATED:
            yield f"{where}expected the path from the tree's root"


def code_of(text):
    """The text with comments and the insides of strings blanked, line by line."""
    blank = lambda found: re.sub(r"[^\n]", " ", found.group(0))
    pattern = (r'//[^\n]*|/\*.*?\*/|R"([^(\s]*)\(.*?\)\1"'
               r'|"(?:\\.|[^"\\\n])*"|' + r"(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])*'")
    keep = lambda found: '""' + blank(found)[2:] if found.group(0).startswith('"') else blank(found)
    return re.sub(pattern, keep, text, flags=re.S)


def headers_behind(root, path):
    """The headers of ours that the header includes, directly or through others; and itself."""
    found, open_ends = set(), [str(path)]
    while open_ends:
        name = open_ends.pop()
        if name in found or not (root / name).is_file():
            continue
        found.add(name)
        open_ends += [target for _, target in includes((root / name).read_text(encoding="utf-8"))]
    return sorted(found)


def check_plain_header(root, path, text):
    if path.suffix != ".h" or room_of(path) not in PLAIN_HEADERS:
        return
    for name in headers_behind(root, path):
        if THIRD_PARTY_INCLUDE.search((root / name).read_text(encoding="utf-8")):
            by = "" if name == str(path) else f", by {name}"
            yield f"{path}: a header of {room_of(path)} includes a third-party library{by}"
    for number, line in enumerate(code_of(text).splitlines(), 1):
        found = THIRD_PARTY_NAME.search(line)
        if found:
            yield f"{path}:{number}: a header of {room_of(path)} names {found.group(1)}"


def is_test(path):
    return path.parts[0] in {"tests", "fuzz", "bench"}


def check_text(path, text):
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > COLUMNS_MAX:
            yield f"{path}:{number}: {len(line)} columns, at most {COLUMNS_MAX}"
        if line != line.rstrip():
            yield f"{path}:{number}: blanks at the end of the line"
        if path.suffix in {".h", ".cc"} and "\t" in line:
            yield f"{path}:{number}: a tab"
    lines = text.count("\n")
    if lines > FILE_LINES_MAX and not is_test(path) and str(path) not in LONG_FILES:
        yield f"{path}: {lines} lines, at most {FILE_LINES_MAX}"
    if path.suffix == ".h" and "#pragma once" not in text:
        yield f"{path}: no #pragma once"


def functions(text):
    """(first line, number of lines, signature) of each function body.

    Told apart by shape, which clang-format keeps: the line with the opening brace ends a signature
    (it follows a ')' and what may stand behind one) and the matching brace ends the body.
    """
    code = code_of(text)
    starts = [0]
    for found in re.finditer("\n", code):
        starts.append(found.end())
    line_at = lambda offset: code.count("\n", 0, offset) + 1
    opens = re.compile(
        r"\)\s*(?:const|noexcept|override|final|mutable|&|&&|->\s*[\w:<>,&*\s]+|:\s[^;{}]*"
        r"(?:\{[^{}]*\}[^;{}]*)*)*\s*\{")
    keywords = re.compile(r"\b(if|for|while|switch|catch|namespace|do|else)\b[^;{}]*$")
    end_of_last = -1
    for found in opens.finditer(code):
        brace = found.end() - 1
        if brace < end_of_last:
            continue  # a lambda or a block within the last one
        head_start = max(code.rfind(";", 0, found.start()), code.rfind("}", 0, found.start()),
                         code.rfind("{", 0, found.start())) + 1
        head = code[head_start:found.end()]
        if keywords.search(head.split("(")[0]):
            continue
        depth = 0
        for offset in range(brace, len(code)):
            if code[offset] == "{":
                depth += 1
            elif code[offset] == "}":
                depth -= 1
                if depth == 0:
                    break
        end_of_last = offset
        first = line_at(head_start + len(head) - len(head.lstrip()))
        yield first, line_at(offset) - first + 1, " ".join(head.split())


def check_functions(path, text, longest):
    if path.suffix not in {".cc", ".h"}:
        return
    for first, length, signature in functions(text):
        if not is_test(path):
            longest.append((length, f"{path}:{first}", signature))
        if length > FUNCTION_LINES_MAX and not is_test(path):
            name = signature.split("(")[0].split()[-1]
            if f"{path}: {name}" not in LONG_FUNCTIONS:
                yield f"{path}:{first}: {name} has {length} lines, at most {FUNCTION_LINES_MAX}"


def check_name(path):
    for part in path.parts[:-1] + (path.stem,):
        if FORBIDDEN_NAMES.match(part):
            yield f"{path}: a file or folder named {part} says nothing of what is in it"


def check(root):
    wrong, longest_functions, longest_files = [], [], []
    for path in tracked_files(root):
        if path.parts[0] not in {"grantd", "apps", "tests", "fuzz", "bench", "examples", "cmake",
                                 "dev"}:
            continue
        wrong += check_name(path)
        if path.suffix not in CODE:
            continue
        text = (root / path).read_text(encoding="utf-8")
        wrong += check_layers(path, text)
        wrong += check_plain_header(root, path, text)
        wrong += check_text(path, text)
        wrong += check_functions(path, text, longest_functions)
        if not is_test(path) and str(path) not in LONG_FILES:
            longest_files.append((text.count("\n"), str(path)))
    return wrong, max(longest_files), max(longest_functions)


def main():
    root = pathlib.Path(sys.argv[1] if len(sys.argv) > 1 else ".").resolve()
    wrong, longest_file, longest_function = check(root)
    for line in wrong:
        print(line)
    print(f"the longest file: {longest_file[1]}, {longest_file[0]} lines")
    print(f"the longest function: {longest_function[1]}, {longest_function[0]} lines: "
          f"{longest_function[2][:100]}")
    print(f"{len(wrong)} things are wrong" if wrong else "all is in order")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
