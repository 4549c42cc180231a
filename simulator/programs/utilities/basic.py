"""echo, printf, true, false, sleep, test, env, seq, yes and others that touch no file."""

from __future__ import annotations

import re

from simulator.docker.shellmodel.printing import echoed, formatted, named_variables, substituted
from simulator.timing import DAY, HOUR, MINUTE, SECOND

from ..permissions import EXECUTE, READ, WRITE
from ..wrappers import unwrapped
from . import LONGEST_US, BadNumber, Context, Utility, Wait, number


def echo(c: Context) -> int:
    """Print words."""
    c.out(echoed(c.argv[1:]))
    return 0


def printf(c: Context) -> int:
    """Print words by a format."""
    words = c.argv[2:] if c.argv[1:2] == ["--"] else c.argv[1:]
    if not words:
        c.err("printf: usage: printf format [arguments]\n")
        return 2
    c.out(formatted(words[0], words[1:]))
    return 0


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


def test(c: Context) -> int:
    """Evaluate a condition, as `[` and `test` do."""
    words = c.argv[1:]
    if c.name == "[":
        if not words or words[-1] != "]":
            c.err("sh: [: missing ]\n")
            return 2
        words = words[:-1]
    try:
        return 0 if _or(c, list(words)) else 1
    except ValueError as error:
        c.err(f"sh: {error}\n")
        return 2


def _or(c: Context, words: list[str]) -> bool:
    for joint in ("-o", "-a"):
        if joint in words[1:-1] and len(words) > 3:
            at = words.index(joint, 1)
            left, right = _or(c, words[:at]), _or(c, words[at + 1 :])
            return (left or right) if joint == "-o" else (left and right)
    if words and words[0] == "!" and len(words) != 3:
        return not _or(c, words[1:])
    return _primary(c, words)


def _primary(c: Context, words: list[str]) -> bool:
    if not words:
        return False
    if len(words) == 1:
        return words[0] != ""
    if len(words) == 2:
        return _unary(c, words[0], words[1])
    if len(words) == 3:
        if words[0] == "!":
            return not _primary(c, words[1:])
        return _binary(c, *words)
    raise ValueError(f"{words[3]}: unexpected operator")


def _unary(c: Context, op: str, value: str) -> bool:
    entry = c.view.get(value, c.p.cwd) if op in ("-e", "-f", "-d", "-s", "-x", "-r", "-w", "-h",
                                                  "-L", "-S", "-p") else None  # fmt: skip
    if op == "-z":
        return value == ""
    if op == "-n":
        return value != ""
    if op in ("-h", "-L"):
        real = c.view.resolve(value, c.p.cwd, follow=False)
        return c.view.files.get(real, {}).get("type") == "link"
    if op == "-e":
        return entry is not None
    if op in ("-r", "-w", "-x"):
        real = c.view.resolve(value, c.p.cwd)
        if entry is None or (op == "-w" and c.view.read_only_reason(real)):
            return False
        return c.p.allowed(entry, {"-r": READ, "-w": WRITE, "-x": EXECUTE}[op])
    if op == "-f":
        return entry is not None and entry["type"] == "file"
    if op == "-d":
        return entry is not None and entry["type"] == "dir"
    if op == "-s":
        return entry is not None and bool(entry.get("size"))
    if op in ("-t", "-S", "-p"):
        return False
    raise ValueError(f"{op}: unexpected operator")


def _binary(c: Context, left: str, op: str, right: str) -> bool:
    if op in ("=", "=="):
        return left == right
    if op == "!=":
        return left != right
    numbers = {"-eq": 0, "-ne": 0, "-lt": 0, "-le": 0, "-gt": 0, "-ge": 0}
    if op not in numbers:
        raise ValueError(f"{op}: unexpected operator")
    try:
        a, b = number(left.strip()), number(right.strip())
    except BadNumber as bad:
        raise ValueError(f"Illegal number: {bad}") from None
    return {"-eq": a == b, "-ne": a != b, "-lt": a < b, "-le": a <= b, "-gt": a > b,
            "-ge": a >= b}[op]  # fmt: skip


def env(c: Context) -> int:
    """Print the environment, or single variables as printenv."""
    names = [word for word in c.argv[1:] if not word.startswith("-")]
    if c.name == "printenv" and names:
        c.out("".join(f"{c.env[name]}\n" for name in names if name in c.env))
        return 0 if all(name in c.env for name in names) else 1
    c.out("".join(f"{name}={value}\n" for name, value in c.env.items()))
    return 0


def seq(c: Context) -> int:
    """Print numbers."""
    words = c.argv[1:]
    if not words or not all(re.fullmatch(r"-?\d+", word) for word in words):
        return c.fail("missing operand" if not words else f"invalid argument ‘{words[0]}’")
    numbers = [number(word) for word in words]
    first, step, last = 1, 1, numbers[-1]
    if len(numbers) > 1:
        first = numbers[0]
    if len(numbers) > 2:
        step = numbers[1] or 1
    values = range(first, last + (1 if step > 0 else -1), step)[:100_000]
    c.out("".join(f"{n}\n" for n in values))
    return 0


def basename(c: Context) -> int:
    """Print the last part of a path."""
    name = c.argv[1].rstrip("/").rpartition("/")[2] if len(c.argv) > 1 else ""
    suffix = c.argv[2] if len(c.argv) > 2 else ""
    c.out((name.removesuffix(suffix) if name != suffix else name) + "\n")
    return 0


def dirname(c: Context) -> int:
    """Print a path without its last part."""
    head = c.argv[1].rstrip("/").rpartition("/")[0] if len(c.argv) > 1 else ""
    c.out((head or ("/" if c.argv[1:2] and c.argv[1].startswith("/") else ".")) + "\n")
    return 0


def expr(c: Context) -> int:
    """Work out a simple expression: two numbers and an operator."""
    words = c.argv[1:]
    if len(words) == 1:
        c.out(words[0] + "\n")
        return 0 if words[0] not in ("", "0") else 1
    if len(words) != 3 or not all(re.fullmatch(r"-?\d+", w) for w in (words[0], words[2])):
        return c.fail("syntax error", 2)
    a, b = number(words[0]), number(words[2])
    if words[1] in "/%" and b == 0:
        return c.fail("division by zero", 2)
    results = {"+": a + b, "-": a - b, "*": a * b, "/": a // b if b else 0, "%": a % b if b else 0,
               "=": int(a == b), "<": int(a < b), ">": int(a > b)}  # fmt: skip
    if words[1] not in results:
        return c.fail("syntax error", 2)
    c.out(f"{results[words[1]]}\n")
    return 0 if results[words[1]] else 1


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
    result = run_utility(Context(c.p, words, c.given, c.out, c.err, c.env, c.typed))
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
    "[": test, "env": env, "printenv": env, "seq": seq, "basename": basename, "dirname": dirname,
    "expr": expr, "timeout": timeout, "envsubst": envsubst,
}  # fmt: skip
