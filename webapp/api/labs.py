"""Calls that make labs and move their time."""

from __future__ import annotations

import secrets
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from simulator import ENGINE_VERSION, SECOND, BadScenario, Lab, Scenario
from webapp.limits import TooMany, new_labs
from webapp.rooms import rooms
from webapp.rooms.clock import check_speed
from webapp.rooms.room import Room

from .call import BadRequest, body, call, json_response, on_lab, whole_number

LONGEST_ADVANCE_S = 86_400


async def create(request: HttpRequest) -> HttpResponse:
    """Make a lab of a shipped scenario."""
    data = body(request, "scenario", "seed", "paused")
    scenario = shipped(data.get("scenario"))
    seed = data.get("seed")
    seed = secrets.randbelow(1 << 31) if seed is None else whole_number(seed, "seed")
    check_paused(data.get("paused"))
    limit_new_labs(request)
    room = await rooms.create(scenario, seed, paused=bool(data.get("paused")))
    return json_response(addresses(request, room), 201)


def shipped(name: object) -> Scenario:
    """Read a shipped scenario by name; never a file of the server. Raises BadScenario."""
    names = Scenario.shipped()
    if not isinstance(name, str) or name not in names:
        raise BadScenario(
            "'scenario' is missing" if name is None else f"no scenario {name!r}",
            "shipped: " + ", ".join(names),
        )
    return Scenario.load(name)


def limit_new_labs(request: HttpRequest) -> None:
    """Refuse when one address makes labs faster than any class does."""
    if not new_labs.take(str(request.META.get("REMOTE_ADDR"))):
        raise TooMany("new labs from this address", f"{settings.LABS_PER_HOUR} an hour")


def addresses(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Say where a lab is found; null for the doors that are not built yet."""
    scheme = "wss" if request.is_secure() else "ws"
    return {
        "id": room.id,
        "token": room.token,
        "url": request.build_absolute_uri(f"/labs/{room.id}?token={room.token}"),
        "kubeconfig_url": None,
        "kube_server": None,
        "docker_host": None,
        "ws_url": f"{scheme}://{request.get_host()}/ws/labs/{room.id}?token={room.token}",
    }


def check_paused(value: object) -> None:
    """Refuse what is neither true, false nor left out; raises BadRequest."""
    if value is not None and not isinstance(value, bool):
        raise BadRequest("'paused' must be true or false")


async def status_of(room: Room) -> dict[str, Any]:
    """Say where a lab stands."""

    def read(lab: Lab) -> dict[str, Any]:
        return {"now_us": lab.now_us, "digest": lab.digest(), "entries": lab.entries}

    standing = await room.look(read, long=True)
    note = None
    if room.engine != ENGINE_VERSION:
        note = f"made by engine {room.engine}, replayed by engine {ENGINE_VERSION}: it may differ"
    return {
        "id": room.id,
        "now_us": standing["now_us"],
        "speed": room.clock.speed,
        "paused": room.clock.paused,
        "digest": standing["digest"],
        "engine": room.engine,
        "entries": standing["entries"],
        "scenario": room.lab.scenario.name,
        "seed": room.lab.seed,
        "failed": room.lab.failed,
        "note": note,
    }


@on_lab
async def status(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Say where the lab stands."""
    return await status_of(room)


@on_lab
async def clock(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Set the viewer's clock."""
    data = body(request, "speed", "paused")
    paused = data.get("paused")
    check_paused(paused)
    speed = None if data.get("speed") is None else check_speed(data["speed"])
    await room.set_clock(speed, paused)
    return await status_of(room)


@on_lab
async def advance(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Let simulated time pass as fast as the engine can."""
    seconds = body(request, "seconds").get("seconds")
    if (
        not isinstance(seconds, int | float)
        or isinstance(seconds, bool)
        or not 0 <= seconds <= LONGEST_ADVANCE_S
    ):
        raise BadRequest(f"'seconds' must be a number from 0 to {LONGEST_ADVANCE_S}")
    await room.advance(round(seconds * SECOND))
    return await status_of(room)


@on_lab
async def fork(request: HttpRequest, room: Room) -> HttpResponse:
    """Make a new lab as this one was at a time, or just after an entry."""
    data = body(request, "at_us", "entry")
    if len(data) > 1:
        raise BadRequest("give 'at_us' or 'entry', not both")
    at_us, entry = check_past(room, data)
    if not data:
        at_us = room.lab.now_us
    limit_new_labs(request)
    return json_response(addresses(request, await rooms.fork(room, at_us, entry)), 201)


@on_lab
async def rewind(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Go back to a time or to just after an entry, on a new branch; the old one is kept."""
    at_us, entry = check_past(room, body(request, "at_us", "entry"))
    if at_us is None and entry is None:
        raise BadRequest("give 'at_us', 'entry' or both", "both: that time, without later entries")
    await room.rewind(at_us, entry)
    return await status_of(room)


def check_past(room: Room, data: dict[str, Any]) -> tuple[int | None, int | None]:
    """Read (at_us, entry) of the lab's past; raises BadRequest."""
    at_us, entry = data.get("at_us"), data.get("entry")
    if at_us is not None and whole_number(at_us, "at_us") > room.lab.now_us:
        raise BadRequest("'at_us' is in the lab's future", f"now_us is {room.lab.now_us}")
    if entry is not None and whole_number(entry, "entry") > room.lab.entries:
        raise BadRequest(f"there is no entry {entry}", f"the lab has {room.lab.entries}")
    return at_us, entry


labs = call(POST=create)
lab = call(GET=status)
lab_clock = call(POST=clock)
lab_advance = call(POST=advance)
lab_fork = call(POST=fork)
lab_rewind = call(POST=rewind)
