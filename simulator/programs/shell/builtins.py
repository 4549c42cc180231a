"""The shell's own commands. Each takes (runner, argv, stdin, checked) and answers a status.

None means: the command goes on (wait), or has moved the runner elsewhere (eval, source).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from simulator.shell import builtins as own
from simulator.shell import complaints, conditions
from simulator.shell.double_brackets import double_brackets
from simulator.shell.locating import Locator
from simulator.shell.traps import trap

from ..lookup import find_program
from ..utilities import Context, Wait, run_utility
from ..utilities.basic import ContainerFiles
from . import bash_builtins, refusals

if TYPE_CHECKING:
    from .runner import Runner

Builtin = Callable[["Runner", list[str], str | None, bool], int | None]


def _colon(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return 0


def _cd(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    target = argv[1] if len(argv) > 1 else r.get("HOME") or "/"
    if target == "-":
        target = r.get("OLDPWD") or r.p.cwd
    real = r.p.view.resolve(target, r.p.cwd)
    what = r.p.hidden(real)
    if not what and not r.p.view.is_dir(real):
        what = "Not a directory" if r.p.view.exists(real) else "No such file or directory"
    if what or not r.p.may_enter(real):
        r.err(complaints.cannot_change_to(r.state, r.line, target, what or "Permission denied"))
        return 1 if r.state.get("kind") == "bash" or r.state.get("interactive") else 2
    r.set("OLDPWD", r.p.cwd)
    r.p.row["cwd"] = real
    return 0


def _export(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    for item in argv[1:]:
        name, has_value, value = item.partition("=")
        if has_value:
            r.set(name, value)
        if name in r.state["vars"]:
            r.p.env[name] = str(r.state["vars"][name])
    if len(argv) == 1 or argv[1] == "-p":
        r.out("".join(f"export {k}='{v}'\n" for k, v in sorted(r.p.env.items())))
    return 0


def _readonly(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    r.out(own.readonly(r, argv))
    return 0


def _shopt(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    for name, on in own.shopt(argv).items():
        r.state["options"].pop(name, None)
        if on:
            r.state["options"][name] = True
    return 0


def _unset(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    for name in argv[1:]:
        if not name.startswith("-"):
            r.unset(name)
            r.state["functions"].pop(name, None)
    return 0


def _set(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    rest = argv[1:]
    while rest and rest[0][:1] in "-+" and len(rest[0]) > 1 and rest[0] != "--":
        word = rest.pop(0)
        flags = list(word[1:])
        if flags[-1:] == ["o"] and rest:
            for flag in flags[:-1]:
                r.state["options"][flag] = True
            name = rest.pop(0)
            known = {"errexit": "e", "nounset": "u", "xtrace": "x"}
            flags = [known[name]] if name in known else [name]
        for flag in flags:
            if word[0] == "-":
                r.state["options"][flag] = True
            else:
                r.state["options"].pop(flag, None)
    if rest and rest[0] == "--":
        r.state["frames"][-1]["args"] = rest[1:]
    elif rest:
        r.state["frames"][-1]["args"] = rest
    return 0


def _shift(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    count = int(argv[1]) if len(argv) > 1 and argv[1].isdigit() else 1
    args = r.args()
    if count > len(args):
        if r.state.get("kind") != "dash":
            return 1
        r.err(f"{complaints.where(r.state, r.line, 'shift')}can't shift that many\n")
        return 2
    r.state["frames"][-1]["args"] = args[count:]
    return 0


def _exit(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    from .frames import Exit

    code = argv[1] if len(argv) > 1 else str(r.state["status"])
    if r.state.get("interactive") and r.state.get("kind") == "bash" and r.captured is None:
        r.err("exit\n")
    raise Exit(int(code) % 256 if code.isdigit() else 2)


def _return(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    from .frames import Exit

    code = int(argv[1]) if len(argv) > 1 and argv[1].isdigit() else int(r.state["status"])
    while r.state["frames"]:
        if "saved" in r.frame():
            raise Exit(code)  # of a subshell within the function
        ended = r.state["frames"].pop()
        r.leave(ended)
        if ended.get("function") or ended.get("sourced"):
            r.finish(code, ended["checked"])
            return None
    return code


def _exec(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    """Replace the shell by a program: it keeps the process number, so it gets the signals."""
    if len(argv) > 2 and argv[1] == "-a":
        argv = [argv[0], *argv[3:]]
    if len(argv) < 2:
        return 0
    path = find_program(r.p.view, argv[1], r.p.env, r.p.cwd)
    head = complaints.where(r.state, r.line, "exec")
    what, code = refusals.not_runnable(r.p, r.state, argv[1], path)
    wrong = (f"{head}{argv[1]}: {what}\n", code) if path is None or what else None
    if path is not None and wrong is None:
        wrong = refusals.not_loadable(r.p, r.state, path, argv[1:])
    if path is None or wrong is not None:
        from .frames import Exit

        r.err(wrong[0].format(head=head, name=argv[1]) if wrong else "")
        raise Exit(wrong[1] if wrong else 127)
    argv = [argv[0], *refusals.as_script(r.p, path, argv[1:])]
    if r.captured is not None or any("saved" in frame for frame in r.state["frames"]):
        r.end_part()
        return r.external(argv[1:], {}, stdin, checked)
    r.state["wait"] = ["became"]
    r.p.row["sink"] = r.child_sink() or r.p.row["sink"]
    r.p.become(argv[1:])
    return None


def _eval(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    text = " ".join(argv[1:])
    if not text.strip():
        return 0
    r.push({**_frame_of(r, text, r.args()), "checked": checked}, checked)
    return None


CHARS_PER_STEP = 20
"""Characters that are read in the time of one step."""


def _frame_of(r: Runner, text: str, args: list[str]) -> dict[str, Any]:
    """Make the frame of a text that runs in the same shell as what runs now.

    Reading it counts as steps, so that `eval` of long texts does not hold the lab up.
    """
    r.effort[0] += len(text) // CHARS_PER_STEP
    kept = r.part(("sink", "errors"))
    return {**kept, "text": text, "block": 0, "pc": 0, "args": args, "loops": {}}


def _source(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    text = r.p.view.text(argv[1], r.p.cwd) if len(argv) > 1 else None
    if text is None:
        from .frames import Exit

        r.err(complaints.cannot_source(r.state, r.line, argv[1] if len(argv) > 1 else ""))
        if r.state.get("kind") != "bash" and not r.state.get("interactive"):
            raise Exit(2)  # an error of a special built-in ends the shell, as POSIX says
        return 1
    r.push(
        {**_frame_of(r, text, argv[2:] or r.args()), "sourced": True, "checked": checked}, checked
    )
    return None


def _wait(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    alive = [pid for pid in r.state["background"] if str(pid) in r.p.box["processes"]]
    ended: dict[str, int] = r.state.setdefault("ended", {})
    named = [_job(r, word) for word in argv[1:] if word != "-n"]
    if "-n" in argv[1:]:
        if ended:
            return ended.pop(next(iter(ended)))
        if not alive or r.captured is not None:
            return 127
        r.state["wait"] = ["any", alive, checked]
        return None
    if named:
        alive = [pid for pid in alive if str(pid) in named]
        if not alive:
            return ended.get(named[-1], 127)
    if not alive or r.captured is not None:
        ended.clear()
        return 0
    r.state["wait"] = ["all", alive, checked, named[-1] if named else ""]
    return None


def _job(r: Runner, word: str) -> str:
    """Give the process number of `%2` or of a number."""
    jobs = r.state["background"]
    at = word.removeprefix("%")
    if word.startswith("%") and at.isdigit() and 0 < int(at) <= len(jobs):
        return str(jobs[int(at) - 1])
    return str(jobs[-1]) if word in ("%%", "%+", "%") and jobs else word


def _trap(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return _told(r, trap(r, argv))


def _command(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    if len(argv) > 2 and argv[1] in ("-v", "-V"):
        return _told(r, _locator(r).command(argv))
    words = argv[2:] if argv[1:2] == ["-p"] else argv[1:]
    if not words:
        return 0
    r.dispatch(words, {}, {}, checked, plain=True)
    return None


def _type(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return _told(r, _locator(r).type(argv))


def _locator(r: Runner) -> Locator:
    find = lambda name: find_program(r.p.view, name, r.p.env, r.p.cwd)  # noqa: E731
    return Locator(r, dict(BUILTINS), list(r.state["functions"]), find)


def _told(r: Runner, found: tuple[str, str, int]) -> int:
    """Write what a command has to say and its complaint; answers its status."""
    written, wrong, status = found
    r.out(written)
    r.err(f"{complaints.where(r.state, r.line)}{wrong}\n" if wrong else "")
    return status


def _kill(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    return r.p.programs.kill_command(r.p, argv, r.err)


def _inner(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int | None:
    """Run a utility that the shell has built in."""
    result = run_utility(Context(r.p, argv, stdin, r.out, r.err, r.p.env))
    return r.sleep(result, checked) if isinstance(result, Wait) else result


LIMITS = {"c": ("core", "unlimited"), "n": ("nofile", "1048576"), "u": ("nproc", "unlimited"),
          "s": ("stack", "8192"), "l": ("memlock", "8192"), "v": ("as", "unlimited"),
          "f": ("fsize", "unlimited"), "t": ("cpu", "unlimited")}  # fmt: skip
"""What `ulimit` calls a limit, and what the daemon gives a container."""


def _ulimit(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    """Show a limit of the process: what --ulimit says, or the daemon's own; it sets none."""
    flags = "".join(word[1:] for word in argv[1:] if word.startswith("-")) or "f"
    if any(not word.startswith("-") for word in argv[1:]):
        return 0
    given = {row["Name"]: row for row in r.p.container["HostConfig"].get("Ulimits") or []}
    for letter in flags.replace("H", "").replace("S", "") or "f":
        name, usual = LIMITS.get(letter, ("", "unlimited"))
        row = given.get(name)
        value = usual if row is None else str(row["Hard" if "H" in flags else "Soft"])
        r.out("unlimited\n" if value == "-1" else f"{value}\n")
    return 0


def _test(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    head = complaints.of_test(r.state, r.line, argv[0])
    names = dict.fromkeys(r.state["vars"], "")
    files = ContainerFiles(Context(r.p, argv, None, r.out, r.err, names))
    kind = str(r.state.get("kind"))
    return conditions.test(argv, files, kind, lambda text: r.err(f"{head}{text}\n"))


def _double_brackets(r: Runner, argv: list[str], stdin: str | None, checked: bool) -> int:
    """Answer 0 when a test holds, 1 when not, 2 when it cannot be understood."""

    def test(words: list[str]) -> bool:
        return _test(r, ["test", *words], None, False) == 0

    holds = double_brackets(argv[1:-1] if argv[-1] == "]]" else argv[1:], r, test)
    if holds is None:
        r.err(f"{r.state['name']}: conditional expression: syntax error\n")
        return 2
    return int(not holds)


BUILTINS: dict[str, Builtin] = {
    **bash_builtins.ALL,
    ":": _colon, "cd": _cd, "export": _export, "readonly": _readonly, "unset": _unset, "set": _set,
    "shift": _shift, "exit": _exit, "return": _return, "exec": _exec, "eval": _eval,
    ".": _source, "source": _source, "wait": _wait, "trap": _trap, "command": _command,
    "type": _type, "kill": _kill, "umask": _colon, "ulimit": _ulimit, "hash": _colon,
    "shopt": _shopt, "echo": bash_builtins.print_words, "printf": bash_builtins.print_format,
    "test": _test, "[": _test, "[[": _double_brackets, "true": _inner, "false": _inner,
    "pwd": _inner,
}  # fmt: skip
