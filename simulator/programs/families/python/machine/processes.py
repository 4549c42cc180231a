"""Child processes of a Python program: subprocess, os.system, os.popen.

# Simplified: A child that reads its standard input from a pipe (`stdin=PIPE`) begins when all that
it is to read has been written: at `communicate`, `wait`, or when the pipe is closed.
"""

from __future__ import annotations

from typing import Any

from simulator.programs.lookup import ExecError, LaunchError, find_program
from simulator.timing import SECOND

from ....vm import Machine, Suspend
from ..output import flush
from .calls import native
from .errors import os_error
from .language import RESUMED
from .library import state_of
from .texts import to_text
from .workers import SIGNALS
from .world import Args, Words


@native("_proc.check")
def _check(vm: Machine, args: Args, words: Words) -> Any:
    """Raise why a program cannot be started: program, folder, environment."""
    name, folder = str(args[0]), args[1]
    p = vm.p
    cwd = p.cwd if folder is None else p.view.resolve(str(folder), p.cwd)
    if folder is not None and not p.view.is_dir(cwd):
        raise os_error(2, str(folder))
    try:
        found = find_program(p.view, name, _environ(vm, args[2]), cwd)
    except LaunchError:
        raise os_error(13, name) from None
    if found is None:
        raise os_error(20 if p.view.is_dir(name, cwd) else 2, name)
    entry = p.view.get(p.view.resolve(found, cwd))
    if entry is not None and entry["type"] == "file" and not int(entry["mode"]) & 0o111:
        raise os_error(13, name)


def _environ(vm: Machine, given: Any) -> dict[str, str]:
    if type(given) is dict:
        return {to_text(vm, key): to_text(vm, value) for key, value in given.items()}
    return dict(vm.p.env)


@native("_proc.start")
def _start(vm: Machine, args: Args, words: Words) -> Any:
    """Start a program: words, output, errors, input, environment, folder.

    output, errors: None (as this process), "pipe", "null", "stdout" (errors only), "file:PATH".
    Answers [pid, the pipe of its output, of its errors]; the pid is -11 when there are too many.
    """
    p = vm.p
    argv, out, err, text, env, folder = args
    kept = state_of(vm, "children")
    number = kept["pipes"] = int(kept.get("pipes", 0)) + 1
    captures = p.box.setdefault("captures", {})
    sink = f"capture:py-{p.pid}-{number}" if out == "pipe" else out
    errors = f"capture:py-{p.pid}-{number}e" if err == "pipe" else err
    errors = (sink or p.row["sink"]) if err == "stdout" else errors
    for one in (sink, errors):
        if one and one.startswith("capture:"):
            captures.setdefault(one, "")
    if errors is None:
        errors = p.row.get("errors") or p.row["sink"]
    before = {key: p.row.get(key) for key in ("env", "cwd", "buffer")}
    p.row.pop("buffer", None)
    p.row["env"] = _environ(vm, env)
    if folder is not None:
        p.row["cwd"] = p.view.resolve(str(folder), p.cwd)
    p.row["piping"] = str(text)
    try:
        pid = p.spawn([str(one) for one in argv], sink, errors)
    except ExecError:
        pid = -11
    p.row.pop("piping", None)
    p.row.update({key: value for key, value in before.items() if value is not None})
    return (pid, sink, errors)


@native("_proc.take")
def _take(vm: Machine, args: Args, words: Words) -> Any:
    """Read what has come through a pipe."""
    captures = vm.p.box.get("captures", {})
    text = captures.get(args[0], "")
    if text:
        captures[args[0]] = ""
    return text


@native("_proc.poll")
def _poll(vm: Machine, args: Args, words: Words) -> Any:
    """Give the exit code of a child that has ended; None while it runs."""
    vm.touched = True
    return state_of(vm, "children").get("ended", {}).get(args[0])


@native("_proc.settle")
def _settle(vm: Machine, args: Args, words: Words) -> Any:
    """Take a child for ended that has done all it does and only takes its time."""
    row = vm.p.box["processes"].get(str(args[0]))
    if row is not None and row.get("ended") and "code" in row:
        state_of(vm, "children").setdefault("ended", {})[int(args[0])] = int(row["code"])


@native("_proc.wait")
def _wait(vm: Machine, args: Args, words: Words) -> Any:
    """Wait for a child's end, or for a while: True when it has ended.

    args: pid, seconds at most (None: for ever), whether only to look on (its output is awaited).
    """
    kept = state_of(vm, "children")
    pid = int(args[0])
    if pid in kept.setdefault("ended", {}):
        return True
    if args[2]:
        return Suspend(round(float(args[1]) * SECOND), None, "none")
    kept.setdefault("waiting", {})[pid] = vm.task
    us = None if args[1] is None else round(float(args[1]) * SECOND)
    return Suspend(us, None, "child")


RESUMED["child"] = lambda vm, data, answer: answer is not None


@native("_proc.kill")
def _kill(vm: Machine, args: Args, words: Words) -> Any:
    flush(vm.p)
    vm.p.flush()
    vm.p.programs.signal(vm.p.container, SIGNALS.get(int(args[1]), "SIGTERM"), int(args[0]))
