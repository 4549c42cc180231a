"""Typed lines at work: each logged line is a job, and a job is plain data.

A line that takes simulated time (a build, a pull, `logs -f`) goes on from the calendar and from
changes in the store. Its output so far, where it stands and what its program remembers are all in
the table "jobs", so a lab can be taken up again in the middle of a build.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.errors import BadCommand
from simulator.log import Entry
from simulator.plain import Object
from simulator.programs.shell.prompt import is_open
from simulator.shell.lexer import Lexer, ShellSyntaxError

from .host import (
    NO_BACKGROUND,
    SHELL,
    TERMINAL,
    UTILITIES,
    HostProcess,
    HostRunner,
    kept_of,
    new_row,
)
from .looking import Looking
from .program import Call, Program
from .workspace import HOME, Workspace

if TYPE_CHECKING:
    from simulator.engine import Engine

CTRL_C, CTRL_D = "\x03", "\x04"
MAX_OUTPUT = 256 << 10
"""Characters of output kept for one line; of more, the end is kept."""
MAX_JOBS = 200
"""Ended lines that are remembered."""
MAX_RUNNING = 50
"""Lines that may run at once in one lab."""

Job = dict[str, Any]


class Terminal:
    """Runs lines. Table "jobs": {entry number: job}; "shells": {machine: what its shell keeps}."""

    def __init__(self, engine: Engine, workspace: Workspace, programs: list[Program]) -> None:
        self.engine = engine
        self._workspace = workspace
        self.programs = {name: program for program in programs for name in program.names}
        self.names = (*self.programs, *UTILITIES)
        self.jobs: dict[str, Job] = engine.table("jobs")
        self._shells: dict[str, Any] = engine.table("shells")
        self._looking = Looking(self.programs, self._shells)
        self._live = {n: None for n, job in self.jobs.items() if job["exit_code"] is None}
        engine.calendar.on("job", self._wake)
        engine.calendar.on("job.shell", self._wake_up_shell)
        engine.calendar.on("job.answered", self._answered)
        engine.store.watch("*", self._note)
        engine.handle("terminal", self._apply)
        engine.handle("interrupt", self._interrupt)
        engine.handle("stdin", self._stdin)

    # Doors

    def is_read(self, line: str) -> bool:
        """Say whether a line only looks; such a line is never logged."""
        return self._looking.line(line)

    def read(self, line: str, machine: str, cwd: str) -> dict[str, Any]:
        """Run a line that only looks; "more": it is not whole, which bash says by its PS2."""
        job = self._job(0, line, machine, cwd)
        if is_open(f"{line}\n"):
            SHELL.refuse(HostProcess(self, job), line)
            return {**self.result(job, entry=None), "more": True}
        store = self.engine.store
        before, store.read_only = store.read_only, True
        try:
            self._go(job)
        finally:
            store.read_only = before
        return self.result(job, entry=None)

    def result(self, job: Job, entry: int | None) -> dict[str, Any]:
        """Give what a caller is answered about a job."""
        answer = {
            "output": job["text"] + job["screen"],
            "exit_code": job["exit_code"],
            "entry": entry,
        }
        if job["reads"] is not None:
            answer["reads"] = job["reads"]
        if job["new_cwd"] is not None:
            answer["cwd"] = job["new_cwd"]
        if job["new_machine"] is not None:
            answer["machine"] = job["new_machine"]
        return answer

    def complete(self, line: str, machine: str, cwd: str) -> tuple[int, list[str]]:
        """Give (where the last word begins, what it could become)."""
        start = max(line.rfind(c) for c in " |;&") + 1
        words = line[max(line.rfind(c) for c in "|;&") + 1 :].split()
        if not words or (len(words) == 1 and not line.endswith(" ")):
            prefix = words[0] if words else ""
            names = {*self.names, *HostRunner.own_commands}
            return start, [name for name in sorted(names) if name.startswith(prefix)]
        if line.endswith(" "):
            words.append("")
        program = self.programs.get(words[0])
        if program is not None:
            options = program.complete(self.engine, words, machine, cwd or HOME)
        else:
            options = paths(self._workspace, words[-1], cwd or HOME)
            if words[0] == "cd":
                options = [path for path in options if path.endswith("/")]
        return start, sorted({o for o in options if o.startswith(words[-1])})[:200]

    # Commands

    def _apply(self, entry: Entry) -> dict[str, Any]:
        command = entry.command
        machine = command.get("machine") or self.engine.scenario.machine
        running = len(self._live)
        job = self._job(entry.n, command["terminal"], machine, command.get("cwd") or "")
        self.jobs[str(entry.n)] = job
        self._live[str(entry.n)] = None
        if running >= MAX_RUNNING:
            job["text"] = "sh: fork: retry: Resource temporarily unavailable\n"
            self.end(job, 254)
        else:
            self._go(job)
        for old in list(self.jobs)[: max(0, len(self.jobs) - MAX_JOBS)]:
            if self.jobs[old]["exit_code"] is not None:
                code = self.jobs.pop(old)["exit_code"]
                if code:
                    self.engine.outcomes[old] = {"exit_code": code}
        return self.result(job, entry.n)

    def _interrupt(self, entry: Entry) -> dict[str, Any]:
        n = entry.command["interrupt"]
        job = self.jobs.get(str(n))
        if not 1 <= n < entry.n:
            raise BadCommand(f"there is no line {n}", "give the entry of a line that runs")
        if job is None or job["exit_code"] is not None:
            return {"output": "", "exit_code": 0}
        if job["reads"] == "raw":
            self._deliver(job, CTRL_C)
            return {"output": "", "exit_code": 0}
        code: int | None = 130
        call = self._call(job) if job["child"] else None
        if call is not None:
            code = self.programs[call.argv[0]].interrupt(call)
        self.show(job, "^C")
        if call is not None:
            self._absorb(job, call)
        if code is not None:
            job["text"] += "" if job["text"].endswith("\n") else "\n"
            self.end(job, code)
        return {"output": "", "exit_code": 0}

    def _stdin(self, entry: Entry) -> dict[str, Any]:
        """Give what was typed to the line that reads it, as a terminal hands it on."""
        n, text = entry.command["stdin"]["entry"], entry.command["stdin"]["text"]
        job = self.jobs.get(str(n))
        if job is None or n >= entry.n:
            raise BadCommand(f"there is no line {n}", "give the entry of a line that runs")
        if job["exit_code"] is not None:
            raise BadCommand(f"line {n} has ended", "nobody reads what is typed there")
        if job["reads"] is None:
            raise BadCommand(f"line {n} does not read what is typed")
        if job["reads"] == "raw":
            self._deliver(job, text)
            return {"output": "", "exit_code": 0}
        for key in text.replace("\r\n", "\n").replace("\r", "\n"):
            if job["exit_code"] is not None or job["reads"] is None:
                break
            if key == CTRL_C:
                self._interrupt(Entry(entry.n, entry.at_us, {"interrupt": n}))
            elif key in ("\n", CTRL_D):
                line, job["typing"] = job["typing"] + key.strip(CTRL_D), ""
                self.show(job, line if job["reads"] == "line" else "\n" * (key == "\n"))
                self._deliver(job, line)
            elif key >= " " or key == "\t":
                job["typing"] += key
        self.engine.touch("jobs")
        return {"output": "", "exit_code": 0}

    def _deliver(self, job: Job, text: str) -> None:
        """Hand typed text to the program that runs; go on with the line if that ends it."""
        if not job["child"]:
            process = HostProcess(self, job)
            job["reads"] = None
            job["row"]["lines"].append(text + "\n" if text else "")
            SHELL.input(process)
            process.flush()
            return
        call = self._call(job)
        code = self.programs[call.argv[0]].typed(call, text)
        self._absorb(job, call)
        if code is not None:
            self._child_ended(job, code)

    # Running

    def _job(self, number: int, line: str, machine: str, cwd: str) -> Job:
        names = self.engine.machines.names()
        if machine not in names:
            raise BadCommand(f"no machine {machine!r}", "machines: " + ", ".join(names))
        place = cwd or self.engine.scenario.cwd
        return {
            "n": number,
            "line": line,
            "machine": machine,
            "cwd": place,
            "new_cwd": None,
            "new_machine": None,
            "started_us": self.engine.now_us,
            "ended_us": None,
            "exit_code": None,
            "text": "",
            "dropped": 0,
            "screen": "",
            "row": new_row(machine, place, self.engine.now_us),
            "box": {"machine": machine, "run": 0, "next": 1001, "processes": {}, "ports": {}},
            "child": None,
            "watches": [],
            "wake": None,
            "shell_wake": None,
            "reads": None,
            "typing": "",
        }

    def _go(self, job: Job) -> None:
        """Run the job's line until something in it takes time or it ends."""
        process = HostProcess(self, job)
        if _has_background(job["line"]):
            self.show(job, NO_BACKGROUND)
            self.end(job, 2)
            return
        SHELL.begin_line(process, job["line"], self._shells.get(job["machine"], {}))
        if not job["n"] and job["exit_code"] is None:
            self.end(job, 124)  # a look that takes time; nobody waits for it

    def begin(self, job: Job) -> int | None:
        """Start the program that is the job's child; answers its status unless it goes on."""
        call = self._call(job)
        code = self.programs[call.argv[0]].start(call)
        self._absorb(job, call)
        if code is not None:
            self._close(job)
        return code

    def _close(self, job: Job) -> None:
        """Leave what a program that has ended has drawn on the screen."""
        job["watches"], job["reads"], job["typing"] = [], None, ""
        self._unwake(job, "wake")
        job["text"] += job["screen"]
        job["screen"] = ""

    def _child_ended(self, job: Job, code: int) -> None:
        """Go on with the line: its program has ended."""
        self._close(job)
        process = HostProcess(self, job)
        SHELL.child_ended(process, process.over(), code)
        process.flush()

    def _wake(self, key: str) -> None:
        """Go on with a job's program."""
        job = self.jobs.get(key)
        if job is None or job["exit_code"] is not None or not job["child"]:
            return
        job["wake"] = None
        call = self._call(job)
        code = self.programs[call.argv[0]].step(call)
        self._absorb(job, call)
        if code is not None:
            self._child_ended(job, code)

    def _wake_up_shell(self, key: str) -> None:
        """Go on with a job's shell."""
        job = self.jobs.get(key)
        if job is None or job["exit_code"] is not None:
            return
        job["shell_wake"] = None
        process = HostProcess(self, job)
        SHELL.wake(process)
        process.flush()

    def _answered(self, key: list[Any]) -> None:
        """Hand a line the answer to what it has asked: state["heard"], by the question's number."""
        name, number, answer = key
        job = self.jobs.get(name.partition(":")[2])
        if job is None or job["exit_code"] is not None or not job["child"]:
            return
        job["child"]["state"].setdefault("heard", {})[str(number)] = answer
        self._wake_in(job, 0)

    def _call(self, job: Job) -> Call:
        child = job["child"]
        return Call(
            engine=self.engine,
            argv=list(child["argv"]),
            machine=job["new_machine"] or job["machine"],
            cwd=job["row"]["cwd"],
            env={**child["env"], "PWD": job["row"]["cwd"]},
            stdin=child["stdin"],
            entry=job["n"] or None,
            stdin_tty=child["typed"],
            tty=child["sink"] == child["errors"] == TERMINAL,
            out_tty=child["sink"] == TERMINAL,
            state=child["state"],
        )

    def _absorb(self, job: Job, call: Call) -> None:
        """Take over what a program wrote and what it waits for."""
        child = job["child"]
        process = HostProcess(self, job)
        for stream, text in call.chunks:
            process.write(child["errors" if stream == "err" else "sink"], text)
        process.flush()
        if call.screen_text is not None:
            job["screen"] = call.screen_text
        job["new_machine"] = call.new_machine or job["new_machine"]
        job["watches"] = call.watches or job["watches"]
        job["reads"] = call.reads or job["reads"]
        if call.wake_us is not None and job["n"]:
            self._wake_in(job, call.wake_us)
        self.engine.touch("jobs")

    def show(self, job: Job, text: str) -> None:
        """Write to a line's screen."""
        job["text"] += text
        extra = len(job["text"]) - MAX_OUTPUT
        if extra > 0:
            job["text"] = job["text"][extra:]
            job["dropped"] += extra

    def end(self, job: Job, code: int) -> None:
        """End a line."""
        if job["exit_code"] is not None:
            return
        job["exit_code"] = code
        job["ended_us"] = self.engine.now_us
        job["text"] += job["screen"]
        if job["row"]["state"]:
            if job["row"]["cwd"] != job["cwd"]:
                job["new_cwd"] = job["row"]["cwd"]
            if job["n"]:
                self._shells[job["machine"]] = kept_of(HostProcess(self, job))
        job["screen"], job["watches"], job["reads"] = "", [], None
        job["child"], job["row"], job["box"] = None, None, None
        self._live.pop(str(job["n"]), None)
        self._unwake(job, "wake")
        self._unwake(job, "shell_wake")
        self.engine.touch("jobs")

    def _note(self, change: str, obj: Object, old: Object | None) -> None:
        """Wake the running jobs that watch such an object."""
        for number in self._live:
            job = self.jobs[number]
            if job["watches"] and _watched(job, obj):
                self._wake_in(job, 0)

    def _wake_in(self, job: Job, delay_us: int) -> None:
        """Step a job's program again after a delay; the earliest wish counts."""
        due = self.engine.now_us + delay_us
        if job["wake"] is not None:
            if job["wake"][1] <= due:
                return
            self.engine.calendar.cancel(job["wake"][0])
        job["wake"] = [self.engine.calendar.after(delay_us, "job", str(job["n"])), due]

    def wake_shell(self, job: Job, delay_us: int) -> None:
        """Have a job's shell go on after a delay; a later call replaces an earlier one."""
        if job["n"]:
            self._unwake(job, "shell_wake")
            event = self.engine.calendar.after(delay_us, "job.shell", str(job["n"]))
            job["shell_wake"] = [event, self.engine.now_us + delay_us]

    def _unwake(self, job: Job, which: str) -> None:
        if job[which] is not None:
            self.engine.calendar.cancel(job[which][0])
            job[which] = None


def paths(workspace: Workspace, word: str, cwd: str) -> list[str]:
    """Give the paths that begin with a word; folders end in a slash."""
    head, slash, _ = word.rpartition("/")
    return [
        f"{head}{slash}{name}{'/' if folder else ''}"
        for name, folder in workspace.children(cwd, head or ("/" if slash else "."))
    ]


def _has_background(line: str) -> bool:
    """Tell whether a line has a `&` of its own."""
    try:
        return ["op", "&"] in Lexer(line).run()
    except ShellSyntaxError:
        return False  # said by the shell


def _watched(job: Job, obj: Object) -> bool:
    meta = obj["metadata"]
    return any(
        kind == obj["kind"]
        and (not namespace or namespace == (meta.get("namespace") or ""))
        and (not name or name == meta["name"])
        for kind, namespace, name in job["watches"]
    )
