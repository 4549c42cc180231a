"""Volumes of pods on their node: what has to be there first, and what containers then see.

A volume is a folder below /var/lib/kubelet/pods on the node, bound into the containers. What
comes from a ConfigMap or Secret is written when the pod starts and again some time after it
changed; an emptyDir is lost with its pod; a claim's volume stays.

Sources: pkg/kubelet/volumemanager and pkg/volume (configmap, secret, projected, downwardapi,
emptydir), v1.32; a change is taken over with the kubelet's next sync of the pod, within a minute.

# Simplified: A volume of NFS, of a cloud's disks or of a CSI driver always mounts, and is empty at
# first: whether such a server, disk or driver exists is not asked.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from simulator.docker import tree as trees
from simulator.docker.tree import Files
from simulator.kubernetes.api.tokens import bound_token
from simulator.kubernetes.kubelet import host_paths, security
from simulator.kubernetes.kubelet.environment import (
    ConfigError,
    expand,
    field_value,
    resource_value,
    texts_of,
)
from simulator.kubernetes.kubelet.rows import Row
from simulator.kubernetes.pods import pods_on
from simulator.plain import Object, get
from simulator.timing import MS, SECOND

if TYPE_CHECKING:
    from simulator.engine import Engine
    from simulator.kubernetes.kubelet import Kubelets

ROOT = "/var/lib/kubelet/pods"
FIRST_RETRY_US, LONGEST_RETRY_US = 500 * MS, 122 * SECOND
"""Back-off of the volume manager's operations: 500 ms doubling to 2 min 2 s."""
POLL_US = 300 * MS
"""The kubelet looks this often whether its volumes are there (podAttachAndMountRetryInterval)."""
REFRESH_US = (SECOND, 61 * SECOND)
FOLDERS = {
    "configMap": "kubernetes.io~configmap",
    "secret": "kubernetes.io~secret",
    "projected": "kubernetes.io~projected",
    "downwardAPI": "kubernetes.io~downward-api",
    "emptyDir": "kubernetes.io~empty-dir",
    "ephemeral": "kubernetes.io~csi",
    "persistentVolumeClaim": "kubernetes.io~csi",
}
WRITTEN = ("configMap", "secret", "projected", "downwardAPI")
OWNED = ("emptyDir", "ephemeral", "persistentVolumeClaim")
"""Volumes whose owner is changed to a pod's fsGroup."""
IN_TREE = ("hostPath", "local")
"""Persistent volumes that are a folder of the node itself."""


class Volumes:
    """Checks, fills and mounts the volumes of pods."""

    def __init__(self, engine: Engine, kubelets: Kubelets) -> None:
        self.engine = engine
        self.store = engine.store
        self.kubelets = kubelets
        engine.calendar.on("kubelet.refresh", self._refresh)
        for kind in ("ConfigMap", "Secret"):
            engine.store.watch(kind, self._source_changed)
        engine.store.watch("VolumeAttachment", self._attachment_changed)

    # Before the start

    def missing(self, row: Row, pod: Object) -> tuple[str, str] | None:
        """Give (reason, message) of the first volume that cannot be mounted, or None."""
        namespace = pod["metadata"]["namespace"]
        for volume in pod["spec"].get("volumes") or ():
            why = self._problem(namespace, volume)
            if why:
                message = f'MountVolume.SetUp failed for volume "{volume["name"]}" : {why}'
                return "FailedMount", message
            attach = self._unattached(row, pod, volume)
            if attach:
                return attach
        row.pop("mountRetryUs", None)
        return None

    def retry_us(self, row: Row) -> int:
        """Give how long to wait before the next try, which doubles."""
        wait = int(row.get("mountRetryUs") or FIRST_RETRY_US)
        row["mountRetryUs"] = min(2 * wait, LONGEST_RETRY_US)
        return wait

    def _problem(self, namespace: str, volume: Object) -> str:
        for kind, source in _sources(volume):
            name = str(source.get("name") or source.get("secretName"))
            found = self.store.get(kind, namespace, name)
            if source.get("optional"):
                continue
            if found is None:
                return f'{kind.lower()} "{name}" not found'
            keys = {**(found.get("data") or {}), **(found.get("binaryData") or {})}
            for item in source.get("items") or ():
                if item["key"] not in keys:
                    return f"{kind.lower()} references non-existent config key: {item['key']}"
        return ""

    def _unattached(self, row: Row, pod: Object, volume: Object) -> tuple[str, str] | None:
        """Say why a claim's disk is not at this node yet, if it is not."""
        claim = claim_of(self.store, pod, volume)
        if claim is None:
            return None
        name = get(claim, "spec", "volumeName", default="")
        found = self.store.get("PersistentVolume", "", name)
        if found is None or get(claim, "status", "phase") != "Bound":
            text = (
                f"Unable to attach or mount volumes: unmounted volumes=[{volume['name']}]: "
                f"PVC {claim['metadata']['namespace']}/{claim['metadata']['name']} is not bound"
            )
            return "FailedMount", text
        if any(kind in found["spec"] for kind in IN_TREE):
            return None
        for attachment in self.store.list("VolumeAttachment"):
            spec = attachment["spec"]
            if get(spec, "source", "persistentVolumeName") != name:
                continue
            if spec["nodeName"] == row["node"] and get(attachment, "status", "attached"):
                return None
        text = (
            f"Unable to attach or mount volumes: unmounted volumes=[{volume['name']}]: "
            "timed out waiting for the condition"
        )
        return "", text

    # Mounting

    def mount(self, row: Row, pod: Object, spec: Object, body: dict[str, Any]) -> None:
        """Add a container's mounts to the body of its create call, filling what is written."""
        volumes = {volume["name"]: volume for volume in pod["spec"].get("volumes") or ()}
        binds = []
        for wish in spec.get("volumeMounts") or ():
            volume = volumes.get(wish["name"])
            if volume is None:
                continue
            place = self._folder(row, pod, volume)
            kind = kind_of(volume)
            if kind in WRITTEN and place not in row.setdefault("written", []):
                row["written"].append(place)
                self._write(row, pod, volume, place)
            elif kind in OWNED and place not in row.setdefault("owned", []):
                row["owned"].append(place)
                self._take_over(row, pod, kind, place)
            below = wish.get("subPath") or _expanded(wish.get("subPathExpr") or "", body)
            if below:
                place = f"{place}/{below.strip('/')}"
            read_only = wish.get("readOnly") or kind in WRITTEN
            binds.append(f"{place}:{wish['mountPath']}{':ro' if read_only else ''}")
        if binds:
            body["HostConfig"]["Binds"] = binds

    def _take_over(self, row: Row, pod: Object, kind: str, place: str) -> None:
        """Give a volume's folder the mode and group it has for this pod."""
        host = self.engine.docker.mounts.host
        files = before = host.read(row["node"], place)
        if kind == "emptyDir":
            files = {**files, "": {**files.get("", trees.dir_entry()), "mode": 0o777}}
        group = get(pod, "spec", "securityContext", "fsGroup")
        if group is not None:
            files = security.owned(files, int(group), read_only=False)
        if files != before:
            host.write(row["node"], place, files)

    def _folder(self, row: Row, pod: Object, volume: Object) -> str:
        """Give the folder on the node where a volume is, attaching a claim's disk there."""
        kind = kind_of(volume)
        if kind == "hostPath":
            host_paths.prepare(self.engine, row["node"], volume["hostPath"])
            return str(volume["hostPath"]["path"])
        folder = f"{ROOT}/{row['uid']}/volumes/{FOLDERS.get(kind, 'kubernetes.io~' + kind)}"
        claim = claim_of(self.store, pod, volume)
        if claim is None:
            return f"{folder}/{volume['name']}"
        found = self.store.need("PersistentVolume", "", claim["spec"]["volumeName"])
        for local in IN_TREE:
            if local in found["spec"]:
                return str(found["spec"][local]["path"])
        place = f"{folder}/{found['metadata']['name']}/mount"
        self.engine.docker.mounts.host.attach(row["node"], place, found["metadata"]["name"])
        return place

    def _write(self, row: Row, pod: Object, volume: Object, place: str) -> None:
        files = self._content(row, pod, volume)
        self.engine.docker.mounts.host.write(row["node"], place, files)

    def _content(self, row: Row, pod: Object, volume: Object) -> Files:
        """Give the files of a volume that is made of API objects."""
        kind = kind_of(volume)
        texts: dict[str, tuple[str, int]] = {}
        sources = get(volume, "projected", "sources", default=[])
        default = get(volume, kind, "defaultMode", default=0o644)
        for source in sources if kind == "projected" else [volume]:
            for path, (text, mode) in self._texts(row, pod, source).items():
                texts[path] = (text, mode or default)
        files: Files = {"": trees.dir_entry(0o1777)}
        for path, (text, mode) in sorted(texts.items()):
            files[f"/{path}"] = trees.file_entry(text, mode=mode)
            for parent in trees.parents(f"/{path}"):
                if parent != "/":
                    files.setdefault(parent, trees.dir_entry())
        group = get(pod, "spec", "securityContext", "fsGroup")
        return files if group is None else security.owned(files, int(group), read_only=True)

    def _texts(self, row: Row, pod: Object, source: Object) -> dict[str, tuple[str, int]]:
        """Give {path: (text, mode or 0)} of one source."""
        namespace = pod["metadata"]["namespace"]
        if "downwardAPI" in source:
            return self._downward(row, pod, source["downwardAPI"])
        if "serviceAccountToken" in source:
            return {source["serviceAccountToken"]["path"]: (self._token(row, pod, source), 0)}
        found: dict[str, tuple[str, int]] = {}
        for kind, body in _sources(source):
            obj = self.store.get(kind, namespace, str(body.get("name") or body.get("secretName")))
            texts = texts_of(obj) if obj is not None else {}
            items = body.get("items")
            if items is None:
                found.update({key: (text, 0) for key, text in texts.items()})
                continue
            for item in items:
                if item["key"] in texts:
                    found[item["path"]] = (texts[item["key"]], item.get("mode") or 0)
        return found

    def _token(self, row: Row, pod: Object, source: Object) -> str:
        """Give the token that a pod is known by; "" where its account is gone."""
        wanted = source["serviceAccountToken"]
        name = pod["spec"].get("serviceAccountName") or "default"
        account = self.store.get("ServiceAccount", pod["metadata"]["namespace"], name)
        if account is None:
            return ""
        audience = [wanted["audience"]] if wanted.get("audience") else None
        seconds = int(wanted.get("expirationSeconds") or 3600)
        return bound_token(self.engine, account, row["addedUs"], seconds, audience, pod)

    def _downward(self, row: Row, pod: Object, body: Object) -> dict[str, tuple[str, int]]:
        found = {}
        for item in body.get("items") or ():
            if "fieldRef" in item:
                path = item["fieldRef"]["fieldPath"]
                text = field_value(self.engine, pod, path, row["ip"])
            else:
                first = pod["spec"]["containers"][0]
                text = resource_value(self.engine, pod, first, item["resourceFieldRef"])
            found[item["path"]] = (text, item.get("mode") or 0)
        return found

    # Changes, and the end

    def _attachment_changed(self, change: str, one: Object, old: Object | None) -> None:
        """A disk has been attached: pods on that node that wait for it go on."""
        if change == "DELETED" or not get(one, "status", "attached"):
            return
        node = one["spec"]["nodeName"]
        for pod in pods_on(self.store, node):
            row = self.kubelets.workers.rows.get(pod["metadata"]["uid"])
            if row is not None and row["step"] == "new":
                self.kubelets.workers.wake(row["uid"], POLL_US)

    def _source_changed(self, change: str, obj: Object, old: Object | None) -> None:
        if change != "MODIFIED" or old is None or obj.get("data") == old.get("data"):
            return
        kind, meta = obj["kind"], obj["metadata"]
        for uid, row in self.kubelets.workers.rows.items():
            if row["namespace"] != meta["namespace"] or not row.get("written"):
                continue
            pod = self.store.get("Pod", row["namespace"], row["name"])
            if pod is not None and _uses(pod, kind, meta["name"]):
                delay = self.kubelets.stream(row["node"]).between_us(*REFRESH_US)
                self.engine.calendar.after(delay, "kubelet.refresh", uid)

    def _refresh(self, uid: str) -> None:
        """Write a pod's volumes anew; a container that has read them will not notice by itself."""
        row = self.kubelets.workers.rows.get(uid)
        pod = self.store.get("Pod", row["namespace"], row["name"]) if row is not None else None
        if row is None or pod is None or not self.kubelets.hears(row["node"]):
            return
        for volume in pod["spec"].get("volumes") or ():
            if kind_of(volume) in WRITTEN:
                place = self._folder(row, pod, volume)
                if place in row["written"]:
                    self._write(row, pod, volume, place)

    def clean_up(self, row: Row) -> None:
        """Remove what a pod's volumes left on its node."""
        self.engine.docker.mounts.host.remove(row["node"], f"{ROOT}/{row['uid']}/")


def _expanded(text: str, body: dict[str, Any]) -> str:
    """Replace $(NAME) in a subPathExpr by the container's variables; raises ConfigError."""
    if not text:
        return ""
    found = expand(text, dict(row.partition("=")[::2] for row in body["Env"]))
    if "$(" in found:
        raise ConfigError("missing value for " + found.partition("$(")[2].partition(")")[0])
    return found


def kind_of(volume: Object) -> str:
    """Name the kind of a pod's volume; without any it is an emptyDir."""
    return next((key for key in volume if key != "name"), "emptyDir")


def claim_of(store: Any, pod: Object, volume: Object) -> Object | None:
    """Give the claim that a pod's volume stands for, or None."""
    meta = pod["metadata"]
    if "persistentVolumeClaim" in volume:
        name = volume["persistentVolumeClaim"]["claimName"]
    elif "ephemeral" in volume:
        name = f"{meta['name']}-{volume['name']}"
    else:
        return None
    found: Object | None = store.get("PersistentVolumeClaim", meta["namespace"], name)
    return found


def _sources(volume: Object) -> Iterable[tuple[str, Object]]:
    """Give the ConfigMaps and Secrets that a volume (or a part of a projected one) is made of."""
    for part in [volume, *get(volume, "projected", "sources", default=[])]:
        if "configMap" in part:
            yield "ConfigMap", part["configMap"]
        if "secret" in part:
            yield "Secret", part["secret"]


def _uses(pod: Object, kind: str, name: str) -> bool:
    return any(
        found == kind and (source.get("name") or source.get("secretName")) == name
        for volume in pod["spec"].get("volumes") or ()
        for found, source in _sources(volume)
    )
