"""The call that looks into images: which file came from which layer, and what is wasted."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from simulator import DrydockError
from webapp.rooms.room import Room

from .call import BadRequest, NotThere, call, on_lab


@on_lab
async def read_image(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Give the layers of an image of a machine, with their files."""
    ref = request.GET.get("image")
    if not ref:
        raise BadRequest("'image' is missing", "?machine=laptop&image=shop:1")
    machine = request.GET.get("machine", "")
    try:
        return await room.look(lambda lab: lab.image(ref, machine))
    except DrydockError as error:
        raise NotThere(error.message, error.hint) from None


lab_images = call(GET=read_image)
