"""The shell inside containers: grammar, expansion, time, children, errors."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.lab import Lab
from simulator.programs.shell.compiler import compile_script
from simulator.shell.lexer import ShellSyntaxError
from tests.docker_world import add_image, make_lab, output, run_for, start, state

ALPINE = "alpine:3.24"

CASES = [
    ("echo a b   c", "a b c\n"),
    ("echo 'a   b' \"c  d\"", "a   b c  d\n"),
    ("x=1; y=${x}2; echo $y ${z:-none} ${#y}", "12 none 2\n"),
    (
        r"printf '\033[1m%-4s|%05.1f|%x\n' ab 2.25 0x1f; echo -e '\x41\v'",
        "\x1b[1mab  |002.2|1f\nA\v\n",
    ),
    ("false || echo no; true && echo yes", "no\nyes\n"),
    ("if [ -f /etc/passwd ]; then echo file; else echo none; fi", "file\n"),
    ("for i in 1 2 3; do [ $i = 2 ] && continue; echo $i; done", "1\n3\n"),
    ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n"),
    ("case abc in a*) echo A;; *) echo other;; esac", "A\n"),
    ("f() { echo got $1; return 4; }; f x; echo $?", "got x\n4\n"),
    ("echo hello | tr a-z A-Z | wc -c", "6\n"),
    ("printf 'b\\na\\n' | sort", "a\nb\n"),
    ("n=$(echo 5); echo $((n * 2))", "10\n"),
    ("echo one > /tmp/f; echo two >> /tmp/f; cat /tmp/f", "one\ntwo\n"),
    ("set -- a b c; shift; echo $# $1", "2 b\n"),
    ("(cd /tmp; pwd); pwd", "/tmp\n/\n"),
    ("echo a >/dev/null 2>&1; echo b", "b\n"),
    ("x=a.tar.gz; echo ${x%.gz} ${x%%.*} ${x#*.}", "a.tar a tar.gz\n"),
    ("echo /etc/pass*", "/etc/passwd\n"),
    (
        "cd /etc; echo '*'wd pass'w'*; echo \"[p]asswd\" [[:lower:]]asswd",
        "*wd passwd\n[p]asswd passwd\n",
    ),
    ("case a9 in [[:alpha:]][!a-z]) echo yes;; esac; case x in '?') echo no;; esac", "yes\n"),
    ("x='a*b'; echo ${x%\"*b\"} ${x#a'?'}", "a a*b\n"),
    ("! false && echo ok", "ok\n"),
    ("echo x | while read line; do echo got $line; done", "got x\n"),
    ("echo a/b | sed 's,/,-&-,'; echo aXa | sed -E 's/(x)/[\\1]/I'", "a-/-b\na[X]a\n"),
    ("true && false && echo no || echo or; false || true && echo and", "or\nand\n"),
    ("nosuch; echo $?", "sh: nosuch: not found\n127\n"),
]


@pytest.fixture(scope="module")
def lab() -> Lab:
    made = make_lab()
    add_image(made, ALPINE)
    return made


@pytest.mark.parametrize(("script", "expected"), CASES)
def test_scripts_print_what_a_real_shell_prints(lab: Lab, script: str, expected: str) -> None:
    container = start(lab, ALPINE, "sleep", "600")
    assert lab.engine.docker.exec_("laptop", container, ["sh", "-c", script])[1] == expected
    lab.engine.docker.remove("laptop", container, force=True)


def test_a_chain_of_any_length_is_compiled() -> None:
    assert len(compile_script("a && b || " * 9000 + "c")[0]) > 36_000


def test_set_e_ends_a_script_at_its_first_failure(lab: Lab) -> None:
    container = start(lab, ALPINE, "sh", "-ec", "echo a; false; echo b")
    assert (output(lab, container), state(lab, container)["ExitCode"]) == ("a\n", 1)


def test_a_loop_without_a_pause_takes_time_and_does_not_hang(lab: Lab) -> None:
    container = start(lab, ALPINE, "sh", "-c", "while true; do :; done", wait=3)
    assert state(lab, container)["Running"]
    lab.engine.docker.remove("laptop", container, force=True)


def test_background_commands_run_beside_and_wait_waits_for_them(lab: Lab) -> None:
    script = "(sleep 2; echo slow) & echo fast; wait; echo done"
    container = start(lab, ALPINE, "sh", "-c", script, wait=1.5)
    assert output(lab, container) == "fast\n"
    run_for(lab, 3)
    assert output(lab, container) == "fast\nslow\ndone\n"


@pytest.mark.parametrize(
    "script", ["if true", "[[ \\", "[[ a", "echo 'open", "while true; do", ") x", "case a in"]
)
def test_what_no_shell_accepts_ends_with_status_2(lab: Lab, script: str) -> None:
    container = start(lab, ALPINE, "sh", "-c", script)
    assert state(lab, container)["ExitCode"] == 2
    assert "yntax error" in output(lab, container)


@settings(max_examples=150, deadline=None)
@given(st.text(alphabet="ab$(){};|&<>'\"`\\ \n#!=-ifdoen", max_size=40))
def test_any_text_is_compiled_or_refused(text: str) -> None:
    try:
        compile_script(text)
    except ShellSyntaxError as error:
        assert str(error)


@pytest.mark.parametrize("text", ["(" * 60_000, "f((n *echo hello | tr a-z A-Z; " * 2000])
def test_many_brackets_without_an_end_are_refused(text: str) -> None:
    with pytest.raises(ShellSyntaxError):
        compile_script(text)


REFUSED = [
    ("chown", "chown: missing operand\n", 1),
    ("head -n x /etc/passwd", "head: invalid number 'x'\n", 1),
    ("chmod 9 /etc/passwd", "chmod: invalid mode '9'\n", 1),
    ("dd bs=x", "dd: invalid number 'x'\n", 1),
    ("timeout x env", "timeout: invalid time interval 'x'\n", 125),
    ("ping -c x localhost", "ping: invalid number 'x'\n", 1),
    ("echo aaaa | grep -E '(a+)+b'", "grep: Invalid regular expression\n", 2),
    ("test 1 -eq ²", "sh: ²: bad number\n", 2),
    ("[ 1 -eq '' ]", "sh: : bad number\n", 2),
    ("id 99999999999", "id: unknown user 99999999999\n", 1),
]


@pytest.mark.parametrize(("script", "words", "code"), REFUSED)
def test_a_utility_refuses_what_it_cannot_read(
    lab: Lab, script: str, words: str, code: int
) -> None:
    container = start(lab, ALPINE, "sleep", "600")
    answer = lab.engine.docker.exec_("laptop", container, ["sh", "-c", script])
    lab.engine.docker.remove("laptop", container, force=True)
    assert answer == (code, words)


@pytest.mark.parametrize(
    "script",
    [
        "printf %999999999d 1",
        "printf %d inf",
        "timeout 1 " * 5000 + "true",
        "ping -c 999999999 localhost",
        "tail -n -0 /etc/passwd; tail -n +0 /etc/passwd; seq 1 9999999999999",
        "sleep " + "9" * 400,
        "//nothing",
        "sed s" + "/" * 60_000 + " /etc/passwd",
    ],
)
def test_no_utility_takes_long_or_fails(lab: Lab, script: str) -> None:
    container = start(lab, ALPINE, "sh", "-c", script)
    lab.engine.docker.remove("laptop", container, force=True)


def test_ps_shows_a_script_of_many_lines_in_one_line(lab: Lab) -> None:
    container = start(lab, ALPINE, "sh", "-c", "sleep 1\nps", wait=3)
    shown = [line for line in output(lab, container).splitlines() if "sleep 1 ps" in line]
    assert len(shown) == 1


def test_a_lone_sign_between_double_brackets_is_refused(lab: Lab) -> None:
    container = start(lab, ALPINE, "sleep", "600")
    code, words = lab.engine.docker.exec_("laptop", container, ["sh", "-c", "[[ a | b ]]"])
    assert (code, words) == (2, 'sh: syntax error: unexpected "|"\n')


def test_the_errors_of_a_program_go_where_the_script_sends_them(lab: Lab) -> None:
    script = """sh -c 'echo out; echo bad >&2' > /tmp/o; echo "[$(cat /tmp/o)]"
sh -c 'echo out; echo hidden >&2' 2>/dev/null
x=$(sh -c 'echo out; echo told >&2'); echo "[$x]"
y=$(sh -c 'echo out; echo taken >&2' 2>&1); echo "[$y]"
"""
    box = start(lab, ALPINE, "sh", "-c", script)
    assert output(lab, box) == "bad\n[out]\nout\ntold\n[out]\n[out\ntaken]\n"


@pytest.mark.parametrize("script", [":(){ :|:& };:", "f(){ f|f; }; f", "f(){ echo $(f); }; f"])
def test_a_script_that_starts_itself_for_ever_gets_no_more_processes(script: str) -> None:
    lab = make_lab()
    add_image(lab, ALPINE)
    container = start(lab, ALPINE, "sh", "-c", script, wait=10)
    assert "sh: can't fork: Resource temporarily unavailable\n" in output(lab, container)
    assert state(lab, container)["Status"] == "exited"


def test_more_background_commands_than_processes_end_the_script() -> None:
    lab = make_lab()
    add_image(lab, "debian:bookworm-slim")
    script = "while true; do sleep 60 & done"
    container = start(lab, "debian:bookworm-slim", "sh", "-c", script, wait=10)
    assert output(lab, container) == "sh: 1: Cannot fork\n"
    assert state(lab, container)["ExitCode"] == 2


def test_braces_that_would_make_millions_of_words_are_refused() -> None:
    lab = make_lab()
    add_image(lab, "debian:bookworm-slim")
    container = start(lab, "debian:bookworm-slim", "bash", "-c", "echo {1..5000}{1..5000}")
    assert "brace expansion: cannot allocate memory" in output(lab, container)
    assert state(lab, container)["ExitCode"] == 1
