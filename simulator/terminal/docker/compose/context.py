"""What every compose command works with: its project, and the things of that project on a machine.

A project's containers, networks and volumes are known by their labels alone, as in life.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from simulator.docker.compose import ComposeError, Project, load
from simulator.docker.compose.container import PREFIX
from simulator.docker.compose.graph import with_dependencies
from simulator.plain import Object
from simulator.terminal.workspace import HOME

from ..client import Client
from ..grammar import Line

SHELL_VARIABLES = ("HOME", "USER", "PWD", "HOSTNAME")


@dataclass(slots=True)
class Context(Client):
    """A run of a compose command; `general` are the flags before the command."""

    general: Line = field(kw_only=True)

    @property
    def project(self) -> Project:
        """The project, read from its files once and then remembered."""
        if "project" not in self.state:
            self._load()
        return Project(self.state["project"])

    @property
    def fancy(self) -> bool:
        """Tell whether progress may redraw itself."""
        wish = self.general.text("progress", "auto")
        return self.call.tty if wish == "auto" else wish == "tty"

    @property
    def quiet(self) -> bool:
        """Tell whether progress is not shown at all."""
        return self.general.text("progress") == "quiet"

    def _load(self) -> None:
        try:
            project = load(
                self.engine.workspace,
                self.call.cwd or HOME,
                paths=self.general.all("file"),
                name=self.general.text("project-name"),
                env={key: self.call.env[key] for key in SHELL_VARIABLES if key in self.call.env},
                profiles=self.general.all("profile"),
                env_files=self.general.all("env-file"),
                folder=self.general.text("project-directory"),
            )
        except ComposeError as error:
            for text in error.warnings:
                self.warn(text)
            raise
        self.state["project"] = project.data
        for text in project.warnings:
            self.warn(text)

    def warn(self, text: str) -> None:
        """Print a warning as logrus lays it out, on a terminal or for a machine."""
        if self.call.tty:
            self.err(f"WARN[0000] {text:<44} \n")
        else:
            quoted = text.replace("\\", "\\\\").replace('"', '\\"')
            self.err(f'time="{self.engine.timestamp()}" level=warning msg="{quoted}"\n')

    def confirm(self, key: str, message: str) -> bool:
        """Ask on a terminal, or read the answer from a pipe; raises Question while it is awaited.

        Source: docker/compose cmd/prompt.
        """
        prompt = f"? {message} (y/N) " if self.call.stdin_tty else message
        return self.ask(key, prompt).strip().lower() in ("1", "t", "true", "y", "yes")

    def warn_of_orphans(self, orphans: list[Object]) -> None:
        """Warn of containers whose services are no longer in the files."""
        shown = " ".join(str(one["Name"]).lstrip("/") for one in orphans)
        self.warn(
            f"Found orphan containers ([{shown}]) for this project. If you removed or renamed this "
            "service in your compose file, you can run this command with the --remove-orphans "
            "flag to clean it up."
        )

    def fail(self, error: ComposeError) -> int:
        """Print why compose refuses; answers the exit code."""
        self.err(error.message + "\n")
        return 1

    def name(self) -> str:
        """Give the project's name; -p alone is enough where no file is needed."""
        if self.general.text("project-name") and not self.general.all("file"):
            try:
                return self.project.name
            except ComposeError:
                return self.general.text("project-name")
        return self.project.name

    def chosen(self, names: list[str], dependencies: bool = False) -> list[str]:
        """Give the services that a line is about, all by default; ComposeError for an unknown.

        Naming a service of a profile chooses the profile.
        """
        project = self.project
        for name in names:
            if name in project.disabled:
                project.enable(name)
            elif name not in project.services:
                raise ComposeError(f"no such service: {name}")
        if dependencies:
            return list(with_dependencies(project.services, names or sorted(project.services)))
        return names or sorted(project.services)

    # Things on the machine

    def containers(self, services: list[str] | None = None, oneoff: bool = False) -> list[Object]:
        """Give the project's containers by service and number; one-off ones only when asked."""
        found, project = [], self.name()
        for container in self.docker.containers(self.machine):
            labels = container["Config"]["Labels"] or {}
            if labels.get(PREFIX + "project") != project:
                continue
            if not oneoff and labels.get(PREFIX + "oneoff") == "True":
                continue
            if services is None or labels.get(PREFIX + "service") in services:
                found.append(container)
        return sorted(found, key=lambda one: (service_of(one), number_of(one), one["Name"]))

    def get(self, key: str) -> Object | None:
        """Give a container by its full id."""
        return self.engine.store.get("Container", self.machine, key)

    def networks(self) -> list[Object]:
        """Give the project's networks."""
        return [one for one in self.docker.networks.all(self.machine)
                if (one["Labels"] or {}).get(PREFIX + "project") == self.name()]  # fmt: skip

    def volumes(self) -> list[Object]:
        """Give the project's volumes."""
        return [one for one in self.docker.mounts.all(self.machine)
                if (one["Labels"] or {}).get(PREFIX + "project") == self.name()]  # fmt: skip


def label(container: Object, name: str) -> str:
    """Give one of compose's labels of a container."""
    return str((container["Config"]["Labels"] or {}).get(PREFIX + name, ""))


def service_of(container: Object) -> str:
    """Name the service that a container belongs to."""
    return label(container, "service")


def number_of(container: Object) -> int:
    """Give a container's number in its service."""
    text = label(container, "container-number")
    return int(text) if text.isdigit() else 0


def title(container: Object) -> str:
    """Give a container's name as progress shows it."""
    return "Container " + str(container["Name"]).lstrip("/")


def short_name(project: str, container: Object) -> str:
    """Give a container's name without the project's, as logs show it."""
    return str(container["Name"]).lstrip("/").removeprefix(f"{project}-")


class ComposeCommand:
    """A compose command. `start` answers an exit code, or RUNNING and goes on in `step`."""

    def start(self, c: Context) -> int | None:
        """Begin."""
        raise NotImplementedError

    def step(self, c: Context) -> int | None:
        """Go on after a wake."""
        return 0

    def typed(self, c: Context, text: str) -> int | None:
        """Take what was typed, "" for its end."""
        return None

    def interrupt(self, c: Context) -> int | None:
        """End on Ctrl-C; RUNNING to end in good order."""
        return 130

    def is_read(self, line: Line) -> bool:
        """Say whether this line only looks and ends at once."""
        return False


class Act(ComposeCommand):
    """A command that acts at once: wrap a function."""

    def __init__(self, act: Callable[[Context], int]) -> None:
        self._act = act

    def start(self, c: Context) -> int | None:
        """Act."""
        return self._act(c)


class Look(Act):
    """A command that only looks: wrap a function."""

    def is_read(self, line: Line) -> bool:
        """Only looks."""
        return True
