"""What `set -x` shows of each command before it runs, as each shell quotes it.

Sources: xtrace_print_word_list() of bash 5.2's print_cmd.c, evalcommand() of dash 0.5.12 and
maybe_single_quote() of BusyBox 1.37's shell/ash.c.
"""

from __future__ import annotations

import re
from typing import Any

from .variables import Variables

DECLARING = ("export", "readonly", "local", "declare", "typeset")
_BASH_BARE = re.compile(r"(?![~#])[^\s'\"\\|&;()<>!{}*\[?\]^$`]+")
_ASH_BARE = re.compile(r"[+,\-./0-9:@A-Z\]^_a-z]*")
_ASSIGNED = re.compile(r"[A-Za-z_]\w*=")


def trace(shell: Variables, assigned: list[tuple[str, str]], argv: list[str], level: int) -> str:
    """Show a command and the variables that are set for it.

    assigned: rows (name, value). level: how many `$(...)` the command stands in.
    """
    kind = str(shell.state.get("kind"))
    head = _prompt(shell, kind, level)
    values = [f"{name}={quoted(value, kind)}" for name, value in assigned]
    words = argv if argv[:1] == ["[["] else [quoted(word, kind) for word in argv]
    if kind != "bash":
        return f"{head}{' '.join([*values, *words])}\n" if values or words else ""
    lines = [*values, " ".join(words)] if words else values
    if argv[:1] and argv[0] in DECLARING:
        for word in argv[1:]:
            name, mark, value = word.partition("=")
            lines += [f"{name}={quoted(value, kind)}"] if mark and _ASSIGNED.match(word) else []
    return "".join(f"{head}{line}\n" for line in lines)


def trace_head(shell: Variables, text: str, level: int) -> str:
    """Show the head of a loop or a `case`, which only bash does."""
    kind = str(shell.state.get("kind"))
    return f"{_prompt(shell, kind, level)}{text}\n" if kind == "bash" else ""


def _prompt(shell: Variables, kind: str, level: int) -> str:
    prompt = shell.get("PS4")
    prompt = "+ " if prompt is None else prompt
    return prompt[:1] * level + prompt if kind == "bash" else prompt


def quoted(text: str, kind: str) -> str:
    """Quote a word as the trace of a shell of this kind does; dash quotes nothing."""
    if kind == "dash" or (_BASH_BARE if kind == "bash" else _ASH_BARE).fullmatch(text):
        return text
    return "'" + text.replace("'", "'\\''" if kind == "bash" else "'\"'\"'") + "'"


def of_for(name: str, words: list[Any] | None) -> str:
    """Write the head of a `for`; words: as the script has them, None for the arguments."""
    shown = ['"$@"'] if words is None else [source_of(word) for word in words]
    return f"for {name} in {' '.join(shown)}"


def source_of(word: list[Any]) -> str:
    """Write a word about as it stood in the script."""
    shown = ""
    for part in word:
        if part[0] == "lit":
            if part[1] == "" and len(word) > 1:
                continue  # the quote that begins before a variable
            shown += f'"{part[1]}"' if part[2] else str(part[1])
            continue
        text = {"cmd": f"$({part[1]})", "math": f"$(({part[1]}))"}.get(part[0], f"${part[1]}")
        shown += f'"{text}"' if part[-1] else text
    return shown
