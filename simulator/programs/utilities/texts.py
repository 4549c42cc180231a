"""grep, head, tail, wc, sort, uniq, cut, tr, sed: texts through a pipe or from files."""

from __future__ import annotations

import re
from collections import Counter

from . import Context, Utility, Wait
from .files import split


def _input(c: Context, paths: list[str]) -> str:
    if not paths or paths == ["-"]:
        return c.stdin or ""
    found = ""
    for path in paths:
        if not c.view.exists(path, c.p.cwd):
            c.fail(f"{path}: No such file or directory")
        found += c.view.text(path, c.p.cwd) or ""
    return found


def head(c: Context) -> int:
    """Print the first lines."""
    argv = [re.sub(r"^-(\d+)$", r"-n\1", word) for word in c.argv]
    flags, paths = split(argv, "nc")
    text = _input(c, paths)
    if "c" in flags:
        c.out(text[: int(flags["c"] or 0)])
    else:
        c.out("".join(text.splitlines(keepends=True)[: int(flags.get("n") or 10)]))
    return 0


def tail(c: Context) -> int | Wait:
    """Print the last lines; with -f never end."""
    argv = [re.sub(r"^-(\d+)$", r"-n\1", word) for word in c.argv]
    flags, paths = split(argv, "nc")
    lines = _input(c, paths).splitlines(keepends=True)
    count = flags.get("n") or "10"
    if count.startswith("+"):
        c.out("".join(lines[int(count[1:] or 1) - 1 :]))
    elif count.isdigit():
        c.out("".join(lines[len(lines) - int(count) if int(count) < len(lines) else 0 :]))
    return Wait(None) if {"f", "F", "follow"} & set(flags) else 0


def grep(c: Context) -> int:
    """Print the lines that match."""
    flags, words = split(c.argv, "eABC")
    pattern = flags["e"] if "e" in flags else (words.pop(0) if words else "")
    if c.name == "fgrep" or "F" in flags:
        pattern = re.escape(pattern)
    elif c.name != "egrep" and "E" not in flags:
        pattern = re.sub(r"(\\?)([|+?(){}])", lambda m: m[2] if m[1] else "\\" + m[2], pattern)
    try:
        regex = re.compile(pattern, re.I if "i" in flags else 0)
    except re.error:
        return c.fail("Invalid regular expression", 2)
    lines = _input(c, words)[:200_000].splitlines()
    found = [line for line in lines if bool(regex.search(line)) != ("v" in flags)]
    if "c" in flags:
        c.out(f"{len(found)}\n")
    elif "o" in flags:
        c.out("".join(f"{match[0]}\n" for line in found for match in regex.finditer(line)))
    elif "q" not in flags:
        c.out("".join(f"{line}\n" for line in found))
    return 0 if found else 1


def wc(c: Context) -> int:
    """Count lines, words and bytes."""
    flags, paths = split(c.argv)
    text = _input(c, paths)
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
    wanted = [letter for letter in "lwc" if letter in flags] or list("lwc")
    numbers = [str(counts[letter]) for letter in wanted]
    shown = numbers[0] if len(numbers) == 1 else "".join(f"{number:>8}" for number in numbers)
    c.out(shown + (f" {paths[0]}" if len(paths) == 1 else "") + "\n")
    return 0


def sort(c: Context) -> int:
    """Sort lines."""
    flags, paths = split(c.argv, "kt")
    lines = _input(c, paths).splitlines()

    def number(line: str) -> tuple[float, str]:
        match = re.match(r"\s*(-?\d+\.?\d*)", line)
        return (float(match[1]) if match else 0.0, line)

    lines.sort(key=number if "n" in flags else None)
    if "r" in flags:
        lines.reverse()
    if "u" in flags:
        lines = list(dict.fromkeys(lines))
    c.out("".join(f"{line}\n" for line in lines))
    return 0


def uniq(c: Context) -> int:
    """Drop repeated lines that follow each other."""
    flags, paths = split(c.argv)
    lines = _input(c, paths).splitlines()
    kept = [line for i, line in enumerate(lines) if not i or line != lines[i - 1]]
    counts = Counter(lines)
    c.out("".join(f"{counts[line]:>7} {line}\n" if "c" in flags else f"{line}\n" for line in kept))
    return 0


def cut(c: Context) -> int:
    """Print single fields of lines."""
    flags, paths = split(c.argv, "dfc")
    spec = flags.get("f") or flags.get("c") or "1"
    wanted: list[int] = []
    for piece in spec.split(","):
        first, dash, last = piece.partition("-")
        if not (first or last).isdigit():
            return c.fail(f"invalid field value ‘{piece}’")
        end = int(last) if last else (200 if dash else int(first))
        wanted += range(int(first or 1), min(end, 200) + 1)
    for line in _input(c, paths).splitlines():
        if "c" in flags:
            c.out("".join(line[n - 1 : n] for n in wanted) + "\n")
            continue
        mark = flags.get("d") or "\t"
        fields = line.split(mark)
        c.out(mark.join(fields[n - 1] for n in wanted if n <= len(fields)) + "\n")
    return 0


def tr(c: Context) -> int:
    """Replace or delete characters."""
    flags, words = split(c.argv)
    ranges = [_characters(word) for word in words]
    text = c.stdin or ""
    if "d" in flags and ranges:
        c.out("".join(char for char in text if char not in ranges[0]))
    elif len(ranges) > 1 and ranges[1]:
        target = ranges[1] + ranges[1][-1] * len(ranges[0])
        c.out(text.translate({ord(a): b for a, b in zip(ranges[0], target, strict=False)}))
    else:
        c.out(text)
    return 0


def _characters(spec: str) -> str:
    spec = spec.replace("[:lower:]", "a-z").replace("[:upper:]", "A-Z").replace("[:digit:]", "0-9")
    spec = spec.replace("\\n", "\n").replace("\\t", "\t")
    return re.sub(
        r"(.)-(.)", lambda m: "".join(chr(n) for n in range(ord(m[1]), ord(m[2]) + 1)), spec
    )


def sed(c: Context) -> int:
    """Replace text: `s/a/b/g`, with -i in place, and `Np` with -n."""
    flags, words = split(c.argv, "e")
    script = flags["e"] if "e" in flags else (words.pop(0) if words else "")
    text = _input(c, words)
    match = re.fullmatch(r"s(.)(.*?)(?<!\\)\1(.*?)(?<!\\)\1([gI]*)", script)
    lines = re.fullmatch(r"(\d+)(?:,(\d+))?p", script)
    if match:
        pattern = re.sub(r"\\([(){}|+])", r"\1", match[2])
        put = re.sub(r"(?<!\\)&", r"\\g<0>", match[3]).replace("\\/", "/")
        try:
            regex = re.compile(pattern, re.I if "I" in match[4] else 0)
            rows = text[:200_000].splitlines(keepends=True)
            result = "".join(regex.sub(put, row, 0 if "g" in match[4] else 1) for row in rows)
        except (re.error, IndexError):
            return c.fail(f"-e expression #1, char {len(script)}: Invalid preceding regular "
                          "expression")  # fmt: skip
    elif lines:
        first, last = int(lines[1]), int(lines[2] or lines[1])
        result = "".join(text.splitlines(keepends=True)[first - 1 : last])
    else:
        return c.fail(f"-e expression #1, char {len(script)}: unknown command")
    if "i" in flags and words:
        c.view.write(words[0], result, c.p.cwd)
    else:
        c.out(result)
    return 0


def xargs(c: Context) -> int:
    """Run a utility with words from standard input."""
    from . import run_utility, table

    words = [word for word in c.argv[1:] if not re.match(r"^-[rt0]$", word)] or ["echo"]
    if words[0] not in table():
        return c.fail(f"{words[0]}: No such file or directory", 127)
    result = run_utility(
        Context(c.p, [*words, *(c.stdin or "").split()], None, c.out, c.err, c.env)
    )
    return result if isinstance(result, int) else result.code


ALL: dict[str, Utility] = {
    "head": head, "tail": tail, "grep": grep, "egrep": grep, "fgrep": grep, "wc": wc, "sort": sort,
    "uniq": uniq, "cut": cut, "tr": tr, "sed": sed, "xargs": xargs,
}  # fmt: skip
