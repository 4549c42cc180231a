"""Image names and platforms as FROM writes them.

Source: containerd/platforms, recalled and checked against the shared tables; the messages are its
own. Names of images are read as everywhere else (`simulator.docker.reference`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from simulator.docker import reference
from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import quote
from simulator.docker.reference import Reference, ReferenceError_


def image_name(text: str) -> Reference:
    """Normalise an image name; without tag and digest it gets ``latest``.

    Raises DockerfileError.
    """
    try:
        return reference.parse(text)
    except ReferenceError_ as error:
        raise DockerfileError(str(error)) from None


def check_digest(digest: str) -> None:
    """Check ``sha256:<hex>`` and its kind.   Raises DockerfileError in go-digest's words."""
    try:
        reference.check_digest(digest)
    except ReferenceError_ as error:
        raise DockerfileError(str(error)) from None


_OS = re.compile(r"([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)((?:\+[A-Za-z0-9_.-]+)*)\))?")
_OS_SHOWN = r"^([A-Za-z0-9_-]+)(?:\(([A-Za-z0-9_.-]*)((?:\+[A-Za-z0-9_.-]+)*)\))?$"
_PART = re.compile(r"[A-Za-z0-9_.-]+")
_PART_SHOWN = r"^[A-Za-z0-9_.-]+$"
_OS_NAMES = (
    "aix android darwin dragonfly freebsd hurd illumos ios js linux nacl netbsd openbsd plan9"
    " solaris windows zos"
)
_KNOWN_OS = frozenset(_OS_NAMES.split())
_ARCH_NAMES = (
    "386 amd64 amd64p32 arm armbe arm64 arm64be loong64 mips mipsle mips64 mips64le mips64p32"
    " mips64p32le ppc ppc64 ppc64le riscv riscv64 s390 s390x sparc sparc64 wasm"
)
_KNOWN_ARCH = frozenset(_ARCH_NAMES.split())
_PLAIN_VARIANTS = (("amd64", "v1"), ("arm64", "8"), ("arm64", "v8"), ("arm64", "v8.0"))
_ARCH_ALIASES = {
    "i386": "386",
    "x86_64": "amd64",
    "x86-64": "amd64",
    "aarch64": "arm64",
    "armhf": "arm",
    "armel": "arm",
}


@dataclass(frozen=True, slots=True)
class Platform:
    """An operating system and a processor; `variant` is "" for the usual one."""

    os: str
    arch: str
    variant: str = ""
    os_version: str = ""

    def __str__(self) -> str:
        os = f"{self.os}({self.os_version})" if self.os_version else self.os
        return "/".join(filter(None, (os, self.arch, self.variant)))

    def normalised(self) -> Platform:
        """The same platform under its usual names."""
        arch, variant = _normalise_arch(self.arch, self.variant)
        return Platform(self.os.lower(), arch, variant, self.os_version)


def _normalise_arch(arch: str, variant: str) -> tuple[str, str]:
    arch, variant = arch.lower(), variant.lower()
    named = arch
    arch = _ARCH_ALIASES.get(arch, arch)
    if named == "armhf":
        variant = "v7"
    elif named == "armel":
        variant = "v6"
    if arch == "386" or (arch, variant) in _PLAIN_VARIANTS:
        variant = ""
    elif arch == "arm":
        variant = {"": "v7", "5": "v5", "6": "v6", "7": "v7", "8": "v8"}.get(variant, variant)
    return arch, variant


def platform(text: str) -> Platform:
    """Read ``linux/arm64`` and its shorter forms.   Raises DockerfileError."""
    tail = ": invalid argument"
    if "*" in text:
        raise DockerfileError(f"{quote(text)}: wildcards not yet supported{tail}")
    parts = text.split("/", 3)
    found = _OS.fullmatch(parts[0])
    if not found:
        raise DockerfileError(
            f"{quote(parts[0])} is an invalid OS component of {quote(text)}: OSAndVersion specifier"
            f" component must match {quote(_OS_SHOWN)}{tail}"
        )
    for part in parts[1:]:
        if not _PART.fullmatch(part):
            raise DockerfileError(
                f"{quote(part)} is an invalid component of {quote(text)}: platform specifier"
                f" component must match {quote(_PART_SHOWN)}{tail}"
            )
    os = {"macos": "darwin"}.get(found[1].lower(), found[1].lower())
    version = found[2] or ""
    if len(parts) == 1:
        if os in _KNOWN_OS:
            return Platform(os, "amd64", "", version)
        arch, variant = _normalise_arch(parts[0], "")
        if arch in _KNOWN_ARCH:
            return Platform("linux", arch, "" if variant == "v7" else variant)
        raise DockerfileError(f"{quote(text)}: unknown operating system or architecture{tail}")
    if len(parts) > 3:
        raise DockerfileError(f"{quote(text)}: cannot parse platform specifier{tail}")
    arch, variant = _normalise_arch(parts[1], parts[2] if len(parts) == 3 else "")
    if len(parts) == 2:
        variant = "" if arch == "arm" and variant == "v7" else variant
    elif arch == "arm64" and not variant:
        variant = "v8"
    return Platform(os, arch, variant, version)
