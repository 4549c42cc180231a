"""What every controller is: watch, work queue, reconcile(key), back-off.

A controller watches kinds, notes the keys of what may no longer be true, and makes one key true
at a time. It is level-triggered: the queue holds a key once however often it was noted, and
`reconcile` looks at the store, not at what changed. Imitates client-go's workqueue and
controller-runtime; times are of the order seen on small idle clusters.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

from simulator.errors import DrydockError, LabFailed
from simulator.kubernetes.owners import MANAGER
from simulator.plain import Object
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

BACKOFF_BASE_US = 5 * MS
BACKOFF_MAX_US = 1000 * SECOND
"""Per-key back-off of client-go's DefaultTypedControllerRateLimiter: 5 ms doubling to 1000 s."""


class Retry(Exception):
    """Raised by `reconcile` when it could not finish: the key comes back after its back-off."""


class WorkQueue:
    """Keys to reconcile, one at a time, each at most once; its state is one plain table.

    `gate` says whether its worker runs at all: when the control plane has no power, keys only
    gather; call `resume` when it is back.

    Table: {"ready": [key...], "later": {key: [calendar number, due]}, "failures": {key: count},
    "resting": {key: until},
    "armed": calendar number or null, "runs": count, "last": key}.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        reconcile: Callable[[str], int | None],
        latency_us: tuple[int, int] = (2 * MS, 12 * MS),
        gate: Callable[[], bool] | None = None,
    ) -> None:
        self.name = name
        self._engine = engine
        self._reconcile = reconcile
        self._latency_us = latency_us
        self._gate = gate
        self._stream = engine.streams.stream("queue", name)
        self.state: dict[str, Any] = engine.table(f"queue/{name}")
        for key, empty in _EMPTY.items():
            self.state.setdefault(key, type(empty)() if isinstance(empty, list | dict) else empty)
        self._held = dict.fromkeys(self.state["ready"])
        engine.calendar.on(f"queue/{name}", self._run_one)
        engine.calendar.on(f"queue-later/{name}", self._due)
        engine.loops[name] = self

    def __len__(self) -> int:
        return len(self.state["ready"])

    def add(self, key: str) -> None:
        """Note that a key may not be true; one that waits already is not noted twice."""
        if key in self._held:
            return
        resting = self.state["resting"].get(key)
        if resting is not None:
            if resting > self._engine.now_us:
                self.add_after(key, resting - self._engine.now_us)
                return
            del self.state["resting"][key]
        self._held[key] = None
        self.state["ready"].append(key)
        self._arm()

    def add_after(self, key: str, delay_us: int) -> None:
        """Note a key later; the earlier of two such notes counts."""
        if delay_us <= 0:
            self.add(key)
            return
        later: dict[str, list[int]] = self.state["later"]
        due = self._engine.now_us + delay_us
        waiting = later.get(key)
        if waiting is not None:
            if waiting[1] <= due:
                return
            self._engine.calendar.cancel(waiting[0])
        number = self._engine.calendar.after(delay_us, f"queue-later/{self.name}", key)
        later[key] = [number, due]

    def rest(self, key: str, duration_us: int) -> None:
        """Leave a key alone for a while: to make it true took its time, as big ones do."""
        self.state["resting"][key] = self._engine.now_us + duration_us

    def add_rate_limited(self, key: str) -> None:
        """Note a key again after its back-off, which doubles with every failure."""
        failures = self.state["failures"].get(key, 0)
        self.state["failures"][key] = failures + 1
        self.add_after(key, min(BACKOFF_BASE_US << min(failures, 40), BACKOFF_MAX_US))

    def resume(self) -> None:
        """Go on after the gate was shut."""
        self._arm()

    def forget(self, key: str) -> None:
        """End a key's back-off."""
        self.state["failures"].pop(key, None)

    def _due(self, key: str) -> None:
        self.state["later"].pop(key, None)
        self.add(key)

    def _arm(self) -> None:
        if self.state["armed"] is None and self.state["ready"]:
            delay = self._stream.between_us(*self._latency_us)
            self.state["armed"] = self._engine.calendar.after(delay, f"queue/{self.name}")

    def _run_one(self, _: object) -> None:
        self.state["armed"] = None
        if not self.state["ready"] or (self._gate is not None and not self._gate()):
            return
        key = self.state["ready"].pop(0)
        self._held.pop(key, None)
        self.state["runs"] += 1
        self.state["last"] = key
        self.state["last_us"] = self._engine.now_us
        try:
            again_us = self._reconcile(key)
        except LabFailed:
            raise
        except (DrydockError, Retry):
            self.add_rate_limited(key)
        else:
            self.forget(key)
            if again_us is not None:
                self.add_after(key, again_us)
        self._arm()


_EMPTY: dict[str, Any] = {
    "ready": [],
    "later": {},
    "failures": {},
    "resting": {},
    "armed": None,
    "runs": 0,
    "last": "",
    "last_us": 0,
}


SYNC_US_PER_OBJECT = 50
"""Time that a sync takes for each pod it looks at (assumed)."""
SMALL = 100
"""Below this many pods a sync's own time is not worth counting."""


class Controller:
    """Keep one kind true: watch, queue keys, reconcile each key until it holds.

    A subclass names itself, calls `self.watch(kind, keys)` in `__init__`, and writes
    `reconcile(key)`: read the store, write what is missing, answer None or the microseconds
    after which to look again. A refusal of the store or of the API server (Conflict, a quota)
    makes the key come back by itself, after its back-off.
    """

    name = ""
    source = ""
    """The component that this controller's events name."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine
        self.store = engine.store
        self.queue = WorkQueue(engine, self.name, self.reconcile, gate=self.may_run)

    def may_run(self) -> bool:
        """Say whether the machine that this controller runs on has power."""
        return self.engine.cluster.is_up()

    def restart(self) -> None:
        """Begin anew after the control plane was down; most controllers need nothing."""

    def watch(self, kind: str, keys: Callable[[Object, Object | None], Iterable[str]]) -> None:
        """Queue the keys that `keys(object, version before)` names at each change of a kind."""

        def note(change: str, obj: Object, old: Object | None) -> None:
            for key in keys(obj, old):
                self.queue.add(key)

        self.store.watch(kind, note)

    def reconcile(self, key: str) -> int | None:
        """Make one key ("namespace/name") true."""
        raise NotImplementedError

    def took(self, key: str, count: int) -> None:
        """Account for a sync that looked at `count` objects; changes meanwhile are taken together.

        # Simplified: Only syncs of more than 100 pods are given a duration of their own.
        """
        if count > SMALL:
            self.queue.rest(key, count * SYNC_US_PER_OBJECT)

    def create(self, obj: Object) -> Object:
        """Ask the API server to store a new object; answers it as stored."""
        return self.engine.api.create(obj, manager=MANAGER)

    def update(self, obj: Object) -> Object:
        """Ask the API server to replace an object, but for its status."""
        return self.engine.api.update(obj, manager=MANAGER)

    def record(self, obj: Object, type: str, reason: str, message: str) -> None:
        """Tell in an event what happened to an object."""
        self.engine.events.record(obj, type, reason, message, self.source)


def key_of(obj: Object) -> str:
    """Give an object's key, "namespace/name"."""
    meta = obj["metadata"]
    return f"{meta.get('namespace') or ''}/{meta['name']}"


def split_key(key: str) -> tuple[str, str]:
    """Take a key apart into namespace and name."""
    namespace, _, name = key.partition("/")
    return namespace, name
