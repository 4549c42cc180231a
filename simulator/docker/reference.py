"""Image references: what `python`, `alice/shop:1` and `ghcr.io/a/b@sha256:...` stand for.

Imitates distribution/reference (the package that the docker command uses): the familiar form a
person types and the normalised form with registry, `library/` and `latest`.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

HUB = "docker.io"

_IDENTIFIER = re.compile(r"[a-f0-9]{64}")
_DOMAIN_PART = re.compile(r"[a-zA-Z0-9](?:[a-zA-Z0-9-]*[a-zA-Z0-9])?")
_IPV6 = re.compile(r"\[[a-fA-F0-9:]+\]")
_COMPONENT = re.compile(r"[a-z0-9]++(?:(?:\.|__|_|-++)[a-z0-9]++)*+")
_TAG = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}")
_DIGEST = re.compile(r"[A-Za-z][A-Za-z0-9]*(?:[-_+.][A-Za-z][A-Za-z0-9]*)*:[0-9a-fA-F]{32,}")
_ANY_DIGEST = re.compile(r"[a-z0-9]+(?:[.+_-][a-z0-9]+)*:[a-zA-Z0-9=_-]+")
_DIGEST_SIZES = {"sha256": 64, "sha384": 96, "sha512": 128}
_BAD_FORMAT = "invalid reference format"


class ReferenceError_(ValueError):
    """A name that cannot be an image reference; the text is Docker's own."""


@dataclass(frozen=True, slots=True)
class Reference:
    """One parsed reference: registry host, path inside it, tag and digest ("" when absent)."""

    host: str
    path: str
    tag: str
    digest: str

    @property
    def repository(self) -> str:
        """Normalised repository, e.g. `docker.io/library/python`."""
        return f"{self.host}/{self.path}"

    @property
    def familiar_name(self) -> str:
        """Repository as people write it: `python`, `alice/shop`, `ghcr.io/a/b`."""
        if self.host != HUB:
            return self.repository
        return self.path.removeprefix("library/") if self.path.count("/") == 1 else self.path

    @property
    def familiar(self) -> str:
        """Whole reference as people write it."""
        return self.familiar_name + self._suffix()

    @property
    def normalised(self) -> str:
        """Whole reference with registry and `library/`, as BuildKit prints it."""
        return self.repository + self._suffix()

    def _suffix(self) -> str:
        tag = f":{self.tag}" if self.tag else ""
        return tag + (f"@{self.digest}" if self.digest else "")


def parse(text: str, *, default_tag: str = "latest") -> Reference:
    """Read a reference and normalise it.

    default_tag: the tag given when neither tag nor digest is present; "" leaves it out.
    Raises ReferenceError_ with the words of `docker`.
    """
    if _IDENTIFIER.fullmatch(text):
        raise ReferenceError_(
            f"invalid repository name ({text}), cannot specify 64-byte hexadecimal strings"
        )
    host, rest = _split_host(text)
    before_tag = rest.partition(":")[0]
    if before_tag != before_tag.lower():
        raise ReferenceError_(f"{_BAD_FORMAT}: repository name ({before_tag}) must be lowercase")
    rest, at, digest = rest.partition("@")
    path, colon, tag = rest.partition(":")
    parts = (path, tag if colon else None, digest if at else None)
    if not _is_well_formed(host, *parts):
        if host != host.lower() and _is_well_formed(host.lower(), *parts):
            raise ReferenceError_("repository name must be lowercase")
        raise ReferenceError_(_BAD_FORMAT)
    if len(path) > 255:
        raise ReferenceError_("repository name must not be more than 255 characters")
    if at:
        check_digest(digest)
    return Reference(host, path, tag if tag or digest else default_tag, digest)


def _split_host(text: str) -> tuple[str, str]:
    first, slash, rest = text.partition("/")
    if not slash:
        return HUB, f"library/{text}"
    if first == "index.docker.io":
        first = HUB
    elif first != "localhost" and not set(first) & {".", ":"} and first == first.lower():
        first, rest = HUB, text
    if first == HUB and "/" not in rest:
        rest = f"library/{rest}"
    return first, rest


def _is_well_formed(host: str, path: str, tag: str | None, digest: str | None) -> bool:
    # What is no host may still be the first part of a path: ``my_registry.io/shop``.
    return (
        all(_COMPONENT.fullmatch(part) for part in path.split("/"))
        and (tag is None or _TAG.fullmatch(tag) is not None)
        and (digest is None or _DIGEST.fullmatch(digest) is not None)
        and (_is_host(host) or _COMPONENT.fullmatch(host) is not None)
    )


def _is_host(domain: str) -> bool:
    if domain.startswith("["):
        host, bracket, port = domain.partition("]")
        host, colon, port = host + bracket, port[:1], port[1:]
        good = _IPV6.fullmatch(host) is not None and colon in ("", ":")
    else:
        host, colon, port = domain.partition(":")
        good = all(_DOMAIN_PART.fullmatch(part) for part in host.split("."))
    return good and (not colon or (port.isascii() and port.isdigit()))


def check_digest(digest: str) -> None:
    """Check ``sha256:<hex>`` and its kind.   Raises ReferenceError_ in go-digest's words."""
    algorithm, _, value = digest.partition(":")
    known = _DIGEST_SIZES.get(algorithm)
    if not algorithm or not value or (known is None and not _ANY_DIGEST.fullmatch(digest)):
        raise ReferenceError_("invalid checksum digest format")
    if known is None:
        raise ReferenceError_("unsupported digest algorithm")
    if len(value.encode()) != known:
        raise ReferenceError_("invalid checksum digest length")
    if value.strip("0123456789abcdef"):
        raise ReferenceError_("invalid checksum digest format")
