"""The builder: a Dockerfile and a context become layers and an image, in simulated time.

Imitates BuildKit: `builder.py` drives the graph of steps, `execute.py` says what a step does to the
files, `cache.py` when an old result serves again and why not, `progress.py` what is printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker.build.builder import Builder
from simulator.docker.build.options import BuildOptions
from simulator.docker.build.progress import error_block, fancy, plain
from simulator.docker.build.rawjson import raw

if TYPE_CHECKING:
    from simulator.engine import Engine

__all__ = ["BuildOptions", "Builder", "error_block", "fancy", "plain", "raw", "start"]


def start(engine: Engine, machine: str, context: dict[str, Any], **options: Any) -> str:
    """Begin a build; returns the name of the Build object to watch. See `BuildOptions`."""
    return engine.builder.start(machine, context, BuildOptions(**options))
