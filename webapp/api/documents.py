"""The API's own description, served as it is shipped."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

import orjson
import yaml
from django.http import HttpRequest

from .call import call

HERE = Path(__file__).parent


@cache
def openapi() -> dict[str, Any]:
    """Give the OpenAPI document."""
    document: dict[str, Any] = yaml.safe_load((HERE / "openapi.yaml").read_text("utf-8"))
    return document


@cache
def socket_schema() -> dict[str, Any]:
    """Give the JSON schema of the socket's messages."""
    schema: dict[str, Any] = orjson.loads((HERE / "socket.schema.json").read_bytes())
    return schema


async def read_openapi(request: HttpRequest) -> dict[str, Any]:
    """Serve the OpenAPI document."""
    return openapi()


async def read_socket_schema(request: HttpRequest) -> dict[str, Any]:
    """Serve the schema of the socket's messages."""
    return socket_schema()


openapi_document = call(GET=read_openapi)
socket_document = call(GET=read_socket_schema)
