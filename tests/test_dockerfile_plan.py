"""What a plan tells the builder, beside what BuildKit's tables show."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.docker.check import check_dockerfile, stand_in
from simulator.docker.dockerfile import Base, DockerfileError, Plan, Step, check, excerpt, plan


def planned(text: str, **options: Any) -> Plan:
    return plan(text, **{"resolve": stand_in, **options})


def step(made: Plan, part: str) -> Step:
    (found,) = [step for step in made.steps if part in step.name]
    return found


def refusal(text: str, **options: Any) -> str:
    with pytest.raises(DockerfileError) as caught:
        planned(text, **options)
    return caught.value.message


def test_a_step_comes_after_all_that_it_needs() -> None:
    made = planned(
        "FROM golang AS build\nCOPY . .\nRUN go build\nFROM scratch\nCOPY --from=build /app /\n"
    )
    for one in made.steps:
        assert all(number < one.id for number in one.inputs)
    copied = step(made, "COPY --from=build")
    assert copied.data["from"] == step(made, "RUN go build").id
    assert made.result.layers == [copied.id]
    assert copied.data["parent"] is None
    assert step(made, "RUN go build").data["parent"] == step(made, "COPY . .").id


def test_a_stage_that_nobody_needs_is_not_planned() -> None:
    text = "FROM a AS lint\nRUN lint\nFROM a AS test\nRUN test\nFROM a\nRUN make\n"
    assert [one.name for one in planned(text).steps if "RUN" in one.name] == [
        "[stage-2 2/2] RUN make"
    ]
    assert step(planned(text, target="test"), "RUN").name == "[test 2/2] RUN test"


def test_an_unknown_target_suggests_the_nearest_stage() -> None:
    message = 'target stage "biuld" could not be found (did you mean build?)'
    assert refusal("FROM a AS build\n", target="biuld") == message


def test_equal_steps_of_two_stages_are_one_step() -> None:
    made = planned(
        "FROM a AS x\nRUN make\nFROM a AS y\nRUN make\nRUN more\nFROM x\nCOPY --from=y /f /f\n"
    )
    assert len([one for one in made.steps if one.name.endswith("RUN make")]) == 1


def test_a_run_knows_its_command_environment_user_and_folder() -> None:
    made = planned("FROM a\nARG V=1\nENV W=$V\nUSER bob\nWORKDIR /w\nRUN echo $W\n")
    data = step(made, "RUN").data
    assert data["args"] == ["/bin/sh", "-c", "echo $W"]
    assert data["shell_form"] == "echo $W"
    assert (data["user"], data["workdir"]) == ("bob", "/w")
    assert {key: data["env"][key] for key in ("V", "W")} == {"V": "1", "W": "1"}
    assert dict(data["env"])["W"] == "1"


def test_a_run_in_exec_form_has_no_shell() -> None:
    data = step(planned('FROM a\nRUN ["ls", "-l"]\n'), "RUN").data
    assert (data["args"], data["shell_form"]) == (["ls", "-l"], None)


def test_mounts_name_their_source_steps() -> None:
    made = planned(
        "FROM a AS deps\nRUN get\nFROM a\nWORKDIR /src\n"
        "RUN --mount=from=deps,source=/d,target=/d --mount=type=cache,target=c,uid=5"
        " --mount=type=secret,id=key make\n"
    )
    bind, cache, secret = step(made, "make").data["mounts"]
    assert bind["input"] == step(made, "RUN get").id
    assert (bind["type"], bind["readonly"]) == ("bind", True)
    assert (cache["target"], cache["id"], cache["readonly"]) == ("/src/c", "c", False)
    assert cache["input"] == step(made, "setting cache mount permissions").id
    assert (secret["target"], secret["input"]) == ("/run/secrets/key", None)


@pytest.mark.parametrize(
    ("flag", "message"),
    [
        ("type=cache", 'invalid mount target "/"'),
        ("type=cache,tgt=/x", "unexpected key 'tgt' in 'tgt=/x' (did you mean dst?)"),
        ("type=chache,target=/x", 'unsupported mount type "chache" (did you mean cache?)'),
        ("type=bind,target=/x,uid=1", 'uid not allowed for "bind" type mounts'),
        ("type=secret", "invalid secret mount. one of source, target required"),
        ("type=bind,target", "invalid field 'target' must be a key=value pair"),
        ("type=tmpfs,target=/x,size=lots", "invalid value for size: lots"),
        ("type=bind,target=/x,sharing=locked", "invalid cache sharing set for bind mount"),
    ],
)
def test_a_wrong_mount_is_refused(flag: str, message: str) -> None:
    assert refusal(f"FROM a\nRUN --mount={flag} ls\n") == message


def test_a_copy_tells_where_its_files_go() -> None:
    made = planned("FROM a\nWORKDIR /w\nCOPY --chown=1:2 --exclude=*.md a b d/\nCOPY x y\n")
    first = step(made, "a b d/").data
    assert (first["sources"], first["dest"], first["from"]) == (["a", "b"], "/w/d/", "context")
    assert (first["chown"], first["exclude"]) == ("1:2", ["*.md"])
    assert step(made, "COPY x y").data["dest"] == "/w/y"


def test_inline_documents_are_expanded_unless_quoted() -> None:
    made = planned("FROM a\nENV N=5\nCOPY <<A <<'B' /d/\n$N\nA\n$N\nB\n")
    documents = step(made, "COPY").data["heredocs"]
    assert documents == [{"name": "A", "content": "5\n"}, {"name": "B", "content": "$N\n"}]


def test_add_fetches_before_it_copies() -> None:
    made = planned("FROM a\nADD https://example.com/x.tgz /d/\n")
    fetch, copy = (one for one in made.steps if "ADD" in one.name)
    assert (fetch.kind, fetch.data["url"]) == ("fetch", "https://example.com/x.tgz")
    assert fetch.id in copy.inputs


def test_an_external_image_named_by_from_is_looked_up() -> None:
    asked: list[str] = []

    def resolve(ref: str, platform: str) -> Base:
        asked.append(f"{ref} {platform}")
        return stand_in(ref, platform)

    text = "FROM --platform=linux/arm64 a\nCOPY --from=nginx:1 /x /x\n"
    made = planned(text, resolve=resolve)
    assert asked == [
        "docker.io/library/a:latest linux/arm64",
        "docker.io/library/nginx:1 linux/amd64",
    ]
    assert made.images == ["docker.io/library/a:latest", "docker.io/library/nginx:1"]
    assert [w.rule for w in made.warnings] == [
        "FromPlatformFlagConstDisallowed",
        "InvalidBaseImagePlatform",
    ]


def test_a_failed_lookup_names_the_image_and_the_line() -> None:
    def resolve(ref: str, platform: str) -> Base:
        raise DockerfileError("pull access denied")

    with pytest.raises(DockerfileError) as caught:
        planned("ARG A=1\nFROM alpin\n", resolve=resolve)
    assert caught.value.message == "alpin: pull access denied (did you mean alpine?)"
    assert caught.value.first_line == 2


def test_onbuild_triggers_of_an_external_image_run_first() -> None:
    def resolve(ref: str, platform: str) -> Base:
        base = stand_in(ref, platform)
        return Base(ref, base.digest, base.platform, base.config, base.history, ["RUN npm ci"])

    made = planned("FROM node\nRUN build\n", resolve=resolve)
    assert [one.name for one in made.steps][1:] == ["[2/3] ONBUILD RUN npm ci", "[3/3] RUN build"]


def test_names_of_steps_say_the_platform_when_there_are_many() -> None:
    made = planned("FROM a\nRUN x\n", platform="linux/arm64", many_platforms=True)
    assert made.steps[-1].name == "[linux/arm64 2/2] RUN x"


def test_labels_from_the_command_line_win() -> None:
    made = planned("FROM a\nLABEL a=1 b=2\n", labels={"a": "9"})
    assert made.result.config["Labels"] == {"a": "9", "b": "2"}


def test_an_entrypoint_drops_the_command_of_the_base() -> None:
    def resolve(ref: str, platform: str) -> Base:
        return Base(ref, "", "linux/amd64", {"Cmd": ["sh"], "User": "app", "WorkingDir": "/srv"})

    config = planned('FROM a\nWORKDIR x\nENTRYPOINT ["/e"]\n', resolve=resolve).result.config
    assert "Cmd" not in config
    assert (config["User"], config["WorkingDir"]) == ("app", "/srv/x")


def test_a_file_hidden_by_dockerignore_gets_a_warning() -> None:
    text = "FROM a\nCOPY secret.txt /\nADD docs /d\n"
    told = check_dockerfile(text, "x", "*.txt\n")["warnings"]
    detail = 'Attempting to Copy file "secret.txt" that is excluded by .dockerignore'
    assert told == [{"rule": "CopyIgnoredFile", "line": 2, "detail": detail}]
    assert check_dockerfile(text, "x", "*.txt\n!keep.txt\n")["warnings"] == []
    assert check_dockerfile("FROM a\nCOPY . .\n", "x", ".*\n")["warnings"] == []
    assert len(check_dockerfile("FROM a\nCOPY . .\n", "x", "*\n")["warnings"]) == 1


def test_a_checked_file_tells_its_added_layers_or_its_error() -> None:
    good = check_dockerfile("FROM a\nRUN x\nENV A=1\nWORKDIR /w\n", "good")
    assert good == {"name": "good", "error": None, "warnings": [], "layers_added": 2}
    bad = check_dockerfile("FROM a\nRUN --frm ls\n", "bad")
    assert bad["error"] == "dockerfile parse error on line 2: unknown flag: --frm"
    assert bad["layers_added"] is None
    assert check_dockerfile("", "empty")["error"] == "the Dockerfile cannot be empty"


def test_a_warning_can_be_switched_off_by_a_comment_above_the_line() -> None:
    text = "FROM a\n# check=skip=JSONArgsRecommended\nCMD x\nENTRYPOINT y\n"
    warnings, _ = check(text, resolve=stand_in)
    assert [(w.rule, w.line) for w in warnings] == [("JSONArgsRecommended", 4)]
    assert warnings[0].message == (
        "JSONArgsRecommended: JSON arguments recommended for ENTRYPOINT to prevent unintended"
        " behavior related to OS signals (line 4)"
    )
    assert warnings[0].url == "https://docs.docker.com/go/dockerfile/rule/json-args-recommended/"


def test_a_misspelt_variable_suggests_the_oldest_of_the_nearest() -> None:
    warnings, _ = check("FROM a\nENV AAAB=1 AAAC=2\nENV X=$AAAD\n", resolve=stand_in)
    assert warnings[0].detail == "Usage of undefined variable '$AAAD' (did you mean $AAAB?)"


def test_variables_cannot_eat_the_memory() -> None:
    text = "FROM a\nENV A=aaaaaaaaaa\n" + "ENV A=$A$A$A$A$A$A$A$A$A$A\n" * 30
    assert "variables expand to more than" in refusal(text)


def test_the_excerpt_shows_the_lines_around_an_error() -> None:
    text = "FROM a\n\nRNU x\nCMD y\n"
    assert excerpt(text, 3, 3) == (
        "Dockerfile:3\n--------------------\n"
        "   1 |     FROM a\n   2 |     \n   3 | >>> RNU x\n   4 |     CMD y\n   5 |     \n"
        "--------------------\n"
    )
    assert excerpt(text, 9, 9) == ""


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("HEALTHCHECK --interval=0.5ms CMD x", 'Interval "interval" cannot be less than 1ms'),
        ("HEALTHCHECK --timeout=5 CMD x", 'time: missing unit in duration "5"'),
        ("HEALTHCHECK --timeout=5x CMD x", 'time: unknown unit "x" in duration "5x"'),
        ("HEALTHCHECK TEST x", 'Unknown type "TEST" in HEALTHCHECK (try CMD)'),
        ("COPY --frm=x a b", "unknown flag: --frm (did you mean from?)"),
        ("COPY --from a b", "missing a value on flag: --from"),
        ("ONBUILD ONBUILD RUN x", "Chaining ONBUILD via `ONBUILD ONBUILD` isn't allowed"),
        ("RUN --device=a,b=c x", "unexpected key 'b' in 'b=c'"),
    ],
)
def test_an_instruction_is_refused_in_buildkits_words(line: str, message: str) -> None:
    told = refusal(f"FROM a\n{line}\n")
    assert told.startswith(f"dockerfile parse error on line 2: {message}")


@pytest.mark.parametrize(
    ("image", "message"),
    [
        (
            "a" * 64,
            f"invalid repository name ({'a' * 64}), cannot specify 64-byte hexadecimal strings",
        ),
        ("a:", "invalid reference format"),
        ("-a", "invalid reference format"),
        ("x@md5:" + "a" * 32, "unsupported digest algorithm"),
        ("x@sha256:" + "a" * 40, "invalid checksum digest length"),
        ("ghcr.io/A/b", "invalid reference format: repository name (A/b) must be lowercase"),
    ],
)
def test_a_wrong_image_name_is_refused(image: str, message: str) -> None:
    prefix = f'failed to parse stage name "{image}": '
    assert refusal(f"FROM {image}\n") == prefix + message
