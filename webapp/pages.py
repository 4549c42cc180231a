"""The pages: plain functions, each rendering one template."""

from __future__ import annotations

import logging
import secrets
from functools import cache
from typing import Any

from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
)
from django.shortcuts import render

from simulator import DrydockError, Scenario

from .api.call import error_response, refusal
from .api.labs import limit_new_labs
from .fidelity import simplifications
from .lessons import Lesson, LessonError, load_lesson
from .lessons.parse import ROOT
from .rooms import NoSuchLab, rooms
from .rooms.room import Room

SANDBOX = "three-nodes"
COOKIE_AGE_S = 30 * 86_400

log = logging.getLogger("drydock.pages")


async def home(request: HttpRequest) -> HttpResponse:
    """The list of lessons."""
    return render(request, "lessons.html", {"lessons": _list(), "sandboxes": _sandboxes()})


async def about(request: HttpRequest) -> HttpResponse:
    """How it works, and the keyboard."""
    return render(request, "about.html")


async def fidelity(request: HttpRequest) -> HttpResponse:
    """The honest list: every simplification, by module."""
    groups = simplifications()
    count = sum(len(group.notes) for group in groups)
    return render(request, "fidelity.html", {"groups": groups, "count": count})


async def lesson(request: HttpRequest, slug: str) -> HttpResponseBase:
    """A lesson with the visitor's own lab, which is made at the first visit."""
    found = _lesson(slug)
    if found is None:
        return not_found(request)
    return await _own_lab(request, f"lesson-{slug}", found.scenario, found.seed, found)


async def sandbox(request: HttpRequest) -> HttpResponseBase:
    """A free lab of a shipped scenario."""
    name = request.GET.get("scenario", SANDBOX)
    if name not in Scenario.shipped():
        return not_found(request)
    return await _own_lab(request, f"sandbox-{name}", Scenario.load(name), None, None)


async def lab(request: HttpRequest, lab_id: str) -> HttpResponseBase:
    """A lab by its address, as it is shared."""
    try:
        room = await rooms.open(lab_id, request.GET.get("token", ""))
    except NoSuchLab:
        return not_found(request)
    found = _lesson(room.lesson)
    return render(request, "lab.html", _lab_context(request, room, found))


async def _own_lab(
    request: HttpRequest, name: str, scenario: Scenario, seed: int | None, found: Lesson | None
) -> HttpResponseBase:
    """Show the lab that the visitor's cookie names; make one when there is none, or `?new=1`."""
    room = None
    lab_id, _, token = request.COOKIES.get(name, "").partition(".")
    if lab_id and "new" not in request.GET:
        try:
            room = await rooms.open(lab_id, token)
        except NoSuchLab:
            room = None
    if room is not None:
        return render(request, "lab.html", _lab_context(request, room, found))
    try:
        limit_new_labs(request)
        seed = secrets.randbelow(1 << 31) if seed is None else seed
        room = await rooms.create(
            scenario,
            seed,
            lesson=found.slug if found else "",
            speed=found.speed if found else 1.0,
        )
    except DrydockError as error:
        return _trouble(request, error)
    if "new" in request.GET:  # so that loading the page again does not begin once more
        query = request.GET.copy()
        del query["new"]
        address = request.path + (f"?{query.urlencode()}" if query else "")
        response: HttpResponse = HttpResponseRedirect(address)
    else:
        response = render(request, "lab.html", _lab_context(request, room, found))
    response.set_cookie(
        name,
        f"{room.id}.{room.token}",
        max_age=COOKIE_AGE_S,
        path=request.path,
        httponly=True,
        samesite="Lax",
        secure=request.is_secure(),
    )
    return response


def _lab_context(request: HttpRequest, room: Room, found: Lesson | None) -> dict[str, Any]:
    before, after = _neighbours(found)
    step = request.GET.get("step", "1")
    return {
        "lab": {
            "id": room.id,
            "token": room.token,
            "ws_url": f"/ws/labs/{room.id}?token={room.token}",
            "api_url": f"/api/labs/{room.id}",
            "scenario": room.lab.scenario.name,
            "machine": room.lab.scenario.machine,
            "cwd": room.lab.scenario.cwd,
        },
        "lesson": found,
        "previous_lesson": before,
        "next_lesson": after,
        "start_step": int(step) if step.isascii() and step.isdigit() and len(step) < 4 else 1,
    }


@cache
def _lessons() -> list[Lesson]:
    """Read the shipped lessons; one that cannot be read is left out, and said in the log."""
    found = []
    for folder in sorted(ROOT.glob("[0-9][0-9]-*")):
        try:
            found.append(load_lesson(folder.name))
        except LessonError as error:
            log.error("lesson %s is left out: %s", folder.name, error)
    return found


def _lesson(slug: str) -> Lesson | None:
    """Give a lesson by its slug."""
    return next((one for one in _lessons() if one.slug == slug), None)


def _neighbours(found: Lesson | None) -> tuple[dict[str, str] | None, dict[str, str] | None]:
    """Give title and address of the lessons before and after one."""
    links = [{"title": one.title, "url": f"/lessons/{one.slug}/"} for one in _lessons()]
    if found is None:
        return None, None
    at = [one.slug for one in _lessons()].index(found.slug)
    return (links[at - 1] if at else None, links[at + 1] if at + 1 < len(links) else None)


def _list() -> list[dict[str, Any]]:
    """Give the lessons as their list shows them."""
    return [
        {
            "number": one.number,
            "title": one.title,
            "summary": one.summary,
            "minutes": one.minutes,
            "steps": len(one.steps),
            "objectives": one.objectives,
            "url": f"/lessons/{one.slug}/",
        }
        for one in _lessons()
    ]


def _sandboxes() -> list[dict[str, str]]:
    """Give the shipped scenarios as places to try things in."""
    found = []
    for name in Scenario.shipped():
        data = Scenario.load(name).data
        title, summary = str(data.get("title") or name), str(data.get("summary") or "")
        found.append({"title": title, "summary": summary, "url": f"/sandbox/?scenario={name}"})
    return found


# When something is wrong


def _trouble(request: HttpRequest, error: DrydockError) -> HttpResponse:
    context = {"reason": error.message, "hint": error.hint}
    return render(request, "404.html", context, status=refusal(error).status_code)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the request made no sense to Django."""
    if request.path.startswith("/api/"):
        return error_response(400, "the request makes no sense", None)
    context = {"reason": "That request makes no sense.", "hint": "Go back and try again."}
    return render(request, "404.html", context, status=400)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing is at this address."""
    if request.path.startswith("/api/"):
        return error_response(404, "there is nothing at this address", "see /api/openapi.json")
    return render(request, "404.html", status=404)


def broken(request: HttpRequest) -> HttpResponse:
    """500: our fault."""
    if request.path.startswith("/api/"):
        return error_response(500, "the server failed", "the fault is in the server's log")
    return render(request, "500.html", status=500)
