"""What bash adds to the shell: arrays, arithmetic, here-documents. Checked with bash 5.2."""

from __future__ import annotations

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, start

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
