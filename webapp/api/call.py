"""What all API calls share: methods, bodies, tokens, and errors as {"error", "hint"}."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable
from functools import wraps
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.http.multipartparser import MultiPartParserError

from simulator import BadCommand, BadLog, BadScenario, DrydockError, LabFailed
from webapp.limits import TooMany, lab_calls
from webapp.rooms import (
    LabIsBroken,
    NoSuchLab,
    NotYourRoom,
    ServerFull,
    SimulatorFault,
    rooms,
)
from webapp.rooms.room import Room

View = Callable[..., Awaitable[Any]]
log = logging.getLogger("drydock.api")


class BadRequest(DrydockError):
    """A request that has not the form of this call."""


class NoToken(DrydockError):
    """A call on a lab without its token."""

    def __init__(self) -> None:
        super().__init__("this call needs the lab's token", "add ?token=T or a bearer header")


class NotThere(DrydockError):
    """Something of a lab that it does not have."""


STATUS: dict[type[DrydockError], int] = {
    BadRequest: 400,
    BadCommand: 400,
    BadScenario: 400,
    BadLog: 400,
    NoToken: 401,
    NoSuchLab: 404,
    NotThere: 404,
    LabIsBroken: 409,
    LabFailed: 409,
    TooMany: 429,
    SimulatorFault: 500,
    ServerFull: 503,
    NotYourRoom: 503,
}


def call(**methods: View) -> View:
    """Make one Django view of an API call's methods: call(GET=read, POST=write)."""

    async def view(request: HttpRequest, **parts: Any) -> HttpResponse:
        name = "GET" if request.method == "HEAD" else str(request.method)
        if name == "OPTIONS":
            return HttpResponse(status=204, headers={"Allow": ", ".join(methods)})
        if name not in methods:
            answer = error_response(405, f"{request.method} is not for this address", None)
            answer["Allow"] = ", ".join(methods)
            return answer
        try:
            result = await methods[name](request, **parts)
        except DrydockError as error:
            return refusal(error)
        return result if isinstance(result, HttpResponse) else json_response(result)

    view.methods = methods  # type: ignore[attr-defined]
    return view


def on_lab(view: View) -> View:
    """Give a view the room of the lab that its address names, to those who have the token."""

    @wraps(view)
    async def with_room(request: HttpRequest, lab_id: str, **parts: Any) -> Any:
        room = await rooms.open(lab_id, token(request))
        if not lab_calls.take(lab_id):
            raise TooMany("calls on this lab", "at most 100 a second")
        return await view(request, room, **parts)

    return with_room


def token(request: HttpRequest) -> str:
    """Give the token that came with a request; raises NoToken."""
    given = request.GET.get("token")
    scheme, _, bearer = request.headers.get("Authorization", "").partition(" ")
    if scheme.lower() == "bearer" and bearer.strip():
        given = bearer.strip()
    if not given:
        raise NoToken
    return given


def body(request: HttpRequest, *allowed: str) -> dict[str, Any]:
    """Read the request's JSON object; only `allowed` fields, if any are named."""
    try:
        data = orjson.loads(request.body or b"{}")
    except (ValueError, MultiPartParserError) as error:
        raise BadRequest("the body is not JSON", str(error)) from error
    if not isinstance(data, dict):
        raise BadRequest("the body must be a JSON object")
    unknown = [key for key in data if allowed and key not in allowed]
    if unknown:
        raise BadRequest(f"unknown field {unknown[0]!r}", "fields: " + ", ".join(allowed))
    return data


def whole_number(value: Any, name: str, least: int = 0) -> int:
    """Check that a value is a whole number that fits into 64 bits; raises BadRequest."""
    if type(value) is not int or not least <= value < 1 << 63:
        raise BadRequest(f"{name!r} must be a whole number, at least {least}")
    return value


def from_query(request: HttpRequest, name: str) -> int | None:
    """Read a whole number from the query; None when it is not there."""
    text = request.GET.get(name)
    if text is None:
        return None
    if not text.isascii() or not text.isdigit() or len(text) > 18:
        raise BadRequest(f"{name!r} must be a whole number, at least 0")
    return int(text)


def json_response(data: Any, status: int = 200) -> HttpResponse:
    """Answer with JSON."""
    return HttpResponse(orjson.dumps(data), content_type="application/json", status=status)


def error_response(status: int, error: str, hint: str | None) -> HttpResponse:
    """Answer with an error in the API's form."""
    return json_response({"error": error, "hint": hint}, status)


def refusal(error: DrydockError) -> HttpResponse:
    """Answer with what a declared error says."""
    status = next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 400)
    answer = error_response(status, error.message, error.hint)
    if status in (429, 503):
        answer["Retry-After"] = "2"
    return answer


__all__ = ["BadRequest", "NotThere", "Room", "body", "call", "from_query", "on_lab"]
