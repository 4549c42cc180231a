"""axe-core in a page: what it finds, as lines a person can read."""

from __future__ import annotations

from pathlib import Path

import pytest

AXE = Path(__file__).resolve().parents[2] / "node_modules" / "axe-core" / "axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def violations(page):
    """What axe finds, as one line a rule. The page needs `bypass_csp`."""
    if not AXE.exists():
        pytest.skip("axe-core is missing: run `npm ci`")
    page.evaluate(AXE.read_text())
    # A thousand machines have a thousand handles made alike: the first hundred stand for them.
    found = page.evaluate(
        "rules => axe.run({include: [['html']], exclude: [['.hits > :nth-child(n+100)']]},"
        " {runOnly: rules})",
        RULES,
    )
    return [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in found["violations"]]
