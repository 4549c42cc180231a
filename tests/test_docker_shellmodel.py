"""What a command line does to files, without running anything."""

from __future__ import annotations

import time
from functools import lru_cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from simulator.docker import catalogue, layer, tree
from simulator.docker.shellmodel import Outcome, Request, run
from simulator.docker.tree import Files, Tree

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@lru_cache
def base(name: str = "python:3.12-slim") -> Files:
    repository, _, tag = name.partition(":")
    image = catalogue.published(f"docker.io/library/{repository}", tag)[0]
    return layer.merge(image.layers)


def sh(
    line: str,
    files: dict[str, str] | None = None,
    image: str = "python:3.12-slim",
    user: str = "",
    mbps: float = 100.0,
) -> tuple[Outcome, Tree]:
    view = Tree(base(image))
    view.make_dir("/app")
    for path, text in (files or {}).items():
        view.put(path, tree.file_entry(text))
    request = Request(
        view,
        ["/bin/sh", "-c", line],
        env={"PATH": PATH},
        cwd="/app",
        user=user,
        arch="amd64",
        mbps=mbps,
    )
    return run(request), view


@pytest.mark.parametrize(
    ("image", "text"),
    [
        ("debian:bookworm-slim", "/bin/sh: 1: foo: not found"),
        ("alpine:3.24", "/bin/sh: foo: not found"),
    ],
)
def test_a_missing_program_is_not_found_in_the_words_of_its_shell(image: str, text: str) -> None:
    outcome, _ = sh("foo", image=image)
    assert (outcome.exit_code, outcome.text) == (127, text + "\n")


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("echo a && false || echo b; echo c", "a\nb\nc\n"),
        ('x=\'a b\'; for i in $x "$x"; do echo "<$i>"; done', "<a>\n<b>\n<a b>\n"),
        ("if [ -d /etc ] && ! [ -f /nope ]; then echo yes; else echo no; fi", "yes\n"),
        (
            "v=python.tar.gz; echo ${v%.gz} ${v##*.} ${u:-none} ${#v} $((2*3+1))",
            "python.tar gz none 13 7\n",
        ),
        ('f() { echo "$1-$#"; return 3; }; f a b; echo $?', "a-2\n3\n"),
        ("case $(uname -m) in x86_64|amd64) echo 64;; *) echo ?;; esac", "64\n"),
        ("printf '%s:%d\\n' a 1 b 2", "a:1\nb:2\n"),
        ("echo 'b\na' | sort | head -n1", "a\n"),
        ("cat <<EOF\n$((1+1))\nEOF", "2\n"),
        ("cd /etc; echo '*'wd pass'w'*; echo [[:lower:]]asswd", "*wd passwd\npasswd\n"),
        (
            "bash -c 'v=1.2.3; echo ${v//./*}a ${v/#1/x} ${v/%[0-9]/\"*\"}b ${v//[[:digit:]]}'",
            "1*2*3a x.2.3 1.2.*b ..\n",
        ),
        ("(cd /etc && pwd); pwd", "/etc\n/app\n"),
        ("set -e; false; echo never", ""),
        ("set -e; false || true; if false; then :; fi; ! true; { false; }; echo never", ""),
        ("f() { local x=1; echo $x; }; x=0; f; echo $x", "1\n0\n"),
        ("IFS=:; read -r user mark rest < /etc/passwd; echo $user $mark", "root x\n"),
        ("set -- $(echo a,b); IFS=,; set -- $(echo a,b,c); echo $#", "3\n"),
        ("[[ a ]]", "/bin/sh: 1: [[: not found\n"),
        ("echo $((1/0))", '/bin/sh: 1: arithmetic expression: division by zero: "1/0"\n'),
        ("bash -c 'a=(x y); a+=(z); echo ${#a[@]} ${a[-1]} ${a[@]:1}'", "3 z y z\n"),
        ("bash -c 'declare -A m=([k]=v); n=k; echo ${m[$n]} ${!n} ${n^^}'", "v K\n"),
        ("bash -c '[[ abc == a* && abc =~ b(c) ]] && echo ${BASH_REMATCH[1]}'", "c\n"),
        ("bash -c 'for ((i=0;i<3;i++)); do ((i==1)) || echo $i; done'", "0\n2\n"),
        ("bash -c 'false | true; echo ${PIPESTATUS[0]} {a,b}{1..2}'", "1 a1 a2 b1 b2\n"),
        ("bash -c 'cat <(echo one) <(echo two)'; ls /dev/fd 2>/dev/null", "one\ntwo\n"),
        ("i=0; while [ $i -lt 3 ]; do i=$((i+1)); done; echo $i", "3\n"),
    ],
)
def test_the_shell_does_what_a_shell_does(line: str, expected: str) -> None:
    assert sh(line)[0].text == expected


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("dd count=.", "dd: invalid number: '.'\n"),
        ("chmod -R 755 / && install -d / && echo done", "done\n"),
        ("set -u; > $x; echo never", "/bin/sh: 1: x: parameter not set\n"),
        ("set -u; for i in $x; do :; done; echo never", "/bin/sh: 1: x: parameter not set\n"),
        ("find -exec i", "find: missing argument to `-exec'\n"),
        ("find . -exec ;", "find: missing argument to `-exec'\n"),
        ("cut -f--", "cut: invalid field value '--'\n"),
        ("install -m u", "install: invalid mode: 'u'\n"),
        ("install -m x a b", "install: invalid mode: 'x'\n"),
        ("tar f", "tar: option requires an argument -- 'f'\n"),
        ("gzip /app; echo $?", "gzip: /app is a directory -- ignored\n2\n"),
    ],
)
def test_odd_operands_are_answered(line: str, expected: str) -> None:
    assert sh(line)[0].text == expected


def test_a_script_that_loops_for_ever_is_stopped() -> None:
    assert sh("while true; do :; done")[0].exit_code == 137


def test_text_is_written_and_edited_in_place() -> None:
    _, view = sh("echo 'port 80' > a.conf && sed -i 's/80/8080/' a.conf && cp a.conf b.conf")
    assert view.text("/app/b.conf") == "port 8080\n"


def test_package_lists_have_to_be_fetched_before_an_install() -> None:
    without, _ = sh("apt-get install -y curl")
    with_lists, view = sh("apt-get update && apt-get install -y curl")
    assert (without.exit_code, with_lists.exit_code) == (100, 0)
    assert "E: Unable to locate package curl" in without.text
    assert view.is_file("/usr/bin/curl")


def test_pip_reads_the_requirements_that_are_really_there() -> None:
    outcome, view = sh(
        "pip install -r requirements.txt", {"/app/requirements.txt": "flask==3.0.0\n"}
    )
    missing, _ = sh("pip install -r requirements.txt")
    assert "Successfully installed" in outcome.text and "flask-3.0.0" in outcome.text
    assert view.exists("/usr/local/lib/python3.12/site-packages/werkzeug/__init__.py")
    assert view.exists("/usr/local/bin/flask")
    assert (
        missing.exit_code == 1 and "No such file or directory: 'requirements.txt'" in missing.text
    )


def test_extras_bring_what_they_need() -> None:
    plain, _ = sh("pip install celery")
    extra, _ = sh("pip install 'celery[redis]==5.6.0'")
    poetry = '[tool.poetry.dependencies]\npsycopg = {extras = ["binary"], version = "*"}\n'
    project, _ = sh("pip install .", {"/app/pyproject.toml": poetry})
    assert " redis-7.1.0" not in plain.text and " redis-7.1.0" in extra.text
    assert "psycopg-binary-3.3.1" in project.text


def test_a_misspelt_package_is_not_found() -> None:
    outcome, _ = sh("pip install flaks")
    assert "ERROR: No matching distribution found for flaks" in outcome.text


def test_without_a_network_nothing_is_fetched() -> None:
    outcome, view = sh("pip install flask", mbps=0)
    assert outcome.exit_code == 1
    assert not view.exists("/usr/local/lib/python3.12/site-packages/flask")


def test_an_ordinary_user_may_not_write_to_system_folders() -> None:
    outcome, _ = sh("touch /usr/bin/x", user="www-data")
    assert (outcome.exit_code, outcome.text) == (
        1,
        "touch: cannot touch '/usr/bin/x': Permission denied\n",
    )


def test_a_program_of_another_architecture_does_not_start() -> None:
    view = Tree(base())
    view.put("/usr/bin/tool", tree.file_entry(size=9, mode=0o755, arch="arm64"))
    request = Request(view, ["/bin/sh", "-c", "tool"], env={"PATH": PATH}, arch="amd64")
    assert run(request).text == "/bin/sh: 1: tool: Exec format error\n"


def test_go_build_makes_a_program_from_the_sources_it_finds() -> None:
    files = {"/app/go.mod": "module shop\n", "/app/main.go": "package main\nfunc main() {}\n"}
    outcome, view = sh("/usr/local/go/bin/go build -o /shop .", files, image="golang:1.25")
    assert outcome.exit_code == 0, outcome.text
    assert view.files["/shop"]["made"]["main"] == files["/app/main.go"]
    assert view.files["/shop"]["arch"] == "amd64"


def test_equal_commands_take_equal_time_and_give_equal_files() -> None:
    first, one = sh("pip install django")
    second, two = sh("pip install django")
    assert first == second and one.difference() == two.difference()


@settings(max_examples=60, deadline=None)
@given(st.text(alphabet="ab $\"'`\\;&|(){}<>\n=*?[]!#~-/0", max_size=60))
def test_no_line_makes_the_model_fall_over(line: str) -> None:
    outcome, _ = sh(line, image="alpine:3.24")
    assert 0 <= outcome.exit_code <= 255


@pytest.mark.parametrize(
    "line",
    [
        "x=aaaaaaaa; while :; do x=$x$x; done",
        "echo " + "a" * 4000 + " | grep -E 'a*a*a*a*a*b'",
        "mkdir -p " + "a/" * 20000,
        "f() { f | f; }; f",
        "f() { f() { " + "f 2 | f() { :; };" * 1000 + "f; }; f | f | f; }; f",
        "echo " + "*/" * 2000,
        "echo $((" + "(" * 30000 + "))",
        "echo " + "a[" * 30000,
        "echo " + "* " * 30000,
        "grep -r x " + "/* " * 8000,
        "while :; do dpkg x; done",
        "mv " + ". mv . .." * 2900 + "m",
        "cp -r / /m\n" * 500,
        "cat 1<<",
        "echo a | tr a-\U0001f600 A-Z; " * 500,
    ],
)
def test_no_line_keeps_the_model_busy_for_long(line: str) -> None:
    begin = time.process_time()
    sh(line, image="alpine:3.24")
    assert time.process_time() - begin < 2


def test_printf_writes_numbers_and_escapes_as_in_a_running_container() -> None:
    said = sh(
        r"printf '%-4s|%05.1f|%x|\101\n' ab 2.25 0x1f; printf '%s,' 1 2 3; printf '%d%%\n' 7"
    )[0]
    assert said.text == "ab  |002.2|1f|A\n1,2,3,7%\n"


def test_patterns_over_the_whole_tree_count_for_what_they_cost() -> None:
    few, many = sh("ls -d /*/*/bin")[0], sh("true /*/*/none*; " * 3500)[0]
    assert few.text == "/usr/local/bin\n"
    assert (sh("true /*/*; " * 100)[0].exit_code, many.exit_code) == (0, 137)


def test_debians_cron_brings_the_folder_for_its_tables() -> None:
    line = "apt-get update && apt-get install -y cron && echo '* * * * * root x' > /etc/cron.d/job"
    outcome, view = sh(line)
    assert outcome.exit_code == 0 and view.text("/etc/cron.d/job") == "* * * * * root x\n"


@pytest.mark.parametrize(
    ("package", "module", "command"),
    [("flake8", "flake8", "flake8"), ("PyJWT", "jwt", ""), ("mysql-connector", "mysql", ""),
     ("django-cors-headers", "corsheaders", ""), ("opencv-python", "cv2", "")],
)  # fmt: skip
def test_pip_brings_modules_and_commands_under_their_own_names(
    package: str, module: str, command: str
) -> None:
    outcome, view = sh(f"pip install {package}")
    assert outcome.exit_code == 0
    assert view.is_dir(f"/usr/local/lib/python3.12/site-packages/{module}")
    assert not command or view.is_file(f"/usr/local/bin/{command}")


def test_crontab_installs_the_table_of_a_user_in_a_build_step() -> None:
    tables = {"/app/good": "* * * * * echo hi\n", "/app/bad": "99 * * * * x\n"}
    cron = "apt-get update && apt-get install -y cron"
    outcome, view = sh(f"{cron} && crontab good && crontab -l | crontab -u www-data -", tables)
    assert outcome.exit_code == 0
    for user in ("root", "www-data"):
        assert view.text(f"/var/spool/cron/crontabs/{user}") == tables["/app/good"]
    outcome, _ = sh(f"{cron} && crontab bad", tables)
    assert outcome.exit_code == 1 and '"bad":1: bad minute' in outcome.text
    outcome, view = sh("crontab good", tables, image="alpine:3.24")
    assert outcome.exit_code == 0
    assert view.text("/var/spool/cron/crontabs/root") == tables["/app/good"]


@pytest.mark.parametrize(
    ("line", "image", "said"),
    [
        (
            "mkdir a; mv a a/b",
            "debian:12",
            "mv: cannot move 'a' to a subdirectory of itself, 'a/b'\n",
        ),
        ("cd /tmp; mv . x", "debian:12", "mv: cannot move '.' to 'x': Device or resource busy\n"),
        ("touch a b; mv a b c", "debian:12", "mv: target 'c': No such file or directory\n"),
        (
            "mkdir a; cp -r a a/b",
            "debian:12",
            "cp: cannot copy a directory, 'a', into itself, 'a/b'\n",
        ),
        ("mkdir a; cp -r a a/b", "alpine:3.24", "cp: recursion detected\n"),
    ],
)
def test_a_folder_goes_not_into_itself(line: str, image: str, said: str) -> None:
    outcome, _ = sh(line, image=image)
    assert (outcome.text, outcome.exit_code) == (said, 1)
