"""Links to registries, and how far a layer has come over one: arithmetic in whole microseconds."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.timing import MS

if TYPE_CHECKING:
    from simulator.engine import Engine

ROUND_TRIP_US = 50 * MS
"""Round trip to the registry: 20-100 ms (assumed)."""
RESOLVE_TRIPS = 6
"""TLS handshake, token, index, manifest and config before the first layer (assumed)."""
UNPACK_BYTES_PER_S = {"ssd": 80_000_000, "nvme": 80_000_000, "hdd": 50_000_000, "sd": 20_000_000}
"""Unpacking gzip takes 50-100 MB/s a core (assumed); an SD card writes slower."""
MICRO = 1_000_000

MOVING = ("downloading", "uploading")
SETTLED = ("done", "exists")


def link_mbps(engine: Engine, machine: str) -> float:
    """Return what a machine's link carries now, in Mbit/s; 0 without power or network."""
    found = engine.machines.get(machine)
    if found is None or found["status"]["power"] != "on" or not found["status"]["reachable"]:
        return 0.0
    limit = found["status"].get("linkMbps")
    return float(found["spec"]["linkMbps"] if limit is None else limit)


def unpack_us(engine: Engine, machine: str, size: int) -> int:
    """Return how long a machine takes to unpack a layer of `size` bytes, in microseconds."""
    found = engine.machines.get(machine)
    spec = found["spec"] if found is not None else {}
    speed = UNPACK_BYTES_PER_S.get(str(spec.get("diskKind")), 80_000_000)
    return 2 * MS + int(size * MICRO / (speed * min(1.0, float(spec.get("speed", 1.0)) * 1.5)))


def bytes_done(layer: dict[str, Any], now_us: int) -> int:
    """Return how many bytes of a transfer's layer have arrived at `now_us`."""
    done = int(layer["doneBytes"])
    if layer["state"] in MOVING:
        done += layer["rate"] * (now_us - layer["asOfUs"]) // MICRO
    return min(done, int(layer["size"]))


def layer_row(layer: dict[str, Any], state: str) -> dict[str, Any]:
    """Make the row of a layer that has not moved yet."""
    return {
        "digest": layer["digest"],
        "diffID": layer["diffID"],
        "size": layer["size"],
        "unpacked": layer["unpacked"],
        "state": state,
        "doneBytes": 0,
        "rate": 0,
        "asOfUs": 0,
        "startUs": None,
        "endUs": None,
    }


def bring_up(layer: dict[str, Any], now_us: int) -> None:
    """Write down what a moving layer has by now; an arrived one stops moving."""
    if layer["state"] not in MOVING:
        return
    left = (layer["size"] - layer["doneBytes"]) * MICRO
    if layer["rate"] > 0 and layer["asOfUs"] - (-left // layer["rate"]) <= now_us:
        layer.update(state="arrived", doneBytes=layer["size"], asOfUs=now_us, rate=0)
    else:
        layer["doneBytes"] = bytes_done(layer, now_us)
        layer["asOfUs"] = now_us
