"""`engine.docker`: the container engine of every machine, as `docker run` and the kubelet ask it.

Imitates dockerd 28 (moby). Every call acts at once or begins something that ends in a change of
the container's object in the store; clients watch that. Refusals are DockerError, in its words.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from simulator.plain import Object, copy

from .archives import Archives
from .containers import body as bodies
from .containers.commit import commit_container
from .containers.errors import DockerError, no_such_container
from .containers.events import Events
from .containers.filesystem import Filesystem
from .containers.health import Health
from .containers.lifecycle import Lifecycle
from .containers.logs import Logs
from .containers.mounts import Mounts
from .containers.names import draw_name, is_valid_name
from .containers.network import Networks

if TYPE_CHECKING:
    from simulator.engine import Engine

__all__ = ["Docker", "DockerError", "is_for"]

Body = dict[str, Any]


class Docker:
    """The daemons of all machines; `machine` says which."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._store = engine.store
        self._counts = engine.table("docker.count")
        self.networks = Networks(engine)
        self.mounts = Mounts(engine)
        self.files = Filesystem(engine, self.mounts)
        self.events = Events(engine)
        self.log = Logs(engine)
        self.archives = Archives(engine)
        self.health = Health(engine)
        self.life = Lifecycle(engine, self.networks, self.files, self.events)
        engine.store.index("Container", "machine", lambda c: [c["metadata"]["namespace"]])
        engine.store.index("Container", "name", lambda c: [c["metadata"]["namespace"] + c["Name"]])
        engine.at_setup(self.setup)

    def setup(self) -> None:
        """Make the predefined networks of the machines that have Docker."""
        for machine in self._store.list("Machine"):
            if machine["spec"].get("docker"):
                self.networks.ensure(machine["metadata"]["name"])

    # Looking

    def containers(self, machine: str, everything: bool = True) -> list[Object]:
        """Give a machine's containers, the newest first; the running ones, or all."""
        found = [
            container
            for container in self._store.by("Container", "machine", machine)
            if everything or container["State"]["Running"]
        ]
        return sorted(found, key=lambda c: (-c["drydock"]["createdUs"], -c["drydock"]["n"]))

    def find(self, machine: str, ref: str) -> Object | None:
        """Find a container by id, name or the beginning of an id; DockerError when ambiguous."""
        exact = self._store.get("Container", machine, ref)
        if exact is not None or not ref:
            return exact
        named = self._store.by("Container", "name", f"{machine}/{ref.lstrip('/')}")
        if named:
            return named[0]
        matches = [
            container
            for container in self._store.by("Container", "machine", machine)
            if container["Id"].startswith(ref)
        ]
        if len(matches) > 1:
            raise DockerError(404, f"multiple IDs found with provided prefix: {ref}")
        return matches[0] if matches else None

    def need(self, machine: str, ref: str) -> Object:
        """Find a container; DockerError 404."""
        found = self.find(machine, ref)
        if found is None:
            raise no_such_container(ref)
        return found

    # Creating

    def create(
        self, machine: str, body: Body, name: str | None = None, pod: Body | None = None,
        network_of: str | None = None, platform: str = "", stdin: str | None = None,
    ) -> Object:  # fmt: skip
        """Create a container from the body of `POST /containers/create`; answers its object.

        pod: {namespace, name, uid, container, ip} when the kubelet asks. network_of: id of the
        container whose network is shared; stdin: what the main process can read, None when it is
        yet to be typed. Raises DockerError: 404 no image, 409 name taken, 400.
        """
        image = self._engine.images.find(machine, body["Image"])
        if image is None or (platform and not is_for(image, platform)):
            raise self._no_image(machine, body["Image"], image, platform)
        config = bodies.merge_config(body, image["Config"])
        if not [*(config["Entrypoint"] or []), *(config["Cmd"] or [])]:
            raise DockerError(400, "no command specified")
        found = self._store.get("Machine", "", machine)
        host = self._host_config(body, network_of, float(found["spec"]["cpu"]) if found else 4.0)
        self.networks.ensure(machine)
        for link in host.get("Links") or []:
            linked = str(link).partition(":")[0].lstrip("/")
            if self.find(machine, linked) is None:
                raise DockerError(404, f"could not get container for {linked}: No such container: "
                                  f"{linked}")  # fmt: skip
        if name is not None:
            self._check_name(machine, name.lstrip("/"))
        number = self._counts[machine] = self._counts.get(machine, 0) + 1
        key = self._engine.streams.hex(64, "container", machine, number)
        shown = (name or self._draw_name(machine)).lstrip("/")
        if not pod and "host" in (host["NetworkMode"], host.get("UTSMode")):
            config["Hostname"] = config["Hostname"] or machine  # it shares the machine's name
        config["Hostname"] = config["Hostname"] or ((pod or {}).get("name") or key[:12])
        mounts = self.mounts.plan(machine, host, config)
        files = self._engine.images.merged(image["RootFS"]["Layers"])
        self.mounts.copy_up(machine, mounts, files)
        stamp = self._engine.timestamp_nano()
        container = bodies.new_container(machine, key, shown, stamp, image, config, host)
        container["Mounts"] = mounts
        container["drydock"].update(
            pod=copy(pod), networkOf=network_of, n=number, createdUs=self._engine.now_us,
            stdin=stdin,
            endpoints=_endpoints(body, host["NetworkMode"]),
        )  # fmt: skip
        stored = self._store.create(container)
        self.events.container(stored, "create")
        return stored

    def _host_config(self, body: Body, network_of: str | None, cpus: float) -> Body:
        asked = body.get("HostConfig") or {}
        bodies.check_config(body, asked)
        bodies.check_host_config(asked, cpus)
        host: Body = {**copy(bodies.HOST_CONFIG), **copy(asked)}
        if host["NetworkMode"] in ("", "default"):
            host["NetworkMode"] = "bridge"
        if network_of is not None:
            host["NetworkMode"] = f"container:{network_of}"
        host["RestartPolicy"] = {"Name": "no", "MaximumRetryCount": 0, **host["RestartPolicy"]}
        host["RestartPolicy"]["Name"] = host["RestartPolicy"]["Name"] or "no"
        host["PortBindings"] = host["PortBindings"] or {}
        if host["Memory"] and not host["MemorySwap"]:
            host["MemorySwap"] = host["Memory"] * 2
        return host

    def _no_image(self, machine: str, ref: str, image: Object | None, platform: str) -> DockerError:
        if image is None:
            from .image import no_such_image

            return no_such_image(ref)
        return DockerError(
            404,
            f"image with reference {ref} was found but its platform "
            f"({image['drydock']['platform']}) does not match the specified platform ({platform})",
        )

    def _check_name(self, machine: str, name: str) -> None:
        if not is_valid_name(name):
            raise DockerError(
                400, f"Invalid container name ({name}), only [a-zA-Z0-9][a-zA-Z0-9_.-] are allowed"
            )
        taken = self._store.by("Container", "name", f"{machine}/{name}")
        if taken:
            other = taken[0]["Id"]
            raise DockerError(
                409,
                f'Conflict. The container name "/{name}" is already in use by container "{other}". '
                "You have to remove (or rename) that container to be able to reuse that name.",
            )

    def _names(self, machine: str) -> dict[str, str]:
        return {
            c["Name"].lstrip("/"): c["Id"] for c in self._store.by("Container", "machine", machine)
        }

    def _draw_name(self, machine: str) -> str:
        return draw_name(self._engine.streams.stream("docker.names", machine), self._names(machine))

    # Life

    def start(self, machine: str, ref: str) -> Object:
        """Begin to start a container: watch State.Running, or drydock.startError."""
        return self.life.start(self.need(machine, ref))

    def stop(self, machine: str, ref: str, timeout_s: int | None = None) -> Object:
        """Begin to stop a container: its stop signal, and SIGKILL after the time-out."""
        return self.life.stop(self.need(machine, ref), timeout_s)

    def kill(self, machine: str, ref: str, signal: str = "SIGKILL") -> Object:
        """Send a signal to a container's main process."""
        return self.life.kill(self.need(machine, ref), signal)

    def crash(self, machine: str, ref: str, code: int = 137, oom: bool = False) -> None:
        """Let a container's main process die by itself: restart policies act."""
        self.life.crash(self.need(machine, ref), code, oom)

    def restart(self, machine: str, ref: str, timeout_s: int | None = None) -> Object:
        """Begin to stop; whoever asked starts it when it has stopped (see `restart_goes_on`)."""
        container = self.need(machine, ref)
        if container["State"]["Paused"]:
            self.life.unpause(container)
        return self.life.stop(container, timeout_s)

    def pause(self, machine: str, ref: str) -> Object:
        """Freeze a container's processes."""
        return self.life.pause(self.need(machine, ref))

    def unpause(self, machine: str, ref: str) -> Object:
        """Let a paused container go on."""
        return self.life.unpause(self.need(machine, ref))

    def rename(self, machine: str, ref: str, name: str) -> Object:
        """Give a container another name."""
        container = self.need(machine, ref)
        name = name.lstrip("/")
        if not name:
            raise DockerError(400, "Neither old nor new names may be empty")
        if container["Name"] == f"/{name}":
            raise DockerError(400, "Renaming a container with the same name as its current name")
        self._check_name(machine, name)
        fresh = self._store.change(
            "Container", machine, container["Id"], lambda c: c.update(Name=f"/{name}")
        )
        self.events.container(fresh, "rename", oldName=container["Name"])
        return fresh

    def remove(self, machine: str, ref: str, force: bool = False, volumes: bool = False) -> None:
        """Remove a container with its writable layer and log; 409 when it runs, unless forced."""
        container = self.need(machine, ref)
        state = container["State"]
        if state["Running"] or container["drydock"]["phase"] == "starting":
            if not force:
                word = "stop the container before removing or force remove"
                if state["Paused"]:
                    word = "unpause and stop the container before removing or force remove"
                status = "running" if not state["Paused"] else "paused"
                if state["Restarting"]:
                    status = "restarting"
                raise DockerError(
                    409,
                    f'cannot remove container "{container["Name"]}": container is {status}: {word}',
                )
            container = self.life.end_now(container)
        for name in container["NetworkSettings"]["Networks"]:
            self.networks.leave(container, name)
        self.networks.unpublish(machine, container["Id"])
        self._engine.programs.forget(container["Id"])
        self._store.delete("Container", machine, container["Id"])
        self.files.forget(container["Id"])
        self.log.forget(container["Id"])
        self.events.container(container, "destroy")
        for mount in container["Mounts"] if volumes else []:
            self._remove_anonymous(machine, mount)

    def _remove_anonymous(self, machine: str, mount: Body) -> None:
        volume = self.mounts.find(machine, mount.get("Name") or "")
        labels = (volume or {}).get("Labels") or {}
        if volume is None or "com.docker.volume.anonymous" not in labels:
            return
        if not self.mounts.users(machine, volume["Name"]):
            self.mounts.remove(machine, volume["Name"])

    # Networks and images

    def connect(self, machine: str, network: str, ref: str, endpoint: Body) -> Object:
        """Connect a container to one more network; at once if it runs, else when it starts."""
        container, found = self.need(machine, ref), self.networks.need(machine, network)
        name = found["Name"]
        if container["HostConfig"]["NetworkMode"] in ("host", "none"):
            raise DockerError(
                403, "container cannot be connected to host network or to another network from it"
            )
        if name in container["drydock"]["endpoints"]:
            shown = container["Name"].lstrip("/")
            raise DockerError(403, f"endpoint with name {shown} already exists in network {name}")
        running = container["State"]["Running"] and not container["State"]["Restarting"]
        row = self.networks.connect(container, name, endpoint) if running else None

        def edit(fresh: Object) -> None:
            fresh["drydock"]["endpoints"][name] = copy(endpoint)
            if row is not None:
                fresh["NetworkSettings"]["Networks"][name] = row

        return self._store.change("Container", machine, container["Id"], edit)

    def disconnect(self, machine: str, network: str, ref: str) -> Object:
        """Take a container out of a network."""
        container, found = self.need(machine, ref), self.networks.need(machine, network)
        name = found["Name"]
        if name not in container["drydock"]["endpoints"]:
            raise DockerError(
                403, f"container {container['Id']} is not connected to network {name}"
            )
        self.networks.leave(container, name)

        def edit(fresh: Object) -> None:
            fresh["drydock"]["endpoints"].pop(name)
            fresh["NetworkSettings"]["Networks"].pop(name, None)
            if name == "bridge":
                fresh["NetworkSettings"].update(IPAddress="", Gateway="", EndpointID="")

        return self._store.change("Container", machine, container["Id"], edit)

    def commit(
        self, machine: str, ref: str, name: str = "", message: str = "",
        changes: list[str] | None = None, author: str = "",
    ) -> Object:  # fmt: skip
        """Make an image of a container: its image's layers and its own writable one."""
        container = self.need(machine, ref)
        image = commit_container(self._engine, container, name, message, changes or [], author)
        more = {"imageRef": name} if name else {}
        self.events.container(container, "commit", comment=message, imageID=image["Id"], **more)
        return image

    # Output and exec

    def logs(
        self, machine: str, ref: str, tail: int | None = None, since_us: int | None = None
    ) -> list[list[Any]]:
        """Give what a container wrote: rows [at_us, "stdout" or "stderr", text]."""
        return self.log.read(self.need(machine, ref)["Id"], tail, since_us)

    def exec_(
        self, machine: str, ref: str, argv: list[str], **options: Any
    ) -> tuple[int | None, str]:
        """Run a command in a container: (exit code, output); the code is None if it goes on."""
        exec_id = self.exec_start(machine, ref, argv, **options)
        state = self.exec_state(exec_id)
        if not state["Running"]:
            self.exec_forget(exec_id)
        return (None if state["Running"] else int(state["ExitCode"])), str(state["Output"])

    def exec_start(self, machine: str, ref: str, argv: list[str], **options: Any) -> str:
        """Begin a command in a running container; answers its exec id. DockerError 409.

        options: env (list), user, workdir, stdin (text), or open (it is typed later) and tty.
        """
        container = self.need(machine, ref)
        state = container["State"]
        if not state["Running"] or state["Restarting"]:
            word = "restarting, wait until the container is running" if state["Restarting"] else ""
            raise DockerError(
                409,
                f"Container {container['Id']} is {word}"
                if word
                else f"container {container['Id']} is not running",
            )
        if state["Paused"]:
            raise DockerError(
                409, f"container {container['Id']} is paused, unpause the container before exec"
            )
        return self._engine.programs.exec_start(container, argv, options)

    def exec_state(self, exec_id: str) -> Body:
        """Give {"Running", "ExitCode", "Output", "ContainerID"} of an exec."""
        return self._engine.programs.exec_state(exec_id)

    def exec_forget(self, exec_id: str) -> None:
        """Drop an exec whose answer has been read."""
        self._engine.programs.exec_forget(exec_id)


def is_for(image: Object, wanted: str) -> bool:
    """Tell whether an image's platform is what `--platform` asks for."""
    platform = str(image["drydock"]["platform"])
    wanted = wanted if "/" in wanted else f"linux/{wanted}"
    return platform == wanted.replace("arm64/v8", "arm64") or platform.startswith(wanted + "/")


def _endpoints(body: Body, mode: str) -> Body:
    """Give the networks to connect to and how, by name."""
    asked = (body.get("NetworkingConfig") or {}).get("EndpointsConfig") or {}
    found = {("bridge" if name == "default" else name): copy(row) for name, row in asked.items()}
    if not mode.startswith("container:"):
        found.setdefault(mode, {})
    return found
