"""Pulls and pushes: layers moving over a machine's link in simulated time.

A transfer is a store object of kind `Transfer` in its machine's namespace, and all there is to
know of it: each layer has its state, and one that moves has `doneBytes` at `asOfUs` and the
`rate` it moves at, so the bytes at any instant are arithmetic (`bytes_done`). Whenever something
starts or ends on a machine, `_settle` brings all its transfers up to date and books the next
instant at which something will end. Several streams share the machine's link equally; downloads
and uploads do not hinder each other.

Sources: three downloads and five uploads at once a daemon (moby daemon/config/config.go); layers
are unpacked one after the other, gzip being single-threaded (figures of facts, section 2).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker import digest as digests
from simulator.docker import reference
from simulator.docker.reference import HUB, Reference
from simulator.docker.registry import errors
from simulator.docker.registry.errors import RegistryError
from simulator.docker.registry.hub import Offer
from simulator.docker.registry.link import (
    MICRO,
    MOVING,
    RESOLVE_TRIPS,
    ROUND_TRIP_US,
    SETTLED,
    bring_up,
    layer_row,
    link_mbps,
    unpack_us,
)
from simulator.plain import Object, copy
from simulator.timing import SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

DOWNLOADS = 3
UPLOADS = 5
STALL_US = 30 * SECOND
"""A transfer over a dead link is given up after this time (assumed)."""
KEPT = 20
"""Ended transfers that are kept per machine."""


class Transfers:
    """Starts pulls and pushes and carries them through."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self._table = engine.table("docker.transfers")
        engine.calendar.on("transfer.begin", self._begin)
        engine.calendar.on("transfer.settle", self._settle_row)
        engine.calendar.on("transfer.fail", self._fail_row)
        engine.store.watch("Machine", self._machine_changed)
        engine.store.watch("Registry", self._registry_changed)

    # --- starting --------------------------------------------------------------------------

    def start_pull(
        self, machine: str, ref: str, platform: str = "", *, purpose: str = "pull"
    ) -> str:
        """Begin to pull an image; returns the name of the Transfer to watch.

        purpose: "pull" puts the image on the machine, "build" only its layers. A refusal ends the
        transfer with state `failed`, `message` (daemon's words) and `buildkit` (a build's).
        Raises ReferenceError_ for a name that cannot be one.
        """
        parsed = reference.parse(ref)
        return self._create(machine, "pull", parsed, {"platform": platform, "purpose": purpose})

    def start_push(self, machine: str, ref: str) -> str:
        """Begin to push an image of a machine; returns the name of the Transfer to watch.

        DockerError 404 when the machine has no such image.
        """
        parsed = reference.parse(ref)
        if self._engine.images.find(machine, parsed.normalised) is None:
            raise errors.no_local_image(parsed)
        return self._create(machine, "push", parsed, {"platform": "", "purpose": "push"})

    def push_now(self, machine: str, ref: str) -> str:
        """Push without taking simulated time, as before a lab begins; returns the digest."""
        parsed = reference.parse(ref)
        images = self._engine.images
        image = images.need(machine, parsed.normalised)
        rows = [
            (one["drydock"]["platform"], images.document(one), images.stack(one))
            for one in images.platforms(machine, image)
        ]
        digest = self._engine.hub.publish(machine, parsed, rows)
        images.add(machine, images.document(image), [], digest=f"{parsed.repository}@{digest}")
        return digest

    def get(self, machine: str, name: str) -> Object:
        """Return a transfer."""
        return self._store.need("Transfer", machine, name)

    def _create(self, machine: str, direction: str, ref: Reference, extra: dict[str, Any]) -> str:
        number = self._table.get("count", 0) + 1
        self._table["count"] = number
        name = f"{direction}-{number}"
        ends = (ref.host, machine) if direction == "pull" else (machine, ref.host)
        self._store.create(
            {
                "apiVersion": "drydock/v1",
                "kind": "Transfer",
                "metadata": {"name": name, "namespace": machine},
                "spec": {
                    "direction": direction,
                    "image": ref.normalised,
                    "from": ends[0],
                    "to": ends[1],
                    "number": number,
                    **extra,
                },
                "status": {
                    "state": "resolving",
                    "startedUs": self._engine.now_us,
                    "endedUs": None,
                    "mbps": link_mbps(self._engine, machine),
                    "layers": [],
                    "digest": "",
                    "imageId": "",
                    "message": "",
                    "buildkit": "",
                    "status": "",
                },
            }
        )
        self._forget_old(machine)
        self._engine.calendar.after(
            RESOLVE_TRIPS * ROUND_TRIP_US, "transfer.begin", [machine, name]
        )
        return name

    def _forget_old(self, machine: str) -> None:
        ended = [
            t
            for t in self._store.list("Transfer", machine)
            if t["status"]["state"] in ("done", "failed")
        ]
        ended.sort(key=lambda t: t["spec"]["number"])
        for transfer in ended[:-KEPT]:
            self._store.delete("Transfer", machine, transfer["metadata"]["name"])

    def _begin(self, key: list[str]) -> None:
        """The registry has answered (or not): list the layers, or fail."""
        machine, name = key
        transfer = self._store.get("Transfer", machine, name)
        if transfer is None or transfer["status"]["state"] != "resolving":
            return
        fresh = copy(transfer)
        ref = reference.parse(fresh["spec"]["image"])
        try:
            if fresh["spec"]["direction"] == "pull":
                self._list_pull(machine, ref, fresh)
            else:
                self._list_push(machine, ref, fresh)
        except RegistryError as error:
            key_fail = [machine, name, error.message, error.buildkit]
            self._engine.calendar.after(error.delay_us, "transfer.fail", key_fail)
            return
        fresh["status"]["state"] = "active"
        self._store.update(fresh)
        self._settle(machine)

    def _list_pull(self, machine: str, ref: Reference, transfer: Object) -> None:
        offer = self._engine.hub.resolve(machine, ref, transfer["spec"]["platform"], count=True)
        self._engine.hub.note_use(ref, offer)
        status = transfer["status"]
        status.update(
            digest=offer.digest,
            imageId=digests.of(dict(offer.document)),
            platform=offer.platform,
            manifest=offer.manifest_digest,
        )
        local = self._engine.images.local_layers(machine)
        status["layers"] = [
            layer_row(layer, "exists" if layer["diffID"] in local else "waiting")
            for layer in offer.layers
        ]
        for layer in offer.layers:
            self._engine.images.keep_layer(layer)

    def _list_push(self, machine: str, ref: Reference, transfer: Object) -> None:
        hub, images = self._engine.hub, self._engine.images
        hub.check_push(machine, ref)
        rows = []
        image = images.need(machine, ref.normalised)
        stack = [row for one in images.platforms(machine, image) for row in images.stack(one)]
        for layer in {row["diffID"]: row for row in stack}.values():
            place = hub.blob_place(ref, layer["digest"])
            row = layer_row(layer, "exists" if place else "waiting")
            row["mountedFrom"] = "" if place == "here" else place
            rows.append(row)
        transfer["status"].update(layers=rows, imageId=image["Id"])

    # --- going on --------------------------------------------------------------------------

    def _machine_changed(self, change: str, machine: Object, old: Object | None) -> None:
        name = machine["metadata"]["name"]
        if old is not None and self._active(name):
            self._engine.calendar.after(0, "transfer.settle", name)

    def _registry_changed(self, change: str, registry: Object, old: Object | None) -> None:
        if old is not None:
            for machine in self._engine.machines.names():
                if self._active(machine):
                    self._engine.calendar.after(0, "transfer.settle", machine)

    def _settle_row(self, machine: str) -> None:
        self._settle(machine)

    def _active(self, machine: str) -> list[Object]:
        found = [
            t
            for t in self._store.list("Transfer", machine)
            if t["status"]["state"] in ("active", "resolving")
        ]
        return sorted(found, key=lambda t: int(t["spec"]["number"]))

    def _settle(self, machine: str) -> None:
        """Bring a machine's transfers up to this instant and book the next one."""
        found = self._engine.machines.get(machine)
        if found is not None and found["status"]["power"] == "off":
            for transfer in self._active(machine):
                self._end(machine, transfer, "the machine lost its power", "failed")
            return
        active = [copy(t) for t in self._active(machine) if t["status"]["state"] == "active"]
        now = self._engine.now_us
        for transfer in active:
            for layer in transfer["status"]["layers"]:
                bring_up(layer, now)
            self._unpack(machine, transfer)
        mbps = link_mbps(self._engine, machine) if self._engine.hub.is_up(HUB) else 0.0
        self._fill(machine, active, "pull", DOWNLOADS, mbps)
        self._fill(machine, active, "push", UPLOADS, mbps)
        for transfer in active:
            transfer["status"]["mbps"] = mbps
            self._store.update(transfer)
        for transfer in active:
            if all(row["state"] in SETTLED for row in transfer["status"]["layers"]):
                self._finish(machine, transfer)
        self._book(machine, active, mbps)

    def _unpack(self, machine: str, transfer: Object) -> None:
        """Unpack the lowest layer that is not yet unpacked, if it has arrived."""
        now = self._engine.now_us
        for layer in transfer["status"]["layers"]:
            if layer["state"] == "extracting" and layer["endUs"] <= now:
                layer["state"] = "done"
            if layer["state"] in SETTLED:
                continue
            if layer["state"] == "arrived":
                if transfer["spec"]["direction"] == "push":
                    layer["state"] = "done"
                    continue
                layer["state"] = "extracting"
                layer["endUs"] = now + unpack_us(self._engine, machine, layer["unpacked"])
            if transfer["spec"]["direction"] == "pull":
                return

    def _fill(
        self, machine: str, active: list[Object], direction: str, most: int, mbps: float
    ) -> None:
        """Start waiting layers where there is a free stream, and share the link."""
        mine = [t for t in active if t["spec"]["direction"] == direction]
        moving = {
            row["digest"]: row
            for t in mine
            for row in t["status"]["layers"]
            if row["state"] in (*MOVING, "arrived", "extracting")
        }
        streams = [row for row in moving.values() if row["state"] in MOVING]
        local = self._engine.images.local_layers(machine) if direction == "pull" else {}
        for transfer in mine:
            for row in transfer["status"]["layers"]:
                if row["state"] != "waiting" or row["digest"] in moving:
                    continue
                if row["diffID"] in local:
                    row["state"] = "exists"
                elif len(streams) < most:
                    row["state"] = "downloading" if direction == "pull" else "uploading"
                    row["asOfUs"] = row["startUs"] = self._engine.now_us
                    moving[row["digest"]] = row
                    streams.append(row)
        rate = int(mbps * 125_000) // max(1, len(streams))
        for row in streams:
            row["rate"] = rate

    def _book(self, machine: str, active: list[Object], mbps: float) -> None:
        """Put the next instant at which a layer arrives or is unpacked into the calendar."""
        self._engine.calendar.cancel(self._table.get(machine))
        self._table.pop(machine, None)
        due: list[int] = []
        for transfer in active:
            for row in transfer["status"]["layers"]:
                if row["state"] == "extracting":
                    due.append(row["endUs"])
                elif row["state"] in MOVING and row["rate"] > 0:
                    left = (row["size"] - row["doneBytes"]) * MICRO
                    due.append(row["asOfUs"] - (-left // row["rate"]))
        if due:
            self._table[machine] = self._engine.calendar.at(min(due), "transfer.settle", machine)
        stalled = [t for t in active if mbps <= 0 and t["status"]["state"] == "active"]
        for transfer in stalled:
            if not transfer["status"].get("stalledUs"):
                name = transfer["metadata"]["name"]
                self._mark(machine, name, self._engine.now_us)
                error = errors.download_failed()
                self._engine.calendar.after(
                    STALL_US, "transfer.fail", [machine, name, error.message, error.buildkit]
                )
        if mbps > 0:
            for transfer in active:
                if transfer["status"].get("stalledUs"):
                    self._mark(machine, transfer["metadata"]["name"], 0)

    def _mark(self, machine: str, name: str, stalled_us: int) -> None:
        current = self._store.get("Transfer", machine, name)
        if current is not None:
            fresh = copy(current)
            fresh["status"]["stalledUs"] = stalled_us
            self._store.update(fresh)

    # --- ending ----------------------------------------------------------------------------

    def _fail_row(self, key: list[str]) -> None:
        machine, name, message, buildkit = key
        transfer = self._store.get("Transfer", machine, name)
        if transfer is None or transfer["status"]["state"] not in ("active", "resolving"):
            return
        status = transfer["status"]
        if status["state"] == "active" and not status.get("stalledUs"):
            return  # the link came back in time
        self._end(machine, transfer, message, "failed", buildkit)
        self._settle(machine)

    def _end(
        self, machine: str, transfer: Object, message: str, state: str, buildkit: str = ""
    ) -> None:
        fresh = copy(self._store.need("Transfer", machine, transfer["metadata"]["name"]))
        fresh["status"].update(
            state=state, message=message, buildkit=buildkit or message, endedUs=self._engine.now_us
        )
        self._store.update(fresh)

    def _finish(self, machine: str, transfer: Object) -> None:
        spec, status = transfer["spec"], transfer["status"]
        ref = reference.parse(spec["image"])
        if spec["direction"] == "push":
            image = self._engine.images.find(machine, spec["image"])
            if image is None:
                self._end(machine, transfer, f"tag does not exist: {ref.familiar}", "failed")
                return
            self._publish(machine, ref, image, transfer)
            return
        news = "Downloaded newer image for"
        known = self._engine.images.find(machine, spec["image"])
        if known is not None and known["Id"] == status["imageId"]:
            news = "Image is up to date for"
        try:
            offer = self._offer(machine, ref, status)
        except RegistryError as error:
            self._end(machine, transfer, error.message, "failed", error.buildkit)
            return
        if spec["purpose"] != "build":
            names = [ref.normalised.partition("@")[0]] if ref.tag else []
            self._engine.images.add(
                machine,
                offer.document,
                offer.layers,
                names,
                digest=f"{ref.repository}@{status['digest']}",
            )
        if spec["purpose"] == "pull":
            self._engine.docker.events.image(machine, "pull", ref.familiar, ref.familiar_name)
        status["status"] = f"{news} {ref.familiar}"
        fresh = copy(self._store.need("Transfer", machine, transfer["metadata"]["name"]))
        fresh["status"]["status"] = status["status"]
        self._store.update(fresh)
        self._end(machine, transfer, "", "done")

    def _offer(self, machine: str, ref: Reference, status: dict[str, Any]) -> Offer:
        """Take the image that was resolved at the start, though the tag may have moved since."""
        pinned = Reference(ref.host, ref.path, ref.tag, status["manifest"])
        return self._engine.hub.resolve(machine, pinned, "")

    def _publish(self, machine: str, ref: Reference, image: Object, transfer: Object) -> None:
        images = self._engine.images
        digest = self._engine.hub.publish(
            machine,
            ref,
            [
                (one["drydock"]["platform"], images.document(one), images.stack(one))
                for one in images.platforms(machine, image)
            ],
        )
        images.add(machine, images.document(image), [], digest=f"{ref.repository}@{digest}")
        fresh = copy(self._store.need("Transfer", machine, transfer["metadata"]["name"]))
        fresh["status"]["digest"] = digest
        self._store.update(fresh)
        self._end(machine, transfer, "", "done")
