"""Short help of our own for every subcommand; the flags are listed from the table itself."""

from __future__ import annotations

from collections.abc import Sequence

from .command import Command
from .tabwriter import tabulate

# Simplified: `kubectl --help` is a short text of our own; the real client's is longer and has
# examples for every command.


def overview(commands: Sequence[Command]) -> str:
    """Write the list of subcommands."""
    lines = "".join(f"  {c.name}\t{c.summary}\n" for c in commands if " " not in c.name)
    groups = sorted({c.name.partition(" ")[0] for c in commands if " " in c.name})
    more = "".join(f"  {group}\t{', '.join(_inner(commands, group))}\n" for group in groups)
    return (
        "kubectl is the client of a Kubernetes cluster.\n\nCommands:\n"
        + tabulate(lines)
        + "\nCommands with parts:\n"
        + tabulate(more)
        + "\nUsage:\n  kubectl [flags] [options]\n\n"
        'Try "kubectl <command> --help" to learn more about one of them.\n'
    )


def _inner(commands: Sequence[Command], group: str) -> list[str]:
    return [c.name.partition(" ")[2] for c in commands if c.name.startswith(group + " ")]


def group_help(group: str, commands: Sequence[Command]) -> str:
    """Write the parts of a subcommand that has parts."""
    lines = "".join(
        f"  {c.name.partition(' ')[2]}\t{c.summary}\n"
        for c in commands
        if c.name.startswith(group + " ")
    )
    return (
        f"Available Commands:\n{tabulate(lines)}\nUsage:\n  kubectl {group} [flags] [options]\n\n"
        f'Try "kubectl {group} <command> --help" to learn more about one of them.\n'
    )


def help_of(command: Command) -> str:
    """Write the help of one subcommand."""
    text = f"{command.summary}.\n"
    if command.flags:
        lines = []
        for flag in sorted(command.flags, key=lambda f: f.name):
            short = f"-{flag.short}, " if flag.short else "    "
            default = {"bool": "false", "int": "0", "list": "[]"}.get(flag.kind, "''")
            if flag.default not in (None, "", False):
                default = str(flag.default) if flag.kind != "string" else f"'{flag.default}'"
                default = default.lower() if flag.kind == "bool" else default
            lines.append(f"    {short}--{flag.name}={default}\n")
        text += "\nOptions:\n" + "".join(lines)
    text += f"\nUsage:\n  kubectl {command.name} [flags] [options]\n"
    return text
