"""WORKDIR and the destinations of COPY, on Linux and on Windows."""

from __future__ import annotations

import pytest

from simulator.docker.check import check_dockerfile, stand_in
from simulator.docker.dockerfile import DockerfileError, plan


def workdir(lines: str, start: str = "FROM a") -> str:
    made = plan(f"{start}\n{lines}\n", resolve=stand_in)
    return str(made.result.config.get("WorkingDir"))


def rules(text: str) -> list[tuple[str, str]]:
    return [(w["rule"], w["detail"]) for w in check_dockerfile(text, "a")["warnings"]]


@pytest.mark.parametrize(
    ("lines", "directory"),
    [
        ('WORKDIR /srv\nWORKDIR "${NOTHING}"', "/srv"),
        ("WORKDIR $NOTHING", "/"),
        ("WORKDIR /srv\nWORKDIR in/../out", "/srv/out"),
        ("WORKDIR /srv/", "/srv/"),
        ("WORKDIR C:\\\\app", "/C:\\app"),
    ],
)
def test_a_workdir_on_linux_is_joined_to_the_one_before(lines: str, directory: str) -> None:
    assert workdir(lines) == directory


def test_an_empty_workdir_is_a_layer_where_the_directory_is_not_the_root() -> None:
    assert check_dockerfile("FROM a\nWORKDIR $X\n", "a")["layers_added"] == 0
    assert check_dockerfile("FROM a\nWORKDIR /b\nWORKDIR $X\n", "a")["layers_added"] == 2


def test_an_empty_workdir_counts_as_relative() -> None:
    assert rules("FROM a\nARG X\nWORKDIR $X\n") == [
        (
            "WorkdirRelativePath",
            'Relative workdir "" can have unexpected results if the base image changes',
        )
    ]


@pytest.mark.parametrize(
    ("lines", "directory"),
    [
        ("WORKDIR C:\\\\app", "\\app"),
        ("WORKDIR /app\nWORKDIR sub", "\\app\\sub"),
        ("WORKDIR c:/app/sub/", "\\app\\sub"),
    ],
)
def test_a_workdir_on_windows_has_back_slashes_and_no_drive(lines: str, directory: str) -> None:
    assert workdir(lines, "FROM --platform=windows/amd64 a") == directory


def test_a_drive_letter_makes_a_path_absolute_on_windows_only() -> None:
    lines = "WORKDIR C:\\\\app\n"
    found = rules(f"FROM a\n{lines}")
    assert [rule for rule, _ in found] == ["WorkdirRelativePath"]
    found = rules(f"FROM --platform=windows/amd64 a AS windows\n{lines}")
    assert [rule for rule, _ in found] == ["InvalidBaseImagePlatform"]


@pytest.mark.parametrize(
    ("line", "message"),
    [
        (
            "WORKDIR D:\\\\app",
            "normalizing workdir: normalizing working directory: removing drive letter:"
            " The specified path is not on the system drive (C:)",
        ),
        (
            "COPY a D:/app/",
            "removing drive letter: The specified path is not on the system drive (C:)",
        ),
        ("COPY a C:", 'removing drive letter: No relative path specified in "C:"'),
        ("COPY a //server/share", "removing drive letter: UNC paths are not supported"),
    ],
)
def test_windows_knows_only_drive_c(line: str, message: str) -> None:
    with pytest.raises(DockerfileError) as error:
        plan(f"FROM --platform=windows/amd64 a\n{line}\n", resolve=stand_in)
    assert error.value.message == message


def test_an_empty_image_for_windows_gets_its_shell_and_no_path_of_linux() -> None:
    made = plan("FROM scratch\nCMD dir\n", resolve=stand_in, platform="windows/amd64")
    assert made.result.config["Cmd"] == ["cmd", "/S", "/C", "dir"]
    assert not made.result.config.get("Env")
