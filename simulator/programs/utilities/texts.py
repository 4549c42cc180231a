"""grep, head, tail, wc, sort, uniq, cut, tr, sed: texts through a pipe or from files."""

from __future__ import annotations

import posixpath
import re
from collections import Counter

from simulator.docker.shellmodel.commands.wording import unreadable
from simulator.patterns import searched, to_regex

from ..kernel import devices
from ..kernel.devices import ENDLESS, STDIN
from . import Context, Utility, Wait, endless, follow, number
from .files import split


def _input(c: Context, paths: list[str]) -> str:
    """Give the text of files, or standard input; complaints go to `c.status`."""
    found = ""
    for path in paths or ["-"]:
        found += c.stdin or "" if path in STDIN else _file(c, path)
    return found


def _file(c: Context, path: str) -> str:
    why = c.p.unreadable(path)
    if not why:
        return c.view.text(path, c.p.cwd) or ""
    words, status = unreadable(c.name, path, why, c.is_busybox)
    c.status = c.fail(words, status)
    return ""


def head(c: Context) -> int:
    """Print the first lines."""
    argv = [re.sub(r"^-(\d+)$", r"-n\1", word) for word in c.argv]
    flags, paths = split(argv, "nc")
    flags["c"] = flags.get("bytes") or flags.get("c") or ""
    if flags["c"] and len(paths) == 1 and paths[0] in ENDLESS:
        c.out(devices.read(c.p, paths[0], min(endless.size(flags["c"]), endless.MOST_BYTES)))
        return 0
    text = _input(c, paths)
    if flags["c"]:
        c.out(text[: endless.size(flags["c"] or "0")])
    else:
        c.out("".join(text.splitlines(keepends=True)[: number(flags.get("n") or "10")]))
    return c.status


def tail(c: Context) -> int | Wait:
    """Print the last lines; with -f go on with what is added."""
    argv = [re.sub(r"^-(\d+)$", r"-n\1", word) for word in c.argv]
    flags, paths = split(argv, "ncs")
    follows = bool({"f", "F", "follow"} & set(flags))
    if not follows and any(path in ENDLESS for path in paths):
        return endless.swallow(c)
    code, found = 0, []
    for path in [one for one in paths if one != "-"] or ["-"]:
        why = "" if path == "-" else c.p.unreadable(path)
        if why:
            what = "can't open '{}'" if c.is_busybox else "cannot open '{}' for reading"
            code = c.fail(f"{what.format(path)}: {why}")
            continue
        found.append(path)
        if len(paths) > 1 and "q" not in flags:
            c.out(("" if path == paths[0] else "\n") + f"==> {path} <==\n")
        c.out(_last(_input(c, [path]), flags))
    if not found and c.is_busybox:
        return c.fail("no files")
    if not follows:
        return code
    wanted = paths if "F" in flags or "retry" in flags else found
    if paths and not wanted:
        return c.fail("no files remaining")
    return Wait(None, code, follow.begin(c.view, c.p.cwd, wanted) or None)


def _last(text: str, flags: dict[str, str]) -> str:
    """Give the part of a text that `-n` or `-c` asks for."""
    if "c" in flags:
        count = flags["c"]
        keep = abs(number(count))
        return text[max(0, keep - 1) :] if count.startswith("+") else text[len(text) - keep :]
    lines = text.splitlines(keepends=True)
    count = flags.get("n") or "10"
    if count.startswith("+"):
        return "".join(lines[max(0, number(count) - 1) :])
    keep = abs(number(count))
    return "".join(lines[-keep:]) if keep else ""


def grep(c: Context) -> int:
    """Print the lines that match."""
    flags, words = split(c.argv, "eABC")
    pattern = flags["e"] if "e" in flags else (words.pop(0) if words else "")
    regex = to_regex(
        pattern,
        extended=c.name == "egrep" or bool({"E", "P"} & set(flags)),
        fixed=c.name == "fgrep" or "F" in flags,
        ignore_case="i" in flags,
    )
    if regex is None:
        return c.fail("Invalid regular expression", 2)
    around = r"^(?:{})$" if "x" in flags else (r"(?<!\w)(?:{})(?!\w)" if "w" in flags else "{}")
    if around != "{}":
        regex = re.compile(around.replace("{}", regex.pattern), regex.flags)
    lines = _input(c, words)[:200_000].splitlines()
    found = [line for line in lines if bool(regex.search(searched(regex, line))) != ("v" in flags)]
    if "c" in flags:
        c.out(f"{len(found)}\n")
    elif "o" in flags:
        parts = [m[0] for line in found for m in regex.finditer(searched(regex, line))]
        c.out("".join(f"{part}\n" for part in parts))
    elif "q" not in flags:
        c.out("".join(f"{line}\n" for line in found))
    return (0 if "q" in flags and found else c.status) or (0 if found else 1)


def wc(c: Context) -> int:
    """Count lines, words and bytes."""
    flags, paths = split(c.argv)
    text = _input(c, paths)
    if c.status and len(paths) == 1:
        return c.status
    counts = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
    wanted = [letter for letter in "lwc" if letter in flags] or list("lwc")
    numbers = [str(counts[letter]) for letter in wanted]
    shown = numbers[0] if len(numbers) == 1 else "".join(f"{number:>8}" for number in numbers)
    c.out(shown + (f" {paths[0]}" if len(paths) == 1 else "") + "\n")
    return c.status


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
    return c.status


def uniq(c: Context) -> int:
    """Drop repeated lines that follow each other."""
    flags, paths = split(c.argv)
    lines = _input(c, paths).splitlines()
    kept = [line for i, line in enumerate(lines) if not i or line != lines[i - 1]]
    counts = Counter(lines)
    c.out("".join(f"{counts[line]:>7} {line}\n" if "c" in flags else f"{line}\n" for line in kept))
    return c.status


def rev(c: Context) -> int:
    """Print each line backwards."""
    _, paths = split(c.argv)
    c.out("".join(line[::-1] + "\n" for line in _input(c, paths).splitlines()))
    return c.status


def cut(c: Context) -> int:
    """Print single fields of lines."""
    flags, paths = split(c.argv, "dfc")
    spec = flags.get("f") or flags.get("c") or "1"
    wanted: list[int] = []
    for piece in spec.split(","):
        first, dash, last = piece.partition("-")
        if not re.fullmatch(r"[0-9]{1,9}", first or last) or (last and not last.isdecimal()):
            return c.fail(f"invalid field value ‘{piece}’")
        end = number(last) if last else (200 if dash else number(first))
        wanted += range(number(first or "1"), min(end, 200) + 1)
    for line in _input(c, paths).splitlines():
        if "c" in flags:
            c.out("".join(line[n - 1 : n] for n in wanted) + "\n")
            continue
        mark = flags.get("d") or "\t"
        fields = line.split(mark)
        c.out(mark.join(fields[n - 1] for n in wanted if n <= len(fields)) + "\n")
    return c.status


def tr(c: Context) -> int:
    """Replace or delete characters."""
    flags, words = split(c.argv)
    ranges = [_characters(word) for word in words]
    text = c.stdin or ""
    if not ranges:
        return c.fail("missing operand")
    others = bool({"c", "C", "complement"} & set(flags))
    first, last = set(ranges[0]), ranges[-1]
    if {"d", "delete"} & set(flags):
        text = "".join(char for char in text if (char in first) is others)
    elif len(ranges) > 1 and last and others:
        text = "".join(char if char in first else last[-1] for char in text)
    elif len(ranges) > 1 and last:
        target = last + last[-1] * len(ranges[0])
        text = text.translate(dict(zip(map(ord, ranges[0]), target, strict=False)))
    if {"s", "squeeze-repeats"} & set(flags):
        again = set(last) if len(ranges) > 1 or not others else None
        text = "".join(char for at, char in enumerate(text)
                       if not at or text[at - 1] != char
                       or (char not in again if again is not None else char in first))  # fmt: skip
    c.out(text)
    return 0


def _characters(spec: str) -> str:
    for name, chars in CLASSES.items():
        spec = spec.replace(f"[:{name}:]", chars)
    spec = re.sub(r"\\([0-7]{1,3}|.)", _escaped, spec, flags=re.S)
    return re.sub(
        r"(.)-(.)", lambda m: "".join(chr(n) for n in range(ord(m[1]), ord(m[2]) + 1)), spec,
        flags=re.S,
    )  # fmt: skip


CLASSES = {
    "lower": "a-z", "upper": "A-Z", "digit": "0-9", "alpha": "A-Za-z", "alnum": "0-9A-Za-z",
    "space": "\t-\r ", "blank": "\t ", "punct": "!-/:-@[-`{-~", "print": " -~", "graph": "!-~",
    "cntrl": "\0-\x1f\x7f", "xdigit": "0-9A-Fa-f",
}  # fmt: skip
ESCAPES = {"n": "\n", "t": "\t", "r": "\r", "a": "\a", "b": "\b", "f": "\f", "v": "\v"}


def _escaped(match: re.Match[str]) -> str:
    """Give the character that a backslash stands for: one by its octal number, or a usual one."""
    name = match[1]
    return chr(int(name, 8) & 255) if name[0] in "01234567" else ESCAPES.get(name, name)


def _substitution(script: str) -> tuple[str, str, str] | None:
    """Take `s/PATTERN/TEXT/OPTIONS` apart; any sign may stand for the slash."""
    if len(script) < 4 or script[0] != "s" or script[1] in "\\\n":
        return None
    parts = re.split(rf"(?<!\\){re.escape(script[1])}", script[2:])
    if len(parts) != 3 or not re.fullmatch("[gI]*", parts[2]):
        return None
    return parts[0], parts[1], parts[2]


def sed(c: Context) -> int | Wait:
    """Replace text: `s/a/b/g`, with -i in place, and `Np` with -n."""
    from .modelled import quick

    flags, words = split(c.argv, "e")
    script = flags["e"] if "e" in flags else (words.pop(0) if words else "")
    match = _substitution(script)
    lines = re.fullmatch(r"(\d+)(?:,(\d+))?p", script)
    if (match is None and lines is None) or c.argv.count("-e") > 1 or "f" in flags:
        return quick(c)
    text = _input(c, words)
    if match:
        pattern, put, options = match
        regex = to_regex(
            pattern, extended=bool({"E", "r"} & set(flags)), ignore_case="I" in options
        )
        put = re.sub(r"(?<!\\)&", r"\\g<0>", put).replace("\\/", "/")
        try:
            if regex is None:
                raise IndexError
            result = "".join(
                regex.sub(put, searched(regex, row), 0 if "g" in options else 1)
                + row[len(searched(regex, row)) :]
                for row in text[:200_000].splitlines(keepends=True)
            )
        except (re.error, IndexError):
            return c.fail(f"-e expression #1, char {len(script)}: Invalid preceding regular "
                          "expression")  # fmt: skip
    elif lines is not None:
        first, last = number(lines[1]), number(lines[2] or lines[1])
        result = "".join(text.splitlines(keepends=True)[max(0, first - 1) : last])
    if "i" in flags and words:
        return c.status or _put_in_place(c, words[0], result)
    c.out(result)
    return c.status


def _put_in_place(c: Context, path: str, text: str) -> int:
    """Put a new file in an old one's place, as `sed -i` does: that is up to the folder."""
    why = c.p.stays(path)
    folder = posixpath.dirname(path)
    if why == "Device or resource busy":
        new = posixpath.join(folder, "sedXXXXXX")
        return c.fail(f"can't move '{path}XXXXXX' to '{path}': {why}" if c.is_busybox
                      else f"cannot rename {new}: {why}", 1 if c.is_busybox else 4)  # fmt: skip
    if why:
        new = posixpath.join(folder or ".", "sedXXXXXX")
        return c.fail(f"can't create temp file '{path}XXXXXX': {why}" if c.is_busybox
                      else f"couldn't open temporary file {new}: {why}",
                      1 if c.is_busybox else 4)  # fmt: skip
    c.view.write(path, text, c.p.cwd)
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
    "uniq": uniq, "cut": cut, "tr": tr, "rev": rev, "sed": sed, "xargs": xargs,
}  # fmt: skip
