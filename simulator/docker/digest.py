"""Content digests: the sha256 names by which Docker knows blobs, layers, configs and manifests.

Imitates the digest part of the OCI image specification ("descriptor"). A digest here covers the
canonical JSON of plain data, so equal content has an equal name in every lab and every process.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

EMPTY_DIFF_ID = "sha256:" + hashlib.sha256(b"\0" * 1024).hexdigest()
"""diffID of a layer without any change: the digest of an empty tar, two blocks of zeros."""

EMPTY_LAYER_DIGEST = "sha256:4f4fb700ef54461cfa02571ae0db9a0dc1e0cdb5577484a6d75e68dc38e8acc1"
"""The same empty tar compressed: 32 bytes found in many official images (docker-library)."""

EMPTY_LAYER_SIZE = 32


def canonical(value: Any) -> bytes:
    """Encode plain data as JSON bytes in one only way: sorted keys, no spaces, UTF-8."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return text.encode("utf-8", "surrogatepass")


def of_bytes(data: bytes) -> str:
    """Name a byte string: `sha256:` and 64 hex digits."""
    return "sha256:" + hashlib.sha256(data).hexdigest()


def of_text(text: str) -> str:
    """Name a text by its UTF-8 bytes."""
    return of_bytes(text.encode("utf-8", "surrogatepass"))


def of(value: Any) -> str:
    """Name plain data by its canonical JSON."""
    return of_bytes(canonical(value))


def short(digest: str, length: int = 12) -> str:
    """Shorten a digest as `docker images` does: the first hex digits without `sha256:`."""
    return digest.removeprefix("sha256:")[:length]


def fraction(*parts: str) -> float:
    """Map texts to a number in [0, 1) that is the same in every process: 'luck' without a stream.

    Used where a size or a duration of something unknown has to be declared rather than drawn.
    """
    data = "\0".join(parts).encode("utf-8", "surrogatepass")
    return int.from_bytes(hashlib.sha256(data).digest()[:7], "big") / (1 << 56)
