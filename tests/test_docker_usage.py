"""What the docker client refuses by itself, beside the answers of docker 28.2.2.

data/docker_usage.tsv: exit code, words of the line, first line of what the real client printed
when no daemon was there. Where a docker client is found, a sample is asked anew, every byte of it.
"""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
from pathlib import Path

import pytest

from simulator.lab import Lab
from simulator.terminal.docker import grammar, hostflags, optionchecks
from tests.docker_world import add_image, make_lab

ROWS = [
    line.split("\t")
    for line in (Path(__file__).parent / "data" / "docker_usage.tsv").read_text().splitlines()
]


@pytest.fixture(scope="module")
def lab() -> Lab:
    made = make_lab()
    add_image(made, "alpine:3.24")
    return made


def refused(lab: Lab, words: str) -> tuple[str, int | None]:
    answer = lab.do({"terminal": f"docker {words}", "machine": "laptop", "cwd": "/home/student"})
    return answer["output"], answer["exit_code"]


def test_every_refusal_has_the_clients_first_line_and_exit_code(lab: Lab) -> None:
    assert len(ROWS) > 400
    wrong = []
    for code, words, first in ROWS:
        text, got = refused(lab, words)
        line = text.partition("\n\nUsage:")[0].partition("\n\nRun ")[0].rstrip("\n")
        if (line, str(got)) != (first, code):
            wrong.append((words, first, line, got))
    assert wrong == []


@pytest.mark.skipif(shutil.which("docker") is None, reason="no docker client to compare with")
def test_a_sample_of_refusals_is_equal_to_the_last_byte(lab: Lab, tmp_path: Path) -> None:
    env = {**os.environ, "DOCKER_HOST": "unix:///nowhere.sock", "HOME": str(tmp_path)}
    for _, words, _ in ROWS[::12]:
        real = subprocess.run(
            ["docker", *shlex.split(words)],
            capture_output=True, text=True, env=env, cwd=tmp_path, stdin=subprocess.DEVNULL,
            check=False,
        )  # fmt: skip
        assert refused(lab, words) == (real.stdout + real.stderr, real.returncode), words


def test_every_flag_of_run_is_heeded_or_said_to_have_no_effect() -> None:
    """A flag that nothing reads would be ignored in silence."""
    folder = Path(hostflags.__file__).parent
    source = "".join(path.read_text() for path in sorted(folder.glob("*.py")))
    assert "# Simplified: Flags that set namespaces" in source and optionchecks is not None
    silent = [
        f"{name} --{flag[1]}"
        for name, row in grammar.table().items()
        if name not in NOT_MODELLED and not name.startswith(ALIASES)
        for flag in row.get("flags", [])
        if f'"{flag[1]}"' not in source and not flag[1].startswith("health-")
    ]
    assert silent == [], "heed these flags, or say aloud that they have no effect"


NOT_MODELLED = ("", "build", "volume update")
ALIASES = ("container ", "image ", "builder ", "manifest ", "context ", "buildx ")
