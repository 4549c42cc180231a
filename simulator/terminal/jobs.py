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

from .program import Call, Program
from .shell import ShellError, parse
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
    """Runs lines. Table "jobs": {entry number: job}."""

    def __init__(self, engine: Engine, workspace: Workspace, programs: list[Program]) -> None:
        self._engine = engine
        self._workspace = workspace
        self.programs = {name: program for program in programs for name in program.names}
        self.jobs: dict[str, Job] = engine.table("jobs")
        self._live = {n: None for n, job in self.jobs.items() if job["exit_code"] is None}
        engine.calendar.on("job", self._wake)
        engine.calendar.on("job.answered", self._answered)
        engine.store.watch("*", self._note)
        engine.handle("terminal", self._apply)
        engine.handle("interrupt", self._interrupt)
        engine.handle("stdin", self._stdin)

    # Doors

    def is_read(self, line: str) -> bool:
        """Say whether a line only looks; such a line is never logged."""
        try:
            steps = parse(line, {}, lambda inner: "x" if self.is_read(inner) else "")
        except ShellError:
            return True
        return all(self._reads(command) for _, pipeline in steps for command in pipeline)

    def read(self, line: str, machine: str, cwd: str) -> dict[str, Any]:
        """Run a line that only looks."""
        job = self._job(0, line, machine, cwd)
        self._look(job)
        return self.result(job, entry=None)

    def _look(self, job: Job) -> None:
        store = self._engine.store
        before, store.read_only = store.read_only, True
        try:
            self._go(job)
        finally:
            store.read_only = before

    def _substitute(self, outer: Job, inner: str) -> str:
        """Run the command of a `$(...)`: what it prints; what it complains about is shown."""
        if not self.is_read(inner):
            raise ShellError(f"$({inner}): only what looks can be put in here: run it by itself")
        machine, cwd = outer["new_machine"] or outer["machine"], outer["new_cwd"] or outer["cwd"]
        job = {**self._job(0, inner, machine, cwd), "captured": ""}
        self._look(job)
        if job["exit_code"] is None:
            raise ShellError(f"$({inner}): it takes time: run it by itself")
        self._write(outer, job["text"])
        return str(job["captured"]).rstrip("\n")

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
            return start, [name for name in sorted(self.programs) if name.startswith(prefix)]
        program = self.programs.get(words[0])
        if line.endswith(" "):
            words.append("")
        options: list[str] = []
        if program is not None:
            options = program.complete(self._engine, words, machine, cwd or HOME)
        return start, sorted({o for o in options if o.startswith(words[-1])})[:200]

    # Commands

    def _apply(self, entry: Entry) -> dict[str, Any]:
        command = entry.command
        machine = command.get("machine") or self._engine.scenario.machine
        running = len(self._live)
        job = self._job(entry.n, command["terminal"], machine, command.get("cwd") or "")
        self.jobs[str(entry.n)] = job
        self._live[str(entry.n)] = None
        if running >= MAX_RUNNING:
            job["text"] = "sh: fork: retry: Resource temporarily unavailable\n"
            self._end(job, 254)
        else:
            self._go(job)
        for old in list(self.jobs)[: max(0, len(self.jobs) - MAX_JOBS)]:
            if self.jobs[old]["exit_code"] is not None:
                code = self.jobs.pop(old)["exit_code"]
                if code:
                    self._engine.outcomes[old] = {"exit_code": code}
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
        call = self._call(job)
        code = self.programs[call.argv[0]].interrupt(call)
        self._write(job, "^C")
        self._absorb(job, call)
        if code is not None:
            job["text"] += "" if job["text"].endswith("\n") else "\n"
            self._end(job, code)
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
                self._write(job, line if job["reads"] == "line" else "\n" * (key == "\n"))
                self._deliver(job, line)
            elif key >= " " or key == "\t":
                job["typing"] += key
        self._engine.touch("jobs")
        return {"output": "", "exit_code": 0}

    def _deliver(self, job: Job, text: str) -> None:
        """Hand typed text to the program that runs; go on with the line if that ends it."""
        call = self._call(job)
        code = self.programs[call.argv[0]].typed(call, text)
        self._absorb(job, call)
        if code is not None:
            self._finished(job, code)
            self._go(job)

    # Running

    def _job(self, number: int, line: str, machine: str, cwd: str) -> Job:
        names = self._engine.machines.names()
        if machine not in names:
            raise BadCommand(f"no machine {machine!r}", "machines: " + ", ".join(names))
        return {
            "n": number,
            "line": line,
            "machine": machine,
            "cwd": cwd or self._engine.scenario.cwd,
            "new_cwd": None,
            "new_machine": None,
            "started_us": self._engine.now_us,
            "ended_us": None,
            "exit_code": None,
            "text": "",
            "dropped": 0,
            "screen": "",
            "steps": None,
            "at": [0, 0],
            "status": 0,
            "stdin": "",
            "piped": "",
            "state": {},
            "running": False,
            "watches": [],
            "wake": None,
            "reads": None,
            "typing": "",
        }

    def _go(self, job: Job) -> None:
        """Run commands of the job's line until one takes time or the line ends."""
        if job["steps"] is None:
            try:
                env = self._env(job)
                job["steps"] = parse(job["line"], env, lambda inner: self._substitute(job, inner))
            except ShellError as error:
                job["text"] += f"bash: {error}\n"
                self._end(job, 2)
                return
        while job["exit_code"] is None:
            step, place = job["at"]
            if step >= len(job["steps"]):
                self._end(job, job["status"])
                return
            operator, pipeline = job["steps"][step]
            skip = (operator == "&&" and job["status"] != 0) or (
                operator == "||" and job["status"] == 0
            )
            if skip or place >= len(pipeline):
                job["at"] = [step + 1, 0]
                if "captured" in job:
                    job["captured"] += job["stdin"]
                job["stdin"] = ""
                continue
            code = self._run(job, pipeline[place])
            if code is None:
                return
            self._finished(job, code)

    def _finished(self, job: Job, code: int) -> None:
        job["status"] = code
        job["stdin"], job["piped"] = job["piped"], ""
        job["state"], job["running"], job["watches"] = {}, False, []
        job["reads"], job["typing"] = None, ""
        self._unwake(job)
        job["text"] += job["screen"]
        job["screen"] = ""
        job["at"][1] += 1

    def _run(self, job: Job, command: dict[str, Any]) -> int | None:
        call = self._call(job)
        for operator, path in command["redirects"]:
            if operator == "<":
                text = self._workspace.read(call.cwd, path)
                if text is None:
                    job["text"] += f"bash: {path}: No such file or directory\n"
                    return 1
                call.stdin = text
        if not command["argv"]:
            self._absorb(job, call)
            return 0
        program = self.programs.get(call.argv[0])
        if program is None:
            job["text"] += f"bash: {call.argv[0]}: command not found\n"
            return 127
        code = program.start(call)
        self._absorb(job, call)
        job["running"] = code is None
        return code

    def _wake(self, key: str) -> None:
        job = self.jobs.get(key)
        if job is None or job["exit_code"] is not None or not job["running"]:
            return
        job["wake"] = None
        call = self._call(job)
        code = self.programs[call.argv[0]].step(call)
        self._absorb(job, call)
        if code is not None:
            self._finished(job, code)
            self._go(job)

    def _answered(self, key: list[Any]) -> None:
        """Hand a line the answer to what it has asked: state["heard"], by the question's number."""
        name, number, answer = key
        job = self.jobs.get(name.partition(":")[2])
        if job is None or job["exit_code"] is not None or not job["running"]:
            return
        job["state"].setdefault("heard", {})[str(number)] = answer
        self._wake_in(job, 0)

    def _call(self, job: Job) -> Call:
        step, place = job["at"]
        command = job["steps"][step][1][place]
        last = place == len(job["steps"][step][1]) - 1 and "captured" not in job
        return Call(
            engine=self._engine,
            argv=list(command["argv"]),
            machine=job["new_machine"] or job["machine"],
            cwd=job["new_cwd"] or job["cwd"],
            env=self._env(job),
            stdin=job["stdin"],
            entry=job["n"] or None,
            stdin_tty=place == 0 and not any(op == "<" for op, _ in command["redirects"]),
            tty=last and not command["redirects"],
            out_tty=last and not any(op in (">", ">>", "&>") for op, _ in command["redirects"]),
            state=job["state"],
        )

    def _absorb(self, job: Job, call: Call) -> None:
        """Take over what a program wrote and what it waits for."""
        step, place = job["at"]
        pipeline = job["steps"][step][1]
        merged = any(op == "2>&1" for op, _ in pipeline[place]["redirects"])
        files = {op: path for op, path in pipeline[place]["redirects"] if op != "2>&1"}
        for stream, text in call.chunks:
            target = files.get("2>") if stream == "err" and not merged else None
            if stream == "out" or merged or "&>" in files:
                target = files.get(">") or files.get(">>") or files.get("&>")
            if target is not None:
                self._redirect(job, call.cwd, target)
                job["state"].setdefault("_files", {}).setdefault(target, "")
                self._append(call.cwd, target, text)
            elif (stream == "out" or merged) and (place < len(pipeline) - 1 or "captured" in job):
                job["piped"] += text
            else:
                self._write(job, text)
        for operator in (">", "&>"):
            if operator in files and not call.chunks:
                self._redirect(job, call.cwd, files[operator])
        if call.screen_text is not None:
            job["screen"] = call.screen_text
        job["new_cwd"] = call.new_cwd or job["new_cwd"]
        job["new_machine"] = call.new_machine or job["new_machine"]
        job["watches"] = call.watches or job["watches"]
        job["reads"] = call.reads or job["reads"]
        if call.wake_us is not None and job["n"]:
            self._wake_in(job, call.wake_us)
        self._engine.touch("jobs")

    def _redirect(self, job: Job, cwd: str, path: str) -> None:
        """Empty a file the first time a command writes to it with `>`."""
        step, place = job["at"]
        append = any(op == ">>" for op, _ in job["steps"][step][1][place]["redirects"])
        begun = job["state"].setdefault("_files", {})
        if path not in begun and path != "/dev/null":
            begun[path] = ""
            wrong = None
            if not append:
                wrong = self._workspace.write(cwd, path, "")
            if wrong:
                self._write(job, f"bash: {wrong}\n")

    def _append(self, cwd: str, path: str, text: str) -> None:
        if path != "/dev/null":
            self._workspace.write(cwd, path, (self._workspace.read(cwd, path) or "") + text)

    def _write(self, job: Job, text: str) -> None:
        job["text"] += text
        extra = len(job["text"]) - MAX_OUTPUT
        if extra > 0:
            job["text"] = job["text"][extra:]
            job["dropped"] += extra

    def _end(self, job: Job, code: int) -> None:
        job["exit_code"] = code
        job["ended_us"] = self._engine.now_us
        job["text"] += job["screen"]
        job["screen"], job["watches"], job["steps"], job["reads"] = "", [], [], None
        self._live.pop(str(job["n"]), None)
        self._unwake(job)
        self._engine.touch("jobs")

    def _note(self, change: str, obj: Object, old: Object | None) -> None:
        """Wake the running jobs that watch such an object."""
        for number in self._live:
            job = self.jobs[number]
            if job["watches"] and _watched(job, obj):
                self._wake_in(job, 0)

    def _wake_in(self, job: Job, delay_us: int) -> None:
        """Step a job again after a delay; the earliest wish counts."""
        due = self._engine.now_us + delay_us
        if job["wake"] is not None:
            if job["wake"][1] <= due:
                return
            self._engine.calendar.cancel(job["wake"][0])
        job["wake"] = [self._engine.calendar.after(delay_us, "job", str(job["n"])), due]

    def _unwake(self, job: Job) -> None:
        if job["wake"] is not None:
            self._engine.calendar.cancel(job["wake"][0])
            job["wake"] = None

    def _env(self, job: Job) -> dict[str, str]:
        return {
            "HOME": HOME,
            "USER": "student",
            "PWD": job["new_cwd"] or job["cwd"],
            "HOSTNAME": job["new_machine"] or job["machine"],
            "?": str(job["status"]),
        }

    def _reads(self, command: dict[str, Any]) -> bool:
        for operator, path in command["redirects"]:
            if operator not in ("2>&1", "<") and path != "/dev/null":
                return False
        argv = command["argv"]
        program = self.programs.get(argv[0]) if argv else None
        return program is None or program.is_read(argv)


def _watched(job: Job, obj: Object) -> bool:
    meta = obj["metadata"]
    return any(
        kind == obj["kind"]
        and (not namespace or namespace == (meta.get("namespace") or ""))
        and (not name or name == meta["name"])
        for kind, namespace, name in job["watches"]
    )
