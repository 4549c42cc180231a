"""What is written about the project agrees with what it does."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from django.urls import URLPattern, get_resolver

from simulator import check
from simulator.commands import KINDS
from tests.server import Server
from webapp.api.documents import openapi, socket_schema
from webapp.fidelity import simplifications

ROOT = Path(__file__).resolve().parents[1]


def test_every_setting_read_from_the_environment_is_in_the_readme() -> None:
    source = (ROOT / "webapp" / "settings.py").read_text()
    read = set(re.findall(r'environ\.get\(\s*"([A-Z_]+)"', source))
    table = set(re.findall(r"^\| `([A-Z_]+)` \|", (ROOT / "README.md").read_text(), re.M))
    assert {"HOST", "PORT", "DRYDOCK_DATA", "REDIS_URL", "DATABASE_URL", "SECRET_KEY"} <= read
    assert read == table


def test_the_environment_is_read_in_the_settings_only() -> None:
    for path in [*(ROOT / "webapp").rglob("*.py"), *(ROOT / "simulator").rglob("*.py")]:
        if path.name not in ("settings.py", "asgi.py"):
            for node in ast.walk(ast.parse(path.read_text())):
                if isinstance(node, ast.Attribute):
                    assert ast.unparse(node) not in ("os.environ", "os.getenv"), path


def test_every_dependency_is_pinned_and_has_a_reason() -> None:
    lines = (ROOT / "requirements.txt").read_text().splitlines()
    pins = [line for line in lines if line and not line.startswith("#")]
    assert pins
    for line in pins:
        assert re.fullmatch(r"[A-Za-z0-9_.-]+==\S+ +# \S.+", line), line


def test_every_dependency_is_in_the_readmes_table() -> None:
    readme = (ROOT / "README.md").read_text()
    for line in (ROOT / "requirements.txt").read_text().splitlines():
        name = line.partition("==")[0].strip()
        if name and not name.startswith("#"):
            assert f"| {name} |" in readme, name


def _routes() -> Iterator[tuple[str, Any]]:
    for pattern in get_resolver().url_patterns:
        assert isinstance(pattern, URLPattern)
        path = "/" + re.sub(r"<\w+:(\w+)>", r"{\1}", str(pattern.pattern))
        if hasattr(pattern.callback, "methods"):
            yield path, pattern.callback


def test_every_call_of_the_api_is_described_and_nothing_else() -> None:
    described = {(path, m.upper()) for path, row in openapi()["paths"].items() for m in row}
    described = {(path, method) for path, method in described if method != "PARAMETERS"}
    served = {(path, method) for path, callback in _routes() for method in callback.methods}
    assert served == described


def test_every_kind_of_command_is_described() -> None:
    described = openapi()["components"]["schemas"]["Command"]["properties"]
    assert set(KINDS) <= set(described)
    assert check({"terminal": "ls", "machine": "laptop"})


def test_answers_of_the_api_are_as_described(server: Server) -> None:
    lab = server.lab(paused=True)
    schemas = openapi()["components"]
    cases = [
        ("Addresses", lab.made),
        ("Standing", lab.get()),
        ("Result", lab.type("echo x > y")),
        ("Entry", lab.get("/entries/1")),
        ("Error", server.call("GET", f"/api/labs/{lab.id}")[1]),
    ]
    for name, answer in cases:
        schema = {"components": schemas, "$ref": f"#/components/schemas/{name}"}
        jsonschema.Draft202012Validator(schema).validate(answer)


def test_messages_of_the_socket_are_as_described(server: Server) -> None:
    lab = server.lab()
    schema = socket_schema()
    jsonschema.Draft202012Validator.check_schema(schema)
    seen = set()
    with lab.socket() as page:
        page.send({"t": "hello", "last": 0})
        page.send({"t": "do", "id": "a", "command": {"terminal": "echo 1; sleep 0.2; echo 2"}})
        page.send({"t": "complete", "id": "b", "line": "ec"})
        page.send("nonsense")
        for message in page.quiet(1.0):
            seen.add(message["t"])
            jsonschema.Draft202012Validator(
                {**schema, "oneOf": [{"$ref": "#/$defs/server"}]}
            ).validate(message)
    assert seen == {"hello", "frame", "result", "output", "completions", "error"}


@pytest.mark.parametrize("address", ["/api/openapi.json", "/api/socket.schema.json"])
def test_the_documents_are_served(server: Server, address: str) -> None:
    status, document = server.call("GET", address)
    assert status == 200
    assert document in (openapi(), socket_schema())


def test_the_honest_list_has_every_simplification_of_the_source(server: Server) -> None:
    marked = sum(
        len(re.findall(r"^\s*(?:#|//) Simplified:", path.read_text(), re.M))
        for kind in ("*.py", "*.pym", "*.js", "*.go")
        for path in (ROOT / "simulator").rglob(kind)
    )
    notes = [note for group in simplifications() for note in group.notes]
    assert len(notes) == marked > 5
    for note in notes:
        assert note.text.endswith("."), note
    page = server.call("GET", "/fidelity/")[1]
    assert f"{marked} places" in page


def test_the_changelog_names_this_version() -> None:
    version = re.search(r'^version = "(.+)"', (ROOT / "pyproject.toml").read_text(), re.M)
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert version is not None
    assert f"## [{version.group(1)}]" in changelog or "## [Unreleased]" in changelog
    assert "### Simulated behaviour" in changelog


def test_every_public_name_of_the_simulator_exists() -> None:
    tree = ast.parse((ROOT / "simulator" / "__init__.py").read_text())
    import simulator

    assert tree.body
    for name in simulator.__all__:
        assert hasattr(simulator, name), name
