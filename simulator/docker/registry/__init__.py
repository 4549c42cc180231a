"""Registries: the simulated public hub, pushes and pulls over a machine's link.

`hub.py` says what a registry holds and who may have it, `transfer.py` moves layers in simulated
time, `errors.py` has the refusals in Docker's and BuildKit's words, `progress.py` what is printed.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from simulator.docker.registry.errors import RegistryError
from simulator.docker.registry.hub import Hub, Offer
from simulator.docker.registry.transfer import Transfers

if TYPE_CHECKING:
    from simulator.engine import Engine

__all__ = ["Hub", "Offer", "RegistryError", "Transfers", "start_pull", "start_push"]


def start_pull(engine: Engine, machine: str, ref: str, platform: str | None = None) -> str:
    """Begin to pull an image; returns the name of the Transfer object to watch."""
    return engine.transfers.start_pull(machine, ref, platform or "")


def start_push(engine: Engine, machine: str, ref: str) -> str:
    """Begin to push an image; returns the name of the Transfer object to watch."""
    return engine.transfers.start_push(machine, ref)
