"""What `docker compose config` prints: the project in long form as YAML or JSON."""

from __future__ import annotations

import json
import re
from typing import Any

import yaml

from .forms import arrange
from .project import Project
from .syntax import number

_OLD_BOOL = re.compile(r"(y|Y|yes|Yes|YES|on|On|ON|n|N|no|No|NO|off|Off|OFF)$")
_BASE_60 = re.compile(r"[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$")
_TEXTS = [f"tag:yaml.org,2002:{name}" for name in ("str", "yaml", "value")]
"""Texts that YAML 1.1 would read as something else. Source: yaml.v3, resolve.go and encode.go."""


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
    elif tag not in _TEXTS or _OLD_BOOL.match(value) or _BASE_60.match(value):
        style = '"'
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style=style)


def _number(dumper: yaml.SafeDumper, value: float) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:float", number(value))


_Dumper.add_representer(str, _text)
_Dumper.add_representer(float, _number)


def canonical(project: Project) -> str:
    """Write a project in long form; a `$` is doubled, so that it can be read again."""
    text = yaml.dump(
        document_of(project), Dumper=_Dumper, default_flow_style=False, sort_keys=False,
        allow_unicode=True, width=10**6,
    )  # fmt: skip
    return str(text).replace("$", "$$")


def as_json(project: Project) -> str:
    """Write a project in long form as Go's encoder of JSON does."""
    document = document_of(project, json=True)
    return go_json(document, indent=2).replace("$", "$$") + "\n"


def go_json(value: Any, indent: int | None = None) -> str:
    """Write JSON as Go does: signs that HTML knows are escaped."""
    separators = None if indent else (",", ":")
    text = json.dumps(value, indent=indent, ensure_ascii=False, separators=separators)
    for sign in "<>&\u2028\u2029":
        text = text.replace(sign, f"\\u{ord(sign):04x}")
    return text


def document_of(project: Project, json: bool = False) -> dict[str, Any]:
    """Give a project in long form as plain data, its fields in the order of compose."""
    found = arrange(project.data, "project", json)
    if json:
        found = {key: found[key] for key in sorted(found)}
    return dict(found)
