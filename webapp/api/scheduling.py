"""The call that says why a pod is on its machine."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from simulator import DrydockError
from webapp.rooms.room import Room

from .call import BadRequest, NotThere, call, on_lab


@on_lab
async def read_decision(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Give the scheduler's table about a pod: node by plugin."""
    namespace, _, name = request.GET.get("pod", "").partition("/")
    if not name:
        raise BadRequest("'pod' is missing", "?pod=default/shop-5d8f-x2lqp")
    now = request.GET.get("now", "") not in ("", "0", "false")
    try:
        return await room.look(lambda lab: lab.decision(namespace, name, now), long=True)
    except DrydockError as error:
        raise NotThere(error.message, error.hint) from None


lab_decision = call(GET=read_decision)
