"""The Dockerfile front end: BuildKit's grammar, its checks, its words, and the plan of a build.

Public names: `parse` (the text cut into instructions), `plan` (steps and image), `check` (build
checks), `excerpt`, `expand`, `split_words`, and the shapes they use. Pure functions, no engine.
It imitates moby/buildkit 73ed6825, Dockerfile frontend 1.26, labs channel.
"""

from simulator.docker.dockerfile.errors import DockerfileError
from simulator.docker.dockerfile.excerpt import excerpt
from simulator.docker.dockerfile.lint import RULES, Warning
from simulator.docker.dockerfile.numbering import Step
from simulator.docker.dockerfile.parser import Document, Node, parse
from simulator.docker.dockerfile.plan import Image, Plan, StageInfo, check, plan
from simulator.docker.dockerfile.shell_lex import expand, split_words
from simulator.docker.dockerfile.state import Base, Env

__all__ = [
    "RULES",
    "Base",
    "DockerfileError",
    "Document",
    "Env",
    "Image",
    "Node",
    "Plan",
    "StageInfo",
    "Step",
    "Warning",
    "check",
    "excerpt",
    "expand",
    "parse",
    "plan",
    "split_words",
]
