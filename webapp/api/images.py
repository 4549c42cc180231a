"""The calls that look into images: which file came from which layer, and what is wasted."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

from django.http import HttpRequest

from simulator import DrydockError, Lab
from webapp.rooms.room import Room

from .call import BadRequest, NotThere, call, on_lab

T = TypeVar("T")


@on_lab
async def read_image(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Give the layers of an image of a machine, or of a container's image, with their files."""
    ref, machine, container = _asked(request)
    return await _look(room, lambda lab: lab.image(ref, machine, container))


@on_lab
async def read_file(request: HttpRequest, room: Room) -> dict[str, Any]:
    """Give one file of one layer, with its text if it is a small text."""
    ref, machine, container = _asked(request)
    path, layer = request.GET.get("path", ""), request.GET.get("layer", "")
    if not path or not layer.isascii() or not layer.isdigit() or len(layer) > 4:
        raise BadRequest("'path' or 'layer' is missing", "?image=shop:1&layer=3&path=/app/app.py")
    number = int(layer)
    return await _look(room, lambda lab: lab.image_file(ref, machine, container, number, path))


def _asked(request: HttpRequest) -> tuple[str, str, str]:
    """Read (image, machine, container); one of the first and the last must be there."""
    ref, container = request.GET.get("image", ""), request.GET.get("container", "")
    if not ref and not container:
        raise BadRequest("'image' or 'container' is missing", "?machine=laptop&image=shop:1")
    return ref, request.GET.get("machine", ""), container


async def _look(room: Room, read: Callable[[Lab], T]) -> T:
    try:
        return await room.look(read)
    except DrydockError as error:
        raise NotThere(error.message, error.hint) from None


lab_images = call(GET=read_image)
lab_image_file = call(GET=read_file)
