"""The event recorder: what happened to an object, counted when it happens again.

Imitates client-go tools/record (EventCorrelator): the same event again only counts up, more than
ten alike within ten minutes are combined into one, and one source may tell about one object 25
times at once, then once in five minutes. Events are forgotten an hour after they last happened.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object
from simulator.timing import HOUR, MINUTE, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

TTL_US = HOUR
SWEEP_US = 5 * MINUTE
SIMILAR, SIMILAR_US = 10, 10 * MINUTE
"""So many different messages of one kind about one object, within this time, are told apart."""
COMBINED = "(combined from similar events): "
BURST = 25
REFILL_US = 300 * SECOND
"""Spam filter of client-go: a bucket of 25, one more every five minutes."""


class Events:
    """Records events. Table "events": {"spam": {source+object: [tokens, since_us]}}."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self._spam: dict[str, list[int]] = engine.table("events").setdefault("spam", {})
        self._store.index("Event", "involved", lambda e: (e["involvedObject"].get("uid", ""),))
        engine.calendar.on("events.sweep", self._sweep)
        engine.at_setup(self.setup)

    def setup(self) -> None:
        """Begin to sweep old events."""
        self._engine.calendar.after(SWEEP_US, "events.sweep")

    def of(self, uid: str) -> list[Object]:
        """Give the events about one object, by uid, oldest first."""
        return sorted(
            self._store.by("Event", "involved", uid),
            key=lambda e: (e["lastTimestamp"] or "", e["metadata"]["resourceVersion"].zfill(12)),
        )

    def record(
        self,
        obj: Object,
        type: str,
        reason: str,
        message: str,
        source: str | dict[str, str],
        field_path: str = "",
    ) -> Object | None:
        """Tell that something happened to an object.

        type: "Normal" or "Warning".   source: the component, or {"component", "host"}.
        field_path: the part it is about (`spec.containers{web}`).   Answers the Event, or None
        when the source has told too much about this object.
        """
        origin = {"component": source} if isinstance(source, str) else dict(source)
        involved = _reference(obj, field_path)
        combined = self._too_many(involved, type, reason, message, origin)
        told = COMBINED if combined else message
        name = self._name(involved, type, reason, told, origin)
        message = COMBINED + message if combined else message
        namespace = involved.get("namespace") or "default"
        if not self._allowed(origin, involved):
            return None
        old = self._store.get("Event", namespace, name)
        if old is not None:
            fresh = {**old, "count": old["count"] + 1, "lastTimestamp": self._engine.timestamp()}
            return self._store.update({**fresh, "message": message})
        now = self._engine.timestamp()
        return self._store.create(
            {
                "apiVersion": "v1",
                "kind": "Event",
                "metadata": {"name": name, "namespace": namespace},
                "involvedObject": involved,
                "reason": reason,
                "message": message,
                "source": origin,
                "firstTimestamp": now,
                "lastTimestamp": now,
                "count": 1,
                "type": type,
                "eventTime": None,
                "reportingComponent": origin.get("component", ""),
                "reportingInstance": origin.get("host", ""),
            }
        )

    def _too_many(
        self, involved: dict[str, Any], type: str, reason: str, message: str, origin: dict[str, str]
    ) -> bool:
        """Tell whether there are too many events that differ from this one in their words only."""
        alike = self._store.by("Event", "involved", involved.get("uid", ""))
        if len(alike) < SIMILAR:
            return False
        since = self._engine.timestamp(max(0, self._engine.now_us - SIMILAR_US))
        messages = [
            event["message"]
            for event in alike
            if event["reason"] == reason
            and event["type"] == type
            and event["source"] == origin
            and event["lastTimestamp"] >= since
        ]
        return len(messages) >= SIMILAR and message not in messages

    def _name(
        self, involved: dict[str, Any], type: str, reason: str, message: str, origin: dict[str, str]
    ) -> str:
        """Name an event after its object and what it says, so that the same one is found again.

        # Simplified: The second part of an event's name stands for its content, where the real
        one is the nanosecond at which it was first recorded.
        """
        parts = (involved.get("uid", ""), type, reason, message, involved.get("fieldPath", ""))
        end = self._engine.streams.hex(16, "event", *parts, *sorted(origin.values()))
        return f"{involved['name']}.{end}"

    def _allowed(self, origin: dict[str, str], involved: dict[str, Any]) -> bool:
        """Take one token of the bucket of this source and object."""
        key = f"{origin.get('component')}/{origin.get('host', '')}/{involved.get('uid', '')}"
        now = self._engine.now_us
        tokens, since = self._spam.get(key, (BURST, now))
        refilled = (now - since) // REFILL_US
        tokens, since = min(BURST, tokens + refilled), since + refilled * REFILL_US
        if tokens <= 0:
            return False
        self._spam[key] = [tokens - 1, since if tokens < BURST else now]
        return True

    def _sweep(self, _: object) -> None:
        oldest = self._engine.timestamp(max(0, self._engine.now_us - TTL_US))
        if self._engine.now_us > TTL_US:
            for event in self._store.list("Event"):
                if (event["lastTimestamp"] or event["metadata"]["creationTimestamp"]) < oldest:
                    meta = event["metadata"]
                    self._store.delete("Event", meta["namespace"], meta["name"])
        full = [key for key, (tokens, since) in self._spam.items()
                if tokens + (self._engine.now_us - since) // REFILL_US >= BURST]  # fmt: skip
        for key in full:
            del self._spam[key]
        self._engine.calendar.after(SWEEP_US, "events.sweep")


def _reference(obj: Object, field_path: str) -> dict[str, Any]:
    """Point at an object as events do."""
    meta = obj["metadata"]
    reference = {
        "kind": obj["kind"].partition(".")[0],
        "namespace": meta.get("namespace") or "",
        "name": meta["name"],
        "uid": meta.get("uid", ""),
        "apiVersion": obj["apiVersion"],
        "resourceVersion": meta.get("resourceVersion", ""),
        "fieldPath": field_path,
    }
    return {key: value for key, value in reference.items() if value}
