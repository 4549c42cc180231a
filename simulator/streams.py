"""Named random streams: the luck of each component and object, none shifting another's.

A stream is a name and a counter. Draw number n of a stream is a keyed hash of (seed, name, n),
so the whole state is one integer a stream, and adding a controller or a pod never changes what
another one draws. This is what the literature calls common random numbers.
"""

from __future__ import annotations

import hashlib
import math
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")

_SCALE = 1.0 / (1 << 53)
SAFE_ALPHABET = "bcdfghjklmnpqrstvwxz2456789"
"""Letters of Kubernetes' generated names: no vowels, no look-alikes (apimachinery rand.go)."""


class Stream:
    """One named stream; `counters[name]` is all its state."""

    __slots__ = ("_block", "_block_n", "_counters", "_key", "_name", "_prefix")

    def __init__(self, key: bytes, name: str, counters: dict[str, int]) -> None:
        self._key = key
        self._name = name
        self._prefix = name.encode() + b"\0"
        self._counters = counters
        self._block: tuple[int, ...] = ()
        self._block_n = -1

    def bits(self) -> int:
        """Draw 64 random bits."""
        n = self._counters.get(self._name, 0)
        self._counters[self._name] = n + 1
        block, index = divmod(n, 8)
        if block != self._block_n:
            data = hashlib.blake2b(
                self._prefix + block.to_bytes(8, "big"), key=self._key, digest_size=64
            ).digest()
            self._block = tuple(int.from_bytes(data[i : i + 8], "big") for i in range(0, 64, 8))
            self._block_n = block
        return self._block[index]

    def random(self) -> float:
        """Draw a float, uniform in [0, 1)."""
        return (self.bits() >> 11) * _SCALE

    def below(self, n: int) -> int:
        """Draw an integer, uniform in [0, n)."""
        return (self.bits() * n) >> 64

    def choice(self, items: Sequence[T]) -> T:
        """Draw one item."""
        return items[self.below(len(items))]

    def between_us(self, low_us: int, high_us: int) -> int:
        """Draw whole microseconds, uniform in [low, high]."""
        return low_us + self.below(high_us - low_us + 1)

    def exponential_us(self, mean_us: float) -> int:
        """Draw whole microseconds from the exponential distribution with this mean."""
        return round(-math.log(1.0 - self.random()) * mean_us)

    def lognormal_us(self, median_us: float, sigma: float) -> int:
        """Draw whole microseconds: `median_us` times e to the normal of spread `sigma`."""
        u, v = self.random(), self.random()
        normal = math.sqrt(-2.0 * math.log(1.0 - u)) * math.cos(2.0 * math.pi * v)
        return max(0, round(median_us * math.exp(sigma * normal)))

    def name_suffix(self, length: int = 5) -> str:
        """Draw the random end of a generated name, as the API server would."""
        return "".join(self.choice(SAFE_ALPHABET) for _ in range(length))


class Streams:
    """All streams of one lab."""

    def __init__(self, seed: int, counters: dict[str, int]) -> None:
        self._key = hashlib.blake2b(str(seed).encode(), digest_size=32).digest()
        self._counters = counters
        self._open: dict[str, Stream] = {}

    def stream(self, component: str, object_uid: str = "") -> Stream:
        """Open the stream of a component, or of one object within it."""
        name = f"{component}/{object_uid}" if object_uid else component
        found = self._open.get(name)
        if found is None:
            if len(self._open) > 4096:  # only a cache: the counters are the state
                self._open.clear()
            found = self._open[name] = Stream(self._key, name, self._counters)
        return found

    def uid(self, *parts: str | int) -> str:
        """Give the UUID that belongs to these parts: a keyed hash, drawn from no stream."""
        text = "\0".join(str(part) for part in parts)
        h = hashlib.blake2b(text.encode(), key=self._key, digest_size=16).hexdigest()
        variant = "89ab"[int(h[16], 16) % 4]
        return f"{h[:8]}-{h[8:12]}-4{h[13:16]}-{variant}{h[17:20]}-{h[20:]}"

    def hex(self, length: int, *parts: str | int) -> str:
        """Give the hexadecimal id that belongs to these parts (a container's, say)."""
        text = "\0".join(str(part) for part in parts)
        digest = hashlib.blake2b(text.encode(), key=self._key, digest_size=(length + 1) // 2)
        return digest.hexdigest()[:length]
