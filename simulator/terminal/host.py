"""The shell of a machine's terminal: the shell of containers, in a process that is in none.

A typed line is a script. What it waits for, its variables and where it stands are in the line's
job: "row" and "box" as those of a process in a container (see `simulator.programs`), "child" the
program of the terminal (docker, kubectl, curl) that runs now.
"""

from __future__ import annotations

import posixpath
import shlex
from typing import TYPE_CHECKING, Any

from simulator.docker.tree import GuardedTree
from simulator.filters.arguments import command_lines
from simulator.programs.families.shells import Shell
from simulator.programs.outputs import FLOW_US
from simulator.programs.process import Process
from simulator.programs.shell import builtins
from simulator.programs.shell.frames import Exit, new_state
from simulator.programs.shell.runner import Runner
from simulator.programs.utilities import (
    Context,
    Wait,
    basic,
    changes,
    copies,
    files,
    run_utility,
    texts,
    utility_of,
)
from simulator.programs.wrappers import unwrapped
from simulator.shell import complaints
from simulator.shell.lexer import ShellSyntaxError
from simulator.shell.parser import parse

from .workspace import HOME, UID

if TYPE_CHECKING:
    from simulator.engine import Engine

    from .jobs import Terminal

Job = dict[str, Any]
TIMED = "time: "
"""The command that ends `time COMMAND`: a name that nobody types."""
NO_BACKGROUND = "bash: background jobs are not part of this shell: open a second line\n"
TERMINAL = "terminal"
"""The sink of what goes to the screen."""
MORE_UTILITIES = """awk base64 clear column date file fold gawk gunzip gzip iconv jq md5sum mktemp
    reset sha1sum sha256sum sha512sum sync tar truncate unzip xz bzip2 zip whoami id uname hostname
    """
UTILITIES: tuple[str, ...] = tuple(
    sorted(
        {
            *basic.ALL, *files.ALL, *changes.ALL, *copies.ALL, *texts.ALL, *MORE_UTILITIES.split(),
        } - {"[", "test"}
    )
)  # fmt: skip
"""Programs of a container's system that a machine's terminal has as well."""
_READERS = """awk basename base64 cat column cut date df dirname du echo egrep env envsubst expr
    false fgrep file find fold gawk grep head hostname id jq ls md5sum nl printenv printf pwd
    readlink realpath rev sed seq sha1sum sha256sum sha512sum sort stat tail test tr true uname uniq
    wc which whoami xargs [ [[ : cd command type clear reset ulimit umask"""
READERS = frozenset(_READERS.split())
"""Commands that only look, if they get no output file; see `looks`."""
ALIASES = {"ll": "ls -alF"}
"""As in the ~/.bashrc of a new user on Ubuntu."""


class HostProcess(Process):
    """The shell that runs a typed line."""

    def __init__(self, terminal: Terminal, job: Job) -> None:
        engine: Engine = terminal.engine
        super().__init__(
            engine.programs, _no_container(str(job["machine"])), job["box"], job["row"]
        )
        self.terminal = terminal
        self.job = job

    @property
    def view(self) -> GuardedTree:
        """The machine's files; changes are kept when the step ends."""
        if self._view is None:
            self._view = self.engine.workspace.view(self.job["machine"], self.terminal.names)
        return self._view

    def flush(self) -> None:
        """Keep the changes made to the workspace; a line that only looks makes none."""
        if self._view is not None and self.job["n"]:
            self.engine.workspace.keep(self._view)
        self._view = None

    def out(self, text: str) -> None:
        """Write to the screen."""
        self.write(TERMINAL, text)

    def err(self, text: str) -> None:
        """Write to the screen."""
        self.write(TERMINAL, text)

    def write(self, sink: str, text: str) -> None:
        """Write to the screen, a file, or what takes the output of a `$(...)` or a pipe."""
        if sink == TERMINAL:
            self.terminal.show(self.job, text)
        elif sink.startswith("file:") and text:
            path = sink[5:]
            self.view.write(path, (self.view.text(path) or "") + text, uid=UID, gid=UID)
        elif sink in self.box.get("captures", {}):
            self.box["captures"][sink] += text
            if sink in self.box.get("flows", {}):
                self.wake(FLOW_US)

    def wake(self, delay_us: int) -> None:
        """Have the shell go on after a delay."""
        self.terminal.wake_shell(self.job, delay_us)

    def exit(self, code: int, after_us: int = 0) -> None:
        """End the line."""
        self.flush()
        self.terminal.end(self.job, code)

    def spawn(self, argv: list[str], sink: str | None = None, errors: str | None = None) -> int:
        """Start a program of the terminal; it is the line's child until it ends."""
        pid = int(self.box["next"])
        self.box["next"] = pid + 1
        self.box["processes"][str(pid)] = {"argv": list(argv), "booked": None, "memory": 0}
        piping = self.row.pop("piping", None)
        self.job["child"] = {
            "pid": pid, "argv": list(argv), "env": dict(self.env), "state": {},
            "sink": sink or TERMINAL, "errors": errors or sink or TERMINAL,
            "stdin": piping or "", "typed": piping is None,
        }  # fmt: skip
        self.flush()
        code = self.terminal.begin(self.job)
        if code is not None:
            self.over()
            self.state["spawning"].append([pid, code])
        return pid

    def over(self) -> int:
        """Take the line's child away: it has ended; answers its number."""
        pid = int(self.job["child"]["pid"])
        self.job["child"] = None
        self.box["processes"].pop(str(pid), None)
        return pid

    def read_line(self) -> str | None:
        """Take the next typed line; None when `Family.input` follows."""
        lines: list[str] = self.row["lines"]
        if lines:
            return lines.pop(0)
        self.job["reads"] = "line"
        return None

    @property
    def on_terminal(self) -> bool:
        """A typed line always has one."""
        return True

    def luck(self) -> Any:
        """Open the random stream of the lab's terminals."""
        return self.engine.streams.stream("terminal", str(self.job["n"]))


class HostRunner(Runner):
    """Runs a typed line: programs of the terminal, and utilities on the workspace."""

    p: HostProcess
    ends_on_screen = True
    own_commands = {
        name: command for name, command in builtins.BUILTINS.items() if name not in ("exit", "kill")
    }

    def is_typed(self, stdin: str | None) -> bool:
        """Tell whether a command would read what somebody types: only `read` does."""
        return stdin is None and self.captured is None and bool(self.job["n"])

    @property
    def job(self) -> Job:
        """The line."""
        return self.p.job

    def dispatch(
        self, argv: list[str], extra: dict[str, str], opened: dict[str, Any], checked: bool,
        plain: bool = False,
    ) -> None:  # fmt: skip
        """Run a command, which may be another name for one."""
        aliases: dict[str, str] = self.state["aliases"]
        if argv[0] in aliases and argv[0] not in self.state["functions"]:
            first, *rest = aliases[argv[0]].split() or [":"]
            argv = [first, *rest, *argv[1:]]
        super().dispatch(argv, extra, opened, checked, plain)

    def external(
        self, argv: list[str], extra: dict[str, str], stdin: str | None, checked: bool
    ) -> int | None:
        """Run a program of the machine; None while it goes on."""
        name = argv[0]
        if name == "exit" and any("saved" in frame for frame in self.state["frames"]):
            code = argv[1] if len(argv) > 1 else str(self.state["status"])
            raise Exit(int(code) % 256 if code.isdigit() else 2)
        if name in ("alias", "unalias"):
            return self._alias(argv)
        if name in self.p.terminal.programs:
            return self.spawn(argv, extra, checked, stdin)
        if posixpath.basename(name) in ("bash", "sh", "dash") and len(argv) > 1:
            return self._script(argv, stdin, checked)
        if name == "xargs" and self._xargs(argv, stdin):
            return None
        if name == "time" and argv[1:]:
            self.push_text(f"{shlex.join(argv[1:])}\n{shlex.quote(TIMED)} {self.p.engine.now_us}\n")
            return None
        if name == TIMED:
            return self._timed(int(argv[1]))
        inner = unwrapped(argv) or ((argv[1:], {}) if name == "sudo" and argv[1:] else None)
        if inner and name != "timeout":
            return self.external(inner[0], {**extra, **inner[1]}, stdin, checked)
        if name in UTILITIES and utility_of(name) is not None:
            env = {**self.p.env, **extra}
            context = Context(self.p, argv, stdin or "", self.out, self.err, env)
            context.terminal = self._shows()
            result = run_utility(context)
            if context.has_read and stdin and (self.source or stdin is self.input()):
                self.consume("")
            return self.sleep(result, checked) if isinstance(result, Wait) else result
        if "/" in name:
            return self._file(argv, stdin, checked)
        self.err(f"{complaints.where(self.state, self.line)}{name}: command not found\n")
        return 127

    def _file(self, argv: list[str], stdin: str | None, checked: bool) -> int | None:
        """Run a script by its path."""
        why, code = self.p.unreadable(argv[0]), 126
        entry = self.p.view.get(argv[0], self.p.cwd)
        if entry is None:
            code = 127
        elif not why and not entry["mode"] & 0o111:
            why = "Permission denied"
        elif not why and "text" not in entry:
            why = "cannot execute binary file: Exec format error"
        if why:
            self.err(f"{complaints.where(self.state, self.line)}{argv[0]}: {why}\n")
            return code
        return self._script(["bash", *argv], stdin, checked)

    def _script(self, argv: list[str], stdin: str | None, checked: bool) -> int | None:
        """Run a script, or the text after -c, as a shell of its own would."""
        words, options = argv[1:], ""
        while words and words[0].startswith("-") and words[0] != "-c":
            options += words.pop(0)[1:]
        if words[:1] == ["-c"]:
            text, args = (words[1] if len(words) > 1 else ""), words[3:]
        elif words:
            why = self.p.unreadable(words[0])
            if why:
                self.err(f"{argv[0]}: {words[0]}: {why}\n")
                return 127
            text, args = self.p.view.text(words[0], self.p.cwd) or "", words[1:]
        else:
            return 0
        part = {**self.part(("sink", "errors")), "text": text, "block": 0, "pc": 0, "args": args}
        given = {} if stdin is None else {"stdin": stdin}
        self.enter_subshell({**part, "loops": {}, **given}, checked)
        self.state["options"].update(dict.fromkeys(options, True))
        return None

    def push_text(self, text: str, **more: Any) -> None:
        """Run a text as a part of the line, with the same sinks."""
        self.push({"text": text, "block": 0, "pc": 0, "args": self.args(), "loops": {},
                   **self.part(("sink", "errors", "stdin")), **more})  # fmt: skip

    def _xargs(self, argv: list[str], stdin: str | None) -> bool:
        """Run programs of the terminal for xargs; False when it runs utilities only."""
        try:
            commands = command_lines(argv, stdin or "")
        except ValueError:
            return False
        if not any(command[0] in self.p.terminal.programs for command in commands):
            return False
        self.push_text("".join(f"{shlex.join(command)}\n" for command in commands), stdin="")
        return True

    def _timed(self, since_us: int) -> int:
        """Say how long a command took, as bash does, and end with its status."""
        minutes, seconds = divmod((self.p.engine.now_us - since_us) / 1e6, 60)
        self.err(f"\nreal\t{minutes:.0f}m{seconds:.3f}s\nuser\t0m0.000s\nsys\t0m0.000s\n")
        return int(self.state["status"])

    def _alias(self, argv: list[str]) -> int:
        """Show, set or remove other names of commands."""
        aliases: dict[str, str] = self.state["aliases"]
        code = 0
        for word in argv[1:] or (sorted(aliases) if argv[0] == "alias" else []):
            name, has_value, value = word.partition("=")
            if argv[0] == "unalias" and name in aliases:
                del aliases[name]
            elif has_value:
                aliases[name] = value
            elif name in aliases:
                self.out(f"alias {name}='{aliases[name]}'\n")
            else:
                self.err(f"bash: {argv[0]}: {name}: not found\n")
                code = 1
        return code

    def background(self, block: int) -> None:
        """Refuse `command &` in a script; a typed one is refused before it begins.

        # Simplified: A machine's terminal runs no jobs in the background: a second line can be
        entered while the first goes on.
        """
        self.err(NO_BACKGROUND)
        raise Exit(2)


class HostShell(Shell):
    """bash at a machine's prompt, for one line at a time."""

    def runner(self, p: Process) -> Runner:
        """Give what runs the line."""
        return HostRunner(p, p.state)

    def begin_line(self, p: HostProcess, line: str, kept: dict[str, Any]) -> None:
        """Run a line; kept: what lines before have set."""
        p.env.update(kept.get("env", {}))
        p.state.update(new_state(line, [], "bash", p.env))
        p.state["vars"].update(kept.get("vars", {}))
        for name in ("arrays", "functions"):
            p.state[name] = dict(kept.get(name, {}))
        p.state.update(options={"bash": True}, kind="bash", interactive=True,
                       aliases=dict(kept.get("aliases", ALIASES)))  # fmt: skip
        self._go(p)
        p.flush()

    def refuse(self, p: HostProcess, line: str) -> None:
        """Say what is missing of a line that is not whole."""
        p.state.update(new_state(line, [], "bash", p.env), kind="bash", interactive=True)
        error = ShellSyntaxError("end of file unexpected")
        try:
            parse(line)
        except ShellSyntaxError as found:
            error = found
        p.err(complaints.syntax_error(p.state, error, line))
        p.state.clear()
        p.exit(2)

    def _again(self, p: Process, code: int) -> None:
        """End the line: the prompt is the page's."""
        p.exit(code)


SHELL = HostShell()


def kept_of(p: HostProcess) -> dict[str, Any]:
    """Give what the shell remembers for the next line: variables, functions, aliases."""
    state = p.state
    own = ("HOME", "USER", "PWD", "HOSTNAME", "OLDPWD")
    return {
        "vars": {name: value for name, value in state["vars"].items() if name not in own},
        "env": {name: value for name, value in p.env.items() if name not in own},
        "arrays": state["arrays"],
        "functions": state["functions"],
        "aliases": state["aliases"],
    }


def new_row(machine: str, cwd: str, now_us: int) -> dict[str, Any]:
    """Make the row of a line's shell."""
    env = {"HOME": HOME, "USER": "student", "PWD": cwd, "HOSTNAME": machine, "LANG": "C.UTF-8",
           "PATH": "/usr/local/bin:/usr/bin:/bin"}  # fmt: skip
    return {
        "pid": 1000, "parent": 0, "family": "shell", "argv": ["bash"], "path": "/usr/bin/bash",
        "env": env, "cwd": cwd, "uid": UID, "gid": UID, "groups": [999], "user": "student",
        "state": {}, "sink": TERMINAL, "errors": TERMINAL, "input": "", "booked": None,
        "memory": 0, "cpu": 0.0, "startedUs": now_us, "lines": [],
    }  # fmt: skip


def _no_container(machine: str) -> dict[str, Any]:
    """Give what stands for the container of a process that is in none."""
    name = f"terminal-{machine}"
    return {
        "Id": name, "Name": name, "metadata": {"namespace": machine, "name": name, "uid": name},
        "Config": {"Hostname": machine, "Tty": True, "Env": [], "User": "student",
                   "WorkingDir": HOME},
        "HostConfig": {"NetworkMode": "host"}, "State": {"Paused": False, "Running": True},
        "NetworkSettings": {"IPAddress": ""}, "drydock": {"pod": None, "run": 0, "stdin": None},
    }  # fmt: skip
