"""Carries out the tree of a script, command by command (POSIX.1-2017, sections 2.9.1 to 2.9.5).

Nodes are those of `simulator.shell.parser`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator import globs
from simulator.docker.shellmodel import builtins
from simulator.docker.shellmodel.process import Exit, Sink, TooLong
from simulator.docker.shellmodel.redirection import FileSink, redirected
from simulator.shell import complaints, tracing
from simulator.shell.arrays import assign, declare_arrays
from simulator.shell.expand import ExpansionError, UnsetError, expand, expand_pattern, expand_text

if TYPE_CHECKING:
    from simulator.docker.shellmodel.shell import Shell

Node = list[Any]

CHECKED = ("simple", "pipe", "subshell", "math")
"""Nodes whose failure `set -e` minds; the others hand on that of what they hold."""


def run(shell: Shell, node: Node) -> int:
    """Carry a node out; answers its status, which is then also `$?`."""
    try:
        shell.status = _NODES[node[0]](shell, node)
    except ExpansionError as error:
        shell.complain(str(error))
        unset = isinstance(error, UnsetError)
        raise Exit(complaints.expansion_status(shell.state, unset)) from error
    except RecursionError:
        raise TooLong("commands nested too deeply") from None
    status = shell.status
    minded = node[0] in CHECKED and not (node[0] == "pipe" and node[2])
    if status and minded and not shell.lenient:
        _failed(shell)
        if "e" in shell.options:
            raise Exit(status)
    return status


def _failed(shell: Shell) -> None:
    """Run bash's ERR trap, which functions and subshells do not inherit."""
    trap = shell.state["traps"].get("ERR")
    if trap and not any(frame.get("function") for frame in shell.state["frames"]):
        status, traps = shell.status, shell.state["traps"]
        shell.state["traps"] = {name: text for name, text in traps.items() if name != "ERR"}
        shell.run(trap)
        shell.state["traps"], shell.status = traps, status


def _leniently(shell: Shell, node: Node) -> int:
    """Carry out what is asked only whether it fails."""
    shell.lenient += 1
    try:
        return run(shell, node)
    finally:
        shell.lenient -= 1


def _sequence(shell: Shell, node: Node) -> int:
    status = 0 if node[1] else shell.status
    for child in node[1]:
        status = run(shell, child)
    return status


def _and(shell: Shell, node: Node) -> int:
    status = _leniently(shell, node[1])
    return run(shell, node[2]) if status == 0 else status


def _or(shell: Shell, node: Node) -> int:
    status = _leniently(shell, node[1])
    return run(shell, node[2]) if status != 0 else status


def _background(shell: Shell, node: Node) -> int:
    child = shell.copy()
    child.lenient += 1
    shell.state["background"] = child.end(_status_of(child, node[1]))
    return 0


def _status_of(shell: Shell, node: Node) -> int:
    """Carry out what a subshell does; answers the status with which it ends."""
    try:
        return run(shell, node)
    except Exit as leave:
        return leave.status
    except builtins.Return as back:
        return back.status


def _pipeline(shell: Shell, node: Node) -> int:
    _, commands, negated = node
    if len(commands) == 1:
        return int(not _leniently(shell, commands[0]))
    stdin, statuses = shell.stdin, []
    shell.lenient += negated
    try:
        for index, command in enumerate(commands):
            last = index == len(commands) - 1
            shell.clock.fork()
            part = shell.copy()
            part.stdin, part.out = stdin, shell.out if last else Sink()
            statuses.append(part.end(_status_of(part, command)))
            stdin = "" if last else part.out.text()
    finally:
        shell.lenient -= negated
    status = statuses[-1]
    if "pipefail" in shell.options:
        status = next((one for one in reversed(statuses) if one), 0)
    if shell.flavour == "bash":
        shell.set_array("PIPESTATUS", {str(n): str(one) for n, one in enumerate(statuses)})
    return int(not status) if negated else status


def _if(shell: Shell, node: Node) -> int:
    for condition, body in node[1]:
        if _leniently(shell, condition) == 0:
            return run(shell, body)
    return run(shell, node[2]) if node[2] is not None else 0


def _loop(shell: Shell, node: Node) -> int:
    _, condition, body, until = node
    return _repeated(shell, body, lambda: (_leniently(shell, condition) == 0) != until)


def _for(shell: Shell, node: Node) -> int:
    _, name, words, body = node
    head = tracing.of_for(name, words)
    shell.globs.clear()
    values = list(shell.positional)
    if words is not None:
        values = [value for word in words for value in expand(word, shell)]
    rest = iter(values)

    def another() -> bool:
        value = next(rest, None)
        if value is not None:
            _trace_head(shell, head)
            shell.set(name, value)
        return value is not None

    return _repeated(shell, body, another)


def _counting_for(shell: Shell, node: Node) -> int:
    _, (first, condition, step), body = node
    if first.strip():
        _trace_head(shell, f"(( {first.strip()} ))")
        shell.number(first)
    begun = False

    def another() -> bool:
        nonlocal begun
        if begun and step.strip():
            _trace_head(shell, f"(( {step.strip()} ))")
            shell.number(step)
        begun = True
        if condition.strip():
            _trace_head(shell, f"(( {condition.strip()} ))")
        return not condition.strip() or shell.number(condition) != 0

    return _repeated(shell, body, another)


def _repeated(shell: Shell, body: Node, another: Callable[[], bool]) -> int:
    """Carry out the body of a loop as long as there is another round."""
    status = 0
    while another():
        shell.clock.step()
        try:
            status = run(shell, body)
        except builtins.LoopControl as control:
            if control.enclosing > 1:
                control.enclosing -= 1
                raise
            if control.ends:
                break
            status = 0
    return status


def _case(shell: Shell, node: Node) -> int:
    _trace_head(shell, f"case {tracing.source_of(node[1])} in")
    subject = expand_text(node[1], shell)
    for patterns, body in node[2]:
        if any(globs.fits(subject, expand_pattern(pattern, shell)) for pattern in patterns):
            return run(shell, body)
    return 0


def _function(shell: Shell, node: Node) -> int:
    shell.functions[node[1]] = node[2]
    return 0


def _group(shell: Shell, node: Node) -> int:
    return redirected(shell, shell, node[2], lambda: run(shell, node[1]))


def _subshell(shell: Shell, node: Node) -> int:
    inner = shell.copy()
    status = redirected(shell, inner, node[2], lambda: inner.end(_status_of(inner, node[1])))
    if not node[2]:
        shell.stdin = inner.stdin
    return status


def _math(shell: Shell, node: Node) -> int:
    _trace_head(shell, f"(( {node[1].strip()} ))")
    return int(shell.number(node[1]) == 0)


def _simple(shell: Shell, node: Node) -> int:
    _, assignments, words, redirects, shell.line = node
    shell.clock.step()
    shell.globs.clear()
    before = shell.captured
    argv = [text for word in declare_arrays(shell, words) for text in _expanded(shell, word, words)]
    try:
        if not argv:
            for one in assignments:
                assign(shell, one)
            _trace(shell, assignments, argv)
            status = shell.status if shell.captured > before else 0
            return redirected(shell, shell, redirects, lambda: status)
        return _command(shell, assignments, argv, redirects)
    finally:
        while shell.substituted:
            shell.tree.remove(shell.substituted.pop())


def _expanded(shell: Shell, word: list[Any], words: list[Any]) -> list[str]:
    """Expand a word; the value in `export NAME=$value` is not split (bash and ash)."""
    declaring = words[0] in _DECLARING and shell.flavour != "dash"
    if declaring and word and word[0][0] == "lit" and _ASSIGNS.match(word[0][1]):
        return [expand_text(word, shell)]
    return expand(word, shell)


_ASSIGNS = re.compile(r"[A-Za-z_]\w*\+?=")
_DECLARING = [
    [["lit", name, False]] for name in ("export", "local", "declare", "readonly", "typeset")
]


def _command(shell: Shell, assignments: Node, argv: list[str], redirects: Node) -> int:
    """Run a command, with variables that are set for it alone unless it is a special builtin."""
    special = argv[0] in builtins.SPECIAL and shell.flavour != "bash"
    variables, exported = dict(shell.variables), dict(shell.exported)
    for one in assignments:
        assign(shell, one)
        if not special:
            shell.exported[one[0]] = None
    _trace(shell, assignments, argv)
    try:
        stays = argv == ["exec"]
        return redirected(shell, shell, redirects, lambda: _call(shell, argv), stays)
    finally:
        for name in [] if special else [one[0] for one in assignments]:
            shell.unset(name)
            if name in variables:
                shell.variables[name] = variables[name]
            if name in exported:
                shell.exported[name] = None


def _call(shell: Shell, argv: list[str]) -> int:
    """Run a command, to which all files are as they have been written to so far."""
    status = shell.call(argv)
    for sink in shell.streams.sinks():
        if isinstance(sink, FileSink):
            sink.save()
    return status


def _trace(shell: Shell, assignments: Node, argv: list[str]) -> None:
    """Show a command before it runs, if `set -x` is on."""
    if "x" in shell.options:
        values = [
            (name, shell.get(name) or "") for name in dict.fromkeys(a[0] for a in assignments)
        ]
        shell.err.write(tracing.trace(shell, values, argv, shell.level))


def _trace_head(shell: Shell, text: str) -> None:
    """Show the head of a loop or a `case`, if `set -x` is on."""
    if "x" in shell.options:
        shell.err.write(tracing.trace_head(shell, text, shell.level))


_NODES: dict[str, Callable[[Shell, Node], int]] = {
    "seq": _sequence,
    "and": _and,
    "or": _or,
    "bg": _background,
    "pipe": _pipeline,
    "if": _if,
    "loop": _loop,
    "for": _for,
    "cfor": _counting_for,
    "case": _case,
    "func": _function,
    "group": _group,
    "subshell": _subshell,
    "math": _math,
    "simple": _simple,
}
