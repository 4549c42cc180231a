"""What bash adds to the shell: arrays, arithmetic, here-documents. Checked with bash 5.2."""

from __future__ import annotations

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start

UBUNTU = "ubuntu:24.04"

CASES = [
    ('a=(x "y z"); a+=(w); echo ${#a[@]} "${a[1]}" ${a[*]}', "3 y z x y z w\n"),
    ('a=(x "y z"); for i in "${a[@]}"; do echo "<$i>"; done', "<x>\n<y z>\n"),
    ("a=([3]=c d); echo ${!a[@]} ${a[-1]}; unset 'a[3]'; echo ${a[@]}", "3 4 d\nd\n"),
    ('declare -A m=([one]=1); k=two; m[$k]=2; echo "${m[two]}" ${#m[@]}', "2 2\n"),
    ("declare -i n=4; n+=1; echo $n", "5\n"),
    ('x=etcd-12; echo ${x:5} ${x:0:4} "${x: -2}" ${x:(-3):1}', "12 etcd 12 -\n"),
    ("x=a-b-c; echo ${x/-/_} ${x//-/_} ${x/#a/z} ${x/%c/z}", "a_b-c a_b_c z-b-c a-b-z\n"),
    ("x=word; echo ${x^} ${x^^}; y=WORD; echo ${y,,}", "Word WORD\nword\n"),
    ("n=x; x=5; echo ${!n}; set -- a b c; echo ${@:2} ${*:1:1} ${!#}", "5\nb c a c\n"),
    ("for ((i = 0; i < 3; i++)); do ((i == 1)) && continue; echo $i; done", "0\n2\n"),
    ("i=5; ((i += 2, i *= 2)); echo $i $((i > 3 ? 1 : 0)) $((2 ** 10)) $((-7 / 2))",
     "14 1 1024 -3\n"),
    ("((0)) || echo zero; let y=3+4; echo $y $((0x1f + 010 + 2#11))", "zero\n7 42\n"),
    ("cat <<EOF\nhome $((1 + 1)) \\$x\nEOF\necho after", "home 2 $x\nafter\n"),
    ("cat <<'EOF' | tr a-z A-Z\nraw $x\nEOF", "RAW $X\n"),
    ("if true; then cat <<-EOF\n\t\ttab\n\tEOF\nfi", "tab\n"),
    ("while read -r a b; do echo $b-$a; done <<< 'x y z'", "y z-x\n"),
    ("while IFS=: read -r u _ id; do echo $u $id; done < <(printf 'r:x:0\\nd:x:1\\n')",
     "r 0\nd 1\n"),
    ("f() { echo in f; }; f | tr f g; ! f | grep -q x && echo none", "in g\nnone\n"),
    ("f() { local x=2; g; echo $x; }; g() { x=3; }; x=1; f; echo $x", "3\n1\n"),
    ("f() { { echo a; return 4; } > /dev/null; echo b; }; f; echo $?", "4\n"),
    ("set -- -p /a -v rest; while getopts vp: o; do echo $o $OPTARG; done; echo $OPTIND",
     "p /a\nv\n4\n"),
    ("set -u; echo ${no:-unset} ${#@}; set -o pipefail; false | true || echo failed",
     "unset 0\nfailed\n"),
    ("IFS=,; x=a,b,,c; for i in $x; do echo [$i]; done", "[a]\n[b]\n[]\n[c]\n"),
    ("echo {a,b}{1..3} {05..07}", "a1 a2 a3 b1 b2 b3 05 06 07\n"),
    ("for i in 1 2; do for j in 1 2; do break 2; done; done; echo $i$j", "11\n"),
    ("printf -v x '%03d' 7; echo $x; mapfile -t l < <(printf 'a\\nb\\n'); echo ${l[1]}",
     "007\nb\n"),
    ("set --; for i in \"$@\"; do echo never; done; echo \"$#\"", "0\n"),
    ("exec > /tmp/out; echo x; exec > /dev/stderr; cat /tmp/out", "x\n"),
    ("x=$(false) || echo caught; echo $'a\\tb' \"`echo \\`echo deep\\``\"", "caught\na\tb deep\n"),
    ("[[ abc-12 =~ -([0-9]+)$ ]] && echo ${BASH_REMATCH[1]}", "12\n"),
    ("echo a > /tmp/b; echo $(</tmp/b); function k { echo k; }; k", "a\nk\n"),
    ("{ echo out; echo err >&2; } 2>/dev/null; echo x |& cat", "out\nx\n"),
]  # fmt: skip


@pytest.fixture(scope="module")
def lab() -> Lab:
    made = make_lab()
    add_image(made, UBUNTU)
    return made


@pytest.mark.parametrize(("script", "expected"), CASES)
def test_bash_scripts_print_what_bash_prints(lab: Lab, script: str, expected: str) -> None:
    container = start(lab, UBUNTU, "sleep", "600")
    assert lab.engine.docker.exec_("laptop", container, ["bash", "-c", script])[1] == expected
    lab.engine.docker.remove("laptop", container, force=True)


def bash(lab: Lab, script: str, seconds: float = 2) -> str:
    container = start(lab, UBUNTU, "bash", "-c", script)
    run_for(lab, seconds)
    return output(lab, container)


def test_an_indirect_name_takes_the_operators_of_a_plain_one(lab: Lab) -> None:
    script = 'A=B; B=x; echo "${!A:-none} ${!A%x}."; unset B; echo "${!A:-none} ${!A:+set}."'
    assert bash(lab, script) == "x .\nnone .\n"


def test_wait_gives_the_status_of_what_it_waited_for(lab: Lab) -> None:
    script = (
        "(sleep 1; exit 4) & first=$!; (sleep 2; exit 5) & second=$!; (sleep 9; exit 6) &\n"
        "wait -n; echo $?; wait $second; echo $?; wait $first; echo $?; wait %3; echo $?"
    )
    assert bash(lab, script, 20) == "4\n5\n127\n6\n"


def test_an_assignment_reads_the_status_of_the_command_before(lab: Lab) -> None:
    assert bash(lab, "false; a=$?; echo $a $?; b=$(exit 3); echo $?") == "1 0\n3\n"


def test_timeout_ends_any_program_that_is_too_slow(lab: Lab) -> None:
    script = "timeout 2 bash -c 'while :; do sleep 1; done'; echo $?; timeout 9 bash -c 'exit 5'"
    assert bash(lab, f"{script}; echo $?; type -p timeout", 9) == "124\n5\n/usr/bin/timeout\n"
    wait = "timeout -k 1 2 bash -c 'trap \"\" TERM; sleep 1; sleep 1; sleep 5' & wait $!; echo $?"
    assert bash(lab, wait, 12) == "137\n"


def test_a_port_is_waited_for_as_published_scripts_do(lab: Lab) -> None:
    script = (
        "wait_for() { while :; do (echo > /dev/tcp/$1/$2) >/dev/null 2>&1\n result=$?\n"
        "[[ $result -eq 0 ]] && break; sleep 1; done; return $result; }\n"
        "hostport=(${1//:/ }); wait_for ${hostport[0]} ${hostport[1]} & PID=$!\n"
        "(sleep 3; kill $PID) & wait $PID; echo $?"
    )
    container = start(lab, UBUNTU, "bash", "-c", script, "x", "localhost:9")
    run_for(lab, 6)
    assert output(lab, container) == "143\n"
