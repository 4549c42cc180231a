"""The hash by which pods of one template are told from those of another.

Sources: pkg/controller/controller_utils.go (ComputeHash), pkg/util/hash/hash.go and
apimachinery pkg/util/rand (SafeEncodeString), v1.32.
"""

from __future__ import annotations

from simulator.plain import Object, canonical
from simulator.streams import SAFE_ALPHABET

_OFFSET, _PRIME, _MASK = 0x811C9DC5, 0x01000193, 0xFFFFFFFF


def fnv32a(data: bytes) -> int:
    """Give the 32-bit FNV-1a hash."""
    value = _OFFSET
    for byte in data:
        value = ((value ^ byte) * _PRIME) & _MASK
    return value


def safe_encode(text: str) -> str:
    """Spell a text in the alphabet without vowels, so that no word arises by accident."""
    return "".join(SAFE_ALPHABET[ord(letter) % len(SAFE_ALPHABET)] for letter in text)


def template_hash(template: Object, collisions: int | None = None) -> str:
    """Give the label value `pod-template-hash` of a pod template.

    collisions: the owner's `status.collisionCount`, hashed too when there were any.
    """
    # Simplified: The template is hashed as sorted JSON, Kubernetes hashes a dump of its Go
    # structures; so hashes look alike, but differ from those of a real cluster.
    data = canonical(template)
    if collisions is not None:
        data += collisions.to_bytes(8, "little")
    return safe_encode(str(fnv32a(data)))
