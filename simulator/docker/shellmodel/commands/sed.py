"""`sed`: the stream editor's everyday commands, s, d, p, a, i and c, on addressed lines.

# Simplified: The hold space, branches and `y` of sed are not modelled.
"""

from __future__ import annotations

import re

from simulator.docker.shellmodel.commands.text import inputs
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import NO_ENTRY
from simulator.patterns import searched, to_regex

SED_COMMAND = re.compile(
    r"(?:(\d+|\$|/(?:[^/\\]|\\.)*/)(?:,(\d+|\$|/(?:[^/\\]|\\.)*/))?)?\s*(!?)\s*([a-zA-Z=])"
)


def sed(run: Run) -> int:
    """`sed [-i] [-E] SCRIPT [FILE...]` with s, d, p, a, i, c on addressed lines."""
    flags = [a for a in run.argv[1:] if re.fullmatch(r"-[a-zA-Z].*", a) and not a.startswith("-e")]
    scripts = [run.argv[i + 1] for i, a in enumerate(run.argv[:-1]) if a in ("-e", "--expression")]
    args = run.operands(("-e", "--expression", "-f"))
    if not scripts:
        if not args:
            return run.fail("no script specified")
        scripts, args = [args[0]], args[1:]
    extended = any(c in flag for flag in flags if flag[1] != "i" for c in "Er")
    quiet = any(re.fullmatch(r"-[a-zA-Z]*n[a-zA-Z]*", flag) for flag in flags)
    commands = []
    for script in scripts:
        found = _sed_script(script, extended)
        if found is None:
            return run.fail(f"-e expression #1, char {len(script)}: unknown command or bad option")
        commands += found
    if not any(flag.startswith("-i") for flag in flags) and "--in-place" not in run.argv:
        text, status = inputs(run, args)
        run.out(_sed_apply(text, commands, quiet))
        return status
    status = 0
    for path in args:
        entry = run.need(path)
        if entry is None:
            status = run.fail(f"can't read {path}: {NO_ENTRY}", 2)
        elif not run.may_write(path):
            status = run.fail(f"couldn't open temporary file {path}: Permission denied", 4)
        elif "text" in entry:
            run.write(path, _sed_apply(entry["text"], commands, quiet))
    return status


SedCommand = tuple[str, str, bool, str, re.Pattern[str] | None, str, str]


def _sed_script(script: str, extended: bool) -> list[SedCommand] | None:
    """Read a script into (from, to, negated, letter, pattern, text, flags) rows."""
    rows: list[SedCommand] = []
    rest = script.strip()
    while rest:
        match = SED_COMMAND.match(rest)
        if match is None:
            return None
        letter = match[4]
        rest = rest[match.end() :]
        address = match[1] or "", match[2] or "", bool(match[3])
        if letter in "sy":
            pieces = _sed_pieces(rest)
            if pieces is None:
                return None
            pattern, new, rest = pieces
            after = re.match(r"[gpiIeMm0-9]*", rest)
            assert after is not None
            regex = to_regex(pattern, extended=extended)
            if regex is not None and "i" in after[0].lower():
                regex = re.compile(regex.pattern, re.I)
            rows.append((*address, letter, regex, new, after[0]))
            rest = rest[after.end() :]
        elif letter in "aic":
            rows.append((*address, letter, None, rest.lstrip(" \\\n"), ""))
            rest = ""
        else:
            rows.append((*address, letter, None, "", ""))
        rest = rest.lstrip(" \t\n;}")
    return rows


def _sed_pieces(rest: str) -> tuple[str, str, str] | None:
    """Cut `/old/new/` at its delimiter."""
    if not rest:
        return None
    mark, current, at = rest[0], "", 1
    pieces: list[str] = []
    while at < len(rest) and len(pieces) < 2:
        char = rest[at]
        if char == "\\" and at + 1 < len(rest):
            current += rest[at + 1] if rest[at + 1] == mark else rest[at : at + 2]
            at += 2
            continue
        if char == mark:
            pieces.append(current)
            current = ""
        else:
            current += char
        at += 1
    return (pieces[0], pieces[1], rest[at:]) if len(pieces) == 2 else None


def _sed_apply(text: str, commands: list[SedCommand], quiet: bool) -> str:
    lines = text.splitlines()
    out: list[str] = []
    active = [False] * len(commands)
    for number, line in enumerate(lines, start=1):
        before: list[str] = []
        after: list[str] = []
        gone = False
        printed: list[str] = []
        for index, row in enumerate(commands):
            hit, active[index] = _addressed(row, line, number, len(lines), active[index])
            if hit == row[2]:
                continue
            letter, regex, new, flags = row[3], row[4], row[5], row[6]
            if letter == "s" and regex is not None:
                line, count = _substitute(regex, new, line, "g" in flags)
                if "p" in flags and count:
                    printed.append(line)
            elif letter == "d":
                gone = True
            elif letter == "p":
                printed.append(line)
            elif letter == "a":
                after.append(new)
            elif letter == "i":
                before.append(new)
            elif letter == "c":
                line = new
        out += before + printed + ([] if gone or quiet else [line]) + after
    return "".join(line + "\n" for line in out)


def _substitute(regex: re.Pattern[str], new: str, line: str, everywhere: bool) -> tuple[str, int]:
    head = searched(regex, line)
    made, count = regex.subn(lambda match: _sed_new(match, new), head, 0 if everywhere else 1)
    return made + line[len(head) :], count


def _sed_new(match: re.Match[str], new: str) -> str:
    def part(found: re.Match[str]) -> str:
        mark = found[0]
        if mark == "&":
            return match[0]
        if mark[1].isdigit():
            index = int(mark[1])
            return (match[index] or "") if index <= (match.re.groups) else ""
        return {"n": "\n", "t": "\t"}.get(mark[1], mark[1])

    return re.sub(r"&|\\.", part, new)


def _addressed(
    row: SedCommand, line: str, number: int, last: int, active: bool
) -> tuple[bool, bool]:
    first, second = row[0], row[1]
    if not first:
        return True, False
    if not second:
        return _at(first, line, number, last), False
    if active:
        ends = _at(second, line, number, last) or (second.isdigit() and number >= int(second[:9]))
        return True, not ends
    begins = _at(first, line, number, last)
    return begins, begins


def _at(address: str, line: str, number: int, last: int) -> bool:
    if address == "$":
        return number == last
    if address.isdigit():
        return number == int(address[:9])
    regex = to_regex(address[1:-1], extended=False)
    return regex is not None and regex.search(searched(regex, line)) is not None


MODELS = {"sed": sed}
