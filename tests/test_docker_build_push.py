"""`docker build --push` sends what it built to the hub."""

from __future__ import annotations

from typing import Any

from simulator import Lab, Scenario


def build(tag: str) -> tuple[Lab, dict[str, Any]]:
    """Build for two platforms and push, to the end."""
    lab = Lab(Scenario.load("laptop"), 5)
    line = f"docker build --platform linux/amd64,linux/arm64 -t {tag} --push ."
    entry = lab.do({"terminal": line})["entry"]
    lab.advance(120_000_000)
    return lab, lab.entry(entry) or {}


def test_the_hub_has_one_tag_for_both_platforms() -> None:
    lab, answer = build("student/hello:2.0")
    assert answer["exit_code"] == 0
    assert "pushing manifest for docker.io/student/hello:2.0@sha256:" in answer["output"]
    view = lab.view()
    view.refresh()
    assert view.values["hub/student/hello:2.0"]["platforms"] == ["linux/amd64", "linux/arm64"]


def test_a_push_that_is_denied_fails_the_build() -> None:
    _, answer = build("somebody/hello:2.0")
    assert answer["exit_code"] == 1
    assert "failed to push docker.io/somebody/hello:2.0: " in answer["output"]
