"""Reading manifests: safe, bounded, and with the complaints of the real client."""

from __future__ import annotations

import contextlib
import shutil
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.terminal.kubectl import manifests, output
from simulator.terminal.kubectl.errors import KubectlError

HEAD = "apiVersion: v1\nkind: Pod\nmetadata:\n"
BROKEN = {
    "tab": HEAD + "\tname: x\n",
    "indent": HEAD + "  name: a\n name: b\n",
    "colon": "apiVersion: v1\nkind: Pod\nmetadata: name: a\n",
    "quote": HEAD + '  name: "a\nspec: {}\n',
    "bracket": HEAD + "  labels: [a, b\nspec: {}\n",
    "word": "apiVersion: v1\nkind: Pod\nfoo\nspec: {}\n",
    "anchor": HEAD + "  x: *b\n",
    "dash": HEAD + "  name: a\n - x: b\n",
    "json": '{"kind": "Pod", }',
    "star": HEAD + "  name: * * *\n",
    "directive": HEAD + "% name: x\n",
    "tab within": HEAD + "  name: x\n \t  labels: {}\n",
    "colon in braces": HEAD + "  labels: {a:[b]}\n",
    "no key": HEAD + "  labels: {null: b}\n",
    "block": HEAD + "  name: | x\n",
}


def complaint(text):
    with pytest.raises(KubectlError) as caught:
        manifests.load(text, "f.yaml")
    return f"error: {caught.value.message}"


@pytest.mark.skipif(shutil.which("kubectl") is None, reason="kubectl is not installed")
@pytest.mark.parametrize("name", sorted(BROKEN))
def test_broken_manifests_are_refused_as_the_real_client_does(name, tmp_path):
    (tmp_path / "f.yaml").write_text(BROKEN[name])
    real = subprocess.run(
        ["kubectl", "create", "--dry-run=client", "--validate=false", "-f", "f.yaml"],
        capture_output=True, text=True, cwd=tmp_path, env={"PATH": "/usr/bin:/bin:/usr/local/bin"},
        timeout=30,
    )  # fmt: skip
    words = [line for line in real.stderr.splitlines() if "memcache" not in line]
    assert complaint(BROKEN[name]) == words[0]


@pytest.mark.parametrize("text", ["hello\n", "- a\n- b\n"])
def test_what_is_no_object_is_refused_before_it_is_sent(text):
    words = (
        'error: error validating "f.yaml": error validating data: invalid object to validate; '
        "if you choose to ignore these errors, turn validation off with --validate=false"
    )  # of kubectl 1.32.4 with a server; without one it does not validate
    assert complaint(text) == words


@pytest.mark.parametrize(
    ("text", "value"),
    [("yes", True), ("off", False), ("0644", 420), ("0x10", 16), ("1_000", 1000), ("1.5", 1.5),
     ("~", None), ("12:30", "12:30"), ("2026-01-05", "2026-01-05"), ('"1"', "1"), ("1e3", 1000.0)],
)  # fmt: skip
def test_plain_words_mean_what_they_mean_in_go(text, value):
    assert manifests.plain_yaml(f"a: {text}") == {"a": value}


@pytest.mark.parametrize(
    ("text", "value"),
    [("a: [x]\t\nb: c\td", {"a": ["x"], "b": "c\td"}), ("a\t: {b: c:, d: e}", {"a": {"b": "c:",
      "d": "e"}}), ("a: b\n  \tc", {"a": "b c"})],
)  # fmt: skip
def test_tabs_and_colons_separate_where_they_do_in_go(text, value):
    assert manifests.plain_yaml(text) == value


def test_a_bomb_of_aliases_is_refused():
    bomb = "a: &a [x, x]\n" + "".join(f"b{n}: [{', '.join(['*a'] * 20)}]\n" for n in range(20))
    assert "excessive aliasing" in complaint(HEAD + "  name: x\n" + bomb)


def test_deep_nesting_is_refused():
    assert "exceeded max depth" in complaint("a: " + "[" * 3000 + "]" * 3000)


def test_a_huge_file_is_refused():
    assert "larger than 1 MiB" in complaint("# " + "x" * (1 << 20))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(KubectlError):
        manifests.load(text, "f.yaml")


KEYS = st.text("abyn01.~", min_size=1, max_size=4)
PLAIN = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**40), 2**40) | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=3),
    max_leaves=12,
)  # fmt: skip


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(st.sampled_from(["a", "b", "yes", "1"]), PLAIN, max_size=3))
def test_what_is_written_as_yaml_reads_back_the_same(value):
    assert manifests.plain_yaml(output.to_yaml(value)) == value
