"""echo, printf, true, false, sleep, test, env, seq, yes and others that touch no file."""

from __future__ import annotations

import re
from dataclasses import replace

from simulator.docker.shellmodel.printing import echoed, formatted, named_variables, substituted
from simulator.shell import conditions
from simulator.timing import DAY, HOUR, MINUTE, SECOND

from ..permissions import EXECUTE, READ, WRITE
from ..wrappers import removed, unwrapped
from . import LONGEST_US, Context, NeedsAnswer, Utility, Wait


def echo(c: Context) -> int:
    """Print words."""
    c.out(echoed(c.argv[1:]))
    return 0


def printf(c: Context) -> int:
    """Print words by a format."""
    words = c.argv[2:] if c.argv[1:2] == ["--"] else c.argv[1:]
    if not words:
        return c.fail("missing operand")
    done = formatted(words[0], words[1:], "ash" if c.is_busybox else "gnu")
    for text in done.complaints:
        c.fail(text)
    c.out(done.text)
    return done.status


def true(c: Context) -> int:
    """Succeed."""
    return 0


def false(c: Context) -> int:
    """Fail."""
    return 1


def sleep(c: Context) -> int | Wait:
    """Wait."""
    total = 0
    units = {"s": SECOND, "m": MINUTE, "h": HOUR, "d": DAY}
    if len(c.argv) < 2:
        return c.fail("missing operand")
    for word in c.argv[1:]:
        if word in ("infinity", "inf"):
            return Wait(None)
        match = re.fullmatch(r"(\d*\.?\d+)([smhd]?)", word)
        if match is None:
            hint = "Try 'sleep --help' for more information."
            return c.fail(f"invalid time interval ‘{word}’\n{hint}")
        total += round(min(float(match[1]) * units[match[2] or "s"], LONGEST_US))
    return Wait(min(total, LONGEST_US))


class ContainerFiles:
    """The files of a container, as `test` asks about them (`simulator.shell.conditions.Files`)."""

    def __init__(self, c: Context) -> None:
        self.c = c

    def is_so(self, operator: str, operand: str) -> bool:
        """Tell whether `-f PATH` and its like hold."""
        c, view = self.c, self.c.view
        if operator in ("-h", "-L"):
            real = view.resolve(operand, c.p.cwd, follow=False)
            return view.files.get(real, {}).get("type") == "link"
        entry = view.get(operand, c.p.cwd) if operand and operator not in ("-t", "-v") else None
        if entry is None:
            return operator == "-v" and operand in c.env
        if operator in ("-r", "-w", "-x"):
            if operator == "-w" and view.read_only_reason(view.resolve(operand, c.p.cwd)):
                return False
            return c.p.allowed(entry, {"-r": READ, "-w": WRITE, "-x": EXECUTE}[operator])
        if operator in ("-c", "-f"):
            return entry["type"] == "file" and ("device" in entry) == (operator == "-c")
        if operator == "-d":
            return bool(entry["type"] == "dir")
        if operator == "-s":
            return bool(entry.get("size", 0) > 0 or entry["type"] == "dir")
        return operator in ("-e", "-a", "-O", "-G")

    def compares(self, left: str, operator: str, right: str) -> bool:
        """Tell whether `A -nt B`, `-ot` or `-ef` holds; files carry no times."""
        view, cwd = self.c.view, self.c.p.cwd
        here, there = view.exists(left, cwd), view.exists(right, cwd)
        if operator == "-ef":
            return here and view.resolve(left, cwd) == view.resolve(right, cwd)
        return (here, there) == (operator == "-nt", operator == "-ot")


def test(c: Context) -> int:
    """Evaluate a condition, as the programs `[` and `test` do."""
    kind = "ash" if c.is_busybox else "bash"
    return conditions.test([c.name, *c.argv[1:]], ContainerFiles(c), kind, c.fail)


def env(c: Context) -> int:
    """Print the environment, or single variables as printenv."""
    names = [word for word in c.argv[1:] if not word.startswith("-")]
    if c.name == "printenv" and names:
        c.out("".join(f"{c.env[name]}\n" for name in names if name in c.env))
        return 0 if all(name in c.env for name in names) else 1
    gone = removed(c.argv, c.env)
    kept = {name: value for name, value in c.env.items() if name not in gone}
    added = dict(word.split("=", 1) for word in c.argv[1:] if "=" in word and word[0] != "-")
    c.out("".join(f"{name}={value}\n" for name, value in {**kept, **added}.items()))
    return 0


def timeout(c: Context) -> int | Wait:
    """Run a utility with a time limit."""
    inner = unwrapped(c.argv)
    if inner is None:
        return c.fail("missing operand", 125)
    words = inner[0]
    lengths = [word for word in c.argv[1:] if re.match(r"[\d.]+[smhd]?$", word)]
    if not lengths:
        return c.fail(f"invalid time interval {c.quote(next(iter(c.argv[1:]), ''))}", 125)
    length = lengths[0]
    limit = sleep(Context(c.p, ["sleep", length], None, c.out, c.err, c.env))
    from . import run_utility, table

    if words[0].rpartition("/")[2] not in table() or not isinstance(limit, Wait):
        shown = c.quote(words[0])
        return c.fail(f"failed to run command {shown}: No such file or directory", 127)
    inner_call = replace(c, argv=words, family=None)
    try:
        result = run_utility(inner_call)
    except NeedsAnswer as need:
        need.by(int(c.p.row["startedUs"]) + (limit.us or 0), 124)
        raise
    if isinstance(result, Wait) and (result.us is None or result.us > (limit.us or 0)):
        return Wait(limit.us, 124)
    return result


def envsubst(c: Context) -> int:
    """Put variables of the environment into a text; a word names those that count."""
    words = [word for word in c.argv[1:] if not word.startswith("-")]
    if "-v" in c.argv or "--variables" in c.argv:
        c.out("".join(f"{name}\n" for name in named_variables("".join(words[:1]))))
        return 0
    c.out(substituted(c.stdin or "", words, c.env))
    return 0


ALL: dict[str, Utility] = {
    "echo": echo, "printf": printf, "true": true, "false": false, "sleep": sleep, "test": test,
    "[": test, "env": env, "printenv": env,
    "timeout": timeout, "envsubst": envsubst,
}  # fmt: skip
