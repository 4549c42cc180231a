"""Calls that look at a lab: its state now or earlier, its log, its figures."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from simulator import Lab
from webapp.metrics import lab_text, server_text
from webapp.rooms import rooms
from webapp.rooms.room import Room

from .call import BadRequest, call, from_query, on_lab

TEXT = "text/plain; version=0.0.4; charset=utf-8"


@on_lab
async def read_snapshot(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Give all objects as they are, or as they were at a time."""
    at_us = from_query(request, "at_us")

    def read(lab: Lab) -> dict[str, Any]:
        if at_us is None or at_us == lab.now_us:
            return lab.snapshot()
        if at_us > lab.now_us:
            raise BadRequest("'at_us' is in the lab's future", f"now_us is {lab.now_us}")
        return lab.at(at_us=at_us).snapshot()

    return await room.look(read, long=True)


@on_lab
async def read_log(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Give the log: all that has to be kept to have this lab again."""
    return await room.look(lambda lab: lab.export())


@on_lab
async def read_metrics(request: HttpRequest, room: Room) -> HttpResponse:
    """Give the lab's figures as Prometheus reads them."""
    return HttpResponse(await room.look(lab_text, long=True), content_type=TEXT)


async def read_server_metrics(request: HttpRequest) -> HttpResponse:
    """Give the server's figures as Prometheus reads them."""
    return HttpResponse(server_text(rooms), content_type=TEXT)


async def read_health(request: HttpRequest) -> HttpResponse:
    """Say that the server answers."""
    return HttpResponse("ok\n", content_type="text/plain")


lab_snapshot = call(GET=read_snapshot)
lab_log = call(GET=read_log)
lab_metrics = call(GET=read_metrics)
server_metrics = call(GET=read_server_metrics)
health = call(GET=read_health)
