"""The one socket of a page: commands in; frames, answers and output out.

The messages are described by `webapp/api/socket.schema.json`, which the server serves as
`/api/socket.schema.json`. A message that makes no sense is answered with an error; the socket
stays. Close codes from 4400 on are for good: a page that gets one does not connect again.
"""

from __future__ import annotations

import logging
import re
from contextlib import suppress
from typing import Any
from urllib.parse import parse_qs, urlsplit

import orjson
from autobahn.exception import Disconnected
from channels.exceptions import StopConsumer
from channels.generic.websocket import AsyncWebsocketConsumer
from django.conf import settings

from simulator import BadCommand, DrydockError, lint

from .limits import Bucket
from .rooms import NoSuchLab, ServerFull, labour, rooms
from .rooms.clock import check_speed
from .rooms.room import Room
from .rooms.seat import FULL, Seat

BAD_ORIGIN, NO_SUCH_LAB, FLOODED = 4403, 4404, 4429

MAX_MESSAGE = 3 << 20
"""Longest message in characters: a file of 1 MiB, escaped."""
RATE, BURST = 50, 200
FLOOD = 500
"""Refused messages after which a socket is closed."""

log = logging.getLogger("drydock.socket")


class LabSocket(AsyncWebsocketConsumer):
    """One viewer of one lab."""

    async def connect(self) -> None:
        """Let in whoever has the lab's token and comes from our own pages."""
        self.room: Room | None = None
        self.seat = Seat(self._send, self._close)
        self.bucket, self.refused = Bucket(RATE, BURST), 0
        await self.accept()  # a close code reaches the page only over an open socket
        if not _is_ours(self.scope):
            await self.close(BAD_ORIGIN)
            return
        query = parse_qs(self.scope["query_string"].decode("latin-1"))
        try:
            lab_id = self.scope["url_route"]["kwargs"]["lab_id"]
            self.room = await rooms.open(lab_id, query.get("token", [""])[0])
        except NoSuchLab:
            await self.close(NO_SUCH_LAB)
        except ServerFull:
            await self.close(FULL)
        else:
            self.room.join(self.seat)

    async def disconnect(self, code: int) -> None:
        """Leave the room."""
        if self.room is not None:
            self.room.leave(self.seat)
        raise StopConsumer

    async def receive(self, text_data: str | None = None, bytes_data: bytes | None = None) -> None:
        """Take one message; whatever is wrong with it is said, not thrown."""
        text = text_data if text_data is not None else ""
        message_id = None
        try:
            if not self.bucket.take():
                self.refused += 1
                if self.refused > FLOOD:
                    await self.close(FLOODED)
                raise BadCommand("too many messages", f"at most {RATE} a second")
            if len(text) > MAX_MESSAGE:
                message_id = _id_at_the_start(text)
                raise BadCommand(
                    f"the message is larger than {MAX_MESSAGE >> 20} MiB",
                    "a file of a lab may have 1 MiB",
                )
            message = _parse(text)
            message_id = message.get("id")
            await self._take(message)
        except DrydockError as error:
            answer = {"t": "error", "error": error.message, "hint": error.hint}
            if isinstance(message_id, str | int):
                answer["id"] = message_id  # type: ignore[assignment]
            await self._send(orjson.dumps(answer).decode())

    async def _take(self, message: dict[str, Any]) -> None:
        room = self.room
        if room is None:
            return
        if message.get("lab") not in (None, room.id):
            raise BadCommand("this socket belongs to another lab", "open the other lab's page")
        match message.get("t"):
            case "ack":
                self.seat.acknowledge(_whole(message, "n"))
                room.touch()
            case "do":
                await self._do(room, message)
            case "complete":
                await self._complete(room, message)
            case "clock":
                await _set_clock(room, message)
            case "step":
                await room.step()
            case "rewind":
                await _rewind(room, message)
            case "redo":
                await room.redo()
            case "lint":
                await self._lint(message)
            case "hello":
                await self._hello(room, message)
            case other:
                raise BadCommand(
                    f"no message of kind {other!r}",
                    "kinds: hello, ack, do, clock, step, rewind, redo, complete, lint",
                )

    async def _hello(self, room: Room, message: dict[str, Any]) -> None:
        last = _whole(message, "last")
        scenario = room.lab.scenario
        names = [machine["name"] for machine in scenario.data["machines"]]
        hello = {
            "t": "hello",
            "lab": room.id,
            "engine": room.engine,
            "n": room.audience.frames.n,
            "cwd": scenario.cwd,
            "machine": scenario.machine,
            "machines": names,
        }
        if room.lab.failed is not None:
            hello["failed"] = room.lab.failed
        await self._send(orjson.dumps(hello).decode())
        self.seat.greet(last if room.audience.frames.knows(last) else 0)
        room.audience.say_the_time()
        room.touch()

    async def _do(self, room: Room, message: dict[str, Any]) -> None:
        result = await room.do(message.get("command"), seat=self.seat)
        answer = {"t": "result", "id": message.get("id"), "error": None, "hint": None, **result}
        await self._send(orjson.dumps(answer).decode())

    async def _complete(self, room: Room, message: dict[str, Any]) -> None:
        line, cursor = message.get("line"), message.get("cursor")
        if not isinstance(line, str):
            raise BadCommand("'complete' needs a 'line'")
        if type(cursor) is int:
            line = line[: max(0, cursor)]
        machine, cwd = str(message.get("machine") or ""), str(message.get("cwd") or "")
        start, options = await room.look(lambda lab: lab.complete(line, machine, cwd))
        answer = {"t": "completions", "id": message.get("id"), "from": start, "options": options}
        await self._send(orjson.dumps(answer).decode())

    async def _lint(self, message: dict[str, Any]) -> None:
        path, text = message.get("path"), message.get("text")
        if not isinstance(path, str) or not isinstance(text, str):
            raise BadCommand("'lint' needs a 'path' and a 'text'")
        problems = await labour.beside(lambda: lint(path, text))
        answer = {"t": "lint", "id": message.get("id"), "path": path, "problems": problems}
        await self._send(orjson.dumps(answer).decode())

    async def _send(self, text: str) -> None:
        with suppress(Disconnected):  # it has gone, and `disconnect` is on its way
            await self.send(text_data=text)

    async def _close(self, code: int) -> None:
        with suppress(Disconnected):
            await self.close(code)


async def _set_clock(room: Room, message: dict[str, Any]) -> None:
    speed, paused = message.get("speed"), message.get("paused")
    if paused is not None and not isinstance(paused, bool):
        raise BadCommand("'paused' must be true or false")
    await room.set_clock(None if speed is None else check_speed(speed), paused)


async def _rewind(room: Room, message: dict[str, Any]) -> None:
    entry = None if message.get("entry") is None else _whole(message, "entry")
    at_us = None if entry is not None and "at_us" not in message else _whole(message, "at_us")
    if at_us is not None and not 0 <= at_us <= room.lab.now_us:
        raise BadCommand("the lab has not been at that time", f"it is at {room.lab.now_us} us")
    if entry is not None and not 0 <= entry <= room.lab.entries:
        raise BadCommand(f"there is no entry {entry}", f"the lab has {room.lab.entries}")
    await room.rewind(at_us, entry)


def _parse(text: str) -> dict[str, Any]:
    try:
        message = orjson.loads(text)
    except ValueError as error:
        raise BadCommand("the message is not JSON", str(error)) from error
    if not isinstance(message, dict):
        raise BadCommand("a message is a JSON object")
    return message


def _whole(message: dict[str, Any], key: str) -> int:
    value = message.get(key)
    if type(value) is not int:
        raise BadCommand(f"{message.get('t')!r} needs a whole number {key!r}")
    return value


def _id_at_the_start(text: str) -> str | None:
    """Find the id of a message that is too long to read, so that its sender is answered."""
    found = re.search(r'"id"\s*:\s*"([^"\\]{1,40})"', text[:200])
    return found.group(1) if found else None


def _is_ours(scope: dict[str, Any]) -> bool:
    """Say whether a socket was opened by one of our pages, or by a program that has no origin."""
    headers = dict(scope["headers"])
    origin = headers.get(b"origin")
    if origin is None:
        return True
    parts = urlsplit(origin.decode("latin-1"))
    if parts.netloc and parts.netloc == headers.get(b"host", b"").decode("latin-1"):
        return True
    allowed = [host for host in settings.ALLOWED_HOSTS if host != "*"]
    return parts.hostname in allowed
