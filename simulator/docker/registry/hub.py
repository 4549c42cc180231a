"""What registries hold: the public hub's catalogue and everything that the lab has pushed.

A pushed repository is a store object of kind `Repository` whose namespace is the registry's host;
manifests are in the table "hub.manifests" by digest and never change. Official repositories come
from the catalogue and get an object when the lab first uses them. The object of kind `Registry`
says whether a registry answers. Accounts and limits come from the scenario (`hub:`).

# Simplified: Every machine is logged in at the hub as `student` unless the scenario says otherwise,
# and any password is right for an account that the scenario does not name.
# Simplified: The hub's pull rate limit is off unless the scenario sets `hub.pull_limit`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

from simulator.docker import catalogue, reference
from simulator.docker import digest as digests
from simulator.docker import layer as layers
from simulator.docker.layer import Layer
from simulator.docker.reference import HUB, Reference
from simulator.docker.registry import errors, stand_ins
from simulator.docker.registry.link import link_mbps
from simulator.plain import Object, copy
from simulator.timing import HOUR, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine

WINDOW_US = 6 * HOUR
"""Window of the pull limit: docs.docker.com/docker-hub/usage, read 2026-11-23."""
GIVE_UP_US = 15 * SECOND
"""How long the daemon waits for an answer of a registry (moby's registry client timeout)."""
DEFAULT_ACCOUNT = "student"


@dataclass(frozen=True, slots=True)
class Offer:
    """What a registry answers for one reference and platform."""

    digest: str
    """Digest by which the reference is pinned: of the index, or of the only manifest."""
    platform: str
    document: Mapping[str, Any]
    layers: Sequence[Layer]
    manifest_digest: str


class Hub:
    """All registries that a lab's machines can reach."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self._manifests = engine.table("hub.manifests")
        self._logins = engine.table("hub.logins")
        self._pulls = engine.table("hub.pulls")
        self.settings: Mapping[str, Any] = engine.scenario.data.get("hub") or {}
        engine.at_setup(self._setup)

    def _setup(self) -> None:
        self._store.create(
            {
                "apiVersion": "drydock/v1",
                "kind": "Registry",
                "metadata": {"name": HUB, "namespace": ""},
                "status": {"up": True},
            }
        )

    # --- who -------------------------------------------------------------------------------

    def account(self, machine: str, host: str = HUB) -> str:
        """Name the account that a machine is logged in with; "" for none."""
        logins = self._logins.get(machine) or {}
        default = self.settings.get("login", DEFAULT_ACCOUNT) or ""
        return str(logins.get(host, default if host == HUB else ""))

    def login(self, machine: str, user: str, password: str, host: str = HUB) -> None:
        """Log a machine in; RegistryError for a wrong password."""
        accounts = self.settings.get("accounts") or {}
        if not user or not password or (user in accounts and accounts[user] != password):
            raise errors.wrong_password()
        self._logins.setdefault(machine, {})[host] = user

    def logout(self, machine: str, host: str = HUB) -> None:
        """Forget a machine's login."""
        self._logins.setdefault(machine, {})[host] = ""

    def set_up(self, up: bool, host: str = HUB) -> None:
        """Break or mend a registry (a fault)."""
        if self._store.get("Registry", "", host) is None:
            return

        def edit(registry: Object) -> None:
            registry["status"]["up"] = up

        self._store.change("Registry", "", host, edit)

    def is_up(self, host: str) -> bool:
        """Tell whether a registry answers."""
        found = self._store.get("Registry", "", host)
        return found is None or bool(found["status"]["up"])

    def check_reachable(self, machine: str, host: str) -> None:
        """Raise RegistryError when a machine gets no answer from a registry."""
        if link_mbps(self._engine, machine) <= 0:
            raise errors.unreachable(host, self._engine.machines.ip(machine), GIVE_UP_US)
        if host != HUB and not self._known_host(host) and not self.settings.get("stand_ins"):
            raise errors.unknown_host(host)
        if not self.is_up(host):
            raise errors.hub_down(host, GIVE_UP_US)

    def _known_host(self, host: str) -> bool:
        if self._store.list("Repository", host):
            return True
        return any(name.startswith(host + "/") for name in catalogue.repositories())

    # --- looking up ------------------------------------------------------------------------

    def resolve(
        self, machine: str, ref: Reference, platform: str = "", *, count: bool = False
    ) -> Offer:
        """Find what a reference stands for.

        platform: the one asked for; "" means the machine's own, but then an image that is not
        in an index is taken whatever it was built for (it fails later, with "exec format error").
        count: this is a pull, which the rate limit counts. Raises RegistryError.
        """
        offers = self.offers(machine, ref)
        if count and ref.host == HUB:
            self._count_pull(self.account(machine, ref.host))
        return self._chosen(machine, ref, platform, offers)

    def offers(self, machine: str, ref: Reference) -> list[Offer]:
        """Give all that a reference stands for, one offer a platform; raises RegistryError."""
        self.check_reachable(machine, ref.host)
        account = self.account(machine, ref.host)
        pushed = self._store.get("Repository", ref.host, ref.path)
        if pushed is not None and not pushed["official"]:
            if pushed["private"] and pushed["owner"] != account:
                raise errors.denied(ref)
            offers = self._pushed_offers(pushed, ref)
        elif ref.repository in catalogue.repositories():
            offers = self._catalogue_offers(ref)
        elif not self.settings.get("stand_ins"):
            raise errors.denied(ref)
        else:
            offers = []
        if not offers and self.settings.get("stand_ins"):
            offers = self._stand_in_offers(ref)
        if not offers:
            raise errors.manifest_unknown(ref)
        return offers

    def tags(self, machine: str, ref: Reference) -> list[str]:
        """List the tags of a repository, for `docker pull -a`; raises RegistryError."""
        self.check_reachable(machine, ref.host)
        pushed = self._store.get("Repository", ref.host, ref.path)
        if pushed is not None and not pushed["official"]:
            if pushed["private"] and pushed["owner"] != self.account(machine, ref.host):
                raise errors.denied(ref)
            return sorted(pushed["tags"])
        found = [tag for tag in catalogue.tags(ref.repository) if self._has(ref, tag)]
        if not found:
            raise errors.denied(ref)
        return found

    def _has(self, ref: Reference, tag: str) -> bool:
        return bool(catalogue.published(ref.repository, tag))

    def _chosen(self, machine: str, ref: Reference, platform: str, offers: list[Offer]) -> Offer:
        wanted = platform or self._engine.machines.platform(machine)
        chosen = choose_platform(offers, wanted)
        lone = len(offers) == 1 and offers[0].digest == offers[0].manifest_digest
        if chosen is None and lone and not platform:
            chosen = offers[0]
        if chosen is None and lone:
            raise errors.wrong_platform(ref, wanted, offers[0].platform)
        if chosen is None:
            raise errors.no_platform(ref, wanted)
        return chosen

    def _catalogue_offers(self, ref: Reference) -> list[Offer]:
        tag = ref.tag or "latest"
        if ref.digest:
            tag = self._tag_of_digest(ref) or tag
        images = catalogue.published(ref.repository, tag)
        if not images:
            return []
        offers = _offers(images)
        manifests = [offer.manifest_digest for offer in offers]
        if ref.digest and ref.digest != offers[0].digest and ref.digest not in manifests:
            return []
        if ref.digest in manifests:
            return [
                replace(o, digest=o.manifest_digest)
                for o in offers
                if o.manifest_digest == ref.digest
            ]
        return offers

    def _stand_in_offers(self, ref: Reference) -> list[Offer]:
        """Give what stands for an image that the catalogue does not know (`hub.stand_ins`)."""
        named = self._engine.table("hub.stand_ins")
        tag = ref.tag or named.get(f"{ref.repository}@{ref.digest}") or "latest"
        images = stand_ins.published(replace(ref, tag=tag))
        offers = _offers(images)
        if ref.digest and ref.digest not in [offer.manifest_digest for offer in offers]:
            offers = [replace(offer, digest=ref.digest) for offer in offers]
        for offer in offers:
            for digest in (offer.digest, offer.manifest_digest):
                named[f"{ref.repository}@{digest}"] = tag
        return offers

    def _tag_of_digest(self, ref: Reference) -> str:
        """Find the tag that a digest of an official image belongs to, among those used so far."""
        used = self._store.get("Repository", ref.host, ref.path)
        for tag, row in (used["tags"] if used is not None else {}).items():
            if ref.digest == row["digest"] or ref.digest in row["manifests"]:
                return str(tag)
        return ref.tag

    def _pushed_offers(self, repository: Object, ref: Reference) -> list[Offer]:
        digest = ref.digest
        if not digest:
            row = repository["tags"].get(ref.tag or "latest")
            digest = row["digest"] if row is not None else ""
        if digest not in repository["manifests"]:
            return []
        kept = self._manifests[digest]
        if "index" in kept:
            return [self._offer(digest, child) for child in kept["index"]]
        return [self._offer(digest, digest)]

    def _offer(self, digest: str, manifest_digest: str) -> Offer:
        document = self._manifests[manifest_digest]["document"]
        stack = [self._engine.images.layer(d) for d in document["rootfs"]["diff_ids"]]
        return Offer(digest, layers.platform_of(document), document, stack, manifest_digest)

    def _count_pull(self, account: str) -> None:
        limit = self.settings.get("pull_limit")
        if limit is None:
            return
        limit = int(limit) * (2 if account else 1)
        now = self._engine.now_us
        recent = [at for at in self._pulls.get(account, []) if at > now - WINDOW_US]
        if len(recent) >= limit:
            raise errors.too_many(not account)
        self._pulls[account] = [*recent, now]

    def note_use(self, ref: Reference, offer: Offer) -> None:
        """Remember that the lab used an official image, so that the hub is drawn with it."""
        found = self._store.get("Repository", ref.host, ref.path)
        if found is not None and not found["official"]:
            return
        if not ref.tag or (found is not None and ref.tag in found["tags"]):
            return
        images = catalogue.published(ref.repository, ref.tag)
        row = tag_row(offer.digest, offer.layers, [i.platform for i in images], 0)
        row["manifests"] = [digests.of(i.manifest) for i in images]
        if found is None:
            body = repository_object(ref.host, ref.path, owner="library", official=True)
            body["tags"][ref.tag] = row
            self._store.create(body)
        else:
            body = copy(found)
            body["tags"][ref.tag] = row
            self._store.update(body)

    # --- pushing ---------------------------------------------------------------------------

    def check_push(self, machine: str, ref: Reference) -> None:
        """Raise RegistryError when a machine may not push to a repository."""
        self.check_reachable(machine, ref.host)
        account = self.account(machine, ref.host)
        if not account or ref.path.split("/")[0] != account:
            raise errors.push_denied()

    def blob_place(self, ref: Reference, digest: str) -> str:
        """Say where a registry has a blob: this repository ("here"), another's path, or ""."""
        own = self._store.get("Repository", ref.host, ref.path)
        if own is not None and digest in own["blobs"]:
            return "here"
        for other in self._store.list("Repository", ref.host):
            if digest in other["blobs"] or any(
                digest == layer["digest"]
                for row in other["tags"].values()
                for layer in row["layers"]
            ):
                return str(other["metadata"]["name"])
        return ""

    def publish(
        self,
        machine: str,
        ref: Reference,
        images: Sequence[tuple[str, Mapping[str, Any], Sequence[Layer]]],
    ) -> str:
        """Take over a pushed image (platform, config document, layers), or several as an index.

        Returns the digest that the tag now stands for.
        """
        manifests = []
        for platform, document, stack in images:
            manifest = layers.make_manifest(document, stack)
            self._manifests[digests.of(manifest)] = {"document": copy(dict(document))}
            manifests.append((platform, manifest))
            for layer in stack:
                self._engine.images.keep_layer(layer)
        children = [digests.of(manifest) for _, manifest in manifests]
        digest = children[0]
        if len(manifests) > 1:
            digest = digests.of(layers.make_index(manifests))
            self._manifests[digest] = {"index": children}
        self._write_tag(machine, ref, digest, children, images)
        return digest

    def _write_tag(
        self,
        machine: str,
        ref: Reference,
        digest: str,
        children: Sequence[str],
        images: Sequence[tuple[str, Mapping[str, Any], Sequence[Layer]]],
    ) -> None:
        old = self._store.get("Repository", ref.host, ref.path)
        body = (
            copy(old)
            if old is not None
            else repository_object(
                ref.host,
                ref.path,
                owner=self.account(machine, ref.host),
                private=ref.familiar_name in (self.settings.get("private") or []),
            )
        )
        platforms = [platform for platform, _, _ in images]
        body["tags"][ref.tag or "latest"] = {
            **tag_row(digest, images[0][2], platforms, self._engine.now_us),
            "manifests": list(children),
        }
        for known in (digest, *children):
            if known not in body["manifests"]:
                body["manifests"].append(known)
        for _, _, stack in images:
            body["blobs"].update({layer["digest"]: layer["size"] for layer in stack})
        if old is None:
            self._store.create(body)
        else:
            self._store.update(body)

    def search(self, term: str) -> list[dict[str, Any]]:
        """Find repositories by a part of their name or description (`docker search`).

        Best first: a repository of that very name, then by stars.
        # Simplified: The order is by name and stars only, not by how often an image is pulled.
        """
        term = term.lower().removeprefix(f"{HUB}/")
        rows = []
        for name in catalogue.repositories():
            if name.startswith(HUB):
                short = reference.parse(name).familiar_name
                stars, text = catalogue.about(name.removeprefix(f"{HUB}/"))
                rows.append(_found(short, "/library/" in name, text, stars))
        rows += [
            _found(repo["metadata"]["name"], False, "", 0)
            for repo in self._store.list("Repository", HUB)
            if not repo["official"] and not repo["private"]
        ]
        rows = [r for r in rows if term in r["name"] or term in r["description"].lower()]
        return sorted(rows, key=lambda r: (r["name"] != term, -r["star_count"], r["name"]))


def _found(name: str, official: bool, text: str, stars: int) -> dict[str, Any]:
    return {"name": name, "official": official, "description": text, "star_count": stars}


def _offers(images: Sequence[catalogue.Published]) -> list[Offer]:
    """Offer the images of a tag, one for each platform, under their common index."""
    index = layers.make_index([(image.platform, image.manifest) for image in images])
    digest = digests.of(index)
    return [
        Offer(digest, image.platform, image.config, image.layers, row["digest"])
        for image, row in zip(images, index["manifests"], strict=True)
    ]


def choose_platform(offers: Sequence[Offer], platform: str) -> Offer | None:
    """Pick the image for a platform as containerd does: exact, then arm64's and arm's variants."""
    wanted = platform.removesuffix("/v8")
    if wanted == "linux/arm":
        wanted = "linux/arm/v7"
    for offer in offers:
        if offer.platform.removesuffix("/v8") == wanted:
            return offer
    if wanted == "linux/arm64":
        return next((o for o in offers if o.platform == "linux/arm/v7"), None)
    return None


def repository_object(
    host: str, path: str, *, owner: str, official: bool = False, private: bool = False
) -> Object:
    """Make an empty repository."""
    return {
        "apiVersion": "drydock/v1",
        "kind": "Repository",
        "metadata": {"name": path, "namespace": host},
        "owner": owner,
        "official": official,
        "private": private,
        "tags": {},
        "manifests": [],
        "blobs": {},
    }


def tag_row(
    digest: str, stack: Sequence[Layer], platforms: Sequence[str], at_us: int
) -> dict[str, Any]:
    """Describe a tag for those who draw the hub."""
    return {
        "digest": digest,
        "platforms": list(platforms),
        "pushedUs": at_us,
        "size": sum(layer["size"] for layer in stack),
        "layers": [{"digest": layer["digest"], "size": layer["size"]} for layer in stack],
    }
