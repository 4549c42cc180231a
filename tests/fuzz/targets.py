"""What is fuzzed: for each target the words its texts are made of, and the call that must not fail.

A call may raise DrydockError; anything else is a defect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from simulator.docker import catalogue, layer
from simulator.docker.check import check_dockerfile, stand_in
from simulator.docker.dockerfile import excerpt, expand, plan, split_words
from simulator.docker.dockerignore import Matcher, read
from simulator.docker.shellmodel import Request, run
from simulator.docker.tree import Files, Tree
from simulator.errors import DrydockError
from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, run_for, start

PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
NOT_FOLLOWED = "the model cannot follow this command"
LABS_LIVE = 60
"""Texts that one lab is given before it makes place for a fresh one."""


class NotFollowed(Exception):
    """The shell model met something that it has no words for."""


@dataclass(frozen=True)
class Target:
    """What is called, and the texts and words that inputs are made of."""

    call: Callable[[str], None]
    texts: list[str]
    words: str


def _dockerfile(text: str) -> None:
    told = check_dockerfile(text, "x")
    assert (told["error"] is None) == (told["layers_added"] is not None)
    excerpt(text, 1, 2)
    try:
        plan("FROM a\n" + text, resolve=stand_in)
    except DrydockError as error:
        assert str(error)


def _expand(text: str) -> None:
    env = {"A": "xaxbx\n*", "B": "a" * 2000, "": "x"}
    for call in (lambda: expand(text, env), lambda: split_words(text, env, "`")):
        try:
            call()
        except DrydockError as error:
            assert str(error)


def _ignore(text: str) -> None:
    paths = ["a", "a/b/c.py", ".git/x", "a" * 500, text[:200]]
    matcher = Matcher(read(text))
    for path in paths:
        matcher.matches(path)


_bases: dict[str, Files] = {}


def _base() -> Files:
    if not _bases:
        image = catalogue.published("docker.io/library/python", "3.12-slim")[0]
        _bases["x"] = layer.merge(image.layers)
    return _bases["x"]


def _model(text: str) -> None:
    tree = Tree(_base())
    outcome = run(Request(tree, ["/bin/sh", "-c", text], env={"PATH": PATH}))
    _, missed, why = outcome.text.partition(NOT_FOLLOWED)
    if missed:
        raise NotFollowed(why.strip(": \n"))


class _World:
    """A lab that is used for some texts, then thrown away."""

    def __init__(self) -> None:
        self.left = 0
        self.lab: Lab | None = None
        self.box = ""

    def get(self) -> Lab:
        if self.lab is None or self.left <= 0:
            self.lab, self.left = make_lab(**{"shop/Dockerfile": "FROM alpine:3.24\n"}), LABS_LIVE
            for image in ("alpine:3.24", "python:3.12-slim", "nginx:1.28"):
                add_image(self.lab, image)
            self.box = start(self.lab, "alpine:3.24", "sleep", "86400", name="web")
        self.left -= 1
        return self.lab

    def finish(self) -> None:
        """Throw the lab away: it may be in any state."""
        self.left = 0


_world = _World()


def _container(image: str, argv: list[str], seconds: float = 5.0) -> None:
    lab = _world.get()
    try:
        container = start(lab, image, *argv, wait=seconds)
        lab.engine.docker.remove("laptop", container, force=True)
    except BaseException:
        _world.finish()
        raise


def _shell(text: str) -> None:
    _container("alpine:3.24", ["sh", "-c", text])


def _exec(text: str) -> None:
    lab = _world.get()
    try:
        lab.engine.docker.exec_("laptop", _world.box, ["sh", "-c", text])
    except DrydockError:
        pass
    except BaseException:
        _world.finish()
        raise


def _python(text: str) -> None:
    _container("python:3.12-slim", ["python", "-c", text])


def _nginx(text: str) -> None:
    quoted = text.replace("'", "'\\''")
    script = f"printf '%s' '{quoted}' > /etc/nginx/conf.d/default.conf; exec nginx"
    _container("nginx:1.28", ["sh", "-c", script])


def _line(text: str) -> None:
    lab = _world.get()
    try:
        lab.do({"terminal": text[:4000] or "docker", "cwd": "/home/student"})
        run_for(lab, 5)
    except DrydockError:
        pass
    except BaseException:
        _world.finish()
        raise


TARGETS = {
    "dockerfile": Target(
        _dockerfile,
        [
            "# syntax=docker/dockerfile:1\nARG V=1\nFROM --platform=$BUILDPLATFORM a:$V AS b\n"
            "ENV A=1 B=${A:-2}\nRUN --mount=type=cache,target=/x,sharing=locked <<EOF\necho $A\n"
            "EOF\nFROM scratch\nCOPY --from=b --chown=1:2 --chmod=u+x /a [\"b\", \"c\"] /d/\n"
            'HEALTHCHECK --interval=5s CMD ["x"]\nONBUILD RUN x\nEXPOSE 80/tcp 1-9\nCMD ["x"]\n',
            "# escape=`\nFROM a\nRUN x `\n y\nLABEL a=b \"c\"='d'\nADD https://x.y/z.tar /\n"
            "VOLUME /a\nUSER 1:2\nWORKDIR a\nSTOPSIGNAL 9\nSHELL [\"a\"]\nARG a b=c\n",
        ],
        "FROM RUN COPY ADD ENV ARG LABEL CMD ENTRYPOINT EXPOSE USER WORKDIR VOLUME SHELL NONE "
        "HEALTHCHECK ONBUILD STOPSIGNAL MAINTAINER AS scratch --from= --mount=type= --network= "
        "--platform= --parents --exclude= --link --chmod= --checksum= --keep-git-dir <<EOF <<-'A' "
        "EOF ${ } $A ${A:-b} ${A#*x} ${A//a/b} $BUILDPLATFORM # check=skip=all # escape=` [ ] , "
        "\" ' \\ ` = : / git@h:p https://x/y.git#a:b 0 65536 \ufeff \x00 \x85 \u2028 \ud800",
    ),
    "expand": Target(
        _expand,
        ["${A:-${B:+x}}", '"a $A" \'b\' ${A#a*} ${A%%b} ${A/x/y}', "${A:?no} ${B//a?/$A}"],
        "${ } $A $B ${A :- :+ :? - + ? # ## % %% / // * ? [ ] ! \\ ` \" ' $ é \x00 ${A#*a}",
    ),
    "ignore": Target(
        _ignore,
        ["**/*.py\n!a/b\n# x\n/a\nb/\n[a-z]?\\*\n", "a/../b\n.\n..\n!\n**\n"],
        "** * ? [ ] [^ a-z \\ ! / . .. # - ^ ] \ufeff é ,",
    ),
    "model": Target(
        _model,
        [
            "set -eux; apt-get update && apt-get install -y --no-install-recommends curl git=1:2 "
            "&& rm -rf /var/lib/apt/lists/*",
            "if [ ! -f /a -a \"$X\" = y ]; then echo a > /b; else cat /etc/passwd | sed 's/a/b/g'"
            " | grep -v x; fi; for i in a b; do mkdir -p /x/$i; cp -r /etc/. /x/$i/; done",
            "case $(uname -m) in x86_64) a=1;; *) exit 1;; esac; curl -fsSL https://x.y/z.tar.gz | "
            "tar -xzC /opt --strip-components=1; ln -s /opt/a /usr/bin/a; useradd -m -u 1000 me",
            "pip install --no-cache-dir 'flask==3.0' -r r.txt; npm ci; go build ./...; mvn package",
            "f() { local a=$1; return $((a+1)); }; f 2 || echo $?; x=${x:-$(date +%s)}; "
            "printf '%s\\n' a | xargs -n1 echo; find / -name '*.pyc' -delete; chmod -R u+x /opt",
            "cat <<EOF >/a\n$x\nEOF\ntr a-z A-Z </a; cut -d: -f1 /etc/passwd; sort -u; wc -l /a; "
            "mv /a /b; dd if=/dev/zero of=/c bs=1M count=3; while read x; do echo $x; done < /b",
        ],
        "if then else fi for in do done while until case esac { } ( ) (( )) [[ ]] && || ; | & < > "
        ">> << <<EOF EOF 2>&1 $ ${ $( $(( )) ` \" ' \\ * ? [ ] ! = == -eq -z apt-get install apk "
        "add dnf pip npm yarn go cargo mvn gem composer uv poetry rm -rf cp mv ln -s mkdir sed -i "
        "s/a/b/ awk {print$1} grep -E find -exec {} + xargs tar curl wget unzip gpg dpkg useradd "
        "chown chmod test eval exec trap set -e export local readonly unset shift return exit read "
        "echo -n printf %s %d %5$s seq tee head tail sort uniq tr cut wc date install touch stat "
        "dd od base64 sha256sum -c id whoami env sh -c bash / . .. ~ /etc/passwd 1 99999999999 "
        "- --",
    ),
    "shell": Target(
        _shell,
        [
            "i=0; while [ $i -lt 3 ]; do i=$((i+1)); echo $i; sleep 1; done & wait; kill %1",
            "trap 'echo bye; exit 3' TERM INT; f() { echo $1 | tr a-z A-Z; }; f a; echo $(f b) >&2",
            "case $x in a*|b) echo A;; *) ;; esac; set -- a b; shift; echo $# ${1%b} ${y:=z} $*",
            "cat /etc/passwd | grep root | cut -d: -f1 | wc -l; ls -la /; ps; env; date +%s; nc -l",
        ],
        "if then else fi for in do done while until case esac { } ( ) && || ; | & < > >> << 2>&1 $ "
        "${ $( $(( )) ` \" ' \\ * ? [ ] ! = -eq -z -f echo printf %s %d %b %9999999d sleep 0.1  "
        "kill -9 $$ wget curl ping nslookup nc cat ls -la head tail -f grep -E sed s/a/b/ tr "
        "cut sort uniq wc "
        "date +%Y find xargs test eval exec trap set -eu export unset shift return exit read wait "
        "rm mkdir touch cp mv ln chmod chown id hostname ps top free df du seq tee awk {print$1} "
        "sh -c / . .. /etc/passwd /proc/1/fd/1 1 99999999999 - -- % 1/0 08 1<<999 2**9999 $1 $@ $*",
    ),
    "exec": Target(
        _exec,
        ["echo hello | tr a-z A-Z | wc -c; n=$(echo 5); echo $((n * 2))", "ls /; cat /x; env"],
        "| & ; && $( ) $(( )) \" ' < > >> cat ls wc tr -d [:alpha:] cut -c1- head -n -1 tail +2 "
        "sort "
        "-k2 -n uniq -c grep -o sed -n /a/,$p 1d $!N y/a/b/ s/\\(a\\)/\\2/g tee seq 1 3 "
        "99999999 -1 "
        "find -name -exec {} ; [[ =~ (a+)+ ]] -size +1k xargs -I{} date -d @1 +%N%E "
        "expr 1 / 0 basename dirname printf %*d %c %x dd od -c du -sh df ps -ef stat -c %a ln "
        "-sf chmod 9999 a+rwx chown a:b "
        "test -f ! -o ( kill -l ping -c1 nslookup getent hosts wget -qO- nc -z timeout 1 sleep -1",
    ),
    "python": Target(
        _python,
        [
            "import os, sys, time\nprint(os.environ.get('A', 'x'))\nwhile True:\n    "
            "time.sleep(1)\n",
            "from http.server import *\nclass H(BaseHTTPRequestHandler):\n    def do_GET(self):\n"
            "        self.send_response(200)\nHTTPServer(('', 8000), H).serve_forever()\n",
            "from flask import Flask\napp = Flask(__name__)\n@app.route('/')\ndef f():\n"
            "    return f'{1+1}'\napp.run(host='0.0.0.0', port=int('80'))\n",
            "x = [i*2 for i in range(5)]\ntry:\n    open('/x').read()\nexcept OSError as e:\n"
            "    print(e, file=sys.stderr)\nraise ValueError('a' * 3)\n",
        ],
        "import from def class return yield if else elif for in while try except finally with as "
        "lambda print( ) ( ) [ ] { } : , . = == + - * ** / // % << >> @ f'{ }' ''' \\ 10**9 "
        "2**99999 "
        "'a'*999999999 range(10**12) open('/etc/passwd').read() os.environ['A'] sys.exit(3) "
        "time.sleep(1) time.sleep(-1) while(1):pass raise async await global None True 1e999 0x "
        "exec( eval( __import__ int('x') [0]*10**10 list(range(10**9)) sorted( max( str.format "
        "app.run( requests.get( socket.socket( subprocess.run( signal.signal( \n \t \n\n    ",
    ),
    "nginx": Target(
        _nginx,
        [
            "upstream a { server b:80; }\nserver {\n  listen 80;\n  location / { proxy_pass "
            "http://a; }\n  location /x { return 301 /y; root /z; try_files $uri /a =404; }\n}\n",
        ],
        "server { } ; listen 80 [::]:80 99999 default_server server_name _ location = ~ ^~ / root "
        "proxy_pass http://a:80/ return 200 try_files $uri # include /etc/nginx/*.conf upstream "
        "\" '",
    ),
    "line": Target(
        _line,
        [
            "docker run -d --name a -p 8080:80 -e A=1 -v v:/x --mount type=bind,src=/a,dst=/b "
            "--restart on-failure:3 --memory 64m --cpus 0.5 alpine:3.24 sleep 5",
            "docker ps -a --filter name=web --format '{{.Names}} {{json .}}' --no-trunc",
            "docker inspect -f '{{range .Mounts}}{{.Source}}{{end}}' web | grep a > x; cat x",
            "docker build -t a:b --build-arg A=1 --target x -f shop/Dockerfile shop",
            "docker network create --subnet 10.0.0.0/24 n && docker network connect n web",
            "docker logs --tail 3 --since 5s web; docker exec -it web sh -c 'echo $A'; docker "
            "stats",
            "docker cp web:/etc/passwd . && docker commit web a && docker history a; docker cp "
            "a web:",
            "curl -s localhost:8080/x -o y -w '%{http_code}' -H 'A: b' -d c; ls -l; cd shop; vi x",
        ],
        "docker run rm rmi ps images logs exec inspect build network volume create ls prune "
        "connect "
        "stop kill start restart wait top port diff stats cp commit tag push pull login search "
        "info "
        "version events system df container image update rename pause history -d -it --rm -p 80 -P "
        "8080:80 0.0.0.0:1-3:1-3/udp -e A=b --env-file x -v a:/b:ro --mount type=volume,dst=/x "
        "--tmpfs /x:size=1m --name web --network host none --restart always --memory 6m 99999999g "
        "--cpus 0.1 -1 --user 0 --entrypoint sh --read-only --health-cmd x --health-interval 1s -f "
        "{{ }} {{.ID}} {{json .}} {{range .Config.Env}} {{end}} {{if eq 1 2}} {{index .A 0}} "
        "{{printf \"%s\" .}} {{len .}} --filter status=running label=a --format table -q -a "
        "--since "
        "1h -n 3 -s 9 alpine:3.24 nginx:1.28 web sha256:00 a/b/c:d@e | ; && > < >> $ $( ` \" ' "
        "\\ * "
        "curl wget cat ls cd ssh grep sed -h --help -- = : , / . .. 0 -1 1e9 é \x00",
    ),
}  # fmt: skip
