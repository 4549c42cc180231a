"""The terminal's shell."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from simulator import Lab, Scenario


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


def finished(one: Lab, line: str, cwd: str = "") -> dict[str, Any]:
    """Type a line and let simulated time pass until it ends."""
    result = one.do({"terminal": line, **({"cwd": cwd} if cwd else {})})
    while result["exit_code"] is None:
        one.advance(one.now_us + 1_000_000)
        found = one.entry(result["entry"])
        assert found is not None and one.now_us < 600_000_000, found
        result = found
    return result


@pytest.mark.parametrize(
    ("line", "printed"),
    [
        ("for i in 1 2 3; do echo $i; done", "1\n2\n3\n"),
        ("echo $((1+2)) ${X:-none}", "3 none\n"),
        ("if docker inspect nope > /dev/null 2>&1; then echo yes; else echo no; fi", "no\n"),
        ('seq 3 | while read n; do echo "<$n>"; done | sort -r | head -2', "<3>\n<2>\n"),
        ("cat <<END | tr a-z A-Z\n$USER\nEND", "STUDENT\n"),
        ("mkdir -p a/b && cd a && touch b/c && ls -R", ".:\nb\n\n./b:\nc\n"),
        ("echo 'echo hi $1; exit 3' > s.sh; chmod +x s.sh; ./s.sh you; echo $?", "hi you\n3\n"),
        ('f() { echo "$1!"; }; f x', "x!\n"),
        ("alias l='echo listed'; l all", "listed all\n"),
        ("(cd /; pwd); pwd", "/\n/home/student\n"),
        ("rm -r nothing || echo $?", "rm: cannot remove 'nothing': No such file or directory\n1\n"),
        ("docker run --rm alpine sh -c 'exit 4' 2> /dev/null || echo failed $?", "failed 4\n"),
        ("for i in b a; do docker run --rm alpine echo $i; done 2> /dev/null | sort", "a\nb\n"),
    ],
)
def test_a_machines_terminal_has_the_shell_of_containers(line: str, printed: str) -> None:
    assert finished(lab(), line)["output"] == printed


def test_what_is_started_in_a_substitution_is_waited_for() -> None:
    one = lab()
    finished(one, "docker stop $(docker run -d --name web nginx:alpine)")
    assert one.do({"terminal": "docker ps -a --format '{{.Names}} {{.State}}'"})["output"] == (
        "web exited\n"
    )


def test_variables_functions_and_aliases_last_until_they_are_taken_back() -> None:
    one = lab()
    for line in ("TAG=1.2", "export NAME=app", "hello() { echo hello $1; }", "alias d=docker"):
        assert one.do({"terminal": line})["entry"] is not None
    assert one.do({"terminal": "echo $NAME:$TAG"})["output"] == "app:1.2\n"
    assert finished(one, "hello you")["output"] == "hello you\n"
    assert one.do({"terminal": "d ps -q"}) == {"output": "", "exit_code": 0, "entry": None}
    finished(one, "docker run --rm -e NAME alpine true")
    assert finished(one, "docker run --rm -e NAME -e TAG alpine env | grep -c '^NAME=app'")[
        "output"
    ] == ("1\n")


def test_a_pipe_hands_on_what_a_program_writes_while_it_goes_on() -> None:
    one = lab()
    finished(one, "docker run -d --name web -p 8080:80 nginx:alpine")
    entry = one.do({"terminal": "docker logs -f web 2> /dev/null | grep -o 'GET /[a-z]*'"})["entry"]
    finished(one, "sleep 1; curl -s localhost:8080/seen > /dev/null")
    one.advance(one.now_us + 1_000_000)
    found = one.entry(entry)
    assert found is not None and found["output"] == "GET /seen\n"
    one.do({"interrupt": entry})
    assert one.entry(entry)["exit_code"] == 130  # type: ignore[index]


def test_a_line_that_is_answered_reads_on() -> None:
    one = lab()
    entry = one.do({"terminal": "read -p 'Name? ' name; echo Hello $name"})["entry"]
    assert one.entry(entry)["reads"] == "line"  # type: ignore[index]
    one.do({"stdin": {"entry": entry, "text": "Ada\n"}})
    assert one.entry(entry)["output"] == "Name? Ada\nHello Ada\n"  # type: ignore[index]


def test_watch_repeats_what_looks_until_it_is_interrupted() -> None:
    one = lab()
    entry = one.do({"terminal": "watch -n 1 docker ps -a --format '{{.Names}}'"})["entry"]
    finished(one, "docker run -d --name seen alpine sleep 60")
    one.advance(one.now_us + 2_000_000)
    assert one.terminal(entry)["screen"].endswith("\n\nseen\n")  # type: ignore[index]
    assert "only what looks" in finished(one, "watch curl localhost")["output"]


def test_programs_of_the_terminal_run_for_xargs_and_time_says_how_long() -> None:
    one = lab()
    finished(one, "docker run -d --name a alpine sleep 900; docker run -d --name b alpine sleep 9")
    finished(one, "docker ps -q | xargs docker rm -f")
    assert one.do({"terminal": "docker ps -aq"})["output"] == ""
    assert finished(one, "time sleep 2.5")["output"].startswith("\nreal\t0m2.500s\n")


@pytest.mark.parametrize(
    "line", ["sleep 1 &", "for i in 1 2; do sleep 1 & done", "bash -c 'sleep 1 &'"]
)
def test_background_jobs_are_refused_in_words(line: str) -> None:
    assert "background jobs are not part" in lab().do({"terminal": line})["output"]


@pytest.mark.parametrize(
    ("line", "only_looks"),
    [
        ("ls | sort", True), ("docker ps | grep x > /dev/null 2>&1", True),
        ("sed -i s/a/b/ f", False),
        ("X=1", False), ("echo $(docker run alpine)", False), ("sort -o f f", False),
        ("awk '{print > \"f\"}' f", False), ("cat f > g", False), ("find . -delete", False),
        ("docker run -d --mount type$c=tmpfs,dst=/y alpine", False),
        ("docker ps --format {{.Names}}", True), ("docker rm {web,db}", False),
        ("$(echo rm) f", False), ("echo ${X:=1}", False), ("xargs rm", False),
    ],
)  # fmt: skip
def test_only_a_line_that_changes_nothing_stays_out_of_the_log(line: str, only_looks: bool) -> None:
    assert lab().is_read({"terminal": line}) is only_looks


@pytest.mark.parametrize(
    "line", ["for i in 1 2", "cat > f <<END\nhello", "docker ps \\", "echo 'a", "ls |", "f() {"]
)
def test_a_line_that_is_not_whole_asks_for_more_and_does_nothing(line: str) -> None:
    one = lab()
    result = one.do({"terminal": line})
    assert result["more"] is True and result["entry"] is None and result["exit_code"] == 2
    assert one.do({"terminal": "cat f"})["exit_code"] == 1


@given(st.text(max_size=120))
def test_any_line_is_answered(line: str) -> None:
    one = lab()
    before = one.digest()
    result = one.do({"terminal": line})
    assert result["entry"] is not None or one.digest() == before


def test_a_full_disk_takes_no_further_file() -> None:
    one = lab()
    finished(one, "for i in $(seq 250); do echo $i > f$i; done")
    assert "No space left on device" in finished(one, "echo more > f300")["output"]
    assert one.do({"terminal": "cat f300"})["exit_code"] == 1


def test_folders_links_and_modes_of_the_workspace_last() -> None:
    one = lab()
    finished(one, "mkdir empty; ln -s Dockerfile link; touch run.sh; chmod 755 run.sh")
    listed = one.do({"terminal": "ls -l"})["output"]
    assert "drwxr-xr-x" in listed and "link -> Dockerfile" in listed and "-rwxr-xr-x" in listed
    assert one.do({"terminal": "cd empty"})["cwd"] == "/home/student/empty"
    finished(one, "rmdir empty")
    assert one.do({"terminal": "cd empty"})["exit_code"] == 1
