"""Static files: read once, compressed once, sent with a validator; newer builds are noticed.

There is no collecting step: a file is found where it was written, and its address carries a
short digest of its content, so that a browser may keep it for ever.
"""

from __future__ import annotations

import asyncio
import gzip
import hashlib
import mimetypes
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.core.exceptions import SuspiciousFileOperation

COMPRESSED = ("text/", "application/javascript", "application/json", "image/svg+xml")
mimetypes.add_type("text/javascript", ".js")


@dataclass(frozen=True, slots=True)
class Asset:
    """A file as it is sent."""

    stamp: tuple[int, int]
    digest: str
    mime: str
    body: bytes
    packed: bytes | None


_assets: dict[str, Asset] = {}


def asset(name: str) -> Asset | None:
    """Give a static file by name; read again only when it has changed on disk."""
    try:
        found = finders.find(name)
    except (SuspiciousFileOperation, ValueError):  # a name that leads outside, or is none
        return None
    if not found or not Path(found).is_file():
        return None
    info = Path(found).stat()
    stamp = (info.st_mtime_ns, info.st_size)
    known = _assets.get(name)
    if known is None or known.stamp != stamp:
        body = Path(found).read_bytes()
        mime = mimetypes.guess_type(name)[0] or "application/octet-stream"
        packed = gzip.compress(body, 6, mtime=0) if mime.startswith(COMPRESSED) else None
        digest = hashlib.sha256(body).hexdigest()[:12]
        known = _assets[name] = Asset(stamp, digest, mime, body, packed)
    return known


class VersionedStorage(StaticFilesStorage):
    """Gives addresses with the content's digest in them."""

    def url(self, name: str) -> str:
        """Give a file's address; a missing file keeps its plain one and answers 404."""
        found = asset(name)
        return super().url(name) + (f"?v={found.digest}" if found else "")


class StaticFiles:
    """ASGI: answers what lies under STATIC_URL, passes everything else on."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Answer a request for a file."""
        if not scope["path"].startswith(settings.STATIC_URL):
            await self._app(scope, receive, send)
            return
        name = scope["path"].removeprefix(settings.STATIC_URL)
        found = None
        if scope["method"] in ("GET", "HEAD") and ".." not in name.split("/"):
            found = await asyncio.to_thread(asset, name)
        if found is None:
            await _send(send, 404, [(b"content-type", b"text/plain")], b"not found\n")
            return
        await _answer(found, scope, send)


async def _answer(found: Asset, scope: dict[str, Any], send: Any) -> None:
    asked = dict(scope["headers"])
    tag = f'"{found.digest}"'.encode()
    versioned = found.digest in parse_qs(scope["query_string"].decode("latin-1")).get("v", [])
    keep = b"public, max-age=31536000, immutable" if versioned else b"no-cache"
    headers = [
        (b"etag", tag),
        (b"cache-control", keep),
        (b"content-type", found.mime.encode()),
        (b"x-content-type-options", b"nosniff"),
    ]
    if asked.get(b"if-none-match") == tag:
        await _send(send, 304, headers, b"")
        return
    body = found.body
    if found.packed is not None:
        headers.append((b"vary", b"accept-encoding"))
        if b"gzip" in asked.get(b"accept-encoding", b""):
            headers.append((b"content-encoding", b"gzip"))
            body = found.packed
    headers.append((b"content-length", str(len(body)).encode()))
    await _send(send, 200, headers, b"" if scope["method"] == "HEAD" else body)


async def _send(send: Any, status: int, headers: list[tuple[bytes, bytes]], body: bytes) -> None:
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
