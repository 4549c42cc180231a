"""The graph of stages: which stage stands on which, which are needed, what ONBUILD adds.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb`, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import did_you_mean, quote
from simulator.docker.dockerfile.instructions import Instruction, Stage, read_instruction
from simulator.docker.dockerfile.lint import Linter
from simulator.docker.dockerfile.names import Platform, image_name
from simulator.docker.dockerfile.parser import parse
from simulator.docker.dockerfile.shell_lex import Lexer
from simulator.docker.dockerfile.state import SCRATCH, Base, Command, State, Vertex

Resolve = Callable[[str, str], Base]
_COMMON_IMAGES = [
    name
    for repository in ("alpine", "busybox", "centos", "debian", "golang", "ubuntu", "fedora")
    for name in (repository, f"{repository}:latest")
]


@dataclass(slots=True)
class Options:
    """What a build is asked for, beside the Dockerfile.

    ignore: the cleaned patterns of `.dockerignore`.   all_stages: plan unneeded stages too.
    contexts: named contexts (`--build-context`): an image's name, or "" for files of the client.
    """

    build_args: dict[str, str]
    target: str
    platform: Platform
    build_platform: Platform
    resolve: Resolve
    ignore: list[str] = field(default_factory=list)
    labels: Mapping[str, str] = field(default_factory=dict)
    all_stages: bool = False
    many_platforms: bool = False
    contexts: Mapping[str, str] = field(default_factory=dict)


class StageGraph:
    """The stages of one Dockerfile, in file order; images named by --from stand behind them."""

    def __init__(self, options: Options, lint: Linter, lexer: Lexer) -> None:
        self.options, self.lint, self.lexer = options, lint, lexer
        self.states: list[State] = []
        self.by_name: dict[str, State] = {}
        self.external_refs: list[str] = []

    def add(self, state: State) -> None:
        """Register a stage; an earlier stage of its base's name becomes its base."""
        self.states.append(state)
        base = state.stage.base.lower()
        given = None if state.unregistered else self.options.contexts.get(base)
        if given == "":
            raise DockerfileError(
                f"FROM {state.stage.base}: a folder as the base of a stage is not part of this "
                "simulator: use COPY --from",
                *state.stage.lines,
            )
        if given is not None:
            state.image_ref = given
        elif not (state.unregistered and (state.dispatched or state.image_ref)):
            state.base = self.by_name.get(state.stage.base)
        if state.stage.name:
            self.by_name[state.stage.name.lower()] = state

    def target(self) -> State:
        """Find the stage to build.   Raises DockerfileError."""
        name = self.options.target
        if not name:
            return self.states[-1]
        found = self.by_name.get(name.lower())
        if found is None:
            raise DockerfileError(
                f"target stage {quote(name)} could not be found" + did_you_mean(name, self.names())
            )
        return found

    def names(self) -> list[str]:
        """The names of all stages, ``stage-1`` for one without."""
        return [state.stage_name for state in self.states if state.stage_name]

    def connect(self) -> None:
        """Find what each stage takes from which other.   Raises DockerfileError."""
        for state in list(self.states):
            for instruction in state.stage.instructions:
                state.commands.append(self._command(state, instruction))
        self._refuse_circles()
        if len(self.states) == 1:
            self.states[0].stage_name = ""

    def _command(self, state: State, instruction: Instruction, on_build: bool = False) -> Command:
        command = Command(instruction, self._sources(instruction), on_build)
        for source in command.sources:
            if source is not None:
                state.deps[source] = instruction
                if source.unregistered:
                    self.add(source)
        return command

    def _sources(self, instruction: Instruction) -> list[State | None]:
        data = instruction.data
        if instruction.kind == "run":
            # Even a mount from nowhere counts as one from `scratch` here, as upstream has it.
            return [self._stage_or_image(name or SCRATCH) for name in data["mount_sources"]]
        if instruction.kind != "copy" or not data["from"]:
            return []
        name = data["from"]
        if self.lexer.process(name, {}).text != name:
            raise DockerfileError(
                "variable expansion is not supported for --from, define a new stage with FROM"
                " using ARG from global scope as a workaround"
            )
        digits = name[1:] if name[:1] in ("+", "-") else name
        if not (digits.isascii() and digits.isdigit() and len(digits) < 19):
            found: State = self._stage_or_image(name, instruction.lines)
            return [found]
        index = int(name)
        if not 0 <= index < len(self.states):
            raise DockerfileError(f"invalid stage index {index}")
        return [self.states[index]]

    def _stage_or_image(self, name: str, lines: tuple[int, int] = (0, 0)) -> State:
        given = self.options.contexts.get(name.lower())
        if given is not None:
            return _named_context(name, given, lines)
        found = self.by_name.get(name.lower())
        if found is None:
            found = State(Stage("", name, "", "", lines, [], ""), unregistered=True)
        return found

    def _refuse_circles(self) -> None:
        visited: set[State] = set()
        for start in self.states:
            if start in visited:
                continue
            visited.add(start)
            path: dict[State, None] = {start: None}
            used: list[Instruction] = []
            stack = [iter(start.deps.items())]
            while stack:
                step = next(stack[-1], None)
                if step is None:
                    stack.pop()
                    path.popitem()
                    if used:
                        used.pop()
                    continue
                dep, instruction = step
                if dep in path:
                    first = used[0] if used else instruction
                    raise DockerfileError(
                        f"circular dependency detected on stage: {start.stage_name}", *first.lines
                    )
                if dep not in visited:
                    visited.add(dep)
                    path[dep] = None
                    used.append(instruction)
                    stack.append(iter(dep.deps.items()))

    def reachable(self, target: State) -> set[State]:
        """The stages that the target needs, itself included; for membership only."""
        found: set[State] = set()
        todo = [target]
        while todo:
            state = todo.pop()
            if state in found:
                continue
            found.add(state)
            if state.base is not None:
                todo.append(state.base)
            todo += state.deps
        return found

    def resolve(self, target: State) -> set[State]:
        """Look up the external images and unfold ONBUILD triggers until nothing new is needed.

        Raises DockerfileError.
        """
        while True:
            needed = self.reachable(target)
            for state in list(self.states):
                if state.base is None and not state.dispatched and not state.resolved:
                    self._resolve_base(state, state in needed or self.options.all_stages)
            new = False
            for state in [state for state in self.states if state in needed]:
                new = self._unfold_onbuild(state) or new
            if not new:
                return needed

    def _resolve_base(self, state: State, needed: bool) -> None:
        state.resolved = needed
        if state.stage.base == SCRATCH:
            state.config = {"Env": [], "WorkingDir": "/"}
            state.platform = self.options.platform
            state.os = state.platform.os
        else:
            try:
                self._resolve_image(state, needed)
            except DockerfileError as error:
                # An image that only a mount names has no place of its own.
                raise (error.at(*state.stage.lines) if state.stage.lines[0] else error) from None
        if state.unregistered:
            state.dispatched = True

    def _resolve_image(self, state: State, needed: bool) -> None:
        written = state.stage.base
        try:
            name = image_name(state.image_ref or written)
        except DockerfileError as error:
            prefix = f"failed to parse stage name {quote(written)}: "
            raise error.wrapped(prefix) from None
        platform = state.platform or self.options.platform
        shown = name.normalised
        if needed:
            base = self._external(written, shown, platform)
            state.external = base
            if base.digest:
                tag = f":{name.tag}" if name.tag else ""
                shown = f"{name.repository}{tag}@{base.digest}"
            state.config = _own(base.config)
            state.history = [dict(entry) for entry in base.history]
            state.os = base.platform.split("/")[0] or "linux"
        state.image_ref = shown
        prefix = str(platform) if self.options.many_platforms else ""
        step = state.step_name(f"FROM {shown}", prefix=prefix)
        state.vertex = Vertex(
            "from",
            step,
            state.stage_name,
            state.stage.lines,
            [],
            {"base": state.external, "ref": shown, "platform": str(platform)},
            [shown, str(platform)],
        )
        state.platform = platform
        if needed and state.external is not None:
            self._check_platform(state, written, platform)

    def _external(self, written: str, name: str, platform: Platform) -> Base:
        if name not in self.external_refs:
            self.external_refs.append(name)
        try:
            return self.options.resolve(name, str(platform))
        except DockerfileError as error:
            options = [*self.names(), *_COMMON_IMAGES]
            near = did_you_mean(written, options)
            raise DockerfileError(f"{written}: {error.message}{near}") from None

    def _check_platform(self, state: State, written: str, expected: Platform) -> None:
        assert state.external is not None
        os, _, arch = state.external.platform.partition("/")
        arch, _, variant = arch.partition("/")
        if (os, arch) == (expected.os, expected.arch):
            return
        actual = str(Platform(os, arch, variant).normalised())
        self.lint.warn(
            "InvalidBaseImagePlatform",
            state.stage.lines,
            written,
            str(expected.normalised()),
            actual,
        )

    def _unfold_onbuild(self, state: State) -> bool:
        """Put the base's ONBUILD triggers before a stage's own instructions.

        Returns whether a trigger takes files from a stage that may not be needed yet.
        """
        if state.base is None:
            external = state.external
            triggers = list(state.config.get("OnBuild") or ())
            if external is not None and not state.onbuild_done:
                triggers = triggers or list(external.onbuild)
            state.config.pop("OnBuild", None)
        else:
            if state.onbuild_done:
                return False
            triggers = [
                command.instruction.data["text"]
                for command in state.base.commands
                if command.instruction.kind == "onbuild"
            ]
        state.onbuild_done = True
        if not triggers:
            return False
        try:
            commands = [self._trigger(state, text) for text in triggers]
        except DockerfileError as error:
            raise error.at(*state.stage.lines) from None
        state.commands = commands + state.commands
        state.total += len(commands)
        return any(command.sources for command in commands)

    def _trigger(self, state: State, text: str) -> Command:
        nodes = parse(text).nodes
        if len(nodes) != 1:
            raise DockerfileError("onbuild trigger should be a single expression")
        node = nodes[0]
        node.first_line, node.last_line = state.stage.lines
        found = read_instruction(node, Linter())
        if isinstance(found, Stage):
            raise DockerfileError("*instructions.Stage is not a command type")
        return self._command(state, found, on_build=True)


def _own(config: Mapping[str, object]) -> dict[str, object]:
    """Copy an image's config so that this build can change it."""
    out: dict[str, object] = {}
    for key, value in config.items():
        if isinstance(value, dict):
            out[key] = dict(value)
        else:
            out[key] = list(value) if isinstance(value, list | tuple) else value
    out.setdefault("Env", [])
    return out


def _named_context(name: str, image: str, lines: tuple[int, int]) -> State:
    """Make what stands for `--build-context name=...` where files are taken from it."""
    state = State(Stage("", name, "", "", lines, [], ""), unregistered=True, image_ref=image)
    if not image:
        row, identity = f"[context {name}] load from client", ["named", name.lower()]
        data = {"named": name.lower()}
        state.vertex = Vertex("internal", row, "", (0, 0), [], data, identity)
        state.resolved = state.dispatched = True
    return state
