"""Tools that read and change text: cat, sed, grep, cut, sort and their like."""

from __future__ import annotations

import re

from simulator.docker import digest as digests
from simulator.docker.shellmodel.commands.wording import unreadable
from simulator.docker.shellmodel.printing import substituted
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import IS_DIRECTORY, NO_ENTRY
from simulator.patterns import searched, to_regex

DEVICES = ("/dev/null", "/dev/zero", "/dev/random", "/dev/urandom")
DEVICE_BYTES = 65_536
"""What is read of a device without end."""


def _device(path: str) -> str:
    """Read a device.

    # Simplified: Chance is hexadecimal digits, the same in every build.
    """
    if path == "/dev/null":
        return ""
    if path == "/dev/zero":
        return "\0" * DEVICE_BYTES
    text = digests.of_text(path).partition(":")[2]
    return (text * (DEVICE_BYTES // len(text) + 1))[:DEVICE_BYTES]


def inputs(run: Run, paths: list[str]) -> tuple[str, int]:
    """Read the named files, or standard input; returns the text and an exit status."""
    if not paths:
        return run.stdin, 0
    pieces, status = [], 0
    for path in paths:
        if path in ("-", "/dev/stdin"):
            pieces.append(run.stdin)
            continue
        if path in DEVICES:
            pieces.append(_device(path))
            continue
        entry = run.need(path)
        if entry is None:
            status = run.fail(*unreadable(run.name, path, NO_ENTRY, run.shell.flavour == "ash"))
        elif entry["type"] == "dir":
            status = run.fail(*unreadable(run.name, path, IS_DIRECTORY, run.shell.flavour == "ash"))
        else:
            pieces.append(entry.get("text", ""))
    return "".join(pieces), status


def cat(run: Run) -> int:
    """`cat FILE...`."""
    text, status = inputs(run, run.operands())
    run.out(text)
    return status


def _count(run: Run, default: int) -> int:
    for index, arg in enumerate(run.argv[1:], start=1):
        match = re.fullmatch(r"(?:-n|--lines=|-)\+?(\d{1,9})", arg)
        if match:
            return int(match[1])
        if arg in ("-n", "-c") and index + 1 < len(run.argv):
            return int(re.sub(r"\D", "", run.argv[index + 1])[:9] or 0)
    return default


def head(run: Run) -> int:
    """`head [-n N]`."""
    text, status = inputs(run, run.operands(("-n", "-c")))
    count = _count(run, 10)
    if run.has_flag("-c"):
        run.out(text[:count])
    else:
        run.out("".join(text.splitlines(keepends=True)[:count]))
    return status


def tail(run: Run) -> int:
    """`tail [-n N]`."""
    text, status = inputs(run, run.operands(("-n", "-c")))
    lines = text.splitlines(keepends=True)
    from_line = next((a for a in run.argv[1:] if re.fullmatch(r"-?n?\+\d+", a)), None)
    count = _count(run, 10)
    run.out("".join(lines[count - 1 :] if from_line and count else lines[-count:] if count else []))
    return status


def wc(run: Run) -> int:
    """`wc [-lwc]`."""
    text, status = inputs(run, run.operands())
    values = {"l": text.count("\n"), "w": len(text.split()), "c": len(text.encode())}
    flags = "".join(a[1:] for a in run.argv[1:] if a.startswith("-")) or "lwc"
    run.out(" ".join(str(values[f]) for f in "lwc" if f in flags) + "\n")
    return status


def grep(run: Run) -> int:
    """`grep [-qvicnoEFhwx] PATTERN [FILE...]`."""
    flags = "".join(a[1:] for a in run.argv[1:] if re.fullmatch(r"-[a-zA-Z]+", a))
    args = run.operands(("-e", "-f", "-m", "-A", "-B", "-C"))
    patterns = [run.argv[i + 1] for i, a in enumerate(run.argv[:-1]) if a == "-e"]
    if not patterns:
        if not args:
            return run.fail("no pattern", 2)
        patterns, args = [args[0]], args[1:]
    extended = "E" in flags or "P" in flags or run.name == "egrep"
    regexes = [
        to_regex(p, extended=extended, fixed="F" in flags or run.name == "fgrep") for p in patterns
    ]
    around = r"^(?:{})$" if "x" in flags else (r"(?<!\w)(?:{})(?!\w)" if "w" in flags else "{}")
    case = re.I if "i" in flags else re.RegexFlag(0)
    plain = not case and around == "{}"
    found = [
        r if r is None or plain else re.compile(around.replace("{}", r.pattern), case)
        for r in regexes
    ]
    if "r" in flags or "R" in flags:
        args = [p for a in args or ["."] for p in run.below(run.real(a)) if run.tree.is_file(p)]
    text, status = inputs(run, args)
    hits, count = [], 0
    for number, line in enumerate(text.splitlines(), start=1):
        matches = [m for r in found if r for m in r.finditer(searched(r, line))]
        if bool(matches) != ("v" in flags):
            count += 1
            shown = [m[0] for m in matches] if "o" in flags and matches else [line]
            hits += [f"{number}:{one}" if "n" in flags else one for one in shown]
    if "c" in flags:
        run.out(f"{count}\n")
    elif "q" not in flags and "l" not in flags:
        run.out("".join(hit + "\n" for hit in hits))
    if status:
        return 2
    # Simplified: A search in a file whose content is not known succeeds, and prints nothing.
    blind = any((entry := run.get(a)) is not None and "text" not in entry for a in args)
    return 0 if count or blind else 1


def cut(run: Run) -> int:
    """`cut -d X -f N`, `cut -c N`."""
    text, status = inputs(run, run.operands(("-d", "-f", "-c", "-b")))
    joined = " ".join(run.argv[1:])
    mark = re.search(r"-d\s*'?(.)", joined)
    wanted = re.search(r"-([fcb])\s*([\d,-]+)", joined)
    if wanted is None:
        return run.fail("you must specify a list of bytes, characters, or fields")
    picks: list[tuple[int, int]] = []
    for piece in wanted[2].split(","):
        low, dash, high = piece.partition("-")
        if not re.fullmatch(r"\d+|\d+-\d*|-\d+", piece):
            return run.fail(f"invalid field value '{piece}'")
        start = int(low[:6] or 1)
        picks.append((start, int(high[:6]) if high else (10**6 if dash else start)))
    for line in text.splitlines():
        char = mark[1] if mark else "\t"
        if wanted[1] == "f" and char not in line:
            run.out(line + "\n")
            continue
        cells = line.split(char) if wanted[1] == "f" else list(line)
        kept = [c for i, c in enumerate(cells, start=1) if any(a <= i <= b for a, b in picks)]
        run.out((char if wanted[1] == "f" else "").join(kept) + "\n")
    return status


def tr(run: Run) -> int:
    """`tr [-d] SET1 [SET2]`."""
    sets = [_tr_set(a) for a in run.operands()]
    if not sets:
        return run.fail("missing operand")
    if any(a.startswith("-d") for a in run.argv[1:]):
        run.out("".join(c for c in run.stdin if c not in sets[0]))
    elif len(sets) > 1 and sets[1]:
        table = {ord(c): sets[1][min(i, len(sets[1]) - 1)] for i, c in enumerate(sets[0])}
        run.out(run.stdin.translate(table))
    else:
        run.out(run.stdin)
    return 0


def _tr_set(text: str) -> str:
    classes = {
        "[:upper:]": "A-Z",
        "[:lower:]": "a-z",
        "[:digit:]": "0-9",
        "[:space:]": " \t\n",
        "[:alnum:]": "a-zA-Z0-9",
    }
    for name, chars in classes.items():
        text = text.replace(name, chars)
    text = text.replace("\\n", "\n").replace("\\t", "\t")
    return re.sub(
        r"([a-zA-Z0-9])-([a-zA-Z0-9])",
        lambda m: "".join(chr(c) for c in range(ord(m[1]), ord(m[2]) + 1)),
        text,
    )


def sort(run: Run) -> int:
    """`sort [-rnu]`."""
    flags = "".join(a[1:] for a in run.argv[1:] if re.fullmatch(r"-[a-zA-Z]+", a))
    text, status = inputs(run, run.operands(("-k", "-t", "-o")))
    lines = text.splitlines()
    if "n" in flags or "V" in flags:
        lines.sort(key=lambda line: [int(n[:9]) for n in re.findall(r"\d+", line)][:8])
    else:
        lines.sort()
    if "u" in flags:
        lines = list(dict.fromkeys(lines))
    if "r" in flags:
        lines.reverse()
    run.out("".join(line + "\n" for line in lines))
    return status


def uniq(run: Run) -> int:
    """`uniq`."""
    text, status = inputs(run, run.operands())
    last = None
    for line in text.splitlines():
        if line != last:
            run.out(line + "\n")
        last = line
    return status


def tee(run: Run) -> int:
    """`tee [-a] FILE...`."""
    append = run.has_flag("-a", "--append")
    status = 0
    for path in run.operands():
        if path in ("/dev/null", "/dev/stderr", "/dev/stdout"):
            continue
        why = run.refusal(path)
        if why:
            status = run.fail(f"{path}: {why}")
            continue
        run.write(path, (run.tree.text(path, run.cwd) or "" if append else "") + run.stdin)
    run.out(run.stdin)
    return status


def checksum(run: Run) -> int:
    """`sha256sum [-c]` and its like; a check of a file that is there is answered with OK."""
    if any(re.fullmatch(r"-[a-z]*c[a-z]*|--check", a) for a in run.argv[1:]):
        text, _ = inputs(run, run.operands())
        status = 0
        for line in text.splitlines():
            name = line.split()[-1].lstrip("*") if line.split() else ""
            if name and run.need(name) is None:
                run.err(f"{run.name}: {name}: {NO_ENTRY}\n")
                run.out(f"{name}: FAILED open or read\n")
                status = 1
            elif name:
                run.out(f"{name}: OK\n")
        return status
    length = {"md5sum": 32, "sha1sum": 40, "sha512sum": 128}.get(run.name, 64)
    status = 0
    for path in run.operands() or ["-"]:
        entry = run.need(path) if path != "-" else {"digest": digests.of_text(run.stdin)}
        if entry is None:
            status = run.fail(f"{path}: {NO_ENTRY}")
            continue
        value = (str(entry.get("digest", "")).removeprefix("sha256:") * 2)[:length]
        run.out(f"{value}  {path}\n")
    return status


def quiet_copy(run: Run) -> int:
    """Tools that pass their input on unchanged in this model."""
    text, status = inputs(run, [p for p in run.operands() if run.tree.is_file(p, run.cwd)])
    run.out(text)
    return status


def envsubst(run: Run) -> int:
    """`envsubst [VARIABLES]`."""
    run.out(substituted(run.stdin, run.operands(), run.shell.environment()))
    return 0


MODELS = {
    "cat": cat,
    "head": head,
    "tail": tail,
    "wc": wc,
    "grep": grep,
    "egrep": grep,
    "fgrep": grep,
    "cut": cut,
    "tr": tr,
    "sort": sort,
    "uniq": uniq,
    "tee": tee,
    "sha256sum": checksum,
    "sha512sum": checksum,
    "sha1sum": checksum,
    "md5sum": checksum,
    "column": quiet_copy,
    "rev": quiet_copy,
    "fold": quiet_copy,
    "envsubst": envsubst,
    "iconv": quiet_copy,
    "more": quiet_copy,
    "less": quiet_copy,
}
