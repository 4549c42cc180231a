"""The terminal's shell."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Lab, Scenario
from simulator.terminal.shell import ShellError, parse


def lab() -> Lab:
    """A lab with one machine."""
    return Lab(Scenario.load("laptop"), 1)


def test_lists_stop_at_the_first_failure() -> None:
    result = lab().do({"terminal": "false && echo no || echo yes; echo end"})
    assert result["output"] == "yes\nend\n"


def test_a_pipe_carries_output_into_the_next_program() -> None:
    assert lab().do({"terminal": "cat Dockerfile | grep -c COPY"})["output"] == "2\n"


def test_quotes_keep_words_together_and_variables_are_filled_in() -> None:
    result = lab().do({"terminal": "echo \"$USER is\" 'at $HOME' \\$x"})
    assert result["output"] == "student is at $HOME $x\n"


def test_a_redirection_writes_a_file_and_is_logged() -> None:
    one = lab()
    result = one.do({"terminal": "echo one > notes.txt && echo two >> notes.txt"})
    assert result["entry"] == 1
    assert one.do({"terminal": "cat notes.txt"})["output"] == "one\ntwo\n"


def test_an_unknown_program_says_what_bash_says() -> None:
    result = lab().do({"terminal": "dokcer ps"})
    assert (result["output"], result["exit_code"]) == ("bash: dokcer: command not found\n", 127)


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("echo 'a", "unexpected EOF while looking for matching `''"),
        ("&& ls", "syntax error near unexpected token `&&'"),
        ("ls |", "syntax error: unexpected end of file"),
        ("ls >", "syntax error near unexpected token `newline'"),
    ],
)
def test_a_line_that_bash_refuses_is_refused_in_its_words(line: str, message: str) -> None:
    result = lab().do({"terminal": line})
    assert result["output"] == f"bash: {message}\n"
    assert result["exit_code"] == 2


def test_cd_moves_the_prompt_and_a_missing_folder_is_named() -> None:
    one = lab()
    assert one.do({"terminal": "cd .."})["cwd"] == "/home"
    assert one.do({"terminal": "cd nowhere"})["output"] == (
        "bash: cd: nowhere: No such file or directory\n"
    )


def test_a_line_that_takes_time_is_answered_later_and_can_be_interrupted() -> None:
    one = lab()
    first = one.do({"terminal": "sleep 5 && echo done"})
    assert first["exit_code"] is None
    one.advance(6_000_000)
    assert one.entry(first["entry"])["output"] == "done\n"
    second = one.do({"terminal": "sleep 100"})
    one.do({"interrupt": second["entry"]})
    assert one.entry(second["entry"])["exit_code"] == 130


@given(st.text(max_size=200))
def test_any_text_is_parsed_or_refused(line: str) -> None:
    try:
        steps = parse(line, {"HOME": "/home/student"})
    except ShellError:
        return
    assert all(command["argv"] or command["redirects"] for _, pipe in steps for command in pipe)


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("echo $(pwd)/data", "/home/student/data\n"),
        ("echo `whoami`@$(hostname)", "student@laptop\n"),
        ('echo "$(echo "a  b") c"', "a  b c\n"),
        ("echo $(echo 'a  b)') c", "a b) c\n"),
        ("echo x$(docker ps -q)y", "xy\n"),
        ("echo $(echo $(echo deep))", "deep\n"),
        ("echo $(cat nope) on", "cat: nope: No such file or directory\non\n"),
    ],
)
def test_what_a_command_prints_stands_in_its_place(line: str, printed: str) -> None:
    assert lab().do({"terminal": line})["output"] == printed


def test_all_containers_are_removed_by_their_numbers() -> None:
    one = lab()
    for name in "ab":
        one.do({"terminal": f"docker run -d --name {name} alpine sleep 900"})
        one.advance(30_000_000)
    result = one.do({"terminal": "docker rm -f $(docker ps -aq)"})
    assert result["entry"] is not None
    assert one.do({"terminal": "docker ps -aq"})["output"] == ""


@pytest.mark.parametrize(
    ("line", "words"),
    [
        ("docker stop $(docker run -d nginx)", "only what looks can be put in here"),
        ("echo $(ls", "unexpected EOF while looking for matching `)'"),
        ("echo $((1+2))", "arithmetic is not part of this shell"),
    ],
)
def test_a_substitution_that_cannot_be_is_refused_in_words(line: str, words: str) -> None:
    one = lab()
    assert words in one.do({"terminal": line})["output"]
    assert one.do({"terminal": "docker ps -aq"})["output"] == ""
