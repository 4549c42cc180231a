"""What `docker compose config` prints: the project in long form as YAML, or parts of it."""

from __future__ import annotations

from typing import Any

import yaml

from .project import Project

FIRST = ("name", "services", "networks", "volumes", "secrets", "configs")


class _Dumper(yaml.SafeDumper):
    """YAML as Go's encoder writes it: lists indented, doubtful texts in double quotes."""

    def increase_indent(self, flow: bool = False, indentless: bool = False) -> None:
        """Indent lists below their key."""
        super().increase_indent(flow, False)

    def ignore_aliases(self, data: Any) -> bool:
        """Write everything out in full."""
        return True


def _text(dumper: yaml.SafeDumper, value: str) -> yaml.ScalarNode:
    tag = dumper.resolve(yaml.ScalarNode, value, (True, False))  # type: ignore[no-untyped-call]
    style = None
    if "\n" in value:
        style = "|"
    elif tag != "tag:yaml.org,2002:str":
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _number(dumper: yaml.SafeDumper, value: float) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:float", f"{value:g}")


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)


def canonical(project: Project) -> str:
    """Write a project in long form."""
    document = document_of(project)
    text = ""
    for key in FIRST:
        if key in document:
            text += yaml.dump(
                {key: document[key]}, Dumper=_Dumper, default_flow_style=False, sort_keys=False,
                allow_unicode=True, width=10**6,
            )  # fmt: skip
    return text


def document_of(project: Project) -> dict[str, Any]:
    """Give a project in long form as plain data, keys in order of the alphabet."""
    document: dict[str, Any] = {"name": project.name, "services": {}}
    for name, service in sorted(project.services.items()):
        shown = dict(service)
        shown.setdefault("command", None)
        shown.setdefault("entrypoint", None)
        document["services"][name] = {key: _sorted(shown[key], key) for key in sorted(shown)}
    for section in FIRST[2:]:
        if project.data.get(section):
            document[section] = _sorted(project.data[section])
    return document


def _sorted(value: Any, key: str = "") -> Any:
    if isinstance(value, dict) and key not in ("ports", "volumes"):
        return {name: _sorted(value[name], name) for name in sorted(value)}
    if isinstance(value, list):
        return list(value)
    return value
