"""head, tail, wc, nl, tac, rev, paste, comm, cmp, diff and cat: texts line by line."""

from __future__ import annotations

import difflib
import re

from .call import Call, Filter, count_of, lines_of

NAMED = {"lines": "n", "bytes": "c", "quiet": "q", "silent": "q", "verbose": "v"}
MOST_COMPARED = 3000
"""Lines of a text that diff looks at."""


def _old_style(call: Call) -> None:
    """Read `-5` and `+3` as `-n 5` and `-n +3`."""
    words = call.argv[:1]
    for before, word in zip(call.argv, call.argv[1:], strict=False):
        plain = before not in ("-n", "-c", "--lines", "--bytes")
        plus = call.name == "tail" and plain and re.fullmatch(r"\+\d+", word)
        words.append(f"-n{word}" if plus else re.sub(r"^-(\d+)$", r"-n\1", word) if plain else word)
    call.argv = words


def head(call: Call) -> int:
    """Print the first lines (`-n`) or bytes (`-c`); `-n -3`: all but the last three."""
    _old_style(call)
    return _part(call, first=True)


def tail(call: Call) -> int:
    """Print the last lines or bytes; `-n +3`: from the third on."""
    _old_style(call)
    return _part(call, first=False)


def _part(call: Call, first: bool) -> int:
    flags, paths = call.options("nc", NAMED)
    unit = "c" if "c" in flags else "n"
    wish = flags.get(unit, ["10"])[-1]
    count = count_of(wish)
    if count is None:
        kind = "bytes" if unit == "c" else "lines"
        gnu = f"invalid number of {kind}: ‘{wish}’"
        return call.fail(f"invalid number '{wish}'" if call.busybox else gnu)
    names = ("v" in flags or len(paths) > 1) and "q" not in flags
    for at, (path, text) in enumerate(call.texts(paths)):
        if names:
            shown = "standard input" if path == "-" else path
            call.out(("\n" if at else "") + f"==> {shown} <==\n")
        pieces: list[str] | str = text if unit == "c" else text.splitlines(keepends=True)
        if first:
            kept = pieces[: max(len(pieces) - count, 0)] if wish[0] == "-" else pieces[:count]
        elif wish[0] == "+":
            kept = pieces[max(count - 1, 0) :]
        else:
            kept = pieces[max(len(pieces) - count, 0) :]
        call.out("".join(kept))
    return call.status


def wc(call: Call) -> int:
    """Count lines, words, characters (`-m`) and bytes; `-L`: the longest line."""
    flags, paths = call.options("", {"lines": "l", "words": "w", "bytes": "c", "chars": "m"})
    wanted = [letter for letter in "lwmcL" if letter in flags] or list("lwc")
    rows = []
    for path, text in call.texts(paths):
        lines = lines_of(text)
        counts = {"l": text.count("\n"), "w": len(text.split()), "m": len(text),
                  "c": len(text.encode("utf-8", "surrogatepass")),
                  "L": max(map(len, lines), default=0)}  # fmt: skip
        rows.append(([counts[letter] for letter in wanted], path if paths else ""))
    if len(paths) > 1:
        totals = [sum(column) for column in zip(*(row[0] for row in rows), strict=True)]
        rows.append((totals or [0] * len(wanted), "total"))
    digits = max((len(str(number)) for row, _ in rows for number in row), default=1)
    width = 1 if len(wanted) == 1 and len(rows) == 1 else digits if paths else 7
    if call.busybox:
        width = 1 if len(wanted) == 1 else 9
    for row, name in rows:
        call.out(" ".join(f"{n:>{width}}" for n in row) + (f" {name}" if name else "") + "\n")
    return call.status


def nl(call: Call) -> int:
    """Number lines; `-b a`: empty ones, too."""
    flags, paths = call.options("bwsvi")
    number, sign = 0, flags.get("s", ["\t"])[-1]
    for line in call.lines(paths):
        if line or flags.get("b", [""])[-1] == "a":
            number += 1
            call.out(f"{number:>6}{sign}{line}\n")
        else:
            call.out("       \n")
    return call.status


def tac(call: Call) -> int:
    """Print the last line first."""
    _, paths = call.options()
    call.out("".join(f"{line}\n" for line in reversed(call.lines(paths))))
    return call.status


def rev(call: Call) -> int:
    """Print each line backwards."""
    _, paths = call.options()
    call.out("".join(f"{line[::-1]}\n" for line in call.lines(paths)))
    return call.status


def paste(call: Call) -> int:
    """Put lines of files side by side; `-s`: the lines of each file."""
    flags, paths = call.options("d")
    signs = flags.get("d", ["\t"])[-1].replace("\\n", "\n").replace("\\t", "\t") or "\t"
    columns = [lines_of(text) for _, text in call.texts(paths)]
    rows = columns
    if "s" not in flags:
        size = max(map(len, columns), default=0)
        rows = [[one[at] if at < len(one) else "" for one in columns] for at in range(size)]
    for row in rows:
        call.out("".join((signs[(at - 1) % len(signs)] if at else "") + cell
                         for at, cell in enumerate(row)) + "\n")  # fmt: skip
    return call.status


def comm(call: Call) -> int:
    """Compare two sorted files: lines of the first, of the second, of both."""
    flags, paths = call.options()
    if len(paths) != 2:
        return call.fail("missing operand" if len(paths) < 2 else f"extra operand ‘{paths[2]}’")
    left, right = (lines_of(call.text([path])) for path in paths)
    a = b = 0
    while a < len(left) or b < len(right):
        if b >= len(right) or (a < len(left) and left[a] < right[b]):
            column, line, a = 1, left[a], a + 1
        elif a >= len(left) or right[b] < left[a]:
            column, line, b = 2, right[b], b + 1
        else:
            column, line, a, b = 3, left[a], a + 1, b + 1
        if str(column) not in flags:
            before = sum(str(one) not in flags for one in range(1, column))
            call.out("\t" * before + line + "\n")
    return call.status


def cmp(call: Call) -> int:
    """Say where two files differ first."""
    flags, paths = call.options()
    rows = call.texts(paths[:2])
    if len(rows) < 2:
        return 2
    (first, one), (second, two) = rows
    if one == two:
        return 0
    at = next((n for n, (a, b) in enumerate(zip(one, two, strict=False)) if a != b), -1)
    if "s" in flags:
        return 1
    if at < 0:
        short, text = min(((first, one), (second, two)), key=lambda row: len(row[1]))
        line = text.count("\n") + (0 if text.endswith("\n") else 1)
        return call.fail(f"EOF on {short} after byte {len(text)}, line {line}")
    call.out(f"{first} {second} differ: byte {at + 1}, line {one[:at].count(chr(10)) + 1}\n")
    return 1


def diff(call: Call) -> int:
    """Compare two files: as commands for ed, or unified (`-u`); `-q`: only whether they differ."""
    flags, paths = call.options("U", {"brief": "q", "unified": "u"})
    rows = call.texts(paths[:2])
    if len(paths) < 2:
        return call.fail(f"missing operand after '{paths[0] if paths else 'diff'}'", 2)
    if len(rows) < 2:
        return 2
    one, two = (lines_of(text)[:MOST_COMPARED] for _, text in rows)
    if one == two:
        return 0
    if "q" in flags:
        call.out(f"Files {paths[0]} and {paths[1]} differ\n")
    elif "u" in flags or "U" in flags:
        around = count_of(flags.get("U", ["3"])[-1]) or 0
        for line in difflib.unified_diff(one, two, paths[0], paths[1], n=around, lineterm=""):
            call.out(f"{line}\n")
    else:
        matcher = difflib.SequenceMatcher(None, one, two, autojunk=False)
        for tag, a, b, c, d in matcher.get_opcodes():
            if tag != "equal":
                _change(call, tag[0], one[a:b], two[c:d], (a, b, c, d))
    return 1


def _change(
    call: Call, tag: str, old: list[str], new: list[str], at: tuple[int, int, int, int]
) -> None:
    def span(start: int, end: int) -> str:
        return str(end) if end - start <= 1 else f"{start + 1},{end}"

    a, b, c, d = at
    left = str(a) if tag == "i" else span(a, b)
    right = str(c) if tag == "d" else span(c, d)
    call.out(f"{left}{ {'i': 'a', 'd': 'd', 'r': 'c'}[tag] }{right}\n")
    call.out("".join(f"< {line}\n" for line in old) + ("---\n" if tag == "r" else ""))
    call.out("".join(f"> {line}\n" for line in new))


ALL: dict[str, Filter] = {
    "head": head, "tail": tail, "wc": wc, "nl": nl, "tac": tac, "rev": rev, "paste": paste,
    "comm": comm, "cmp": cmp, "diff": diff,
}  # fmt: skip
