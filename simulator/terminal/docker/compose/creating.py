"""Brings a project's networks, volumes and containers to what its files say.

Imitates docker compose's convergence: containers are kept when neither their configuration nor
their image changed, recreated when one did, and made or removed to reach the wished number.
"""

from __future__ import annotations

from typing import Any

from simulator.docker.compose import ComposeError
from simulator.docker.compose.container import (
    PREFIX,
    VERSION,
    container_name,
    contents,
    create_body,
    image_name,
    inherit_volumes,
    is_outdated,
)
from simulator.docker.compose.graph import dependencies, order
from simulator.docker.compose.service import scale
from simulator.docker.daemon import DockerError
from simulator.docker.tree import file_entry
from simulator.plain import Object, sha256
from simulator.timing import MS

from .board import DONE, WORKING, Board
from .context import Context, number_of, service_of, title

NETWORK_US = 60 * MS
CONTAINER_US = 30 * MS
"""What the daemon takes to make a network and a container (assumed)."""

Row = dict[str, Any]


class Creating:
    """Creates what is missing. `step` answers whether all is there; raises ComposeError."""

    def __init__(self, c: Context, board: Board) -> None:
        self.c = c
        self._board = board
        self._state: Row = c.state.setdefault("creating", {"rows": [], "due": None, "ready": False})

    @property
    def rows(self) -> list[Row]:
        """One row a container: {service, number, name, id, action, stage}."""
        return self._state["rows"]  # type: ignore[no-any-return]

    def plan(
        self, services: list[str], forced: list[str] | None = None, kept: bool = False,
        renew: bool = False, scales: dict[str, int] | None = None,
    ) -> None:  # fmt: skip
        """Decide what happens to each container; ComposeError."""
        project = self.c.project
        self._state.update(services=services, renew=renew)
        for name in order({key: project.services[key] for key in services}):
            wished = (scales or {}).get(name)
            wished = scale(project.services[name]) if wished is None else wished
            if wished > 1 and project.services[name].get("container_name"):
                own = project.services[name]["container_name"]
                raise ComposeError(
                    f'WARNING: The "{name}" service is using the custom container name "{own}". '
                    "Docker requires each container to have a unique name. Remove the custom name "
                    "to scale the service."
                )
            self._plan_service(name, wished, name in (forced or []), kept)

    def _plan_service(self, name: str, wished: int, forced: bool, kept: bool) -> None:
        project = self.c.project
        found = self.c.containers([name])
        image = self.c.engine.images.find(self.c.machine, image_name(project, name))
        image_id = str(image["Id"]) if image else ""
        old = {
            one["Id"]: not kept and (forced or is_outdated(project, name, one, image_id))
            for one in found
        }
        found.sort(key=lambda one: (not old[one["Id"]], number_of(one)))
        surplus = max(0, len(found) - wished)
        doomed, stay = found[:surplus], found[surplus:]
        for one in doomed:
            self._row(name, number_of(one), title(one), "remove", one)
        for one in sorted(stay, key=number_of):
            self._row(name, number_of(one), title(one), "recreate" if old[one["Id"]] else "keep",
                      one)  # fmt: skip
        following = max([number_of(one) for one in found], default=0) + 1
        for number in range(following, following + wished - len(stay)):
            shown = "Container " + container_name(project, name, number)
            self._row(name, number, shown, "create", None)

    def _row(self, name: str, number: int, shown: str, action: str, one: Object | None) -> None:
        self.rows.append({
            "service": name, "number": number, "title": shown, "action": action,
            "id": one["Id"] if one else "", "stage": "wait", "due": None,
        })  # fmt: skip

    # Networks and volumes

    def step(self) -> bool:
        """Go on."""
        if not self._state["ready"]:
            if not self._things():
                return False
            self._state["ready"] = True
        changed = True
        while changed:
            changed = False
            for row in self.rows:
                before = row["stage"]
                if before == "done":
                    continue
                if before != "wait" or self._may_begin(row):
                    self._advance(row)
                changed = changed or row["stage"] != before
        return all(row["stage"] == "done" for row in self.rows)

    def _things(self) -> bool:
        """Make networks and volumes; answers whether they are there."""
        if self._state["due"] is None:
            missing = self._missing()
            for thing in missing:
                self._board.event(thing, WORKING, "Creating")
            self._state["due"] = self.c.engine.now_us + (NETWORK_US if missing else 0)
        if self.c.engine.now_us < self._state["due"]:
            self.c.call.wake_after(self._state["due"] - self.c.engine.now_us)
            return False
        try:
            self._make_networks()
            self._make_volumes()
        except DockerError as error:
            raise ComposeError(f"Error response from daemon: {error.message}") from None
        return True

    def _wanted(self, section: str) -> dict[str, Row]:
        """Give the networks or volumes that the chosen services use."""
        project = self.c.project
        used: dict[str, None] = {}
        for name in self._state["services"]:
            service = project.services[name]
            if section == "networks":
                used.update(dict.fromkeys(service.get("networks") or {}))
            else:
                used.update({
                    mount["source"]: None for mount in service.get("volumes") or []
                    if mount["type"] == "volume" and mount.get("source")
                })  # fmt: skip
        return {key: project.data[section][key] for key in sorted(used)}

    def _missing(self) -> list[str]:
        docker, machine = self.c.docker, self.c.machine
        names = [
            f"Network {row['name']}"
            for row in self._wanted("networks").values()
            if not row.get("external") and docker.networks.find(machine, row["name"]) is None
        ]
        names += [
            f"Volume {row['name']}"
            for row in self._wanted("volumes").values()
            if not row.get("external") and docker.mounts.find(machine, row["name"]) is None
        ]
        return names  # fmt: skip

    def _labels(self, word: str, key: str, row: Row) -> dict[str, str]:
        own = {word: key, "project": self.c.project.name, "version": VERSION,
               "config-hash": sha256(row)}  # fmt: skip
        return {**(row.get("labels") or {}), **{PREFIX + k: v for k, v in own.items()}}

    def _make_networks(self) -> None:
        for key, row in self._wanted("networks").items():
            found = self.c.docker.networks.find(self.c.machine, row["name"])
            if row.get("external"):
                if found is None:
                    raise ComposeError(
                        f"network {row['name']} declared as external, but could not be found"
                    )
                continue
            if found is not None:
                self._check_owner(found, key, row["name"])
                continue
            pools = [
                {"Subnet": one.get("subnet"), "Gateway": one.get("gateway")}
                for one in (row.get("ipam") or {}).get("config") or []
            ]
            self.c.docker.networks.create(self.c.machine, {
                "Name": row["name"], "Driver": row.get("driver") or "bridge",
                "Internal": bool(row.get("internal")), "Labels": self._labels("network", key, row),
                "Options": {k: str(v) for k, v in (row.get("driver_opts") or {}).items()},
                "IPAM": {"Config": pools},
            })  # fmt: skip
            self._board.event(f"Network {row['name']}", DONE, "Created")

    def _check_owner(self, found: Object, key: str, name: str) -> None:
        labels = found["Labels"] or {}
        if labels.get(PREFIX + "network") != key:
            shown = labels.get(PREFIX + "network", "")
            raise ComposeError(
                f"network {name} was found but has incorrect label {PREFIX}network set to "
                f'"{shown}" (expected: "{key}")'
            )

    def _make_volumes(self) -> None:
        for key, row in self._wanted("volumes").items():
            found = self.c.docker.mounts.find(self.c.machine, row["name"])
            if row.get("external"):
                if found is None:
                    raise ComposeError(f'external volume "{row["name"]}" not found')
                continue
            if found is not None and not self._is_replaced(found, key, row):
                continue
            options = {k: str(v) for k, v in (row.get("driver_opts") or {}).items()}
            labels = self._labels("volume", key, row)
            driver = row.get("driver") or "local"
            self.c.docker.mounts.create(self.c.machine, row["name"], labels, driver, options)
            self._board.event(f"Volume {row['name']}", DONE, "Created")

    def _is_replaced(self, found: Object, key: str, row: Row) -> bool:
        """Look whether a volume is the project's and as its file says; ask before it is made anew.

        # Simplified: A volume in use is not made anew, and a network keeps the settings that it was
        made with: `docker compose down` brings new ones into force.
        """
        labels, name = found["Labels"] or {}, row["name"]
        owner, mine = labels.get(PREFIX + "project"), self.c.project.name
        how = "was not created by Docker Compose"
        if owner is not None:
            how = f'was created for project "{owner}" (expected "{mine}")'
        if owner != mine:
            self.c.warn(f'volume "{name}" already exists but {how}. '
                        "Use `external: true` to use an existing volume")  # fmt: skip
        own = labels.get(PREFIX + "config-hash")
        if own is None or own == self._labels("volume", key, row)[PREFIX + "config-hash"]:
            return False
        message = (f'Volume "{name}" exists but doesn\'t match configuration in compose file. '
                   "Recreate (data will be lost)?")  # fmt: skip
        if not self.c.line.on("yes") and not self.c.confirm(f"volume {name}", message):
            return False
        self.c.docker.mounts.remove(self.c.machine, name)
        return True

    # Containers

    def _may_begin(self, row: Row) -> bool:
        """Create a service's containers after those of the services that it needs."""
        needed = dependencies(self.c.project.services[row["service"]])
        return not any(one["stage"] != "done" and one["service"] in needed for one in self.rows)

    def _advance(self, row: Row) -> None:
        if row["action"] == "keep":
            self._keep(row)
        elif row["action"] == "create":
            self._create(row, None)
        else:
            self._replace(row)

    def _keep(self, row: Row) -> None:
        container = self.c.get(row["id"])
        row["stage"] = "done"
        is_up = container is not None and container["State"]["Running"]
        self._board.event(row["title"], DONE, "Running" if is_up else "Created")

    def _create(self, row: Row, old: Object | None) -> None:
        if row["due"] is None:
            if old is None:
                self._board.event(row["title"], WORKING, "Creating")
            row["due"] = self.c.engine.now_us + CONTAINER_US
            row["stage"] = "creating"
        if self.c.engine.now_us < row["due"]:
            self.c.call.wake_after(row["due"] - self.c.engine.now_us)
            return
        row["id"] = self._make(row, old)
        row["stage"] = "done"
        self._board.event(row["title"], DONE, "Recreated" if old else "Created")

    def _make(self, row: Row, old: Object | None) -> str:
        """Create a container in the daemon, in the place of an old one if there is one."""
        project, machine = self.c.project, self.c.machine
        image = self.c.engine.images.find(machine, image_name(project, row["service"]))
        body = create_body(project, row["service"], row["number"], image["Id"] if image else "")
        share(self.c, body, project.services[row["service"]])
        if old is not None and not self._state["renew"]:
            inherit_volumes(body, old)
        name = row["title"].removeprefix("Container ")
        platform = str(project.services[row["service"]].get("platform") or "")
        try:
            if old is not None:
                self.c.docker.rename(machine, old["Id"], f"{old['Id'][:12]}_{name}")
            made = self.c.docker.create(machine, body, name, platform=platform)
            put_contents(self.c, made, row["service"])
            if old is not None:
                self.c.docker.remove(machine, old["Id"])
        except DockerError as error:
            raise ComposeError(f"Error response from daemon: {error.message}") from None
        return str(made["Id"])

    def _replace(self, row: Row) -> None:
        """Stop a container, then make its successor or just remove it."""
        container = self.c.get(row["id"])
        if container is None:
            row["stage"] = "done"
            return
        if row["stage"] == "wait":
            is_gone = row["action"] == "remove"
            self._board.event(row["title"], WORKING, "Stopping" if is_gone else "Recreate")
            row["stage"] = "stopping"
            self.c.docker.stop(self.c.machine, row["id"])
            container = self.c.get(row["id"]) or container
        if container["State"]["Running"] or container["drydock"]["phase"]:
            self.c.call.watch("Container", self.c.machine, row["id"])
            return
        if row["action"] == "recreate":
            self._create(row, container)
            return
        self.c.docker.remove(self.c.machine, row["id"])
        self._board.event(row["title"], DONE, "Removed")
        row["stage"] = "done"

    def orphans(self) -> list[Object]:
        """Find containers of services that are no longer in the files."""
        known = {**self.c.project.services, **self.c.project.disabled}
        return [one for one in self.c.containers() if service_of(one) not in known]


def put_contents(c: Context, container: Object, service: str) -> None:
    """Put the secrets and configs that come from variables and texts into a new container."""
    rows = contents(c.project, service)
    if not rows:
        return
    view = c.docker.files.view(container)
    for row in rows:
        more = {key: row[key] for key in ("mode", "uid", "gid")}
        view.make_parents(view.resolve(row["target"]))
        view.put(row["target"], file_entry(row["text"], **more))
    c.docker.files.save(container, view)


def share(c: Context, body: Row, service: Row) -> None:
    """Name the containers whose namespaces, volumes and names a new container uses.

    Source: docker compose create.go, `service:NAME` becomes `container:ID`.
    """
    host = body["HostConfig"]
    for key in ("NetworkMode", "IpcMode", "PidMode", "UTSMode", "CgroupnsMode"):
        kind, _, name = str(host.get(key) or "").partition(":")
        if kind == "service":
            other = c.containers([name])
            host[key] = f"container:{other[0]['Id'] if other else ''}"
    for text in service.get("volumes_from") or []:
        name, _, mode = str(text).removeprefix("container:").partition(":")
        found = [one["Id"] for one in c.containers([name])]
        source = name if str(text).startswith("container:") else (found or [""])[0]
        host.setdefault("VolumesFrom", []).append(source + (f":{mode}" if mode else ""))
    links = [str(text).partition(":") for text in service.get("links") or []]
    links += [str(text).partition(":") for text in service.get("external_links") or []]
    for name, _, alias in links:
        mine = c.containers([name]) or [one for one in (c.docker.find(c.machine, name),) if one]
        rows = [f"{str(one['Name']).lstrip('/')}:{alias or name}" for one in mine]
        if rows:
            host.setdefault("Links", []).extend(rows)
