"""Typing into containers: shells and other programs at a prompt, and how one leaves them."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, run_for


@pytest.fixture
def lab() -> Lab:
    made = make_lab()
    for image in ("alpine:3.24", "debian:bookworm-slim", "python:3.12-slim", "redis:7"):
        add_image(made, image)
    return made


def begin(lab: Lab, line: str) -> int:
    entry = lab.do({"terminal": line, "machine": "laptop"})["entry"]
    run_for(lab, 2)
    return int(entry)


def type_in(lab: Lab, entry: int, *texts: str) -> dict[str, Any]:
    for text in texts:
        lab.do({"stdin": {"entry": entry, "text": text}})
        run_for(lab, 1)
    found = lab.entry(entry)
    assert found is not None
    return found


def ask(lab: Lab, line: str) -> str:
    return str(lab.do({"terminal": line, "machine": "laptop"})["output"])


def test_a_shell_keeps_its_folder_its_variables_and_its_status(lab: Lab) -> None:
    entry = begin(lab, "docker run -it --rm alpine:3.24")
    lines = ["cd /etc\n", "A=1; export B=2\n", "nope\n", "echo $A $B $?\n", "env | grep B=\n"]
    found = type_in(lab, entry, *lines, "exit 3\n")
    assert found["output"] == (
        "/ # cd /etc\n/etc # A=1; export B=2\n/etc # nope\n/bin/sh: nope: not found\n"
        "/etc # echo $A $B $?\n1 2 127\n/etc # env | grep B=\nB=2\n/etc # exit 3\n"
    )
    assert found["exit_code"] == 3 and ask(lab, "docker ps -aq") == ""


def test_the_prompt_is_that_of_the_image_and_the_user(lab: Lab) -> None:
    entry = begin(lab, "docker run -it --name deb debian:bookworm-slim")
    name = ask(lab, "docker ps -q").strip()
    found = type_in(lab, entry, "cd /root\n", "nope\n", "cd x\n")
    assert found["output"] == (
        f"root@{name}:/# cd /root\nroot@{name}:~# nope\nbash: nope: command not found\n"
        f"root@{name}:~# cd x\nbash: cd: x: No such file or directory\nroot@{name}:~# "
    )
    assert found["reads"] == "raw"
    other = begin(lab, "docker exec -it -u 1000 deb sh")
    assert type_in(lab, other, "\x04")["output"] == "$ \n"


def test_ctrl_c_ends_what_runs_and_not_the_shell(lab: Lab) -> None:
    entry = begin(lab, "docker run -it --rm alpine:3.24 sh")
    type_in(lab, entry, "sleep 100\n")
    lab.do({"interrupt": entry})
    run_for(lab, 1)
    assert type_in(lab, entry, "echo $?\n")["output"] == "/ # sleep 100\n^C\n/ # echo $?\n130\n/ # "
    assert type_in(lab, entry, "\x04")["exit_code"] == 0


def test_lines_typed_ahead_wait_for_the_shell(lab: Lab) -> None:
    entry = begin(lab, "docker run -it --rm alpine:3.24 sh")
    lab.do({"stdin": {"entry": entry, "text": "sleep 2; echo one\necho two\n"}})
    run_for(lab, 5)
    found = lab.entry(entry)
    assert found is not None and found["output"].endswith("one\n/ # two\n/ # ")


def test_a_line_typed_before_the_shell_has_begun_waits_for_it(lab: Lab) -> None:
    entry = lab.do({"terminal": "docker run -it --rm alpine:3.24"})["entry"]
    while (line := lab.terminal(entry)) is not None and line["reads"] is None:
        lab.advance(lab.now_us + 10_000)
    assert line is not None and "/ # " not in line["text"]
    assert type_in(lab, entry, "echo $((6*7))\n")["output"].endswith("42\n/ # ")


def test_an_unfinished_command_gets_a_second_prompt(lab: Lab) -> None:
    entry = begin(lab, "docker run -it --rm alpine:3.24 sh")
    found = type_in(lab, entry, "for i in 1 2\n", "do echo $i\n", "done\n", "echo )\n")
    assert found["output"] == (
        "/ # for i in 1 2\n> do echo $i\n> done\n1\n2\n/ # echo )\n"
        'sh: syntax error: unexpected ")"\n/ # '
    )


def test_a_program_in_front_reads_what_is_typed(lab: Lab) -> None:
    entry = begin(lab, "docker run -it --rm alpine:3.24 sh")
    lines = ["cat > /tmp/note\n", "first\n", "\x04", "read word\n", "second\n", "echo $word\n"]
    found = type_in(lab, entry, *lines, "cat /tmp/note\n")
    assert found["output"].endswith("/ # echo $word\nsecond\n/ # cat /tmp/note\nfirst\n/ # ")


def test_the_detach_keys_leave_a_container_that_goes_on(lab: Lab) -> None:
    entry = begin(lab, "docker run -it --name box alpine:3.24")
    found = type_in(lab, entry, "X=kept\n", "\x10\x11")
    assert found["exit_code"] == 0 and ask(lab, "docker ps --format '{{.Names}}'") == "box\n"
    again = begin(lab, "docker attach --detach-keys ctrl-x box")
    found = type_in(lab, again, "echo $X\n", "\x18")
    assert found["output"] == "echo $X\nkept\n/ # read escape sequence\n"
    assert found["exit_code"] == 1
    refused = lab.do({"stdin": {"entry": again, "text": "x\n"}})
    assert refused["error"] == f"line {again} has ended"


def test_a_stopped_container_is_started_with_a_new_shell(lab: Lab) -> None:
    entry = begin(lab, "docker run -it --name box alpine:3.24")
    type_in(lab, entry, "touch /left\n", "exit\n")
    found = type_in(lab, begin(lab, "docker start -ai box"), "ls /left\n", "exit 4\n")
    assert found["output"] == "/ # ls /left\n/left\n/ # exit 4\n" and found["exit_code"] == 4


def test_without_a_terminal_there_is_no_prompt_and_ctrl_d_closes_the_pipe(lab: Lab) -> None:
    entry = begin(lab, "docker run -i --rm alpine:3.24")
    assert lab.entry(entry)["reads"] == "line"  # type: ignore[index]
    found = type_in(lab, entry, "echo hi\n", "\x04")
    assert found["output"] == "echo hi\nhi\n" and found["exit_code"] == 0
    refused = lab.do({"terminal": "echo hi | docker run -it alpine:3.24", "machine": "laptop"})
    assert (refused["output"], refused["exit_code"]) == ("the input device is not a TTY\n", 1)


def test_ctrl_c_that_a_container_ignores_is_forwarded_until_the_third(lab: Lab) -> None:
    entry = begin(lab, "docker run alpine:3.24 sleep 1000")
    for _ in range(2):
        lab.do({"interrupt": entry})
        assert lab.entry(entry)["exit_code"] is None  # type: ignore[index]
    lab.do({"interrupt": entry})
    found = lab.entry(entry)
    assert found is not None and found["exit_code"] == 1
    assert found["output"] == "^C^C^C\ngot 3 SIGTERM/SIGINTs, forcefully exiting\n"
    assert ask(lab, "docker ps -q") != ""


def test_python_evaluates_what_is_typed(lab: Lab) -> None:
    entry = begin(lab, "docker run -it --rm python:3.12-slim")
    lines = ["def twice(n):\n", "    return n * 2\n", "\n", "twice(21)\n", "1/0\n", "exit()\n"]
    text = type_in(lab, entry, *lines)["output"]
    assert ">>> def twice(n):\n...     return n * 2\n... \n>>> twice(21)\n42\n" in text
    assert 'File "<stdin>", line 1, in <module>\nZeroDivisionError: division by zero\n' in text


def test_python_takes_any_text_and_complains_in_its_own_words(lab: Lab) -> None:
    entry = begin(lab, "docker run -it --rm python:3.12-slim")
    text = type_in(lab, entry, "1;\n", "2 # two\n", "def (\n", "x = ;\n", "'a\n")["output"]
    assert ">>> 1;\n1\n>>> 2 # two\n2\n>>> def (\n" in text
    assert text.count("SyntaxError: ") == 3 and text.endswith(">>> ")


def test_redis_cli_shows_types_at_its_prompt(lab: Lab) -> None:
    begin(lab, "docker run -d --name cache redis:7")
    entry = begin(lab, "docker exec -it cache redis-cli")
    found = type_in(lab, entry, "SET a 1\n", "INCR a\n", "GET a\n", "GET b\n", "quit\n")
    prompt = "127.0.0.1:6379> "
    assert found["output"] == (
        f'{prompt}SET a 1\nOK\n{prompt}INCR a\n(integer) 2\n{prompt}GET a\n"2"\n'
        f"{prompt}GET b\n(nil)\n{prompt}quit\n"
    )


def test_psql_takes_statements_of_several_lines_at_its_prompt(lab: Lab) -> None:
    add_image(lab, "postgres:17")
    begin(lab, "docker run -d --name db -e POSTGRES_PASSWORD=x postgres:17")
    run_for(lab, 20)
    entry = begin(lab, "docker exec -it db psql -U postgres")
    found = type_in(lab, entry, "select 40\n", "+ 2;\n", "select * from t;\n", "\\dt\n", "\\q\n")
    text = found["output"]
    assert text.startswith("psql (17") and found["exit_code"] == 0
    assert "postgres=# select 40\npostgres-# + 2;\n ?column? \n----------\n       42\n" in text
    assert 'relation "t" does not exist' in text and "Did not find any relations.\n" in text


def test_a_typed_session_replays_to_the_same_digest() -> None:
    lab = make_lab()
    entry = begin(lab, "docker run -it --name box alpine:3.24")
    run_for(lab, 60)  # the image is pulled
    type_in(lab, entry, "echo one > /note\n", "sleep 30\n", "\x03", "cat\n", "x\n", "\x04\x04")
    found = type_in(lab, begin(lab, "docker start -ai box"), "cat /note\n")
    assert found["output"] == "/ # cat /note\none\n/ # "
    again = Lab.replay(lab.export())
    assert again.digest() == lab.digest()
    assert again.entry(entry) == lab.entry(entry)
