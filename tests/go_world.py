"""Go programs in containers, for the tests of the modelled Go."""

from __future__ import annotations

import json
from typing import Any

from simulator.docker.tree import file_entry
from simulator.lab import Lab
from simulator.programs.families.go.program import compiled
from tests.docker_world import add_image, make_lab, output, start


def sources(text: str, **more: Any) -> str:
    package = {"folder": "/src", "files": {"main.go": text}}
    return json.dumps({"main": "main", "go": "1.23", "packages": {"main": package}, **more})


def errors(body: str, imports: str = "") -> list[str]:
    """Compile a program; give what the compiler has against it as `line: words`."""
    program = compiled(sources(f"package main\n{imports}\n{body}\n"))
    assert not program.library_wrong
    return [f"{line}: {text}" for _, _, line, _, text in program.errors()]


def run(text: str, wait: float = 5, lab: Lab | None = None, **body: Any) -> tuple[Lab, str]:
    """Start a container with the binary of a source."""
    lab = lab or make_lab()
    made = {"tool": "go", "sources": "x", "main": text}
    binary = file_entry(size=7_000_000, mode=0o755, content="go", arch="amd64", made=made)
    add_image(lab, "alpine:3.24", name="go:latest", files={"/app": binary})
    return lab, start(lab, "go:latest", "/app", wait=wait, **body)


def printed(body: str, *imports: str, wait: float = 5) -> str:
    """Run the body of main; give all that it prints."""
    named = "".join(f'import "{one}"\n' for one in ("fmt", *imports))
    lab, container = run(f"package main\n{named}{body}", wait)
    return output(lab, container)


def main(body: str, *imports: str, wait: float = 5) -> str:
    """Run statements; give all that they print."""
    return printed("func main() {\n" + body + "\n}\n", *imports, wait=wait)
