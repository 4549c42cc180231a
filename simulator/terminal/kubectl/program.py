"""The kubectl program: finds the subcommand, reads its flags, runs it, prints its errors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.errors import DrydockError
from simulator.kubernetes.api.status import StatusError
from simulator.terminal.docker import session
from simulator.terminal.program import RUNNING, Call, Program

from . import completion
from .catalogue import COMMANDS, GROUPS, find
from .command import Command
from .errors import KubectlError, text_of
from .flags import GLOBAL, FlagError, parse
from .helptext import group_help, help_of, overview
from .session import Session
from .suggest import suggestions

if TYPE_CHECKING:
    from simulator.engine import Engine


class Kubectl(Program):
    """kubectl and its subcommands; one Command each, in the modules beside this one."""

    names = ("kubectl", "k")

    def is_read(self, argv: list[str]) -> bool:
        """Only looks: everything but writes, and what goes on in time."""
        command, rest = _command(argv[1:])
        if command is None:
            return True
        try:
            flags = parse(rest, command.flags, _interspersed(command)).flags
        except FlagError:
            return True
        if flags.get("help"):
            return True
        return command.reads(flags) if callable(command.reads) else command.reads

    def start(self, call: Call) -> int | None:
        """Find the subcommand and run it."""
        words = call.argv[1:]
        command, rest = _command(words)
        if command is None:
            return _no_command(call, words)
        return _run(call, command, rest, first=True)

    def step(self, call: Call) -> int | None:
        """Go on with a subcommand after a wake."""
        command, rest = _command(call.argv[1:])
        assert command is not None
        return _run(call, command, rest, first=False)

    def typed(self, call: Call, text: str) -> int | None:
        """Pass on what was typed, and print what comes of it at once."""
        session.take(call, text)
        return self.step(call)

    def complete(self, engine: Engine, words: list[str], machine: str, cwd: str) -> list[str]:
        """Complete subcommands, kinds, names, flags and files."""
        return completion.complete(engine, words[1:], machine, cwd)


def _interspersed(command: Command) -> bool:
    return True


def _command(words: list[str]) -> tuple[Command | None, list[str]]:
    """Find the subcommand that a line names, flags before it put behind it."""
    before: list[str] = []
    at = 0
    takes_value = {f"--{f.name}" for f in GLOBAL if f.kind != "bool"}
    takes_value |= {f"-{f.short}" for f in GLOBAL if f.short and f.kind != "bool"}
    while at < len(words) and words[at].startswith("-"):
        before.append(words[at])
        if words[at] in takes_value and at + 1 < len(words):
            at += 1
            before.append(words[at])
        at += 1
    name = words[at : at + 1]
    if not name:
        return None, words
    if name[0] in GROUPS:
        for length in (3, 2):
            command = find(" ".join(words[at : at + length]))
            if command is not None and len(words) >= at + length:
                return command, [*before, *words[at + length :]]
        if words[at + 1 : at + 2] and name[0] != "create" and not words[at + 1].startswith("-"):
            return None, words
    command = find(name[0])
    return command, [*before, *words[at + 1 :]]


def _run(call: Call, command: Command, words: list[str], first: bool) -> int | None:
    try:
        parsed = parse(words, command.flags, _interspersed(command))
    except FlagError as error:
        call.err(f"error: {error}\nSee 'kubectl {command.name} --help' for usage.\n")
        return 1
    if parsed.flags.get("help"):
        call.out(help_of(command))
        return 0
    session = Session(call, parsed, command.name)
    session.engine.api.warnings = []
    try:
        code = command.run(session) if first else (command.step or command.run)(session)
    except (KubectlError, StatusError) as error:
        call.err(text_of(error))
        return error.code if isinstance(error, KubectlError) else 1
    except DrydockError as error:
        call.err(f"error: {error.message}\n")
        return 1
    return RUNNING if code is None else code


def _no_command(call: Call, words: list[str]) -> int:
    """Answer a line that names no subcommand."""
    named = [word for word in words if not word.startswith("-")]
    if not named or named == ["help"]:
        call.out(overview(COMMANDS))
        return 0
    if named[0] == "help":
        command = find(" ".join(named[1:3])) or find(named[1])
        if command is not None:
            call.out(help_of(command))
        elif named[1] in GROUPS:
            call.out(group_help(named[1], COMMANDS))
        else:
            call.out(f"Unknown help topic [`{' '.join(named[1:])}`].\n")
        return 0
    if named[0] in GROUPS:
        known = any(c.name.startswith(" ".join(named[:2]) + " ") for c in COMMANDS)
        if len(named) > 1 and not known:
            hint = f"See 'kubectl {named[0]} -h' for help and examples"
            call.err(f'error: unknown command "{named[1]}"\n{hint}\n')
            return 1
        call.out(group_help(named[0], COMMANDS))
        return 0
    text = f'error: unknown command "{named[0]}" for "kubectl"\n'
    close = suggestions(named[0], [c.name for c in COMMANDS if " " not in c.name] + list(GROUPS))
    if close:
        text += "\nDid you mean this?\n" + "".join(f"\t{name}\n" for name in close)
    call.err(text)
    return 1
