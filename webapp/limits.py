"""How much and how often: bodies that are too long are refused before they are read."""

from __future__ import annotations

import time
from typing import Any

import orjson
from django.conf import settings

from simulator import DrydockError


class TooLarge(DrydockError):
    """A body longer than any that makes sense here."""

    def __init__(self) -> None:
        super().__init__(
            f"the request is larger than {settings.MAX_BODY >> 20} MiB",
            "a file of a lab may have 1 MiB: what is inside is modelled, not stored",
        )


class TooMany(DrydockError):
    """More requests than a person or a well-behaved program makes."""

    def __init__(self, what: str, hint: str) -> None:
        super().__init__(f"too many {what}", hint)


class Bucket:
    """A token bucket: `rate` a second on average, `burst` at once."""

    def __init__(self, rate: float, burst: float) -> None:
        self.rate, self.burst = rate, burst
        self._left = burst
        self._at = time.monotonic()

    def take(self) -> bool:
        """Take one; False when none is left."""
        now = time.monotonic()
        self._left = min(self.burst, self._left + (now - self._at) * self.rate)
        self._at = now
        if self._left < 1:
            return False
        self._left -= 1
        return True


class Buckets:
    """A bucket for each address or lab; full ones are forgotten."""

    def __init__(self, rate: float, burst: float, most: int = 10_000) -> None:
        self._make = lambda: Bucket(rate, burst)
        self._most = most
        self._buckets: dict[str, Bucket] = {}

    def take(self, key: str) -> bool:
        """Take one from a key's bucket; False when none is left."""
        bucket = self._buckets.get(key)
        if bucket is None:
            if len(self._buckets) >= self._most:
                del self._buckets[next(iter(self._buckets))]
            bucket = self._buckets[key] = self._make()
        return bucket.take()


new_labs = Buckets(rate=settings.LABS_PER_HOUR / 3600, burst=max(10, settings.LABS_PER_HOUR / 4))
"""New labs by address."""
lab_calls = Buckets(rate=100, burst=400)
"""API calls by lab."""


class BodyLimit:
    """ASGI: answers 413 to a body that is too long, without keeping it in memory."""

    def __init__(self, app: Any) -> None:
        self._app = app

    async def __call__(self, scope: dict[str, Any], receive: Any, send: Any) -> None:
        """Pass the request on, counting its bytes."""
        length = next((v for k, v in scope["headers"] if k == b"content-length"), b"0")
        if not length.isdigit() or int(length) > settings.MAX_BODY:
            await _refuse(send)
            return
        seen = 0

        async def counted() -> dict[str, Any]:
            nonlocal seen
            message: dict[str, Any] = await receive()
            seen += len(message.get("body", b""))
            if seen > settings.MAX_BODY:
                raise TooLarge
            return message

        started = False

        async def noted(message: dict[str, Any]) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, counted, noted)
        except TooLarge:
            if not started:
                await _refuse(send)


async def _refuse(send: Any) -> None:
    error = TooLarge()
    body = orjson.dumps({"error": error.message, "hint": error.hint})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": 413, "headers": headers})
    await send({"type": "http.response.body", "body": body})
