"""The filters of `simulator.filters` in a container, sed, xargs, and `tail -f`."""

from __future__ import annotations

import posixpath
import re

from simulator.docker.shellmodel.commands.wording import unreadable
from simulator.filters import Call, table
from simulator.filters.arguments import command_lines
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
    """Print the first lines; of a device without end only `-c` can be had."""
    flags, paths = split(c.argv, "nc")
    size = flags.get("bytes") or flags.get("c") or ""
    if size and len(paths) == 1 and paths[0] in ENDLESS:
        c.out(devices.read(c.p, paths[0], min(endless.size(size), endless.MOST_BYTES)))
        return 0
    return filtered(c)


def filtered(c: Context) -> int:
    """Run a filter (`simulator.filters`)."""

    def read(path: str) -> str | None:
        why = c.p.unreadable(path)
        if why:
            words, status = unreadable(c.name, path, why, c.is_busybox)
            call.status = call.fail(words, status)
            return None
        text = c.view.text(path, c.p.cwd)
        call.blind = call.blind or text is None
        return text or ""

    def below(path: str) -> list[str] | None:
        real = c.view.resolve(path, c.p.cwd)
        if not c.view.is_dir(real):
            return None
        cut = len(real.rstrip("/")) + 1
        return [one[cut:] for one in c.view.below(real) if c.view.is_file(one)]

    call = Call(
        list(c.argv), lambda: c.stdin or "", read, below, c.out, c.err,
        busybox=c.is_busybox, utf8=c.quote("")[0] == "‘",
    )  # fmt: skip
    return table()[c.name](call)


def tail(c: Context) -> int | Wait:
    """Print the last lines; with -f go on with what is added."""
    argv = [re.sub(r"^-(\d+)$", r"-n\1", word) for word in c.argv]
    flags, paths = split(argv, "ncs")
    if not {"f", "F", "follow"} & set(flags):
        return endless.swallow(c) if any(path in ENDLESS for path in paths) else filtered(c)
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
    """Run a program with words from standard input; one that is no utility by its model."""
    from . import run_utility, utility_of
    from .modelled import quick

    status = 0
    for words in command_lines(c.argv, c.stdin or ""):
        context = Context(c.p, words, None, c.out, c.err, c.env)
        is_known = utility_of(context.name) is not None
        result = run_utility(context) if is_known else quick(context)
        code = result if isinstance(result, int) else result.code
        status = code if code in (126, 127) else 123 if code else status
    return status


ALL: dict[str, Utility] = {
    **dict.fromkeys(table(), filtered), "head": head, "tail": tail, "sed": sed, "xargs": xargs,
}  # fmt: skip
