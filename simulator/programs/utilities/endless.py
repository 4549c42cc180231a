"""Commands that never end and keep a CPU busy: yes, and reading /dev/zero or /dev/urandom.

# Simplified: `yes` prints a hundred lines; after that it only keeps its CPU busy.
"""

from __future__ import annotations

from . import Context, Utility, Wait

SOURCES = ("/dev/zero", "/dev/urandom", "/dev/random")
READERS = ("cat", "dd", "md5sum", "sha1sum", "sha256sum", "sha512sum", "gzip")
LINES = 100


def busy(c: Context) -> Wait:
    """Use one core for ever."""
    c.p.row["cpu"] = 1.0
    return Wait(None)


def yes(c: Context) -> Wait:
    """Print a word again and again."""
    c.out(((" ".join(c.argv[1:]) or "y") + "\n") * LINES)
    return busy(c)


def unless_endless(utility: Utility) -> Utility:
    """Let a utility that reads what never ends never end."""

    def run(c: Context) -> int | Wait:
        words = [word.removeprefix("if=") for word in c.argv[1:]]
        counted = any(word.startswith(("count=", "-c", "-n")) for word in c.argv[1:])
        if not counted and any(word in SOURCES for word in words):
            return busy(c)
        return utility(c)

    return run
