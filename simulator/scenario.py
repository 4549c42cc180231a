"""A scenario: what there is at t = 0. Read from YAML, checked, then plain data.

Shipped scenarios are in `simulator/scenarios/`; the format is documented by the JSON schema
`simulator/scenarios/schema.json`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from .errors import BadScenario
from .timing import parse_start

SHIPPED = Path(__file__).parent / "scenarios"
DEFAULT_START = "2026-01-05T09:00:00Z"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A checked scenario. `data` is plain data and is all that a lab keeps of it."""

    data: dict[str, Any]

    @property
    def name(self) -> str:
        """The scenario's short name."""
        return str(self.data["name"])

    @property
    def start(self) -> datetime:
        """The calendar time of t = 0."""
        return parse_start(self.data.get("start") or DEFAULT_START)

    @property
    def machine(self) -> str:
        """The machine whose terminal the student sits at."""
        return str(self.data.get("machine") or self.data["machines"][0]["name"])

    @property
    def cwd(self) -> str:
        """The folder in which the terminal opens."""
        inside = self.data.get("cwd") or ""
        return f"/home/student/{inside}".rstrip("/")

    @classmethod
    def load(cls, name_or_path: str) -> Scenario:
        """Read a shipped scenario by name, or a file; raises BadScenario."""
        from .scenario_check import check_text  # the checker reads a schema: only when needed

        path = SHIPPED / f"{name_or_path}.yaml"
        if not path.is_file():
            path = Path(name_or_path)
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError as error:
            raise BadScenario(f"{path.name}: not a text in UTF-8") from error
        except (OSError, ValueError) as error:
            raise BadScenario(
                f"no scenario {name_or_path!r}", "shipped: " + ", ".join(cls.shipped())
            ) from error
        return cls(check_text(text, path.name))

    @classmethod
    def from_data(cls, data: dict[str, Any], source: str = "scenario") -> Scenario:
        """Check plain data and make a scenario of it; raises BadScenario."""
        from .scenario_check import check_data

        return cls(check_data(data, source))

    @staticmethod
    def shipped() -> list[str]:
        """Name the shipped scenarios."""
        return sorted(path.stem for path in SHIPPED.glob("*.yaml"))
