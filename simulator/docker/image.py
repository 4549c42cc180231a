"""The images of every machine, and the lab-wide store of layers behind them.

An image is a store object of kind `Image` in its machine's namespace; its body is what
`docker image inspect` shows, and below `drydock` what is needed to push or to draw it. Layers are
in the table "docker.layers" by diffID, once for the whole lab, as they are content-addressed; of a
layer of the public catalogue only its origin is kept, as its files can be made again at any time.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

from simulator.docker import catalogue, reference, tree
from simulator.docker import digest as digests
from simulator.docker import layer as layers
from simulator.docker.containers.errors import DockerError
from simulator.docker.image_body import image_object, moment
from simulator.docker.layer import Layer
from simulator.docker.reference import ReferenceError_
from simulator.docker.tree import Files
from simulator.plain import Object, copy
from simulator.timing import since_start

if TYPE_CHECKING:
    from simulator.engine import Engine

Objects = list[Object]
Stack = list[Layer]
Rows = list[dict[str, Any]]
Removed = list[dict[str, str]]
"""Rows of `Untagged` and `Deleted`, as the API answers a removal."""

_NOTHING: dict[str, Any] = {"rootfs": {"diff_ids": []}}
MAX_MERGED = 256
_merged: dict[str, Files] = {}
"""Merged files by chainID: a cache across labs, right because a chainID names the content."""


class Images:
    """Images by machine, layers by content."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self._layers: dict[str, Layer] = engine.table("docker.layers")

    # --- layers ----------------------------------------------------------------------------

    def keep_layer(self, layer: Layer) -> None:
        """Add a layer to the lab's store, once."""
        diff_id = layer["diffID"]
        if diff_id in self._layers:
            return
        kept = {key: layer[key] for key in ("digest", "diffID", "size", "unpacked")}
        if "origin" in layer:
            kept["origin"] = layer["origin"]
        else:
            kept.update(files=layer["files"], whiteouts=layer["whiteouts"])
        self._layers[diff_id] = kept

    def layer(self, diff_id: str) -> Layer:
        """Return a layer with its files; KeyError when this lab never saw it."""
        kept = self._layers[diff_id]
        return _from_origin(kept["origin"]) if "origin" in kept else kept

    def has_layer(self, diff_id: str) -> bool:
        """Tell whether the lab's store holds a layer."""
        return diff_id in self._layers

    def merged(self, diff_ids: Sequence[str]) -> Files:
        """Return the files of a stack of layers; do not change them."""
        chain = layers.chain_id(diff_ids)
        found = _merged.get(chain)
        if found is not None:
            return found
        if not diff_ids:
            return {}
        top = self.layer(diff_ids[-1])
        files = tree.apply(self.merged(diff_ids[:-1]), top["files"], top["whiteouts"])
        if len(_merged) >= MAX_MERGED:
            _merged.pop(next(iter(_merged)))
        _merged[chain] = files
        return files

    def file_tree(self, machine: str, ref: str) -> Files:
        """Return the merged files of an image (by ID or name); DockerError when it is absent."""
        return self.merged(self.need(machine, ref)["RootFS"]["Layers"])

    def tree(self, image: Object) -> Files:
        """Return the merged files of an image object; do not change them."""
        return self.merged(image["RootFS"]["Layers"])

    def local_layers(self, machine: str) -> dict[str, None]:
        """Name the layers that a machine holds, for its images or for its build cache."""
        held: dict[str, None] = {}
        for image in self._store.list("Image", machine):
            held.update(dict.fromkeys(image["RootFS"]["Layers"]))
        cache = self._engine.table("docker.build.bases").get(machine) or {}
        for diff_ids in cache.values():
            held.update(dict.fromkeys(diff_ids))
        return held

    def sweep(self) -> None:
        """Forget the layers that no image, no repository, no cache and no running build needs."""
        held: dict[str, None] = {}
        for image in self._store.list("Image"):
            held.update(dict.fromkeys(image["RootFS"]["Layers"]))
        for container in self._store.list("Container"):
            held.update(dict.fromkeys(container.get("drydock", {}).get("layers") or []))
        held.update(self._engine.docker.archives.layers_held())
        for kept in self._engine.table("hub.manifests").values():
            held.update(dict.fromkeys((kept.get("document") or _NOTHING)["rootfs"]["diff_ids"]))
        for table in ("docker.build.cache", "docker.build.inline", "docker.build.exported"):
            for records in self._engine.table(table).values():
                held.update(dict.fromkeys(record["diffID"] for record in records.values()))
        for bases in self._engine.table("docker.build.bases").values():
            held.update(dict.fromkeys(d for stack in bases.values() for d in stack))
        for work in self._engine.table("docker.builds").values():
            stacks = [one.get("stack", []) for one in work["results"].values()]
            stacks += [base["stack"] for base in work["bases"].values()]
            held.update(dict.fromkeys(d for stack in stacks for d in stack))
        for diff_id in [d for d in self._layers if d not in held]:
            if "origin" not in self._layers[diff_id]:
                del self._layers[diff_id]

    # --- finding ---------------------------------------------------------------------------

    def list(self, machine: str) -> Objects:
        """List a machine's images, newest first."""
        found = self._store.list("Image", machine)
        return sorted(found, key=lambda i: (-i["drydock"]["createdUs"], i["Id"]))

    def find(self, machine: str, ref: str) -> Object | None:
        """Find an image by ID, by the beginning of one, by name or by name and digest."""
        hexes = ref.removeprefix("sha256:")
        found = self._store.get("Image", machine, hexes)
        if found is not None:
            return found
        name = _normalised(ref)
        if name is not None:
            for image in self._store.list("Image", machine):
                if name in (*image["drydock"]["names"], *image["drydock"]["digests"]):
                    return image
        if len(hexes) >= 1 and all(c in "0123456789abcdef" for c in hexes):
            matches = [
                i
                for i in self._store.list("Image", machine)
                if i["metadata"]["name"].startswith(hexes)
            ]
            if len(matches) == 1:
                return matches[0]
        return None

    def need(self, machine: str, ref: str) -> Object:
        """Find an image; DockerError 404 in Docker's words when there is none."""
        found = self.find(machine, ref)
        if found is None:
            raise no_such_image(ref)
        return found

    # --- changing --------------------------------------------------------------------------

    def add(
        self,
        machine: str,
        document: Mapping[str, Any],
        stack: Sequence[Layer],
        names: Iterable[str] = (),
        *,
        digest: str = "",
        comment: str = "",
        created_us: int | None = None,
    ) -> Object:
        """Put an image on a machine, or more names on one that is there.

        document: OCI config; names: normalised names with tag; digest: `repository@sha256:...`
        by which a registry knows it. A name that another image had is taken from it.
        """
        for layer in stack:
            self.keep_layer(layer)
        name = digests.of(document).removeprefix("sha256:")
        new_names = list(names)
        for taken in new_names:
            self._take_name(machine, taken, name)
        old = self._store.get("Image", machine, name)
        if old is None:
            body = image_object(machine, name, document, stack, comment)
            if created_us is None:
                known = since_start(self._engine.start, document.get("created"))
                created_us = self._engine.now_us if known is None else known
            body["Created"] = self._engine.timestamp_nano(created_us)
            body["drydock"]["createdUs"] = created_us
        else:
            body = copy(old)
        self._name(
            body,
            [*body["drydock"]["names"], *new_names],
            [*body["drydock"]["digests"], *([digest] if digest else [])],
        )
        return self._store.create(body) if old is None else self._store.update(body)

    def tag(self, machine: str, ref: str, new_name: str) -> None:
        """Give an image one more name (`docker tag`)."""
        image = copy(self.need(machine, ref))
        try:
            name = reference.parse(new_name).normalised
        except ReferenceError_ as error:
            raise DockerError(
                400, f'Error parsing reference: "{new_name}" is not a valid repository/tag: {error}'
            ) from error
        self._take_name(machine, name, image["metadata"]["name"])
        self._name(image, [*image["drydock"]["names"], name], image["drydock"]["digests"])
        self._store.update(image)
        self._note(machine, "tag", image["Id"], reference.parse(name).familiar)

    def _note(self, machine: str, action: str, actor: str, name: str) -> None:
        """Have `docker events` show what became of an image."""
        self._engine.docker.events.image(machine, action, actor, name)

    def group(self, machine: str, ids: Sequence[str], names: Sequence[str], chosen: str) -> None:
        """Note that images of several platforms were built as one, to be pushed as an index."""
        image = copy(self.need(machine, chosen))
        image["drydock"]["index"] = list(ids)
        self._name(image, [*image["drydock"]["names"], *names], image["drydock"]["digests"])
        self._store.update(image)

    def platforms(self, machine: str, image: Object) -> Objects:
        """Return the images that a push of this one takes along, itself among them."""
        found = [self.find(machine, one) for one in image["drydock"].get("index") or []]
        return [one for one in found if one is not None] or [image]

    def remove(self, machine: str, ref: str, *, force: bool = False) -> Removed:
        """Untag or delete (`docker rmi`): returns `Untagged` and `Deleted` rows.

        DockerError 404 when absent, 409 when a container or a second name keeps it.
        """
        image = self.need(machine, ref)
        names: list[str] = image["drydock"]["names"]
        by_name = _normalised(ref)
        if by_name in names and len(names) > 1:
            self._untag(image, by_name)
            familiar = reference.parse(by_name).familiar
            self._note(machine, "untag", image["Id"], familiar)
            return [{"Untagged": reference.parse(by_name).familiar}]
        repositories = {name.rpartition(":")[0]: None for name in names}
        short = digests.short(image["Id"])
        if by_name not in names and len(repositories) > 1 and not force:
            raise DockerError(
                409,
                f"conflict: unable to delete {short} (must be forced) - image "
                "is referenced in multiple repositories",
            )
        self._refuse_if_used(image, machine, by_name in names, ref, force)
        rows = [{"Untagged": reference.parse(name).familiar} for name in names]
        rows += [{"Untagged": reference.parse(d).familiar} for d in image["drydock"]["digests"]]
        return rows + self._delete(image, machine)

    def _refuse_if_used(
        self, image: Object, machine: str, by_name: bool, ref: str, force: bool
    ) -> None:
        short = digests.short(image["Id"])
        for container in self._store.list("Container", machine):
            if container.get("Image") != image["Id"]:
                continue
            running = bool(container.get("State", {}).get("Running"))
            cid = digests.short(str(container.get("Id", "")))
            if by_name and not force:
                raise DockerError(
                    409,
                    f'conflict: unable to remove repository reference "{ref}"'
                    f" (must force) - container {cid} is using its referenced "
                    f"image {short}",
                )
            if running:
                raise DockerError(
                    409,
                    f"conflict: unable to delete {short} (cannot be forced) - "
                    f"image is being used by running container {cid}",
                )
            if not force:
                raise DockerError(
                    409,
                    f"conflict: unable to delete {short} (must be forced) - "
                    f"image is being used by stopped container {cid}",
                )

    def prune(self, machine: str, *, everything: bool = False) -> Removed:
        """Delete untagged images, or all that no container uses (`docker image prune [-a]`)."""
        used = {c.get("Image"): None for c in self._store.list("Container", machine)}
        rows: Removed = []
        for image in self.list(machine):
            names = image["drydock"]["names"]
            if image["Id"] in used or (names and not everything):
                continue
            rows += [{"Untagged": reference.parse(name).familiar} for name in names]
            rows += self._delete(image, machine)
        return rows

    def _delete(self, image: Object, machine: str) -> Removed:
        self._store.delete("Image", machine, image["metadata"]["name"])
        for name in image["RepoTags"]:
            self._note(machine, "untag", image["Id"], name)
        self._note(machine, "delete", image["Id"], image["Id"])
        rows = [{"Deleted": image["Id"]}]
        self.sweep()
        held = self.local_layers(machine)
        stack = image["RootFS"]["Layers"]
        for count in range(len(stack), 0, -1):
            if stack[count - 1] not in held:
                rows.append({"Deleted": layers.chain_id(stack[:count])})
        return rows

    def _untag(self, image: Object, name: str) -> None:
        fresh = copy(image)
        self._name(
            fresh, [n for n in fresh["drydock"]["names"] if n != name], fresh["drydock"]["digests"]
        )
        self._store.update(fresh)

    def _take_name(self, machine: str, name: str, keeper: str) -> None:
        for image in self._store.list("Image", machine):
            if name in image["drydock"]["names"] and image["metadata"]["name"] != keeper:
                self._untag(image, name)

    def _name(self, image: Object, names: Iterable[str], repo_digests: Iterable[str]) -> None:
        """Write an image's names, and the familiar forms that people see."""
        image["drydock"]["names"] = list(dict.fromkeys(names))
        image["drydock"]["digests"] = list(dict.fromkeys(repo_digests))
        image["RepoTags"] = [reference.parse(n).familiar for n in image["drydock"]["names"]]
        image["RepoDigests"] = [reference.parse(d).familiar for d in image["drydock"]["digests"]]
        image["Metadata"] = {"LastTagTime": self._engine.timestamp_nano()}

    # --- looking into ----------------------------------------------------------------------

    def document(self, image: Object) -> dict[str, Any]:
        """Return the OCI config document of an image."""
        document = layers.make_config(
            image["drydock"]["platform"],
            image["Config"],
            image["drydock"]["history"],
            image["RootFS"]["Layers"],
        )
        if image["drydock"].get("created"):
            document["created"] = image["drydock"]["created"]
        return document

    def stack(self, image: Object) -> Stack:
        """Return an image's layers with their files, lowest first."""
        return [self.layer(diff_id) for diff_id in image["RootFS"]["Layers"]]

    def history(self, machine: str, ref: str) -> Rows:
        """List how an image was made, newest first, as `docker history` does."""
        image = self.need(machine, ref)
        sizes = [row["size"] for row in image["drydock"]["layers"]]
        rows = []
        for line in image["drydock"]["history"]:
            size = 0 if line.get("empty_layer") or not sizes else sizes.pop(0)
            rows.append(
                {
                    "Id": "<missing>",
                    "Created": line.get("created") or image["Created"],
                    "CreatedUs": moment(self._engine, line, image),
                    "CreatedBy": line.get("created_by", ""),
                    "Size": size,
                    "Tags": None,
                    "Comment": line.get("comment", "buildkit.dockerfile.v0"),
                }
            )
        rows.reverse()
        if rows:
            rows[0].update(Id=image["Id"], Tags=image["RepoTags"])
        return rows


def file_tree(engine: Engine, machine: str, image_id: str) -> Files:
    """Return the files that a container of an image starts with; do not change them."""
    return engine.images.file_tree(machine, image_id)


def no_such_image(ref: str) -> DockerError:
    """Make the 404 for an image that is not there."""
    try:
        shown = reference.parse(ref).familiar
    except ReferenceError_:
        shown = ref
    return DockerError(404, f"No such image: {shown}")


@lru_cache(maxsize=1024)
def _normalised(ref: str) -> str | None:
    """Give the whole name; beside a digest, a tag does not count."""
    try:
        found = reference.parse(ref)
        return f"{found.repository}@{found.digest}" if found.digest else found.normalised
    except ReferenceError_:
        return None


def _from_origin(origin: str) -> Layer:
    return catalogue.layer_by_origin(origin)
