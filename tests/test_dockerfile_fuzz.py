"""Whatever is typed, the front end answers or refuses with DockerfileError, and soon."""

from __future__ import annotations

import time
import tracemalloc
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.docker.check import check_dockerfile, stand_in
from simulator.docker.dockerfile import DockerfileError, excerpt, expand, parse, plan, split_words
from simulator.docker.dockerignore import Matcher, read

# Of processor time: the limit is 2 s, and a slow machine gets some more.
SECONDS = 5.0
_NAMES = (
    "FROM RUN COPY ADD ENV ARG LABEL CMD ENTRYPOINT EXPOSE USER WORKDIR VOLUME SHELL HEALTHCHECK"
    " ONBUILD STOPSIGNAL MAINTAINER AS from CMD NONE scratch a x y.z:1 80/tcp --from=x --chmod=u+x"
    " --mount=type=cache,target=/x --platform=$BUILDPLATFORM https://x/y.git#a:b? git@h:p"
)
_SIGNS = """["a", "b"] <<EOF EOF <<-"X" \\ ` # $A ${A:-b} ${A#*x} ${A//a/b} A=1 "q r" ' " { } ="""
_BREAKS = ["\n", "\n", "\n", "\t", " ", "\\\n", "\r\n", "\ufeff", "\x85", "\u2028", "\x00", "é"]
_DIRECTIVES = ["# escape=`\n", "# check=skip=all\n", "[", "]", "**", "!", "-", "/"]
WORDS = [*_NAMES.split(), *_SIGNS.split(), *_BREAKS, *_DIRECTIVES]
text_like = st.lists(st.sampled_from(WORDS) | st.text(max_size=4), max_size=40).map(" ".join)
files = text_like | st.text(max_size=200) | text_like.map(lambda text: "FROM a\n" + text)


def only_declared_errors(call: Callable[[], object]) -> None:
    try:
        call()
    except DockerfileError as error:
        assert error.message


@settings(max_examples=300, deadline=None, derandomize=True)
@given(files)
def test_any_text_is_planned_or_refused(text: str) -> None:
    only_declared_errors(lambda: parse(text))
    only_declared_errors(lambda: plan(text, resolve=stand_in))
    told = check_dockerfile(text, "x")
    assert (told["error"] is None) == (told["layers_added"] is not None)
    excerpt(text, 1, 2)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(text_like | st.text(max_size=60), st.dictionaries(st.text(max_size=3), st.text(max_size=9)))
def test_any_word_is_expanded_or_refused(word: str, env: dict[str, str]) -> None:
    env["A"] = "xaxbx\n*"
    only_declared_errors(lambda: expand(word, env))
    only_declared_errors(lambda: split_words(word, env, "`"))


@settings(max_examples=300, deadline=None, derandomize=True)
@given(st.text("ab/*?[]^-\\!. \n#d", max_size=30), st.text("ab/.*\n", max_size=12))
def test_any_pattern_is_asked_or_refused(text: str, path: str) -> None:
    only_declared_errors(lambda: Matcher(read(text)).matches(path))


def repeated(part: str) -> str:
    return part * (65_000 // len(part))


HARD = {
    "instructions": "FROM a\n" + repeated("RUN x\n"),
    "growing environment": "FROM a\n" + "".join(f"ENV a{i}=1\nRUN x\n" for i in range(3500)),
    "chain of stages": "FROM a AS s0\n" + "".join(f"FROM s{i} AS s{i + 1}\n" for i in range(2800)),
    "copies forward": "".join(f"FROM a AS s{i}\nCOPY --from=s{i + 1} a b\n" for i in range(1500)),
    "nested onbuild": "FROM a\n" + repeated("ONBUILD "),
    "continuations": "FROM a\nRUN " + repeated("a\\\n"),
    "here-documents": "FROM a\nCOPY " + "<<A " * 8000 + "/x\n" + "A\n" * 8000,
    "nested json": "FROM a\nRUN " + "[" * 60_000,
    "mounts": "FROM a\nRUN --mount=" + "type=cache," * 5800 + "target=/x x",
    "unset variables": "FROM a\nENV " + "a=$b " * 10_000,
    "ports": "FROM a\nEXPOSE " + "1-65535 " * 8000,
    "blanks in a directive": "#" + " " * 64_000 + "escape=x\nFROM a",
    "dots in a name": "FROM " + "a." * 32_000,
    "nested defaults": "FROM ${a:-" + "${a:-" * 9000 + "}" * 9001,
}


@pytest.mark.parametrize("text", HARD.values(), ids=HARD)
def test_64_kib_take_seconds_at_most(text: str) -> None:
    start = time.process_time()
    check_dockerfile(text, "x")
    assert time.process_time() - start < SECONDS


@pytest.mark.parametrize(
    "word",
    [
        "${A#" + "*a" * 15_000 + "}",
        "${A//" + "a*" * 9000 + "b/x}",
        "${A//a?/$1}" * 5000,
        "${B#" + "x$A " * 60 + "}",
        "${A//a/" + "n" * 50_000 + "}",
    ],
    ids=["prefix", "replace", "many", "grown", "multiplied"],
)
def test_a_pattern_takes_seconds_at_most(word: str) -> None:
    start = time.process_time()
    tracemalloc.start()
    only_declared_errors(lambda: expand(word, {"A": "a" * 32_000, "B": "ab"}))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 200_000_000
    assert time.process_time() - start < SECONDS * 2  # tracing costs as much again


@pytest.mark.parametrize(
    "pattern", ["a*" * 300 + "b", "**/a" * 3000, "[a-z]*" * 900, "/**" * 21_000]
)
def test_an_ignore_pattern_takes_seconds_at_most(pattern: str) -> None:
    start = time.process_time()
    Matcher([pattern]).matches("a" * 3000 + "/" + "a/" * 500)
    assert time.process_time() - start < SECONDS


def test_many_patterns_take_seconds_at_most() -> None:
    start = time.process_time()
    for text in ("é\n*é" * 13_000, "\n".join(f"*{number}" for number in range(11_000))):
        Matcher(read(text)).matches("a" * 500)
    assert time.process_time() - start < SECONDS
