"""Signals by name and number, as Linux has them."""

from __future__ import annotations

from .errors import DockerError

SIGNALS = {
    "SIGHUP": 1, "SIGINT": 2, "SIGQUIT": 3, "SIGILL": 4, "SIGABRT": 6, "SIGKILL": 9, "SIGUSR1": 10,
    "SIGSEGV": 11, "SIGUSR2": 12, "SIGPIPE": 13, "SIGALRM": 14, "SIGTERM": 15, "SIGCHLD": 17,
    "SIGCONT": 18, "SIGSTOP": 19, "SIGTSTP": 20, "SIGWINCH": 28,
}  # fmt: skip


def signal_name(text: str) -> str:
    """Read a signal as people write it (`9`, `KILL`, `sigkill`); DockerError 400."""
    word = text.strip().upper()
    for name, number in SIGNALS.items():
        if word in (name, name[3:], str(number)):
            return name
    raise DockerError(400, f"invalid signal: {text}")
