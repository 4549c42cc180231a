"""The filters of `simulator.filters` in a build step, and xargs."""

from __future__ import annotations

from simulator.docker.shellmodel.commands.text import DEVICES, device
from simulator.docker.shellmodel.commands.wording import unreadable
from simulator.docker.shellmodel.process import Run
from simulator.docker.tree import IS_DIRECTORY, NO_ENTRY
from simulator.filters import Call, table
from simulator.filters.arguments import command_lines


def filtered(run: Run) -> int:
    """Run a filter."""

    def read(path: str) -> str | None:
        if path in DEVICES:
            return device(path)
        entry = run.need(path)
        if entry is None or entry["type"] == "dir":
            why = NO_ENTRY if entry is None else IS_DIRECTORY
            words = unreadable(run.name, path, why, run.shell.flavour == "ash")
            call.status = call.fail(*words)
            return None
        call.blind = call.blind or "text" not in entry
        return str(entry.get("text", ""))

    def below(path: str) -> list[str] | None:
        real = run.real(path)
        if not run.tree.is_dir(real):
            return None
        cut = len(real.rstrip("/")) + 1
        return [one[cut:] for one in run.below(real) if run.tree.is_file(one)]

    locale = run.env("LC_ALL") or run.env("LC_CTYPE") or run.env("LANG")
    call = Call(
        [run.name, *run.argv[1:]], lambda: run.stdin, read, below, run.out, run.err,
        busybox=run.shell.flavour == "ash", utf8="utf" in locale.lower(),
    )  # fmt: skip
    return table()[run.name](call)


def xargs(run: Run) -> int:
    """`xargs [-0r] [-n N] [-I X] [-d C] CMD...`."""
    status = 0
    for words in command_lines(run.argv, run.stdin):
        run.clock.step()
        code = run.shell.program(words)
        status = code if code in (126, 127) else 123 if code else status
    return status


MODELS = {**dict.fromkeys(table(), filtered), "xargs": xargs}
