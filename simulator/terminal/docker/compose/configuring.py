"""`docker compose config`: the project in long form, or parts of it."""

from __future__ import annotations

from collections.abc import Callable

from simulator.docker.compose import ComposeError, Project
from simulator.docker.compose.check import check_names
from simulator.docker.compose.container import config_hash, image_name
from simulator.docker.compose.graph import order
from simulator.docker.compose.output import as_json, canonical

from .context import Context


def config(c: Context) -> int:
    """Show the project in long form, or parts of it."""
    for flag, show in PARTS.items():
        if c.line.on(flag) or c.line.text(flag):
            if not c.line.on("quiet"):
                c.out("".join(f"{row}\n" for row in show(c)))
            return 0
    project = _chosen(c)
    if not c.line.on("no-consistency"):
        check_names(project.services)
    kind = c.line.text("format", "yaml") or "yaml"
    if kind not in ("yaml", "json"):
        raise ComposeError(f'unsupported format "{kind}"')
    text = canonical(project) if kind == "yaml" else as_json(project)
    if c.line.on("quiet"):
        return 0
    if c.line.text("output"):
        c.engine.workspace.write(c.call.cwd, c.line.text("output"), text)
    else:
        c.out(text)
    return 0


def _chosen(c: Context) -> Project:
    """Give the project with the services of the line, and nothing that these do not use."""
    project = c.project
    if c.args:
        names = c.chosen(c.args, dependencies=True)
        services = {name: dict(project.services[name]) for name in sorted(names)}
        for one in services.values():
            needed = one.get("depends_on") or {}
            if needed:
                one["depends_on"] = {key: row for key, row in needed.items() if key in services}
        project = Project({**project.data, "services": services})
    return project if c.general.on("all-resources") else project.without_unused()


def _services(c: Context) -> list[str]:
    return order(c.project.services)


def _section(name: str) -> Callable[[Context], list[str]]:
    def names(c: Context) -> list[str]:
        project = c.project
        if not c.general.on("all-resources"):
            project = project.without_unused()
        return sorted(project.data[name])

    return names


def _hashes(c: Context) -> list[str]:
    services = c.project.services
    wanted = c.line.text("hash").split(",") if c.line.text("hash") != "*" else list(services)
    for name in wanted:
        if name not in services:
            raise ComposeError(f"no such service: {name}: not found")
    return [f"{name} {config_hash(services[name])}" for name in sorted(wanted)]


def _profiles(c: Context) -> list[str]:
    services = [*c.project.services.values(), *c.project.disabled.values()]
    return sorted({one for service in services for one in service.get("profiles") or []})


def _images(c: Context) -> list[str]:
    project = _chosen(c)
    return [image_name(project, name) for name in sorted(project.services)]


def _environment(c: Context) -> list[str]:
    known = c.project.data["environment"]
    return [f"{key}={known[key]}" for key in sorted(known)]


def _variables(c: Context) -> list[str]:
    rows = c.project.data["variables"]
    header = ["NAME", "REQUIRED", "DEFAULT VALUE", "ALTERNATE VALUE"]
    lines = [header, *([name, *rows[name]] for name in sorted(rows))]
    widths = [max(20, max(len(line[at]) for line in lines) + 3) for at in range(4)]
    return [
        "".join(cell.ljust(width) for cell, width in zip(line[:-1], widths, strict=False))
        + line[-1]
        for line in lines
    ]


PARTS: dict[str, Callable[[Context], list[str]]] = {
    "services": _services, "volumes": _section("volumes"), "networks": _section("networks"),
    "hash": _hashes, "profiles": _profiles, "images": _images, "variables": _variables,
    "environment": _environment,
}  # fmt: skip
