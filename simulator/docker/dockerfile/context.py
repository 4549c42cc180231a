"""What dispatching an instruction needs to know, and the expansion of its words.

Source: moby/buildkit `frontend/dockerfile/dockerfile2llb`, read 2026-11-23.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.gotext import suggestion
from simulator.docker.dockerfile.instructions import Instruction
from simulator.docker.dockerfile.lint import Linter
from simulator.docker.dockerfile.shell_lex import Lexer
from simulator.docker.dockerfile.stages import StageGraph
from simulator.docker.dockerfile.state import State, Vertex
from simulator.docker.dockerignore import Matcher

# Build arguments that steer BuildKit itself and never reach a RUN's environment.
NOT_VARIABLES = ("BUILDKIT_SBOM_SCAN_CONTEXT", "BUILDKIT_SBOM_SCAN_STAGE")


@dataclass(slots=True)
class Dispatch:
    """Everything that is the same for all instructions of a build."""

    graph: StageGraph
    lexer: Lexer
    global_args: Mapping[str, str]
    context: Vertex
    ignore: Matcher | None


@dataclass(slots=True)
class At:
    """One instruction being dispatched in a stage, with the checks that its comments leave on."""

    build: Dispatch
    state: State
    instruction: Instruction
    lint: Linter
    near: dict[str, str] = field(default_factory=dict)

    def expand(self, word: str, lexer: Lexer | None = None) -> str:
        """Expand a word with the stage's variables.   Raises DockerfileError."""
        return self.expanded(word, lexer)[0]

    def expanded(self, word: str, lexer: Lexer | None = None) -> tuple[str, list[str]]:
        """Expand a word; report names that nobody set.   Returns the text and its words."""
        result, error = (lexer or self.build.lexer).attempt(word, self.state.variables)
        unknown = [name for name in result.unmatched if name not in NOT_VARIABLES]
        if unknown:
            self._report(unknown)
        if error is not None:
            raise error
        return result.text, result.words

    def _report(self, names: list[str]) -> None:
        declared = {key for key, _ in self.state.build_args}
        for name in names:
            if name in declared:
                continue
            if name not in self.near:
                # An instruction sees one environment throughout, so the answer stays the same.
                self.near[name] = suggestion(name, self.state.variables)
            self.lint.warn("UndefinedVar", self.instruction.lines, name, self.near[name])

    def shown(self, text: str, lexer: Lexer | None = None, **hidden: str) -> str:
        """Write a step's name: variables expanded, first word in upper case."""
        variables = {**self.state.variables, **hidden} if hidden else self.state.variables
        with suppress(DockerfileError):
            text = (lexer or self.build.lexer).process(text, variables).text
        first, space, rest = text.partition(" ")
        return first.upper() + space + rest

    def step_name(self, text: str) -> str:
        """Number a step's name, ``[build 2/5] RUN make``."""
        options = self.build.graph.options
        prefix = ""
        if options.many_platforms and self.state.platform:
            prefix = str(self.state.platform) + self._crossed()
        return self.state.step_name(text, self.instruction.on_build, prefix)

    def _crossed(self) -> str:
        """``->arm64`` when a stage that runs here makes things for another processor."""
        target, own = self.build.graph.options.platform, self.state.platform
        known = self.state.variables.keys() & {"TARGETPLATFORM", "TARGETOS", "TARGETARCH"}
        if own is None or not known or (target.os, target.arch) == (own.os, own.arch):
            return ""
        if target.os != own.os:
            return f"->{target}"
        return f"->{target.arch}" + (f"/{target.variant}" if target.variant else "")

    def vertex(
        self,
        kind: str,
        name: str,
        inputs: list[Vertex],
        data: dict[str, Any],
        identity: object,
    ) -> Vertex:
        """Make a step of this instruction."""
        stage = self.state.stage_name
        return Vertex(kind, name, stage, self.instruction.lines, inputs, data, identity)
