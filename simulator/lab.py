"""A lab is (scenario, seed, log); everything else is computed.

At one instant, commands act before the events that are due then: the state at t is the state
after the commands at t and before the events of t. `advance`, `at` and `fork` all mean this.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from . import commands
from .docker.explore import explore, file_of
from .engine import ENGINE_VERSION, Engine
from .errors import BadLog, DrydockError, LabFailed
from .kubernetes.scheduler.explain import explain as explain_pod
from .log import FORMAT, Entry, Log
from .scenario import Scenario
from .scenario_check import check_data
from .snapshot import snapshot
from .timing import MINUTE
from .view import View

KEYFRAME_EVERY_US = MINUTE
KEYFRAME_EVENTS = 3_000
"""Events that are replayed in about a tenth of a second: fewer need no keyframe of their own."""
MAX_KEYFRAMES = 48

More = Callable[[], bool]
Told = Callable[[Entry, dict[str, Any]], None]
Keyframe = tuple[int, int, bytes]
"""(time, entries applied, state): an engine goes on from it as if it had replayed so far."""


class Lab:
    """A lab at one instant of the head of its log. Not thread-safe: one owner at a time."""

    def __init__(
        self,
        scenario: Scenario,
        seed: int,
        log: Log | None = None,
        keyframe: Keyframe | None = None,
    ) -> None:
        """Make a lab at t = 0, or where a keyframe of the head of its log was taken."""
        self.scenario = scenario
        self.seed = seed
        self.log = log or Log()
        self.failed: str | None = None
        self._path: list[Entry] = []
        self._keyframes: list[Keyframe] = [keyframe] if keyframe else []
        self._kept_fired = 0
        if keyframe:
            self._path = self.log.path()[: keyframe[1]]
        self.engine = self._new_engine(keyframe[2] if keyframe else None)

    # Time

    @property
    def now_us(self) -> int:
        """Simulated time in microseconds."""
        return self.engine.now_us

    def advance(self, until_us: int, more: More | None = None) -> bool:
        """Let time pass up to `until_us`; `more` may stop it early, then the answer is False."""
        while self.now_us < until_us:
            boundary = (self.now_us // KEYFRAME_EVERY_US + 1) * KEYFRAME_EVERY_US
            target = min(boundary, until_us)
            if not self._guard(lambda t=target: self.engine.calendar.run_before(t, more)):  # type: ignore[misc]
                return False
            if target == boundary and self._is_worth_a_keyframe():
                self._keep()
        return True

    def keyframe(self, fresh: bool = False) -> Keyframe | None:
        """Give the latest keyframe; a `fresh` one is of this instant."""
        if fresh and self.failed is None and not self._is_kept():
            self._keep()
        return self._keyframes[-1] if self._keyframes else None

    def next_us(self) -> int | None:
        """Time of the next event, or None when nothing is pending."""
        return self.engine.calendar.next_us()

    # Commands

    def is_read(self, command: dict[str, Any]) -> bool:
        """Say whether a checked command only looks; it is answered by `read`, never logged."""
        return "terminal" in command and self.engine.terminal.is_read(command["terminal"])

    def read(self, command: dict[str, Any]) -> dict[str, Any]:
        """Answer a command that only looks."""
        machine = command.get("machine") or self.scenario.machine
        return self.engine.terminal.read(command["terminal"], machine, command.get("cwd") or "")

    def stamp(self, command: dict[str, Any]) -> Entry:
        """Make the entry that this command would be now; nothing happens yet."""
        return Entry(len(self._path) + 1, self.now_us, command, self.log.head)

    def apply(self, entry: Entry) -> dict[str, Any]:
        """Append a stamped entry to the log and carry it out."""
        if entry.n != len(self._path) + 1 or entry.at_us != self.now_us:
            raise BadLog(f"entry {entry.n} at {entry.at_us} us does not come next")
        self.log.append(entry)
        return self._carry_out(entry)

    def do(self, command: Any) -> dict[str, Any]:
        """Check a command, then answer it or log it and carry it out; raises BadCommand."""
        checked = commands.check(command)
        if self.is_read(checked):
            return self.read(checked)
        return self.apply(self.stamp(checked))

    def entry(self, n: int) -> dict[str, Any] | None:
        """Give entry `n` of the head and what became of it; None when there is none."""
        if not 1 <= n <= len(self._path):
            return None
        job = self.engine.terminal.jobs.get(str(n))
        answer = self._path[n - 1].to_json()
        if job is not None:
            answer.update(self.engine.terminal.result(job, n))
        else:
            answer.update(self.engine.outcomes.get(str(n), {"exit_code": 0}))
        return answer

    # What a page asks

    @property
    def entries(self) -> int:
        """How many entries the head's path has."""
        return len(self._path)

    def snapshot(self) -> dict[str, Any]:
        """Give everything there is now, as its APIs show it: plain data of your own."""
        return snapshot(self.engine)

    def terminal(self, n: int) -> dict[str, Any] | None:
        """Give what line `n` has written, or None.

        {"text", "screen", "dropped", "exit_code", "reads", "cwd", "machine"}

        `dropped` counts the characters that went before `text`; `screen` still redraws itself.
        """
        job = self.engine.terminal.jobs.get(str(n))
        if job is None:
            return None
        found = {key: job[key] for key in ("text", "screen", "dropped", "exit_code", "reads")}
        return {**found, "cwd": job["new_cwd"], "machine": job["new_machine"]}

    def running(self) -> list[int]:
        """Number the lines that have not ended, oldest first."""
        jobs = self.engine.terminal.jobs
        return [int(n) for n, job in jobs.items() if job["exit_code"] is None]

    def complete(self, line: str, machine: str = "", cwd: str = "") -> tuple[int, list[str]]:
        """Give (where the last word begins, what Tab could make of it)."""
        place = machine or self.scenario.machine
        return self.engine.terminal.complete(line, place, cwd or self.scenario.cwd)

    def file(self, path: str) -> str | None:
        """Give the text of a workspace file, or None."""
        return self.engine.workspace.files.get(path)

    def files(self) -> list[dict[str, Any]]:
        """List the workspace as {"path", "size"}, by path."""
        files = sorted(self.engine.workspace.files.items())
        return [{"path": path, "size": len(text.encode())} for path, text in files]

    def image(self, ref: str, machine: str = "", container: str = "") -> dict[str, Any]:
        """Take an image of a machine apart: which file came from which layer, what is wasted.

        container: take apart what that container sees. Raises DrydockError for what is not there.
        """
        return explore(self.engine, machine or self.scenario.machine, ref, container)

    def decision(self, namespace: str, name: str, now: bool = False) -> dict[str, Any]:
        """Say why a pod is on its machine, or on none: the scheduler's table of node by plugin.

        now: as it would be decided now. Raises DrydockError for no such pod.
        """
        return explain_pod(self.engine, namespace, name, now)

    def image_file(
        self, ref: str, machine: str, container: str, layer: int, path: str
    ) -> dict[str, Any]:
        """Give one file of one layer of an image; DrydockError when it is not there."""
        return file_of(self.engine, machine or self.scenario.machine, ref, container, layer, path)

    def goals(self) -> dict[str, dict[str, Any]]:
        """Give the goals {"STEP/ID": {"text", "state", "detail", "met_us"}} of the scenario."""
        return self.engine.goals.state

    def view(self) -> View:
        """Open a view of this lab's engine; after `rewind`, open a new one."""
        return View(self.engine)

    # History

    def at(
        self, at_us: int | None = None, entry: int | None = None, branch: int | None = None
    ) -> Lab:
        """Give a new lab as this one was at a time, or just after an entry; both: see `rewind`."""
        other = Lab.__new__(Lab)
        other.scenario, other.seed, other.failed = self.scenario, self.seed, None
        path = self._path if branch is None else self.log.path(branch)
        keep = [e for e in path if _within(e, at_us, entry)]
        other.log = Log(entries=[Entry(e.n, e.at_us, e.command) for e in keep])
        until = at_us if at_us is not None else (keep[-1].at_us if keep else 0)
        other._keyframes = [f for f in self._frames_of(path) if f[0] <= until and f[1] <= len(keep)]
        frame = other._keyframes[-1] if other._keyframes else None
        other._path = other.log.entries[: frame[1]] if frame else []
        other.engine = other._new_engine(frame[2] if frame else None)
        other.catch_up(until)
        return other

    def rewind(
        self, at_us: int | None = None, entry: int | None = None, branch: int | None = None
    ) -> None:
        """Move the head to a new branch that leaves the present one at a time, or after an entry.

        With both, it is at that time without the entries that came after `entry`: that is undo.
        branch: leave that one instead of the present one; with where it had got to, that is redo.
        """
        past = self.at(at_us, entry, branch)
        self.log.grow(len(past._path), past.now_us, branch)
        self.engine, self._path = past.engine, past._path
        self._kept_fired = past._kept_fired
        self._keyframes, self.failed = past._keyframes, None

    def catch_up(self, until_us: int, more: More | None = None, told: Told | None = None) -> bool:
        """Carry out what the log holds up to a time, and let time pass up to it.

        `more` may stop it early: then the answer is False, and another call goes on from there.
        `told` is given each entry with its result.
        """
        path = self.log.path()
        while len(self._path) < len(path) and path[len(self._path)].at_us <= until_us:
            logged = path[len(self._path)]
            if not self.advance(logged.at_us, more):
                return False
            checked = commands.check(logged.command)
            result = self._carry_out(Entry(logged.n, logged.at_us, checked, logged.branch))
            if told is not None:
                told(logged, result)
        return self.advance(until_us, more)

    def digest(self) -> str:
        """Digest the lab's history up to now; 64 hex characters."""
        return self.engine.digest()

    def export(self) -> dict[str, Any]:
        """Give the log in its JSON form: all that has to be kept of this lab."""
        return {
            "drydock": FORMAT,
            "engine": ENGINE_VERSION,
            "scenario": self.scenario.data,
            "seed": self.seed,
            "now_us": self.now_us,
            **self.log.to_json(),
        }

    @classmethod
    def replay(cls, data: Any, until_us: int | None = None) -> Lab:
        """Make a lab from an exported log; up to its `now_us` unless another time is given."""
        if not isinstance(data, dict) or data.get("drydock") != FORMAT:
            raise BadLog("not a lab's log", f'it begins {{"drydock": {FORMAT}, ...}}')
        try:
            seed = int(data["seed"])
            now_us = int(data.get("now_us") or 0)
        except (KeyError, TypeError, ValueError) as error:
            raise BadLog(f"not a lab's log: {error!r}") from error
        log = Log.from_json(data)
        lab = cls(Scenario(check_data(data.get("scenario"), "log")), seed, log)
        path = log.path()
        end = now_us if until_us is None else until_us
        if until_us is None and path:
            end = max(end, path[-1].at_us)
        lab.catch_up(end)
        return lab

    # Inside

    def _new_engine(self, keyframe: bytes | None) -> Engine:
        self._kept_fired = 0
        return Engine(self.scenario, self.seed, keyframe)

    def _carry_out(self, entry: Entry) -> dict[str, Any]:
        self._path.append(entry)
        result = self._guard(lambda: self.engine.apply(entry))
        result.setdefault("output", "")
        result.setdefault("exit_code", 0)
        result["entry"] = entry.n
        return result  # type: ignore[no-any-return]

    def _guard(self, act: Callable[[], Any]) -> Any:
        """Do something to the engine; what it does not expect marks the lab failed."""
        if self.failed is not None:
            raise LabFailed(self.failed)
        try:
            return act()
        except DrydockError as error:
            self.failed = error.message
            raise LabFailed(error.message) from error
        except Exception as error:
            self.failed = f"{type(error).__name__}: {error}"
            raise LabFailed(self.failed) from error

    def _keep(self) -> None:
        """Keep a keyframe of now; when there are many, thin out the older ones."""
        self._kept_fired = self.engine.calendar.fired
        self._keyframes.append((self.now_us, len(self._path), self.engine.keyframe()))
        if len(self._keyframes) > MAX_KEYFRAMES:
            half = len(self._keyframes) // 2
            self._keyframes = self._keyframes[:half:2] + self._keyframes[half:]

    def _is_worth_a_keyframe(self) -> bool:
        """Say whether enough happened since the last one: a quiet minute is soon replayed."""
        fired: int = self.engine.calendar.fired - self._kept_fired
        return fired >= KEYFRAME_EVENTS

    def _is_kept(self) -> bool:
        """Say whether the latest keyframe is of this instant."""
        last = self._keyframes[-1] if self._keyframes else None
        return last is not None and last[:2] == (self.now_us, len(self._path))

    def _frames_of(self, path: list[Entry]) -> list[Keyframe]:
        """Give the keyframes that hold for a path: those from before it leaves the head's."""
        if path is self._path:
            return self._keyframes
        mine = self.log.path()
        shared = 0
        while shared < min(len(mine), len(path)) and mine[shared] == path[shared]:
            shared += 1
        rest = [entry.at_us for entry in (*mine[shared:], *path[shared:])]
        parted = min(rest, default=None)
        return [
            frame
            for frame in self._keyframes
            if frame[1] <= shared and (parted is None or frame[0] < parted)
        ]


def _within(entry: Entry, at_us: int | None, last: int | None) -> bool:
    return (at_us is None or entry.at_us <= at_us) and (last is None or entry.n <= last)
