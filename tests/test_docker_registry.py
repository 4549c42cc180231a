"""The hub, pulls and pushes over a machine's link."""

from __future__ import annotations

import pytest

from simulator.docker import catalogue, reference
from simulator.docker.registry import RegistryError
from simulator.docker.registry.link import bytes_done
from tests.docker_lab import build, new_engine, pull, run_for, shop, transfer


def test_every_tag_of_the_catalogue_can_be_made() -> None:
    for repository in catalogue.repositories():
        tags = catalogue.tags(repository)
        assert tags, repository
        for tag in tags[:3]:
            assert catalogue.published(repository, tag), f"{repository}:{tag}"


def test_official_sizes_are_those_that_were_measured() -> None:
    slim = catalogue.published("docker.io/library/python", "3.12-slim")[0]
    assert [row["size"] for row in slim.layers] == [28232655, 3533361, 13671299, 250]


def test_images_on_the_same_base_share_its_very_layer() -> None:
    redis = catalogue.published("docker.io/library/redis", "8")[0]
    postgres = catalogue.published("docker.io/library/postgres", "18")[0]
    assert redis.layers[0]["digest"] == postgres.layers[0]["digest"]


def test_a_pull_takes_the_time_that_the_link_needs_and_then_unpacks() -> None:
    engine = new_engine()
    status = pull(engine, "python:3.12-slim")
    seconds = (status["endedUs"] - status["startedUs"]) / 1e6
    bits = 8 * sum(row["size"] for row in status["layers"])
    assert bits / 100e6 < seconds < bits / 100e6 + 3
    image = engine.images.find("laptop", "python:3.12-slim")
    assert image is not None and image["RepoTags"] == ["python:3.12-slim"]


def test_at_most_three_layers_come_at_once_and_they_share_the_link() -> None:
    engine = new_engine()
    name = engine.transfers.start_pull("laptop", "python:3.12")
    run_for(engine, 0.35)
    rows = engine.transfers.get("laptop", name)["status"]["layers"]
    moving = [row for row in rows if row["state"] == "downloading"]
    assert len(moving) == 3
    assert sum(row["rate"] for row in moving) <= 100 * 125_000


def test_bytes_between_two_events_follow_from_the_rate() -> None:
    engine = new_engine()
    name = engine.transfers.start_pull("laptop", "alpine")
    run_for(engine, 0.4)
    row = engine.transfers.get("laptop", name)["status"]["layers"][0]
    assert bytes_done(row, engine.now_us) == 12_500_000 // 10  # 0.1 s of 100 Mbit/s


def test_a_second_image_pulls_only_the_layers_that_are_missing() -> None:
    engine = new_engine()
    pull(engine, "debian:bookworm-slim")
    states = [row["state"] for row in pull(engine, "python:3.12-slim")["layers"]]
    assert states == ["exists", "done", "done", "done"]


@pytest.mark.parametrize(
    ("ref", "words"),
    [
        (
            "pyton",
            "pull access denied for pyton, repository does not exist or may require "
            "'docker login': denied: requested access to the resource is denied",
        ),
        ("python:9", "manifest for python:9 not found: manifest unknown: manifest unknown"),
    ],
)
def test_a_pull_that_cannot_be_is_refused_in_dockers_words(ref: str, words: str) -> None:
    assert pull(new_engine(), ref)["message"] == words


def test_nobody_pushes_to_a_repository_of_somebody_else() -> None:
    engine = new_engine()
    pull(engine, "alpine")
    status = transfer(engine, "laptop", engine.transfers.start_push("laptop", "alpine"))
    assert status["message"] == "denied: requested access to the resource is denied"


def test_a_push_sends_only_what_the_hub_does_not_have() -> None:
    engine = new_engine()
    build(engine, shop(), tags=["student/shop:1"])
    status = transfer(engine, "laptop", engine.transfers.start_push("laptop", "student/shop:1"))
    assert [row["mountedFrom"] for row in status["layers"][:4]] == ["library/python"] * 4
    assert all(row["state"] == "done" for row in status["layers"][4:])
    again = transfer(engine, "laptop", engine.transfers.start_push("laptop", "student/shop:1"))
    assert {row["state"] for row in again["layers"]} == {"exists"}
    assert again["digest"] == status["digest"]


def test_an_image_for_one_platform_is_pulled_by_a_machine_of_another() -> None:
    engine = new_engine()
    engine.builder.build_now("laptop", shop(), _options("student/shop:1"))
    engine.transfers.push_now("laptop", "student/shop:1")
    assert pull(engine, "student/shop:1", "pi")["state"] == "done"
    image = engine.images.find("pi", "student/shop:1")
    assert image is not None and image["Architecture"] == "amd64"
    name = engine.transfers.start_pull("pi", "student/shop:1", "linux/arm64")
    assert "does not match the specified platform" in transfer(engine, "pi", name)["message"]


def _options(tag: str):  # type: ignore[no-untyped-def]
    from simulator.docker.build import BuildOptions

    return BuildOptions(tags=[tag])


def test_a_pull_survives_a_resume_from_a_keyframe() -> None:
    engine = new_engine()
    name = engine.transfers.start_pull("laptop", "nginx")
    run_for(engine, 2)
    resumed = new_engine(engine.keyframe())
    for each in (engine, resumed):
        transfer(each, "laptop", name)
        run_for(each, 30)
    assert engine.digest() == resumed.digest()


def test_power_loss_ends_a_machines_transfers() -> None:
    engine = new_engine()
    name = engine.transfers.start_pull("laptop", "nginx")
    run_for(engine, 2)
    engine.machines.power_off("laptop")
    run_for(engine, 1)
    assert engine.transfers.get("laptop", name)["status"]["state"] == "failed"
    assert engine.images.list("laptop") == []


def test_a_cut_link_stalls_a_pull_and_then_fails_it() -> None:
    engine = new_engine()
    name = engine.transfers.start_pull("laptop", "nginx")
    run_for(engine, 2)
    engine.network.cut("laptop")
    run_for(engine, 1)
    before = engine.transfers.get("laptop", name)["status"]["layers"][0]["doneBytes"]
    run_for(engine, 10)
    after = engine.transfers.get("laptop", name)["status"]["layers"][0]
    assert bytes_done(after, engine.now_us) == before
    assert "i/o timeout" in transfer(engine, "laptop", name)["message"]


def test_a_link_that_heals_in_time_lets_the_pull_go_on() -> None:
    engine = new_engine()
    name = engine.transfers.start_pull("laptop", "nginx")
    run_for(engine, 2)
    engine.network.cut("laptop")
    run_for(engine, 5)
    engine.network.heal("laptop")
    assert transfer(engine, "laptop", name)["state"] == "done"


def test_a_hub_that_is_down_answers_nobody() -> None:
    engine = new_engine()
    engine.hub.set_up(False)
    assert "Client.Timeout exceeded while awaiting headers" in pull(engine, "alpine")["message"]


def test_the_rate_limit_counts_pulls_when_the_scenario_sets_one() -> None:
    engine = new_engine(pull_limit=1, login="")
    assert pull(engine, "alpine")["state"] == "done"
    assert pull(engine, "busybox")["message"].startswith(
        "toomanyrequests: You have reached your unauthenticated pull rate limit."
    )


def test_a_wrong_password_is_refused_for_a_known_account() -> None:
    engine = new_engine(accounts={"alice": "secret"})
    with pytest.raises(RegistryError, match="incorrect username or password"):
        engine.hub.login("laptop", "alice", "guess")


@pytest.mark.parametrize(
    ("text", "normalised"),
    [
        ("my_registry.io/shop", "my_registry.io/shop:latest"),
        ("[::1]:5000/shop", "[::1]:5000/shop:latest"),
        ("index.docker.io/alpine:3", "docker.io/library/alpine:3"),
        (f"alpine@sha512:{'a' * 128}", f"docker.io/library/alpine@sha512:{'a' * 128}"),
    ],
)
def test_a_command_takes_the_names_that_from_takes(text: str, normalised: str) -> None:
    assert reference.parse(text).normalised == normalised


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("My_Registry/shop", "repository name must be lowercase"),
        ("a" * 249, "repository name must not be more than 255 characters"),
        (f"alpine@sha256:{'a' * 40}", "invalid checksum digest length"),
        ("[::1]x/shop", "invalid reference format"),
    ],
)
def test_a_command_refuses_a_name_in_the_words_of_from(text: str, message: str) -> None:
    with pytest.raises(reference.ReferenceError_) as error:
        reference.parse(text)
    assert str(error.value) == message
