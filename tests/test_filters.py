"""Programs that read and write texts, in a build step. The answers are those of Debian 12."""

from __future__ import annotations

import time

import pytest

from simulator.docker import catalogue, layer
from simulator.docker.shellmodel import Request, run
from simulator.docker.tree import Files, Tree
from simulator.filters.sedscript import Fault, Script

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
LINES = [
    (r"printf 'b 2\na 10\n' | sort -k2 -n; printf 'x:2\ny:1\n' | sort -t: -k2 | head -1",
     "b 2\na 10\ny:1\n"),
    (r"printf '1.5\n1.10\n' | sort -V; printf 'a\nA\n' | sort -f; printf '10\n9\n' | sort",
     "1.5\n1.10\nA\na\n10\n9\n"),
    (r"printf 'a\nb\na\n' | sort | uniq -c | sort -rn", "      2 a\n      1 b\n"),
    ("echo no | cut -d: -f2; echo no | cut -sd: -f2; x=$(echo a b | cut -d' ' -f2); echo $x",
     "no\nb\n"),
    (r"echo 'a  b' | tr -s ' '; echo A1 | tr -cd '[:alpha:]'; printf 'a\r\n' | tr -d '\r'",
     "a b\nAa\n"),
    ("seq 5 > f; head -n -3 f; tail -n +4 f; tail -c 2 f; wc f; nl f | head -1; tac f | head -1",
     "1\n2\n4\n5\n5\n 5  5 10 f\n     1\t1\n5\n"),
    ("mkdir d; echo one > d/f; grep -rn one .; grep -r one d; cd d; grep -c o f; grep -h o f f",
     "./d/f:1:one\nd/f:one\n1\none\none\n"),
    ("seq 9 | grep -A1 -n 3; seq 9 | grep -m1 -v 1; grep -s x no; echo $?; grep -L z /etc/hostname",
     "3:3\n4-4\n2\n2\n/etc/hostname\n"),
    ("printf 'a b\\0c' | xargs -0 -n1 echo; echo '\"a b\" c' | xargs -n1; printf a,b | xargs -d,",
     "a b\nc\na b\nc\na b\n"),
    ("seq 4 | xargs -n2 echo; echo x | xargs -I% sh -c 'echo got %'; echo 1 | xargs false; echo $?",
     "1 2\n3 4\ngot x\n123\n"),
    ("seq 1 2 5; seq 3 -1 2; seq -w 9 10; seq -s, 3; seq 0.5 1.5",
     "1\n3\n5\n3\n2\n09\n10\n1,2,3\n0.5\n1.5\n"),
    ("expr abc : 'a\\(.\\)'; expr length abcd; expr 2 + 3 \\* 2; expr 0; echo $?",
     "b\n4\n8\n0\n1\n"),
    ("seq 3 > a; (seq 2; echo x) > b; diff a b; echo $?; cmp a b; comm -12 a b; paste -d, a b",
     "3c3\n< 3\n---\n> x\n1\na b differ: byte 5, line 3\n1\n2\n1,1\n2,2\n3,x\n"),
    ("echo hi | base64; echo aGkK | base64 -d; echo abc | fold -w2",
     "aGkK\nhi\nab\nc\n"),
    ("timeout 1 sleep 3; echo $?; mkdir p; touch p/.h p/b p/a; ls -r p; ls -a p; ls -d */; ls -F",
     "124\nb\na\n.\n..\n.h\na\nb\np/\np/\n"),
    (r"seq 3 | sed ':a;N;$!ba;s/\n/,/g'; seq 2 | sed '1!G;h;$!d'; seq 4 | sed -n '2{p;q}'",
     "1,2,3\n2\n1\n2\n"),
    (r"echo aaa | sed 's/a/b/2'; echo abc | sed 'y/abc/xyz/'; echo a/b | sed 's/[/]/-/;s/.*/\U&/'",
     "aba\nxyz\nA-B\n"),
    (r"seq 4 > f; sed -i.bak -e 2d -e '$s/^/x/' f; cat f; wc -l < f.bak; seq 9 | sed '0~4!d;a end'",
     "1\n3\nx4\n4\n4\nend\n8\nend\n"),
    ("echo a | sed 's/a'; echo a | sed k; echo a | sed 's/a/b/k'; seq 3 | sed 2q5; echo $?",
     "sed: -e expression #1, char 3: unterminated `s' command\n"
     "sed: -e expression #1, char 1: unknown command: `k'\n"
     "sed: -e expression #1, char 7: unknown option to `s'\n1\n2\n5\n"),
]  # fmt: skip


@pytest.fixture(scope="module")
def base() -> Files:
    return layer.merge(catalogue.published("docker.io/library/debian", "bookworm-slim")[0].layers)


@pytest.mark.parametrize(("line", "text"), LINES)
def test_a_filter_prints_what_the_real_one_prints(base: Files, line: str, text: str) -> None:
    tree = Tree(base)
    tree.make_dir("/w")
    outcome = run(Request(tree, ["/bin/sh", "-c", line], env={"PATH": PATH}, cwd="/w"))
    assert outcome.text == text


def test_a_sed_script_of_open_brackets_is_read_soon() -> None:
    began = time.process_time()
    with pytest.raises(Fault):
        Script("s/a" + "if [ ! -" * 8000, extended=False)
    assert time.process_time() - began < 1
