"""What a container sees as its files: the image's layers, its own writable layer, its mounts.

Imitates overlay2: the image is never changed; what the container writes is kept in one layer of
its own, lost when the container is removed. Volumes, bind mounts and tmpfs hide what is below.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.docker import tree as trees
from simulator.docker.tree import Files, GuardedTree, is_below
from simulator.plain import Object

if TYPE_CHECKING:
    from simulator.engine import Engine

    from .mounts import Mounts

RUNTIME = ("/dev/", "/proc/", "/sys/")
"""What lies there is in a file system of the runtime's, not in the container's layer."""
EMPTY_DIR = "/kubernetes.io~empty-dir/"
"""Part of the path of a pod's own scratch folder, which its kubelet measures."""


class Filesystem:
    """Table "docker.containers": {container id: {"files", "whiteouts", "tmpfs": {path: files}}}."""

    def __init__(self, engine: Engine, mounts: Mounts) -> None:
        self._engine = engine
        self._mounts = mounts
        self._table = engine.table("docker.containers")

    def image_files(self, container: Object) -> Files:
        """Give the merged files of a container's image."""
        return self._engine.images.merged(container["drydock"]["layers"])

    def view(self, container: Object) -> GuardedTree:
        """Give all files as the container sees them; write to it, then `save`."""
        layer = self._table.get(container["Id"])
        files = self.image_files(container)
        if layer is not None:
            files = trees.apply(files, layer["files"], layer["whiteouts"])
        files = dict(files)
        read_only = ["/"] if container["HostConfig"].get("ReadonlyRootfs") else []
        writable = ["/dev", "/proc"]
        for mount in self._mounts.of(container):
            place = _place(files, mount)
            _lay_over(files, place, self._mounts.content(container, mount, layer or {}))
            (writable if mount["RW"] else read_only).append(place)
        _add_runtime_files(files, container)
        return GuardedTree(files, read_only, writable)

    def save(self, container: Object, view: GuardedTree) -> None:
        """Keep what was changed in a view: in the writable layer, or in the mount it lies in."""
        changed, gone = view.difference()
        if not changed and not gone:
            return
        places = [_place(view.files, mount) for mount in self._mounts.of(container)]
        own_changed: Files = {}
        own_gone: list[str] = []
        touched: dict[str, None] = {}
        for path in [*changed, *gone]:
            place = max((p for p in places if is_below(path, p)), key=len, default=None)
            if place is not None:
                touched[place] = None
            elif path in changed:
                own_changed[path] = changed[path]
            else:
                own_gone.append(path)
        if own_changed or own_gone:
            self._merge(container["Id"], own_changed, own_gone)
            self._engine.machines.disk.grew(container["metadata"]["namespace"])
        for mount in self._mounts.of(container):
            place = _place(view.files, mount)
            if place in touched:
                if EMPTY_DIR in str(mount.get("Source")):
                    self._engine.machines.disk.grew(container["metadata"]["namespace"])
                self._save_mount(container, mount, _files_below(view.files, place))
        self._engine.touch("docker.containers")

    def changes(self, container: Object) -> list[dict[str, Any]]:
        """List changes against the image as `GET /containers/ID/changes`: Kind 0 C, 1 A, 2 D."""
        layer = self._table.get(container["Id"]) or {"files": {}, "whiteouts": []}
        image = self.image_files(container)
        found = {path: 1 if path not in image else 0 for path in layer["files"]}
        found.update(dict.fromkeys(layer["whiteouts"], 2))
        for path in list(found):
            if path.startswith(RUNTIME):
                continue
            for parent in trees.parents(path):
                found.setdefault(parent, 0 if parent in image else 1)
        shown = (path for path in sorted(found) if not path.startswith(RUNTIME))
        return [{"Path": path, "Kind": found[path]} for path in shown]

    def layer(self, container_id: str) -> tuple[Files, list[str]]:
        """Give the writable layer (files, whiteouts), for commit."""
        layer = self._table.get(container_id) or {"files": {}, "whiteouts": []}
        return dict(layer["files"]), list(layer["whiteouts"])

    def written(self, container: Object, path: str) -> str:
        """Give the text of a file in the writable layer or in a mount; "" where there is none."""
        layer = self._table.get(container["Id"]) or {}
        for mount in self._mounts.of(container):
            place = mount["Destination"].rstrip("/")
            if is_below(path, place):
                entry = self._mounts.content(container, mount, layer).get(path[len(place) :])
                return str((entry or {}).get("text") or "")
        return str((layer.get("files", {}).get(path) or {}).get("text") or "")

    def size(self, container_id: str) -> int:
        """Add up the bytes of the writable layer."""
        return trees.total_size((self._table.get(container_id) or {}).get("files", {}))

    def forget(self, container_id: str) -> None:
        """Drop the writable layer: the container is removed."""
        self._table.pop(container_id, None)

    def drop_tmpfs(self, container_id: str) -> None:
        """Empty the tmpfs mounts: the container stopped."""
        layer = self._table.get(container_id)
        if layer is not None:
            layer.pop("tmpfs", None)

    def _row(self, container_id: str) -> dict[str, Any]:
        fresh: dict[str, Any] = {"files": {}, "whiteouts": []}
        return self._table.setdefault(container_id, fresh)  # type: ignore[no-any-return]

    def _merge(self, container_id: str, changed: Files, gone: list[str]) -> None:
        layer = self._row(container_id)
        files, whiteouts = layer["files"], layer["whiteouts"]
        for path in gone:
            for old in [p for p in files if is_below(p, path)]:
                del files[old]
            if path not in whiteouts:
                whiteouts.append(path)
        files.update(changed)
        layer["whiteouts"] = [path for path in whiteouts if path not in files]

    def _save_mount(self, container: Object, mount: dict[str, Any], files: Files) -> None:
        if mount["Type"] == "tmpfs":
            layer = self._row(container["Id"])
            layer.setdefault("tmpfs", {})[mount["Destination"].rstrip("/")] = files
        else:
            self._mounts.store(container, mount, files)


def _files_below(files: Files, place: str) -> Files:
    """Give the entries below a place by path relative to it ("" is the place itself)."""
    cut = len(place)
    return {path[cut:]: entry for path, entry in files.items() if is_below(path, place)}


def _place(files: Files, mount: Object) -> str:
    """Give where a mount lies: links of the image on the way to it are followed (/var/run)."""
    place = str(mount["Destination"]).rstrip("/")
    if any(files[path]["type"] == "link" for path in trees.parents(place) if path in files):
        return trees.Tree(files).resolve(place)
    return place


def _lay_over(files: Files, place: str, content: Files) -> None:
    """Hide what is at a place and put a mount's content there."""
    for path in [path for path in files if path.startswith(place + "/")]:
        del files[path]
    for parent in trees.parents(place):
        files.setdefault(parent, trees.dir_entry())
    if "" not in content:
        files[place] = trees.dir_entry()
    for path, entry in content.items():
        files[place + path] = entry


def _add_runtime_files(files: Files, container: Object) -> None:
    """Add what the runtime puts there: hostname, hosts, resolv.conf, the kernel's folders."""
    settings, name = container["NetworkSettings"], container["Config"]["Hostname"]
    own = [net for net in settings["Networks"] if net not in ("bridge", "host", "none")]
    for path in ("/proc", "/sys", "/dev"):
        files.setdefault(path, trees.dir_entry())
    files.setdefault("/etc", trees.dir_entry())
    files["/etc/hosts"] = trees.file_entry(_hosts(container))
    files["/etc/hostname"] = trees.file_entry(name + "\n")
    managed = bool(container["drydock"].get("pod"))
    text = _pod_resolv_conf(container["HostConfig"]) if managed \
        else _resolv_conf(container["HostConfig"], bool(own))  # fmt: skip
    files["/etc/resolv.conf"] = trees.file_entry(text)
    if not managed:
        files["/.dockerenv"] = trees.file_entry("", mode=0o755)
    files["/dev/null"] = trees.file_entry("", mode=0o666)


HOST_GATEWAY = "172.17.0.1"
"""What the daemon puts in the place of `host-gateway`: its address on the default bridge."""


def _hosts(container: Object) -> str:
    """Write the hosts file: Docker's, or the one that the kubelet keeps for a pod."""
    settings, name = container["NetworkSettings"], container["Config"]["Hostname"]
    pod = container["drydock"].get("pod")
    if pod and pod.get("ip") and container["HostConfig"]["NetworkMode"] != "host":
        return _pod_hosts(pod, name)
    hosts = "127.0.0.1\tlocalhost\n::1\tlocalhost ip6-localhost ip6-loopback\n"
    hosts += "fe00::\tip6-localnet\nff00::\tip6-mcastprefix\n"
    hosts += "ff02::1\tip6-allnodes\nff02::2\tip6-allrouters\n"
    for row in container["HostConfig"].get("ExtraHosts") or []:
        host, _, address = row.partition(":")
        hosts += f"{HOST_GATEWAY if address == 'host-gateway' else address}\t{host}\n"
    addresses = [row["IPAddress"] for row in settings["Networks"].values() if row["IPAddress"]]
    if settings["IPAddress"] and settings["IPAddress"] not in addresses:
        addresses.append(settings["IPAddress"])
    domain = container["Config"].get("Domainname")
    names = f"{name}.{domain}\t{name}" if domain else name
    return hosts + "".join(f"{address}\t{names}\n" for address in addresses)


def _pod_hosts(pod: dict[str, Any], name: str) -> str:
    """Write the hosts file of a pod.   Source: pkg/kubelet/kubelet_pods.go, v1.32."""
    text = "# Kubernetes-managed hosts file.\n127.0.0.1\tlocalhost\n"
    text += "::1\tlocalhost ip6-localhost ip6-loopback\nfe00::0\tip6-localnet\n"
    text += "fe00::0\tip6-mcastprefix\nfe00::1\tip6-allnodes\nfe00::2\tip6-allrouters\n"
    short, domain = name.partition(".")[0], pod.get("domain")
    text += f"{pod['ip']}\t{short}.{domain}\t{short}\n" if domain else f"{pod['ip']}\t{name}\n"
    if pod.get("aliases"):
        text += "\n# Entries added by HostAliases.\n"
    for row in pod.get("aliases") or ():
        text += "\t".join([row["ip"], *row.get("hostnames", ())]) + "\n"
    return text


HOST_SERVER = "192.168.1.1"
"""The name server of the machines' own network."""
RESOLVER = "127.0.0.11"
"""Where Docker answers itself for names, in networks that somebody has made."""
HEADER = """# Generated by Docker Engine.
# This file can be edited; Docker Engine will not make further changes once it
# has been modified.

"""
_DNS_FIELDS = (("nameservers", "Dns"), ("search", "DnsSearch"), ("options", "DnsOptions"))


def _resolv_conf(host: dict[str, Any], has_resolver: bool) -> str:
    """Write whom a container asks for names.   Source: moby, libnetwork/internal/resolvconf.

    has_resolver: it is in a network whose names Docker knows, and so asks Docker.
    """
    servers = list(host.get("Dns") or [HOST_SERVER])
    options = list(host.get("DnsOptions") or [])
    own = [one for one in options if one.startswith("ndots:")]
    if has_resolver and not own:
        options.append("ndots:0")
    asks = [RESOLVER] if has_resolver else servers
    text = HEADER + "".join(f"nameserver {one}\n" for one in asks)
    if host.get("DnsSearch"):
        text += f"search {' '.join(host['DnsSearch'])}\n"
    if options:
        text += f"options {' '.join(options)}\n"
    mode = str(host.get("NetworkMode"))
    way = "" if mode == "host" else " (internal resolver)" if has_resolver else " (legacy)"
    text += f"\n# Based on host file: '/etc/resolv.conf'{way}\n"
    if has_resolver:
        text += f"# ExtServers: [{' '.join(servers)}]\n"
    asked = [word for word, field in _DNS_FIELDS if host.get(field)]
    text += f"# Overrides: [{' '.join(asked)}]\n"
    if own or has_resolver:
        text += f"# Option ndots from: {'override' if own else 'internal'}\n"
    return text


def _pod_resolv_conf(host: dict[str, Any]) -> str:
    """Write whom a pod asks for names, as its kubelet says."""
    lines = [f"nameserver {one}" for one in host.get("Dns") or [HOST_SERVER]]
    for word, field in _DNS_FIELDS[1:]:
        if host.get(field):
            lines.append(f"{word} {' '.join(host[field])}")
    return "\n".join(lines) + "\n"
