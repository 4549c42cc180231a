"""Calls that act in a lab: the one door, and what became of what came through it."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse

from webapp.rooms.room import Room

from .call import BadRequest, NotThere, body, call, json_response, on_lab

WAIT_S = 10.0


@on_lab
async def do(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Carry out a command; a line that takes time is waited for, up to `wait_s`."""
    command = body(request)
    wait_s = command.pop("wait_s", WAIT_S)
    if not isinstance(wait_s, int | float) or isinstance(wait_s, bool) or not 0 <= wait_s <= 300:
        raise BadRequest("'wait_s' must be a number of seconds from 0 to 300")
    result = await room.do(command, wait_s)
    return {"output": "", "exit_code": 0, "entry": None, **result}


@on_lab
async def read_entry(request: HttpRequest, room: Room, n: int) -> dict[str, Any]:
    """Give an entry and, for a line, its output so far."""
    found = await room.look(lambda lab: lab.entry(n))
    if found is None:
        raise NotThere(f"there is no entry {n}", f"the lab has {room.lab.entries}")
    return {"output": "", "exit_code": None, **found, "entry": n}


@on_lab
async def read_files(request: HttpRequest, room: Room) -> HttpResponse:
    """List the workspace, or give the text of one file."""
    path = request.GET.get("path")
    if path is None:
        return json_response({"files": await room.look(lambda lab: lab.files())})
    text = await room.look(lambda lab: lab.file(path))
    if text is None:
        raise NotThere(f"there is no file {path!r} in the workspace")
    return json_response({"path": path, "text": text})


lab_commands = call(POST=do)
lab_entry = call(GET=read_entry)
lab_files = call(GET=read_files)
