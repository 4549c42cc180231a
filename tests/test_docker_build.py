"""Builds: steps, cache, layers, errors, and what is printed."""

from __future__ import annotations

import re

import pytest

from simulator.docker.build import BuildOptions, error_block, fancy, plain
from simulator.docker.containers.errors import DockerError
from simulator.docker.explore import explore
from tests.docker_lab import DOCKERFILE, build, finish, new_engine, run_for, shop, step


def test_a_build_makes_an_image_with_a_layer_for_each_step_that_changes_files() -> None:
    engine = new_engine()
    built = build(engine, shop(), tags=["shop:1"])
    image = engine.images.need("laptop", "shop:1")
    assert built["status"]["imageId"] == image["Id"]
    made = [row["created_by"] for row in image["drydock"]["layers"][4:]]
    assert made == [
        "WORKDIR /app",
        "COPY requirements.txt . # buildkit",
        "RUN /bin/sh -c pip install --no-cache-dir -r requirements.txt # buildkit",
        "COPY . . # buildkit",
    ]
    assert image["Config"]["Cmd"] == ["python", "app.py"]
    assert image["Size"] == sum(row["size"] for row in image["drydock"]["layers"])


def test_equal_inputs_give_an_equal_image_on_any_machine_at_any_time() -> None:
    engine, other = new_engine(), new_engine()
    run_for(other, 1000)
    assert build(engine, shop())["status"]["imageId"] == build(other, shop())["status"]["imageId"]


def test_a_layer_is_reused_when_its_inputs_are_unchanged() -> None:
    engine = new_engine()
    build(engine, shop())
    again = build(engine, shop())
    assert {step(again, part)["state"] for part in ("WORKDIR", "RUN", "COPY . .")} == {"cached"}


def test_a_changed_file_rebuilds_from_the_step_that_takes_it_on() -> None:
    engine = new_engine()
    build(engine, shop())
    built = build(engine, {**shop(), "requirements.txt": "flask\nredis\n"})
    assert step(built, "WORKDIR")["state"] == "cached"
    assert step(built, "COPY requirements")["why"] == "the file requirements.txt changed"
    assert step(built, "RUN pip")["why"] == ("the step before it changed: COPY requirements.txt .")


def test_a_source_file_does_not_rebuild_the_packages() -> None:
    engine = new_engine()
    build(engine, shop())
    built = build(engine, {**shop(), "app.py": "import flask, os\n"})
    assert step(built, "RUN pip")["state"] == "cached"
    assert step(built, "COPY . .")["why"] == "the file app.py changed"


def test_a_build_argument_rebuilds_the_steps_in_whose_reach_it_is() -> None:
    engine = new_engine()
    text = "FROM alpine\nRUN echo before\nARG V=1\nRUN echo after $V\n"
    build(engine, {"Dockerfile": text})
    built = build(engine, {"Dockerfile": text}, build_args={"V": "2"})
    assert step(built, "before")["state"] == "cached"
    assert step(built, "after")["why"].startswith(("the variable V changed", "the instruction"))


def test_no_cache_builds_everything_anew() -> None:
    engine = new_engine()
    build(engine, shop())
    built = build(engine, shop(), no_cache=True)
    assert step(built, "RUN pip")["state"] == "done"
    assert step(built, "RUN pip")["why"] == "--no-cache was given"


def test_files_removed_by_a_later_step_do_not_shrink_the_image() -> None:
    engine = new_engine()
    base = "FROM debian:bookworm-slim\nRUN apt-get update && apt-get install -y curl"
    build(engine, {"Dockerfile": base + "\nRUN rm -rf /var/lib/apt/lists/*\n"}, tags=["two"])
    build(engine, {"Dockerfile": base + " && rm -rf /var/lib/apt/lists/*\n"}, tags=["one"])
    two, one = engine.images.need("laptop", "two"), engine.images.need("laptop", "one")
    assert two["Size"] - one["Size"] > 15_000_000
    assert explore(engine, "laptop", "two")["wasted"] > 15_000_000
    assert explore(engine, "laptop", "one")["wasted"] < 1_000_000


def test_a_failing_run_ends_the_build_in_buildkits_words() -> None:
    engine = new_engine()
    text = DOCKERFILE.replace("RUN pip", "RUN foo && pip")
    built = build(engine, {**shop(), "Dockerfile": text})
    shown = error_block(built, engine.builder.log(built["metadata"]["name"]), text)
    assert "/bin/sh: 1: foo: not found\n------\nDockerfile:4\n" in shown
    assert "   4 | >>> RUN foo && pip install" in shown
    assert shown.endswith(
        'ERROR: failed to build: failed to solve: process "/bin/sh -c foo && pip install '
        '--no-cache-dir -r requirements.txt" did not complete successfully: exit code: 127\n'
    )


def test_a_file_that_is_not_in_the_context_cannot_be_copied() -> None:
    built = build(new_engine(), {"Dockerfile": "FROM alpine\nCOPY nope.txt /\n"})
    message = built["status"]["message"]
    assert message.startswith("failed to compute cache key: failed to calculate checksum of ref ")
    assert message.endswith('"/nope.txt": not found')


def test_ignored_files_are_not_in_the_context() -> None:
    context = {
        "Dockerfile": "FROM alpine\nCOPY . /x/\n",
        ".dockerignore": "*.log\n",
        "a.log": "1",
        "b.txt": "2",
    }
    engine = new_engine()
    build(engine, context, tags=["x"])
    files = engine.images.file_tree("laptop", "x")
    assert "/x/b.txt" in files and "/x/a.log" not in files


def test_a_base_that_does_not_exist_is_told_with_its_line() -> None:
    text = "FROM pyton:3\n"
    built = build(new_engine(), {"Dockerfile": text})
    assert built["status"]["message"] == (
        "pyton:3: failed to resolve source metadata for "
        "docker.io/library/pyton:3: pull access denied, repository does not exist or may require "
        "authorization: server message: insufficient_scope: authorization failed"
    )
    assert built["status"]["errorAt"] == [1, 1]


def test_a_base_may_be_meant_differently() -> None:
    built = build(new_engine(), {"Dockerfile": "FROM scratch AS tools\nFROM alpin\nRUN ls\n"})
    assert built["status"]["message"].startswith("alpin: failed to resolve source metadata for ")
    assert built["status"]["message"].endswith(" (did you mean alpine?)")
    assert built["status"]["errorAt"] == [2, 2]


def test_a_build_warns_of_the_stages_that_it_builds_even_when_it_fails() -> None:
    unneeded = "FROM scratch AS other\nCOPY $a .\nFROM scratch\nCOPY $b .\n"
    for text, state in ((unneeded, "done"), (unneeded + "STOPSIGNAL x\n", "failed")):
        built = build(new_engine(), {"Dockerfile": text})
        assert built["status"]["state"] == state
        shown = error_block(built, {}, text)
        assert "\n 1 warning found (use docker --debug to expand):\n" in shown
        assert " - UndefinedVar: Usage of undefined variable '$b' (line 4)\n" in shown


def test_a_build_argument_chooses_the_checks() -> None:
    text = "# check=skip=all\nFROM scratch\nCMD x\n"
    key = "BUILDKIT_DOCKERFILE_CHECK"
    built = build(new_engine(), {"Dockerfile": text}, build_args={key: "error=true"})
    assert built["status"]["message"] == "lint violation found for rules: JSONArgsRecommended"
    built = build(new_engine(), {"Dockerfile": text}, build_args={key: "skip"})
    wrong = f'failed to parse build-arg:{key}: invalid check option "skip"'
    assert built["status"]["message"] == wrong


def test_stages_run_side_by_side_and_only_the_last_is_in_the_image() -> None:
    engine = new_engine()
    text = (
        "FROM alpine AS a\nRUN sleep 5 && echo a > /a\nFROM alpine AS b\n"
        "RUN sleep 5 && echo b > /b\nFROM scratch\nCOPY --from=a /a /\nCOPY --from=b /b /\n"
    )
    built = build(engine, {"Dockerfile": text}, tags=["both"])
    first, second = step(built, "echo a"), step(built, "echo b")
    assert first["startUs"] == second["startUs"]
    assert list(engine.images.file_tree("laptop", "both")) == ["/a", "/b"]


def test_a_cache_mount_keeps_its_files_between_builds_and_out_of_the_image() -> None:
    engine = new_engine()
    text = "FROM python:3.12-slim\nRUN --mount=type=cache,target=/root/.cache pip install {}\n"
    build(engine, {"Dockerfile": text.format("flask")}, tags=["x"])
    built = build(engine, {"Dockerfile": text.format("flask redis")}, tags=["x"])
    lines = [
        row[2]
        for row in engine.builder.log(built["metadata"]["name"])[str(step(built, "RUN")["n"])]
    ]
    assert "  Using cached flask-3.1.2-py3-none-any.whl (103 kB)" in lines
    assert "  Downloading redis-7.1.0-py3-none-any.whl (355 kB)" in lines
    assert not any(p.startswith("/root/.cache") for p in engine.images.file_tree("laptop", "x"))


def test_several_platforms_are_pushed_as_one_index() -> None:
    engine = new_engine()
    build(engine, shop(), tags=["student/shop:m"], platforms=["linux/amd64", "linux/arm64"])
    engine.transfers.push_now("laptop", "student/shop:m")
    repository = engine.store.need("Repository", "docker.io", "student/shop")
    assert repository["tags"]["m"]["platforms"] == ["linux/amd64", "linux/arm64"]
    offer = engine.hub.resolve("pi", _ref("student/shop:m"))
    assert offer.platform == "linux/arm64"


def _ref(text: str):  # type: ignore[no-untyped-def]
    from simulator.docker import reference

    return reference.parse(text)


def test_a_build_survives_a_resume_from_a_keyframe() -> None:
    engine = new_engine()
    name = engine.builder.start("laptop", shop(), BuildOptions(tags=["shop"]))
    run_for(engine, 3)
    resumed = new_engine(engine.keyframe())
    for each in (engine, resumed):
        finish(each, name)
        run_for(each, 60)
    assert engine.digest() == resumed.digest()
    assert resumed.images.find("laptop", "shop") is not None


def test_plain_progress_numbers_the_steps_and_says_what_was_cached() -> None:
    engine = new_engine()
    build(engine, shop())
    built = build(engine, shop(), tags=["shop:1"])
    text = plain(built, engine.builder.log(built["metadata"]["name"]), engine.now_us)
    assert text.startswith(
        '#0 building with "default" instance using docker driver\n\n'
        "#1 [internal] load build definition from Dockerfile\n"
    )
    assert "\n\n#8 [4/5] RUN pip install --no-cache-dir -r requirements.txt\n#8 CACHED\n" in text
    assert "naming to docker.io/library/shop:1 done\n" in text


def test_fancy_progress_fits_the_terminal_at_every_instant() -> None:
    engine = new_engine()
    name = engine.builder.start("laptop", shop(), BuildOptions())
    for _ in range(12):
        run_for(engine, 0.7)
        text = fancy(
            engine.store.need("Build", "laptop", name), engine.builder.log(name), engine.now_us, 80
        )
        assert max(map(len, text.splitlines())) <= 80
    assert text.startswith("[+] Building ") and "(10/10) FINISHED" in text


def test_an_image_in_use_is_not_removed() -> None:
    engine = new_engine()
    engine.builder.build_now("laptop", shop(), BuildOptions(tags=["shop"]))
    engine.images.tag("laptop", "shop", "shop:old")
    image = engine.images.need("laptop", "shop")
    assert engine.images.remove("laptop", "shop:old") == [{"Untagged": "shop:old"}]
    engine.store.create(
        {
            "apiVersion": "docker/v1",
            "kind": "Container",
            "Id": "c" * 64,
            "metadata": {"name": "c" * 64, "namespace": "laptop"},
            "Image": image["Id"],
            "State": {"Running": True},
            "Name": "/c",
            "drydock": {},
        }
    )
    with pytest.raises(DockerError, match="must force"):
        engine.images.remove("laptop", "shop")


def test_thirty_instructions_are_all_taken_from_the_cache_the_second_time() -> None:
    engine = new_engine()
    text = (
        "FROM python:3.12-slim\n"
        + "".join(
            f"RUN mkdir -p /d{i} && echo {i} > /d{i}/f && pip install flask==3.0.{i % 3}\n"
            f"COPY app.py /x{i}/\n"
            for i in range(14)
        )
        + 'CMD ["x"]\n'
    )
    context = {"Dockerfile": text, "app.py": "x\n"}
    first = build(engine, context)
    second = build(engine, context)
    steps = second["status"]["steps"]
    states = [row["state"] for row in steps if re.match(r"\[ *\d+/\d+\] (RUN|COPY)", row["name"])]
    assert states == ["cached"] * 28
    assert second["status"]["imageId"] == first["status"]["imageId"]


def test_layers_that_nobody_needs_any_more_are_forgotten() -> None:
    engine = new_engine()
    build(engine, shop(), tags=["shop"])
    top = engine.images.need("laptop", "shop")["RootFS"]["Layers"][-1]
    engine.images.remove("laptop", "shop")
    assert engine.images.has_layer(top), "the build cache still needs it"
    assert engine.builder.prune("laptop") > 0
    assert not engine.images.has_layer(top)
