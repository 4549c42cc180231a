"""Why a step was built again: the first input that differs, for every kind of input."""

from __future__ import annotations

from typing import Any

from simulator.engine import Engine
from simulator.plain import Object
from tests.docker_lab import build, new_engine, step

BASE = "FROM alpine:3.24\n"


def twice(
    one: dict[str, Any],
    other: dict[str, Any],
    first: dict[str, Any] | None = None,
    second: dict[str, Any] | None = None,
) -> tuple[Object, Object]:
    """Build one context, then another, on one machine, each with its options."""
    engine = new_engine()
    before = build(engine, one, tags=["app"], **(first or {}))
    assert before["status"]["state"] == "done", before["status"]["message"]
    after = build(engine, other, tags=["app"], **(second or {}))
    assert after["status"]["state"] == "done", after["status"]["message"]
    return before, after


def why(built: Object, part: str) -> tuple[bool, str]:
    row = step(built, part)
    return row["cached"], row["why"]


def one(dockerfile: str, **files: Any) -> dict[str, Any]:
    return {"Dockerfile": BASE + dockerfile, **files}


def test_an_argument_that_changed() -> None:
    context = one("ARG V=1\nRUN echo first\nRUN echo second\n")
    _, after = twice(context, context, second={"build_args": {"V": "2"}})
    assert why(after, "echo first") == (False, "the variable V changed from '1' to '2'")
    assert why(after, "echo second") == (False, "the step before it changed: RUN echo first")


def test_an_argument_counts_only_after_its_line() -> None:
    context = one("RUN echo first\nARG V=1\nRUN echo second\n")
    _, after = twice(context, context, second={"build_args": {"V": "2"}})
    assert why(after, "echo first")[0] and not why(after, "echo second")[0]


def test_an_environment_variable() -> None:
    _, after = twice(one("ENV A=1\nRUN echo x\n"), one("ENV A=1 B=2\nRUN echo x\n"))
    assert why(after, "RUN echo x") == (False, "the variable B is new")


def test_another_base() -> None:
    first = {"Dockerfile": "FROM alpine:3.23\nRUN echo x\n"}
    _, after = twice(first, {"Dockerfile": "FROM alpine:3.24\nRUN echo x\n"})
    assert why(after, "RUN echo x") == (False, "the base image changed")
    assert why(after, "FROM")[1].startswith("another base image, it was: alpine:3.23")


def test_a_name_that_stands_for_a_new_image() -> None:
    engine = new_engine(login="student")
    make = {"Dockerfile": BASE + "RUN echo one > /made\n"}
    build(engine, make, tags=["student/base:1"], push=True)
    use = {"Dockerfile": "FROM student/base:1\nRUN echo x\n"}
    build(engine, use, tags=["app"], pull=True)
    make = {"Dockerfile": BASE + "RUN echo two > /made\n"}
    build(engine, make, tags=["student/base:1"], push=True)
    after = build(engine, use, tags=["app"], pull=True)
    assert "has a new digest" in why(after, "FROM")[1]
    assert why(after, "RUN echo x") == (False, "the base image changed")


def test_files_that_changed_came_and_went() -> None:
    copy = "COPY . /app\n"
    _, after = twice(one(copy, a="1"), one(copy, a="2"))
    assert why(after, "COPY") == (False, "the file a changed")
    _, after = twice(one(copy, a="1"), one(copy, a="1", b="2"))
    assert why(after, "COPY") == (False, "the file b was added")
    _, after = twice(one(copy, a="1", b="2"), one(copy, a="1"))
    assert why(after, "COPY") == (False, "the file b was removed")


def test_a_mode_that_changed() -> None:
    first = one("COPY a /a\n", a={"text": "x", "mode": 0o644})
    _, after = twice(first, one("COPY a /a\n", a={"text": "x", "mode": 0o755}))
    assert why(after, "COPY a") == (False, "the mode of a changed from 644 to 755")


def test_a_text_that_changed_and_what_follows() -> None:
    _, after = twice(one("RUN echo x\nRUN echo z\n"), one("RUN echo y\nRUN echo z\n"))
    assert why(after, "echo y") == (False, "the instruction changed, it was: RUN echo x")
    assert why(after, "echo z") == (False, "the step before it changed: RUN echo y")


def test_user_and_directory() -> None:
    _, after = twice(one("USER 1\nRUN id\n"), one("USER 2\nRUN id\n"))
    assert why(after, "RUN id") == (False, "the user changed from '1' to '2'")


def test_no_cache_and_its_filter() -> None:
    text = BASE.strip() + " AS one\nRUN echo 1\nFROM alpine:3.24 AS two\nRUN echo 2\n"
    context = {"Dockerfile": text + "COPY --from=one /etc/alpine-release /x\n"}
    _, after = twice(context, context, second={"no_cache": True})
    assert why(after, "echo 2") == (False, "--no-cache was given")
    _, after = twice(context, context, second={"no_cache_filter": ["one"]})
    assert why(after, "echo 1") == (False, "--no-cache-filter names its stage, one")
    assert why(after, "echo 2")[0]


def test_a_stage_rebuilt_to_the_same_files_keeps_what_copies_them() -> None:
    text = "FROM alpine:3.24 AS one\nRUN echo {} && echo same > /x\nFROM alpine:3.24\n"
    text += "COPY --from=one /x /x\n"
    _, after = twice({"Dockerfile": text.format(1)}, {"Dockerfile": text.format(2)})
    assert not why(after, "RUN echo 2")[0]
    assert why(after, "COPY --from")[0]


def test_a_bind_mount_counts_by_what_it_shows() -> None:
    run = "RUN --mount=type=bind,source=req.txt,target=/req.txt cat /req.txt\n"
    _, after = twice(
        one(run, **{"req.txt": "a", "app.py": "1"}), one(run, **{"req.txt": "a", "app.py": "2"})
    )
    assert why(after, "RUN")[0]
    _, after = twice(one(run, **{"req.txt": "a"}), one(run, **{"req.txt": "b"}))
    assert why(after, "RUN") == (False, "the file req.txt changed")


def test_what_is_in_a_cache_mount_does_not_count() -> None:
    mount = "RUN --mount=type=cache,target=/c"
    text = f"{mount} echo {{}} >> /c/x\n{mount} cat /c/x\n"
    engine: Engine = new_engine()
    build(engine, one(text.format(1)), tags=["app"])
    again = build(engine, one(text.format(1)), tags=["app"])
    assert why(again, "cat /c/x") == (True, "every input is as it was: the old result is used")


def test_a_secret_does_not_count() -> None:
    context = one("RUN --mount=type=secret,id=t cat /run/secrets/t\n")
    _, after = twice(
        context, context, first={"secrets": {"t": "1"}}, second={"secrets": {"t": "2"}}
    )
    assert why(after, "RUN")[0]


def test_a_step_that_is_no_longer_in_the_cache() -> None:
    engine = new_engine()
    build(engine, one("RUN echo x\n"), tags=["app"])
    engine.builder.prune("laptop")
    after = build(engine, one("RUN echo x\n"), tags=["app"])
    assert why(after, "echo x") == (False, "its result is no longer in the build cache")


def test_a_step_that_moved_in_its_dockerfile() -> None:
    before = one("WORKDIR /app\nCOPY . .\n", a="1")
    after = one("WORKDIR /app\nRUN echo hi > /hi\nRUN echo ho > /ho\nCOPY . .\n", a="1")
    _, built = twice(before, after)
    assert why(built, "COPY . .") == (False, "the step before it changed: RUN echo ho > /ho")
