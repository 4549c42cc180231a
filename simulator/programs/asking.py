"""Requests between processes whose answer may come later: a queue that is empty, a subscription.

A client calls `Process.ask`. The server's family gets the request with an "asker" in it and either
answers at once or says {"pending": True}; then it keeps the asker and calls `Programs.answer` when
it knows. The client's family hears of it in `Family.answered`, half a round trip later. When the
server's process ends, everybody who waits for it gets {"error": "closed"}. Who passes a request on
to another server takes the asker out: it then answers at once and says what time that takes ("us").

An asker is [container id, run, pid, number]. What a server owes stands in its box, as
{"pid", "asker", "us"}; what a client waits for stands in its row, as numbers. Who is no process (a
line of the terminal) asks by `ask_outside`: its asker is ["", name, 0, number], what it waits for
stands in the table "programs.outside": {name: {"next", "asked": [number], "event"}}.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object

from .headers import completed
from .process import Process

if TYPE_CHECKING:
    from simulator.engine import Engine

Row = dict[str, Any]
Key = list[Any]


class Asking:
    """The part of `Programs` that deals with answers that come later; not of use by itself."""

    engine: Engine
    _table: dict[str, Any]

    def ask(self, p: Process, container_id: str, port: int, request: Row, rtt_us: int) -> Row:
        """Send a request to a port: the answer, or {"pending": number} when it comes later."""
        number = int(p.box.get("asks", 0)) + 1
        p.box["asks"] = number
        asker: Key = [p.container["Id"], p.box["run"], p.pid, number]
        p.row.setdefault("asked", []).append(number)
        if container_id == p.container["Id"]:
            p.flush()
        answer = self._put(asker, container_id, port, request, rtt_us)
        if not answer.get("pending"):
            self.stop_asking(p, number)
        return answer

    def ask_outside(
        self, name: str, event: str, container_id: str, port: int, request: Row, rtt_us: int = 0
    ) -> Row:
        """Send a request for somebody who is no process: the answer, or {"pending": number}.

        A pending answer comes as the calendar's event, with [name, number, answer].
        """
        table = self.engine.table("programs.outside")
        row = table.get(name) or {"next": 1, "asked": []}
        number = int(row["next"])
        asked = [*row["asked"], number]
        table[name] = {"next": number + 1, "asked": asked, "event": event}
        answer = self._put(["", name, 0, number], container_id, port, request, rtt_us)
        if not answer.get("pending"):
            self._forget(name, number)
        return answer

    def stop_outside(self, name: str) -> None:
        """Withdraw all that somebody asks who is no process."""
        self.engine.table("programs.outside").pop(name, None)

    def _forget(self, name: str, number: int) -> None:
        """Take a question off the list of somebody who is no process."""
        table = self.engine.table("programs.outside")
        row = table[name]
        table[name] = {**row, "asked": [one for one in row["asked"] if one != number]}

    def _put(self, asker: Key, container_id: str, port: int, request: Row, rtt_us: int) -> Row:
        """Put a request to a server; what it does not answer at once it owes to the asker."""
        box = self._table.get(container_id)
        serving = box["ports"].get(str(port)) if box else None
        if box is not None and serving is not None:  # it may answer before it says "pending"
            owed = {"pid": serving["pid"], "asker": asker, "us": rtt_us // 2}
            box.setdefault("owed", []).append(owed)
        answer = self.respond(container_id, port, {**request, "asker": asker})
        if answer.get("pending"):
            return {"pending": asker[3]}
        if box is not None and serving is not None:
            box["owed"] = [one for one in box["owed"] if one["asker"] != asker]
        return answer

    def may_wait(self, container_id: str, port: int) -> bool:
        """Tell whether the program behind a port may need time for an answer."""
        from .families import by_name

        box = self._table.get(container_id)
        serving = box["ports"].get(str(port)) if box else None
        process = box["processes"].get(str(serving["pid"])) if box and serving else None
        if box is None or process is None:
            return False
        container = self.engine.store.need("Container", box["machine"], container_id)
        p = Process(self, container, box, process)  # type: ignore[arg-type]
        return by_name(process["family"]).may_wait(p)

    def hold(self, p: Process, container_id: str, port: int, rtt_us: int) -> int | None:
        """Keep a connection open that is idle: the client hears "closed" when its server ends.

        Answers the question's number, None when nothing listens.
        """
        box = self._table.get(container_id)
        row = box["ports"].get(str(port)) if box else None
        if box is None or row is None:
            return None
        number = int(p.box.get("asks", 0)) + 1
        p.box["asks"] = number
        asker: Key = [p.container["Id"], p.box["run"], p.pid, number]
        p.row.setdefault("asked", []).append(number)
        box.setdefault("owed", []).append({"pid": row["pid"], "asker": asker, "us": rtt_us // 2})
        return number

    def stop_asking(self, p: Process, number: int) -> None:
        """Withdraw a question: whatever still comes for it is thrown away."""
        p.row["asked"] = [one for one in p.row.get("asked", ()) if one != number]

    def is_alive(self, asker: Key) -> bool:
        """Tell whether who asked is still there."""
        if not asker[0]:
            return self.is_asking(asker)
        return self._asking_row(asker) is not None

    def is_asking(self, asker: Key) -> bool:
        """Tell whether who asked still waits; a dead client's turn must not use anything up."""
        if not asker[0]:
            outside = self.engine.table("programs.outside").get(asker[1])
            return outside is not None and asker[3] in outside["asked"]
        row = self._asking_row(asker)
        return row is not None and asker[3] in row.get("asked", ())

    def answer(self, server: Process, asker: Key, answer: Row, more: bool = False) -> None:
        """Answer a question that was left pending; `more`: further answers will follow."""
        owed = server.box.get("owed", [])
        debt = next((one for one in owed if one["asker"] == asker), None)
        if debt is None:
            return
        if not more:
            owed.remove(debt)
        answer = completed(server, "GET", answer)
        self.engine.calendar.after(int(debt["us"]), "program.answer", [asker, answer, more])

    def hang_up(self, box: Row, pid: int | None = None) -> None:
        """Close the connections of a server that ends: of one process, or of the container."""
        owed = box.get("owed")
        if not owed:
            return
        gone = [one for one in owed if pid is None or one["pid"] == pid]
        box["owed"] = [one for one in owed if one not in gone]
        for one in gone:
            key = [one["asker"], {"error": "closed"}, False]
            self.engine.calendar.after(int(one["us"]), "program.answer", key)

    def _answered(self, key: Key) -> None:
        asker, answer, more = key
        if not asker[0]:
            self._outside(asker, answer)
            return
        row = self._asking_row(asker)
        if row is None or asker[3] not in row.get("asked", ()):
            return
        box = self._table[asker[0]]
        container = self.engine.store.get("Container", box["machine"], asker[0])
        if container is None:
            return
        if container["State"]["Paused"]:
            row.setdefault("late", []).append(key)
            return
        p = Process(self, container, box, row)  # type: ignore[arg-type]
        if not more:
            self.stop_asking(p, asker[3])
        self.tell(p, int(asker[3]), answer)
        p.flush()

    def _outside(self, asker: Key, answer: Row) -> None:
        """Tell somebody who is no process of an answer, unless the question was withdrawn."""
        row = self.engine.table("programs.outside").get(asker[1])
        if row is not None and asker[3] in row["asked"]:
            self._forget(asker[1], asker[3])
            self.engine.calendar.after(0, row["event"], [asker[1], asker[3], answer])

    def take_late(self, container: Object, row: Row) -> None:
        """Hand out the answers that came while the container was paused."""
        for key in row.pop("late", ()):
            self.engine.calendar.after(0, "program.answer", key)

    def _asking_row(self, asker: Key) -> Row | None:
        box = self._table.get(asker[0])
        if box is None or box["run"] != asker[1]:
            return None
        row: Row | None = box["processes"].get(str(asker[2]))
        return None if row is None or row.get("ended") else row

    def respond(self, container_id: str, port: int, request: Row) -> Row:
        """Answer a request (see Programs)."""
        raise NotImplementedError

    def tell(self, p: Process, number: int, answer: Row) -> None:
        """Tell a process's family of an answer (see Programs)."""
        raise NotImplementedError
