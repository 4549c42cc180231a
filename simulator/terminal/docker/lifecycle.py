"""`docker stop`, `kill`, `restart`, `pause`, `rm`, `rename`, `wait`, `update`, `prune`."""

from __future__ import annotations

from typing import Any

from simulator.docker.containers.signals import signal_name
from simulator.docker.daemon import DockerError

from .client import RUNNING, Client, Command
from .formats import human_size, parse_time


class Stop(Command):
    """`docker stop`: waits until each container has ended."""

    def start(self, c: Client) -> int | None:
        """Ask all to end."""
        c.state.update(waiting={}, errors=[])
        for ref in c.args:
            try:
                container = c.find(ref)
                self.begin(c, ref)
                c.state["waiting"][ref] = container["Id"]
            except DockerError as error:
                c.state["errors"].append(error.message)
        return self.step(c)

    def begin(self, c: Client, ref: str) -> None:
        """Stop one container."""
        seconds = c.line.text("timeout")
        signal = c.line.text("signal")
        timeout = int(seconds) if seconds else None
        if signal:
            c.docker.life.stop(c.find(ref), timeout, signal)
        else:
            c.docker.stop(c.machine, ref, timeout)

    def ready(self, c: Client, ref: str, container: Any) -> bool:
        """Tell whether one container is where it should be."""
        state = container["State"]
        return not state["Running"] and container["drydock"]["phase"] == ""

    def step(self, c: Client) -> int | None:
        """Print each name when it has stopped."""
        for ref, key in list(c.state["waiting"].items()):
            container = c.engine.store.get("Container", c.machine, key)
            if container is not None and not self.ready(c, ref, container):
                c.call.watch("Container", c.machine, key)
                continue
            del c.state["waiting"][ref]
            failure = container["drydock"]["startError"] if container else None
            if failure and c.state.get("starts"):
                c.state["errors"].append(f"Cannot restart container {ref}: {failure['message']}")
            else:
                c.out(f"{ref}\n")
        if c.state["waiting"]:
            return RUNNING
        for message in c.state["errors"]:
            c.err(f"Error response from daemon: {message}\n")
        return 1 if c.state["errors"] else 0


class Restart(Stop):
    """`docker restart`: stop, then start."""

    def start(self, c: Client) -> int | None:
        """Ask all to end."""
        c.state["starts"] = {}
        return super().start(c)

    def ready(self, c: Client, ref: str, container: Any) -> bool:
        """Start a container when it has stopped; it is ready when it runs again."""
        state, phase = container["State"], container["drydock"]["phase"]
        if phase:
            return False
        if ref not in c.state["starts"]:
            if state["Running"]:
                return False
            c.state["starts"][ref] = True
            c.docker.start(c.machine, container["Id"])
            return False
        c.docker.events.container(container, "restart")
        return True


class Wait(Command):
    """`docker wait`: prints exit codes."""

    def start(self, c: Client) -> int | None:
        """Wait for the first."""
        c.state.update(at=0, failed=False)
        return self.step(c)

    def step(self, c: Client) -> int | None:
        """Print a code when a container has ended."""
        while c.state["at"] < len(c.args):
            ref = c.state.get("id") or c.args[c.state["at"]]
            container = c.docker.find(c.machine, ref)
            if container is None and "id" not in c.state:
                c.err(f"Error response from daemon: No such container: {ref}\n")
                c.state["failed"] = True
            elif container is not None and container["State"]["Running"]:
                c.state["id"] = container["Id"]
                c.call.watch("Container", c.machine, container["Id"])
                return RUNNING
            elif container is not None:
                c.out(f"{container['State']['ExitCode']}\n")
            c.state.pop("id", None)
            c.state["at"] += 1
        return 1 if c.state["failed"] else 0


class Kill(Stop):
    """`docker kill`: a signal; the end after SIGKILL is waited for, as the daemon does."""

    def begin(self, c: Client, ref: str) -> None:
        """Send the signal to one container."""
        signal = c.line.text("signal") or "SIGKILL"
        c.docker.kill(c.machine, ref, signal)
        c.state["deadly"] = signal_name(signal) == "SIGKILL"

    def ready(self, c: Client, ref: str, container: Any) -> bool:
        """Tell whether there is nothing to wait for."""
        return not c.state["deadly"] or super().ready(c, ref, container)


def pause(c: Client) -> int:
    """Freeze containers."""
    return c.each(lambda ref: c.docker.pause(c.machine, ref))


def unpause(c: Client) -> int:
    """Let containers go on."""
    return c.each(lambda ref: c.docker.unpause(c.machine, ref))


def remove(c: Client) -> int:
    """Remove containers."""
    force = c.line.on("force")
    errors = []
    for ref in c.args:
        try:
            c.docker.remove(c.machine, ref, force=force, volumes=c.line.on("volumes"))
        except DockerError as error:
            if force and error.status == 404:
                c.err(f"Error response from daemon: {error.message}\n")
                continue
            errors.append(error.message)
        else:
            c.out(f"{ref}\n")
    for message in errors:
        c.err(f"Error response from daemon: {message}\n")
    return 1 if errors else 0


def rename(c: Client) -> int:
    """Give a container another name."""
    if not c.args[0].strip() or not c.args[1].strip():
        c.err("Error: Neither old nor new names may be empty\n")
        return 1
    try:
        c.docker.rename(c.machine, c.args[0], c.args[1])
    except DockerError as error:
        return c.daemon_error(error)
    return 0


def update(c: Client) -> int:
    """Change limits and restart policy of containers."""
    from .optionchecks import OptionError
    from .options import restart_policy, size

    if not c.line.flags:
        c.err("you must provide one or more flags when using this command\n")
        return 1
    try:
        policy = restart_policy(c.line.text("restart")) if c.line.text("restart") else None
    except OptionError as error:
        c.err(f"{error}\n")
        return 1

    def act(ref: str) -> None:
        container = c.find(ref)

        def edit(fresh: Any) -> None:
            host = fresh["HostConfig"]
            if policy:
                host["RestartPolicy"] = policy
            if c.line.text("memory"):
                host["Memory"] = size(c.line.text("memory"))
            if c.line.text("cpus"):
                host["NanoCpus"] = round(float(c.line.text("cpus")) * 1_000_000_000)

        if policy and container["HostConfig"]["AutoRemove"] and policy["Name"] != "no":
            raise DockerError(400, "Restart policy cannot be updated because AutoRemove is "
                                   "enabled for the container")  # fmt: skip
        c.engine.store.change("Container", c.machine, container["Id"], edit)
        c.docker.events.container(container, "update")

    return c.each(act)


def prune(c: Client) -> int:
    """Remove all stopped containers."""
    if not c.confirmed("WARNING! This will remove all stopped containers."):
        return 0
    check_prune(c, ("label", "label!", "until"))
    removed, space = prune_containers(c)
    if removed:
        c.out("Deleted Containers:\n" + "".join(f"{key}\n" for key in removed) + "\n")
    c.out(f"Total reclaimed space: {human_size(space)}\n")
    return 0


def prune_containers(c: Client) -> tuple[list[str], int]:
    """Remove all stopped containers: (ids, bytes)."""
    removed, space = [], 0
    for container in c.docker.containers(c.machine):
        more = container["drydock"]
        if container["State"]["Running"] or more["phase"] or more["pod"] is not None:
            continue
        if not is_pruned(c, container["Config"]["Labels"] or {}, int(more["createdUs"])):
            continue
        space += c.docker.files.size(container["Id"])
        c.docker.remove(c.machine, container["Id"])
        removed.append(container["Id"])
    return removed, space


def check_prune(c: Client, known: tuple[str, ...]) -> None:
    """Refuse filters of a prune that the daemon does not know; raises DockerError."""
    for text in c.line.all("filter"):
        name, _, value = text.partition("=")
        if name not in known:
            raise DockerError(400, f"invalid filter '{name}'")
        if name == "until" and parse_time(c.engine, value) is None:
            raise DockerError(400, f'failed to parse value as time or duration: "{value}"')


def is_pruned(c: Client, labels: dict[str, str], created_us: int) -> bool:
    """Tell whether a thing passes the filters `until`, `label` and `label!` of a prune."""
    for text in c.line.all("filter"):
        name, _, value = text.partition("=")
        if name == "until":
            before = parse_time(c.engine, value)
            if before is not None and created_us > before:
                return False
        elif name in ("label", "label!"):
            key, has, wish = value.partition("=")
            fits = key in labels and (not has or labels[key] == wish)
            if fits == (name == "label!"):
                return False
    return True
