"""`docker compose up`, `create`, `start`, `scale`, `restart`: from images to running services."""

from __future__ import annotations

from simulator.docker.compose import ComposeError
from simulator.docker.compose.graph import dependencies
from simulator.docker.compose.service import scale
from simulator.docker.daemon import DockerError
from simulator.plain import Object
from simulator.timing import SECOND

from ..client import RUNNING
from ..grammar import Line
from .board import DONE, WORKING, Board
from .context import ComposeCommand, Context, service_of, short_name, title
from .creating import Creating
from .follow import Stream
from .images import Images
from .starting import Starting
from .stopping import Stopping

GRACEFULLY = "Gracefully stopping... (press Ctrl+C again to force)\n"
ENDING = ("--abort-on-container-exit, --abort-on-container-failure, --attach, "
          "--attach-dependencies or --watch")  # fmt: skip
PULLS = ("", "always", "missing", "never", "policy")


def check_flags(line: Line) -> str:
    """Say which flags contradict each other; "" for none. Source: compose's validateFlags."""
    failure = line.on("abort-on-container-failure")
    stop = line.on("abort-on-container-exit") or bool(line.text("exit-code-from") and not failure)
    attached = line.on("attach-dependencies") or bool(line.all("attach"))
    if stop and failure:
        return "--abort-on-container-failure cannot be combined with --abort-on-container-exit"
    if line.on("wait") and (stop or attached):
        return ("--wait cannot be combined with --abort-on-container-exit, --attach or "
                "--attach-dependencies")  # fmt: skip
    if line.on("wait") and (failure or line.on("watch")):
        return f"--wait cannot be combined with {ENDING}"
    if line.on("build") and line.on("no-build"):
        return "--build and --no-build are incompatible"
    if line.on("detach") and (attached or stop or failure or line.on("watch")):
        return f"--detach cannot be combined with {ENDING}"
    kept = line.on("no-recreate")
    if kept and line.on("renew-anon-volumes"):
        return "--no-recreate and --renew-anon-volumes are incompatible"
    for name in ("force-recreate", "always-recreate-deps"):
        if kept and line.on(name):
            return f"--{name} and --no-recreate are incompatible"
    pulls = (*PULLS, "build") if line.command == "compose create" else PULLS
    if line.text("pull") not in pulls:
        return f'invalid --pull option "{line.text("pull")}"'
    return ""


class Up(ComposeCommand):
    """`docker compose up`: images, networks, volumes, containers; then start, then look on."""

    starts = True
    heading = "Running"

    def start(self, c: Context) -> int | None:
        """Plan everything, then go from phase to phase."""
        conflict = check_flags(c.line)
        if conflict:
            raise ComposeError(conflict)
        c.chosen(c.args)
        if not c.project.services:
            raise ComposeError("no service selected")
        names = c.chosen(c.args, dependencies=not c.line.on("no-deps"))
        decisive = c.line.text("exit-code-from")
        if decisive and decisive not in c.project.services:
            raise ComposeError(f"no such service: {decisive}: not found")
        stray = [name for name in c.line.all("attach") if name not in names]
        if stray:
            raise ComposeError(f"cannot attach to services not included in up: {', '.join(stray)}")
        c.state.update(phase="images", services=names, began=c.engine.now_us)
        self._scales(c)
        pull = c.line.text("pull")
        Images(c).plan(names, build=c.line.on("build"), pull="" if pull == "policy" else pull)
        return self.step(c)

    def _scales(self, c: Context) -> dict[str, int]:
        found = {}
        for text in c.line.all("scale"):
            name, sign, count = text.partition("=")
            if not sign or not name:
                raise ComposeError(f'invalid --scale option "{text}". Should be SERVICE=NUM')
            if not count.isdigit():
                raise ComposeError(f'strconv.Atoi: parsing "{count}": invalid syntax')
            if name not in c.project.services:
                raise ComposeError(f"no such service: {name}: not found")
            found[name] = min(int(count), 1000)
        return found

    def step(self, c: Context) -> int | None:
        """Go on with the phase that is due."""
        phases = {"images": self._images, "create": self._create, "start": self._start,
                  "follow": self._follow, "stop": self._stop}  # fmt: skip
        try:
            return phases[c.state["phase"]](c)
        except ComposeError:
            Board(c).finish()
            if c.state["phase"] in ("start", "follow"):
                Stream(c).leave()
            raise

    def _images(self, c: Context) -> int | None:
        code = Images(c).step()
        if code is None or code:
            return code
        creating = Creating(c, Board(c, self.heading))
        orphans = creating.orphans()
        if orphans and c.line.on("remove-orphans"):
            Stopping(c, Board(c), "orphans").plan(orphans, remove=True)
        elif orphans:
            c.warn_of_orphans(orphans)
        creating.plan(
            c.state["services"], self._forced(c), c.line.on("no-recreate"),
            c.line.on("renew-anon-volumes"), self._scales(c),
        )  # fmt: skip
        c.state["phase"] = "create"
        return self._create(c)

    def _forced(self, c: Context) -> list[str]:
        """Name the services that are recreated although nothing changed."""
        names: list[str] = c.state["services"]
        own = [name for name in names if not c.args or name in c.args]
        forced = own if c.line.on("force-recreate") else []
        if c.line.on("always-recreate-deps"):
            forced += [name for name in names if name not in own]
        return forced

    def _create(self, c: Context) -> int | None:
        board = Board(c)
        orphans_done = "orphans" not in c.state or Stopping(c, board, "orphans").step()
        if not Creating(c, board).step() or not orphans_done:
            board.draw()
            return RUNNING
        if not self.starts or c.line.on("no-start"):
            board.finish()
            return 0
        found = c.containers(c.state["services"])
        c.state["phase"] = "start"
        if self._detached(c):
            Starting(c, board).plan(found, c.line.on("no-deps"), c.line.on("wait"))
            return self._start(c)
        board.finish()
        self._attach(c, found)
        Starting(c, None).plan(found, c.line.on("no-deps"))
        return self._start(c)

    def _detached(self, c: Context) -> bool:
        return c.line.on("detach") or c.line.on("wait")

    def _attach(self, c: Context, found: list[Object]) -> None:
        """Look on at the chosen services' containers."""
        own = c.state["services"]
        if c.args and not c.line.on("attach-dependencies"):
            own = c.args
        wanted = c.line.all("attach") or own
        skipped = c.line.all("no-attach")
        stream = Stream(c)
        services = c.project.services
        for one in found:
            name = service_of(one)
            if name in wanted and name not in skipped and services[name].get("attach", True):
                stream.add(one)
        names = ", ".join(short_name(c.name(), c.get(key) or {}) for key in stream.rows)
        c.out(f"Attaching to {names}\n")

    def _start(self, c: Context) -> int | None:
        board = Board(c) if self._detached(c) else None
        done = Starting(c, board).step()
        if board is None:
            if not done:
                return self._look(c)
            c.state["phase"] = "follow"
            return self._follow(c)
        if done:
            board.finish()
            return 0
        limit = c.line.text("wait-timeout")
        if limit and c.engine.now_us - c.state["began"] >= int(limit) * SECOND:
            board.finish()
            c.err("application not healthy after timeout\n")
            return 1
        board.draw()
        return RUNNING

    def _follow(self, c: Context) -> int | None:
        return self._look(c, all_started=True)

    def _look(self, c: Context, all_started: bool = False) -> int | None:
        """Show what is new; end when all have ended, or one that ends all."""
        stream = Stream(c)
        ended = stream.show(exits=True)
        decisive = c.line.text("exit-code-from")
        failure = c.line.on("abort-on-container-failure")
        if c.line.on("abort-on-container-exit") or decisive or failure:
            for row in ended:
                if failure and not row["code"]:
                    continue
                c.state["code"] = row["code"] if not decisive else self._code_of(c, decisive)
                c.out("Aborting on container exit...\n")
                return self._begin_stop(c)
        if all_started and stream.is_over:
            stream.leave()
            return 0
        return RUNNING

    def _code_of(self, c: Context, service: str) -> int:
        """Give the exit code of --exit-code-from; one that must be stopped ends by SIGTERM."""
        found = [row for row in Stream(c).rows.values() if row["service"] == service]
        return next((int(row["code"]) for row in found if row["ended"]), 137 if found else 1)

    def interrupt(self, c: Context) -> int | None:
        """Stop all in good order on the first Ctrl-C, kill them on the second."""
        phase = c.state.get("phase")
        if phase == "images":
            Images(c).cancel()
            c.err("canceled\n")
            return 130
        if phase == "stop":
            for one in c.containers(c.state["services"]):
                if one["State"]["Running"]:
                    c.docker.kill(c.machine, one["Id"])
            Board(c, key="stopboard").finish()
            return 130
        if phase not in ("start", "follow") or self._detached(c):
            Board(c).finish()
            c.err("canceled\n")
            return 130
        c.err(GRACEFULLY)
        c.state["code"] = 0  # as the reference of `up` says; the second Ctrl-C gives 130
        return self._begin_stop(c)

    def _begin_stop(self, c: Context) -> int | None:
        Stream(c).leave()
        c.state["phase"] = "stop"
        found = [one for one in c.containers(c.state["services"])
                 if one["State"]["Running"] or one["drydock"]["phase"]]  # fmt: skip
        board = Board(c, "Stopping", key="stopboard")
        Stopping(c, board).plan(found, timeout=c.line.text("timeout"))
        return self._stop(c)

    def _stop(self, c: Context) -> int | None:
        board = Board(c, "Stopping", key="stopboard")
        if not Stopping(c, board).step():
            board.draw()
            return RUNNING
        board.finish()
        return int(c.state["code"])


class Create(Up):
    """`docker compose create`."""

    starts = False
    heading = "Creating"


class Scale(Up):
    """`docker compose scale web=3`."""

    def start(self, c: Context) -> int | None:
        """Read the numbers from the arguments, then go on like `up -d`."""
        c.line.flags.update({"scale": list(c.args), "detach": True, "no-recreate": True})
        for text in c.args:
            if "=" not in text:
                raise ComposeError(f"invalid scale specifier: {text}")
            if not text.partition("=")[2].isdigit():
                raise ComposeError(
                    f"invalid scale specifier: can't parse replica value as int: {text}"
                )
        c.line.args = [text.partition("=")[0] for text in c.args]
        return super().start(c)

    def step(self, c: Context) -> int | None:
        """Go on."""
        if "=" in "".join(c.line.args):
            c.line.flags.update({"scale": list(c.args), "detach": True, "no-recreate": True})
        return super().step(c)


class Start(ComposeCommand):
    """`docker compose start`: containers that exist already."""

    def start(self, c: Context) -> int | None:
        """Begin to start."""
        names = c.chosen(c.args, dependencies=True)
        found = c.containers(names)
        for name in c.chosen(c.args):
            wanted = scale(c.project.services[name])
            if wanted and not any(service_of(one) == name for one in found):
                raise ComposeError(f'service "{name}" has no container to start')
        Starting(c, Board(c)).plan(found)
        return self.step(c)

    def step(self, c: Context) -> int | None:
        """Wait until all have started."""
        board = Board(c)
        try:
            done = Starting(c, board).step()
        except ComposeError:
            board.finish()
            raise
        if not done:
            board.draw()
            return RUNNING
        board.finish()
        return 0


class Restart(ComposeCommand):
    """`docker compose restart`."""

    def start(self, c: Context) -> int | None:
        """Ask all to end."""
        names = c.chosen(c.args)
        found = c.containers(names)
        if not c.line.on("no-deps"):
            found += [one for one in c.containers() if self._goes_along(c, one, names)]
        c.state["rows"] = {one["Id"]: [title(one), "stopping", service_of(one)] for one in found}
        board = Board(c, "Restarting")
        seconds = c.line.text("timeout")
        for one in found:
            board.event(title(one), WORKING, "Restarting")
            try:
                c.docker.restart(c.machine, one["Id"], int(seconds) if seconds else None)
            except DockerError as error:
                raise ComposeError(f"Error response from daemon: {error.message}") from None
        return self.step(c)

    def _goes_along(self, c: Context, one: Object, names: list[str]) -> bool:
        """Tell whether a container is restarted with a service that it depends on."""
        service = c.project.services.get(service_of(one)) or {}
        wishes = service.get("depends_on") or {}
        return service_of(one) not in names and any(
            wishes[name].get("restart") for name in wishes if name in names
        )

    def step(self, c: Context) -> int | None:
        """Start each that has ended; wait until all run."""
        board = Board(c, "Restarting")
        rows = c.state["rows"]
        for key, row in rows.items():
            one = c.get(key)
            if one is None or row[1] == "done":
                row[1] = "done"
                continue
            if row[1] == "stopping" and not one["State"]["Running"] and not one["drydock"]["phase"]:
                if self._must_wait(c, row[2]):
                    continue
                c.docker.start(c.machine, key)
                row[1] = "starting"
            elif row[1] == "starting" and one["drydock"]["phase"] != "starting":
                failure = one["drydock"]["startError"]
                if failure is not None:
                    board.finish()
                    raise ComposeError(f"Error response from daemon: {failure['message']}")
                board.event(row[0], DONE, "Started")
                row[1] = "done"
                continue
            c.call.watch("Container", c.machine, key)
        if all(row[1] == "done" for row in rows.values()):
            board.finish()
            return 0
        board.draw()
        return RUNNING

    def _must_wait(self, c: Context, name: str) -> bool:
        """Start a service after those that it depends on."""
        needed = dependencies(c.project.services.get(name) or {})
        return any(row[1] != "done" and row[2] in needed for row in c.state["rows"].values())
