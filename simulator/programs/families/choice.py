"""Which family a program belongs to, by its path, its name and what made it."""

from __future__ import annotations

import posixpath
import re
from typing import TYPE_CHECKING

from ..utilities import is_utility

if TYPE_CHECKING:
    from ..lookup import Image
    from ..process import Process

SHELLS = ("sh", "bash", "ash", "dash", "zsh")
NAMES = {"nginx": "nginx", "nginx-debug": "nginx"}


def family_name(p: Process, image: Image) -> str:
    """Name the family of a loaded program; "unknown" when nothing fits."""
    name = posixpath.basename(image.argv[0])
    real = posixpath.basename(image.path)
    if name in SHELLS or real in SHELLS:
        return "shell"
    if re.fullmatch(r"python[\d.]*", real):
        return "python"
    if real in NAMES:
        return NAMES[real]
    if is_utility(p.view, image.path, image.argv[0]):
        return "utility"
    if real in ("busybox", "coreutils") and len(image.argv) > 1:
        return "utility"
    return "unknown"
