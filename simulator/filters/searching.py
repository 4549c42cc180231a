"""grep."""

from __future__ import annotations

import re

from simulator.patterns import searched, to_regex

from .call import Call, Filter, count_of, lines_of

NAMED = {"regexp": "e", "ignore-case": "i", "invert-match": "v", "count": "c", "quiet": "q",
         "silent": "q", "only-matching": "o", "line-number": "n", "extended-regexp": "E",
         "fixed-strings": "F", "word-regexp": "w", "line-regexp": "x", "recursive": "r",
         "files-with-matches": "l", "files-without-match": "L", "no-filename": "h",
         "with-filename": "H", "max-count": "m", "no-messages": "s", "perl-regexp": "P",
         "after-context": "A", "before-context": "B", "context": "C", "file": "f"}  # fmt: skip


def grep(call: Call) -> int:
    """Print the lines of files that match a pattern."""
    flags, paths = call.options("efmABC", NAMED)
    patterns = flags.get("e", [])
    if "f" in flags:
        patterns = [*patterns, *call.lines(flags["f"])]
    elif not patterns:
        if not paths:
            call.err("Usage: grep [OPTION]... PATTERNS [FILE]...\n"
                     "Try 'grep --help' for more information.\n")  # fmt: skip
            return 2
        patterns = paths.pop(0).split("\n")
    regexes = [_compiled(call, flags, pattern) for pattern in patterns]
    if None in regexes:
        return call.fail("Invalid regular expression", 2)
    known = [regex for regex in regexes if regex is not None]
    if "s" in flags:
        call.err = lambda text: None
    deep = "r" in flags or "R" in flags
    files = _files(call, paths, deep)
    named = "H" in flags or ((len(files) > 1 or deep) and "h" not in flags)
    found = False
    for path, text in call.texts(files) if files or not deep else []:
        shown = "(standard input)" if path == "-" else path
        found = _one(call, flags, known, text, shown, named) or found
        if found and "q" in flags:
            return 0
    # Simplified: A search in a file whose content is not known succeeds, and prints nothing.
    return call.status or int(not (found or call.blind))


def _files(call: Call, paths: list[str], deep: bool) -> list[str]:
    if not deep:
        return paths
    files: list[str] = []
    for path in paths or ["."]:
        below = call.below(path)
        inside = [path] if below is None else [f"{path.rstrip('/')}/{name}" for name in below]
        files += [name.removeprefix("./") if not paths else name for name in inside]
    return files


def _compiled(call: Call, flags: dict[str, list[str]], pattern: str) -> re.Pattern[str] | None:
    regex = to_regex(
        pattern,
        extended=call.name == "egrep" or bool({"E", "P"} & set(flags)),
        fixed=call.name == "fgrep" or "F" in flags,
        ignore_case=bool({"i", "y"} & set(flags)),
    )
    around = r"^(?:{})$" if "x" in flags else r"(?<!\w)(?:{})(?!\w)" if "w" in flags else ""
    if regex is None or not around:
        return regex
    return re.compile(around.replace("{}", regex.pattern), regex.flags)


def _one(
    call: Call, flags: dict[str, list[str]], regexes: list[re.Pattern[str]], text: str, path: str,
    named: bool,
) -> bool:  # fmt: skip
    """Search one text; tell whether there is a line that counts."""
    lines = lines_of(text)
    most = count_of(flags["m"][-1]) if "m" in flags else None
    hits: list[int] = []
    for at, line in enumerate(lines):
        if most is not None and len(hits) >= most:
            break
        if any(r.search(searched(r, line)) for r in regexes) != ("v" in flags):
            hits.append(at)
            if "q" in flags or "l" in flags:
                break
    head = f"{path}:" if named else ""
    if "l" in flags or "L" in flags:
        call.out(f"{path}\n" if bool(hits) == ("l" in flags) else "")
    elif "c" in flags:
        call.out(f"{head}{len(hits)}\n")
    elif "q" not in flags:
        _print(call, flags, regexes, lines, hits, head)
    return bool(hits) != ("L" in flags)


def _print(
    call: Call, flags: dict[str, list[str]], regexes: list[re.Pattern[str]], lines: list[str],
    hits: list[int], head: str,
) -> None:  # fmt: skip
    def start(at: int, sign: str) -> str:
        shown = f"{head[:-1]}{sign}" if head else ""
        return shown + (f"{at + 1}{sign}" if "n" in flags else "")

    if "o" in flags:
        for at in hits if "v" not in flags else []:
            for regex in regexes:
                for match in regex.finditer(searched(regex, lines[at])):
                    call.out(f"{start(at, ':')}{match[0]}\n" if match[0] else "")
        return
    both = flags.get("C", ["0"])[-1]
    after = count_of(flags.get("A", [both])[-1]) or 0
    before = count_of(flags.get("B", [both])[-1]) or 0
    wanted, last = set(hits), -1
    for hit in hits:
        first = max(hit - before, last + 1)
        if (before or after) and last >= 0 and first > last + 1:
            call.out("--\n")
        for at in range(first, min(hit + after, len(lines) - 1) + 1):
            call.out(f"{start(at, ':' if at in wanted else '-')}{lines[at]}\n")
            last = at


ALL: dict[str, Filter] = dict.fromkeys(("grep", "egrep", "fgrep"), grep)
