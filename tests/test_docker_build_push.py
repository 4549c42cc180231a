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


def test_compiled_packages_differ_between_platforms_and_plain_ones_do_not() -> None:
    lab, _ = build("student/hello:2.0")
    documents = [
        row["document"] for row in lab.engine.table("hub.manifests").values() if "document" in row
    ]
    amd64, arm64 = (document["rootfs"]["diff_ids"] for document in documents)
    differs = [a != b for a, b in zip(amd64[-4:], arm64[-4:], strict=True)]
    assert differs == [False, False, True, False]  # WORKDIR, COPY, pip install, COPY
