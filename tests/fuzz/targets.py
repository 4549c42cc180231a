"""What is fuzzed: for each target the words its texts are made of, and the call that must not fail.

A call may raise DrydockError; anything else is a defect.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson

from simulator.docker import catalogue, layer
from simulator.docker.check import check_dockerfile, stand_in
from simulator.docker.dockerfile import excerpt, expand, plan, split_words
from simulator.docker.dockerignore import Matcher, read
from simulator.docker.shellmodel import Request, run
from simulator.docker.tree import Files, Tree
from simulator.errors import DrydockError
from simulator.lab import Lab
from simulator.programs.families.go.program import compiled as compiled_go
from simulator.programs.families.redis.errors import NOAUTH
from simulator.programs.families.redis.words import split
from simulator.programs.families.sql.session import Sessions
from simulator.programs.families.sql.tables import fresh_catalogue
from simulator.timing import SECOND
from tests.docker_world import add_image, make_lab, run_for, start
from tests.redis_world import World as Redis

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
            for image in ("alpine:3.24", "python:3.12-slim", "nginx:1.28", "node:22-slim"):
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


def _js(text: str) -> None:
    _container("node:22-slim", ["node", "-e", text])


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


_redis: list[Redis] = []


def _ask_redis(text: str) -> None:
    """Send every line as a command, also through redis-cli: there is always an answer."""
    if not _redis or _redis[0].lab.now_us > 3600 * SECOND:
        _redis[:] = [Redis()]
    world = _redis[0]
    try:
        for line in text.split("\n")[:200]:
            words = split(line) or line.split() or ["PING"]
            if words[0].lower() not in ("shutdown", "config", "monitor", "quit"):
                request = {"redis": words, "client": "fuzz"}
                answer = world.lab.engine.programs.respond(world.server, 6379, request)
                assert any(key in answer for key in ("value", "error", "status", "pending"))
        typed = text.encode("utf-8", "replace").decode().replace("\0", "")[:4000].lower()
        world.cli(stdin=typed.replace("shutdown", "ping"))
        world.go_on(1)
        orjson.dumps(world.lab.engine.programs.processes(world.server))
        assert world.ask("FLUSHALL", client=None) in ("OK", NOAUTH)
    except BaseException:
        _redis.clear()
        raise


def _sql(text: str) -> None:
    """Let both servers carry out a text; what they have no words for is a defect."""
    for dialect in ("postgres", "mysql"):
        files: dict[str, Any] = {
            "cluster": {"databases": {"app": {}}, "roles": {"me": {"superuser": True}}},
            "cat/app": fresh_catalogue("me"),
        }  # fmt: skip
        session = {"id": "1", "dialect": dialect, "user": "me", "account": "me", "pid": 1,
                   "database": "app", "client": None}  # fmt: skip
        server = Sessions(
            dialect,
            {"1": session},
            files.get,
            files.__setitem__,
            {"version": "PostgreSQL 18.1"},
            datetime(2026, 11, 28),
            lambda: 0.5,
        )
        server.answer(session, {"sql": "create table t (id int primary key, name varchar(9))"})
        server.answer(session, {"sql": "insert into t values (1, 'ann'), (2, null)"})
        found = server.answer(session, {"sql": text})
        assert (found.get("error") or {}).get("sqlstate") != "XX000", found["error"]["message"]


GO_PROGRAM = """package main

import (
	"fmt"
	"sync"
)

type shape interface{ area() float64 }
type rect struct{ w, h float64 }

func (r rect) area() float64 { return r.w * r.h }

func main() {
	var mu sync.Mutex
	jobs := make(chan int, 3)
	go func() {
		defer close(jobs)
		for i := range 3 {
			mu.Lock()
			jobs <- i << 2
			mu.Unlock()
		}
	}()
	for j := range jobs {
		switch v := any(j).(type) {
		case int:
			fmt.Println(v, shape(rect{1, 2}).area())
		}
	}
}
"""
GO_GENERIC = """package main

type list[T any] struct {
	items []T
	next  *list[T]
}

func each[T, U any](xs []T, f func(T) U) (out []U) {
	for _, x := range xs {
		out = append(out, f(x))
	}
	return
}

const (
	a = iota
	b
)

func main() {
	m := map[string][]int{"a": {1, 2, b: 3}}
	l := &list[int]{items: m["a"][1:2]}
	defer func() { _ = recover() }()
	println(len(each(l.items, func(n int) string { return "x" })), a+b, *new(int))
}
"""


def _go(text: str) -> None:
    package = {"folder": "/src", "files": {"main.go": text}}
    whole = {"main": "main", "go": "1.23", "packages": {"main": package}}
    compiled_go(orjson.dumps(whole).decode()).errors()


TARGETS = {
    "sql": Target(
        _sql,
        ["select a.id, count(*) from t a left join t b on a.id = b.id where a.name like 'a%' group "
         "by a.id having count(*) > 0 order by 2 desc limit 3",
         "insert into t (id, name) values (1, 'x'), (2, null) on conflict (id) do update set name "
         "= excluded.name returning *",
         "with x as (select 1 a) select *, (select max(id) from t where t.id = x.a) from x union "
         "all select id, 2 from t; update t set id = id + 1 where name = 'ann'",
         "alter table t add column z int default 3, drop column name; select cast('12' as int), "
         "date '2026-01-01' + 3, now() - interval '3 days', '[1]'::jsonb -> 0"],
        "select from where and or not in ( ) , * + - / % || = <> < > :: . ; 1 0 -1 3.5 1e400 'a' "
        "null true t a id name as join left on using group by having order limit offset distinct "
        "union all intersect insert into values update set delete create table drop alter add "
        "column int text numeric(3,1) date interval primary key references check default count(*) "
        "sum avg coalesce lower length now() generate_series(1,5) case when then else end exists "
        "between like is cast begin commit rollback with repeat array[1,2] any round ^ -> '{}'",
    ),
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
    "js": Target(
        _js,
        [
            "class A extends B { #x = 1; static { this.y = [...z] } get p() { return super.p } }\n"
            "for (const [k, v] of new Map([[1, {a: 2}]])) { try { k.b.c } catch ({message}) {} }\n"
            "async function* g() { yield* [1]; await null } label: while (1) { break label }",
            "const {a = 1, ...r} = {b: `x${1 + 1}y`}; console.log(a, r, [1,,2].map((x) => x * 2))\n"
            "switch (typeof a) { case 'number': a?.b?.[0]; default: delete r.b }\n"
            "setTimeout(() => console.log(JSON.stringify({a: [1n, NaN]})), 5); f`a${1}`",
            "'abc'.replace(/b(?<n>.)/g, (m) => m + m).split('').sort().join(); parseInt('1f', 16)\n"
            "new Promise((r) => r(Promise.reject(1))).catch((e) => { throw e }).finally(() => {})\n"
            "process.on('exit', (c) => Buffer.from('a').toString('hex')); new Proxy({}, {get: f})",
            "const http = require('http'); http.createServer((q, s) => s.end(q.url)).listen(80)\n"
            "fetch('http://localhost/a').then((r) => r.text()).then(console.log)\n"
            "new Date(0).toISOString(); Object.defineProperty({}, 'a', {get() { return 1 }})",
            "function f(a, b = arguments.length, ...c) { return new.target ? this : "
            "f.call(1, ...c) }\n"
            "Symbol.iterator in []; [a, b.c] = [b, a]; a ??= b ||= c; i++ + --j; void 0; "
            "!function(){}()",
        ],
        "const let var function class extends super this new.target return yield await "
        "async static "
        "get set => ... ?. ?? ??= ** >>> === !== ! ~ ++ -- + - * / % & | ^ << ( ) [ ] { } "
        "; , : ? . "
        "` ${ ' \" // /* */ /a+/g 0 1 -0 1e400 0x 1n NaN undefined null true 'x' Object Array Map "
        "Symbol Proxy Reflect JSON Math Date RegExp String Number Promise Error Function Buffer "
        "process console require globalThis prototype __proto__ constructor length call apply bind "
        "for while do if else switch case break continue try catch finally throw typeof in of "
        "instanceof delete void debugger import export default with eval arguments .map( .repeat( "
        ".toString( .then( setTimeout( setInterval( #x @ \\ \u0000 é 😀 9999999999 label:",
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
    "go": Target(
        _go,
        [GO_PROGRAM, GO_GENERIC],
        "func main { } ( ) [ ] := = == x y int string any for range if else switch case default "
        "chan <- go defer struct interface type var const iota map * & ... 1 1.5 'a' \"s\" return "
        "break , ; . : package import append make len panic recover fmt.Println",
    ),
    "redis": Target(
        _ask_redis,
        [
            "SET a 1 EX 10 NX\nGETEX a PERSIST\nINCRBYFLOAT a 1e3\nMULTI\nLPUSH l a b\nEXEC\n"
            "BLPOP l m 0\nLMPOP 2 l m LEFT COUNT 2\nLPOS l a RANK -1 COUNT 0 MAXLEN 5\nSCAN 0\n",
            "ZADD z NX CH 1 a inf b\nZRANGE z (1 +inf BYSCORE LIMIT 0 -1 WITHSCORES\n"
            "ZUNIONSTORE d 2 z s WEIGHTS 1 -2 AGGREGATE MAX\nZPOPMIN z 2\nZRANGESTORE y z 0 -1\n",
            "XADD x MAXLEN ~ 5 * f v\nXGROUP CREATE x g $ MKSTREAM\nXREADGROUP GROUP g c COUNT 1 "
            "BLOCK 5 STREAMS x >\nXPENDING x g - + 10\nXAUTOCLAIM x g c 0 0-0\nXINFO STREAM x\n",
            "EVAL \"local t = {} for i, v in ipairs(ARGV) do t[i] = v .. i end if redis.call('get',"
            " KEYS[1]) == ARGV[1] then return redis.call('del', KEYS[1]) end return t\" 1 a b c\n"
            "EVAL \"local function f(x) while x > 0 do x = x - 1 end return -x ^ 2 % 3 end return "
            "{f(3), #'a', cjson.encode({a = 1}), string.format('%5.1f', 2), not nil}\" 0\n",
            "SETRANGE b 5 \"\\xff\\x00\"\nBITOP NOT c b\nBITCOUNT b 0 -1 BIT\nPFADD h a b\n"
            "PFCOUNT h b\nSORT l BY w_*->f GET # ALPHA DESC STORE q\nSUBSCRIBE c\nPUBLISH c x\n",
        ],
        "\n \n \n GET SET DEL EXPIRE TTL KEYS SCAN 0 MATCH a* COUNT TYPE OBJECT ENCODING RENAME "
        "COPY INCR APPEND GETRANGE SETRANGE SETBIT BITFIELD LPUSH RPOP LRANGE LINSERT BEFORE "
        "LREM LTRIM LMOVE LEFT RIGHT BLPOP BLMOVE HSET HGETALL HINCRBY HSCAN SADD SPOP "
        "SRANDMEMBER SINTERCARD LIMIT SMOVE ZADD ZRANGE BYLEX BYSCORE REV WITHSCORES ZINCRBY "
        "ZUNION AGGREGATE SUM XADD XREAD XREADGROUP GROUP STREAMS XCLAIM XTRIM MINID MULTI EXEC "
        "WATCH DISCARD SUBSCRIBE PSUBSCRIBE PUBLISH CLIENT LIST KILL INFO MEMORY USAGE DEBUG "
        "COMMAND DOCS SELECT SWAPDB MOVE HELLO 3 AUTH x RESET a b c d 0 -1 1 5 (1 [a + - * $ > "
        "inf -inf nan 1e308 1.5 0-1 5-* 9223372036854775807 -9223372036854775808 "
        "99999999999999999999 \" ' \\ \\x00 é \ud800 \U0010ffff [^a-z]* \x00 PX EX NX XX GT LT "
        "GET KEEPTTL =",
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
