"""Scripts in a container and in a build step; the answers are those of bash 5.2 and dash 0.5.12."""

from __future__ import annotations

import pytest

from simulator.docker import catalogue, layer
from simulator.docker.shellmodel import Request, run
from simulator.docker.tree import Files, Tree
from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, start, state

DEBIAN = "debian:bookworm-slim"
PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# (shell, script, what it writes, its status); what holds for both shells is run in both
SCRIPTS: list[tuple[str, str, str, int]] = [
    ("both", "(echo sub; exit 2); echo $?; (cd /; x=1); echo ${x:-unset}", "sub\n2\nunset\n", 0),
    ("both", "set -e; (false; echo no); echo never", "", 1),
    ("both", "set -e; f() { false; echo in; }; f || echo or; f; echo no", "in\n", 1),
    ("both", "set -e; f() { return 1; }; f && echo; echo e; f; echo no", "e\n", 1),
    ("both", "set -e; f() { false && true; }; f; echo no", "", 1),
    ("both", "f() { (return 3; echo no); echo $?; }; f; h() ( exit 5 ); h; echo $?", "3\n5\n", 0),
    ("both", "trap 'echo bye $?' EXIT; echo hi; exit 3", "hi\nbye 3\n", 3),
    ("both", "trap 'exit 7' EXIT; false", "", 7),
    ("both", "trap 'echo out' EXIT; (trap 'echo in' EXIT; exit 2); echo $?", "in\n2\nout\n", 0),
    ("both", "trap 'echo no' EXIT; trap - EXIT; trap", "", 0),
    ("dash", "trap x FOO", "sh: 1: trap: FOO: bad trap\n", 1),
    ("dash", "trap '' INT; trap", "trap -- '' INT\n", 0),
    ("bash", "trap '' INT; trap", "trap -- '' SIGINT\n", 0),
    ("bash", "trap 'echo err' ERR; false; f() { false; }; f || true", "err\n", 0),
    ("both", "{ echo o; echo e >&2; } > f 2>&1; cat f; (echo c; echo d >&2) 2>&1 | tr a-z A-Z",
     "o\ne\nC\nD\n", 0),
    ("both", "x=$({ echo a; echo b >&2; } 2>&1 > /dev/null); echo $x; y=$(ls nope 2>&1); echo $y",
     "b\nls: cannot access 'nope': No such file or directory\n", 0),
    ("both", "exec 3> f; echo three >&3; exec 3>&-; exec 4< f; read x <&4; echo got $x",
     "got three\n", 0),
    ("both", "exec 3>&1; x=$(echo seen >&3; echo kept); echo $x; exec > f; echo y; cat f >&3",
     "seen\nkept\ny\n", 0),
    ("both", "printf '1\\n2\\n' > f; while read x <&3; do echo $x; done 3< f; exec < f; cat",
     "1\n2\n1\n2\n", 0),
    ("both", "printf '1\\n2\\n' | while read x; do echo got $x; cat; done", "got 1\n2\n", 0),
    ("bash", "exec 3<<< 'a b'; read -u 3 x y; echo $y; echo x >&7", "b\nbash: line 1: 7: Bad file "
     "descriptor\n", 1),
    ("bash", "[ a -eq 1 ]; [ a b ]; [ a b c ]; [ \\( 1 -eq 1 \\) ] && echo ok",
     "bash: line 1: [: a: integer expression expected\nbash: line 1: [: a: unary operator "
     "expected\nbash: line 1: [: b: binary operator expected\nok\n", 0),
    ("dash", "[ a -eq 1 ]; test a b; [ a = ]",
     "sh: 1: [: Illegal number: a\nsh: 1: test: a: unexpected operator\n"
     "sh: 1: [: =: argument expected\n", 2),
    ("dash", "echo -e 'a\\tb'; printf '%*d|%d\\n' 4 42 x; echo $?",
     "-e a\tb\nsh: 1: printf: x: expected numeric value\n  42|0\n1\n", 0),
    ("bash", "echo 'a\\tb'; printf '%q %d\\n' 'a b' 1x; echo $?",
     "a\\tb\nbash: line 1: printf: 1x: invalid number\na\\ b 1\n1\n", 0),
    ("bash", "set -u; echo $nope", "bash: line 1: nope: unbound variable\n", 127),
    ("bash", "set -x; x=1 y='a b'; z=$(echo $x) sh -c : \"$y\"; for i in 1; do :; done",
     "+ x=1\n+ y='a b'\n++ echo 1\n+ z=1\n+ sh -c : 'a b'\n+ for i in 1\n+ :\n", 0),
    ("dash", "set -x; x=1 y='a b'; z=$(echo $x) sh -c : \"$y\"; for i in 1; do :; done",
     "+ x=1 y=a b\n+ echo 1\n+ z=1 sh -c : a b\n+ :\n", 0),
    ("bash", "R=1; readonly R; (R=2) 2>&1; x=3 :; echo $x $R; R=2; echo no",
     "bash: line 1: R: readonly variable\n1\nbash: line 1: R: readonly variable\n", 1),
    ("dash", "readonly R=1; R=2; echo no", "sh: 1: R: is read only\n", 2),
    ("both", "mkdir -p a/b c; touch a/1 c/2; echo */ ./* a/../* */*; set -f; echo *",
     "a/ c/ ./a ./c a/../a a/../c a/1 a/b c/2\n*\n", 0),
    ("bash", "shopt -s nullglob; echo [*.x]; f() { echo $FUNCNAME; }; f", "\nf\n", 0),
    ("bash", "echo $((1 +))", 'bash: line 1: 1 +: syntax error: operand expected (error token is '
     '"+")\n', 1),
    ("bash", "echo $((6/(2-2)))", 'bash: line 1: 6/(2-2): division by 0 (error token is '
     '"(2-2)")\n', 1),
    ("dash", "x=08; echo $((x))", "sh: 1: Illegal number: 08\n", 2),
    ("dash", "echo $((1 2))", 'sh: 1: arithmetic expression: expecting EOF: "1 2"\n', 2),
    ("dash", "set -- -x -b; while getopts b: o; do echo $o; done",
     "Illegal option -x\n?\nNo arg for -b option\n?\n", 0),
    ("both", "(exit 3) & wait $!; echo $?; env -i A=1 /usr/bin/env; B=2 env -u B sh -c 'echo $B'",
     "3\nA=1\n\n", 0),
    ("dash", "command -v no; echo $?; type no cd", "127\nno: not found\ncd is a shell builtin\n",
     127),
    ("bash", "command -v no; echo $?; type cd no",
     "1\ncd is a shell builtin\nbash: line 1: type: no: not found\n", 1),
    ("both", "date -u -d '2020-03-01 -1 day' +%F; date -u -d @1700000000 '+%s %R %j'",
     "2020-02-29\n1700000000 22:13 318\n", 0),
]  # fmt: skip
ROWS = [
    (shell, row[1], row[2], row[3])
    for row in SCRIPTS
    for shell in (("bash", "sh") if row[0] == "both" else (row[0].replace("dash", "sh"),))
]


@pytest.fixture(scope="module")
def lab() -> Lab:
    made = make_lab()
    add_image(made, DEBIAN)
    return made


@pytest.mark.parametrize(("shell", "script", "text", "status"), ROWS)
def test_a_container_runs_a_script_as_its_shell_does(
    lab: Lab, shell: str, script: str, text: str, status: int
) -> None:
    container = start(lab, DEBIAN, shell, "-c", script, WorkingDir="/tmp")
    assert (output(lab, container), state(lab, container)["ExitCode"]) == (text, status)
    lab.engine.docker.remove("laptop", container, force=True)


@pytest.fixture(scope="module")
def base() -> Files:
    return layer.merge(catalogue.published("docker.io/library/debian", "bookworm-slim")[0].layers)


@pytest.mark.parametrize(("shell", "script", "text", "status"), ROWS)
def test_a_build_step_runs_a_script_as_its_shell_does(
    base: Files, shell: str, script: str, text: str, status: int
) -> None:
    request = Request(Tree(base), [shell, "-c", script], env={"PATH": PATH}, cwd="/tmp")
    outcome = run(request)
    assert (outcome.text, outcome.exit_code) == (text, status)
