"""What Python's servers cost: see profiles.yaml beside this file."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml


@lru_cache(maxsize=1)
def profiles() -> dict[str, dict[str, Any]]:
    """Give the table of start-up times, memory and service times."""
    text = (Path(__file__).parent / "profiles.yaml").read_text(encoding="utf-8")
    return yaml.safe_load(text)  # type: ignore[no-any-return]
