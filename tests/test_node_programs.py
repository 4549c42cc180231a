"""Programs of the modelled Node.js in containers: servers, workers, modules, signals, memory."""

# ruff: noqa: E501

from __future__ import annotations

import time

import pytest

from simulator.engine import Engine
from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start, state
from tests.node_world import ended, program, said
from tests.test_programs_families import ask

HOST = {"NetworkMode": "n"}
WORKER = """const { createClient } = require('redis');
const client = createClient({ url: 'redis://queue:6379' });
client.on('error', (e) => console.log('redis:', e.message));
async function main() {
  await client.connect();
  for (;;) {
    try {
      const job = await client.brPop('jobs', 0);
      console.log('did', job.element);
    } catch (e) {
      console.log('lost:', e.message);
      await new Promise((r) => setTimeout(r, 500));
    }
  }
}
main();
"""
COUNTER = """const express = require('express');
const { createClient } = require('redis');
const app = express();
const client = createClient({ url: 'redis://queue:6379' });
app.get('/', async (req, res) => res.send(`hit ${await client.incr('hits')}`));
client.connect().then(() => app.listen(3000, () => console.log('up')));
"""


def networked() -> Lab:
    lab = make_lab()
    lab.engine.docker.networks.create("laptop", {"Name": "n"})
    return lab


def queue(lab: Lab) -> str:
    add_image(lab, "redis:7")
    return start(lab, "redis:7", name="queue", HostConfig=HOST)


def push(lab: Lab, *items: str) -> str:
    words = ["redis-cli", "-h", "queue", "lpush", "jobs", *items]
    return output(lab, start(lab, "redis:7", *words, HostConfig=HOST))


def test_a_worker_takes_its_jobs_from_a_queue_of_redis() -> None:
    lab = networked()
    server = queue(lab)
    worker = program(lab, WORKER, packages="redis", HostConfig=HOST)
    assert output(lab, worker) == ""
    assert push(lab, "a", "b") == "2\n"
    assert output(lab, worker) == "did a\ndid b\n"
    lab.engine.docker.kill("laptop", server)
    run_for(lab, 2)
    lines = output(lab, worker).splitlines()
    assert "redis: Socket closed unexpectedly" in lines and "lost: Socket closed unexpectedly" in (
        lines
    )
    assert "redis: getaddrinfo ENOTFOUND queue" in lines
    lab.engine.docker.start("laptop", server)
    run_for(lab, 5)
    push(lab, "c")
    assert output(lab, worker).endswith("did c\n")


def test_an_express_app_counts_in_redis_and_crashes_without_an_error_handler() -> None:
    lab = networked()
    server = queue(lab)
    app = program(lab, COUNTER, packages="redis express", HostConfig=HOST)
    assert output(lab, app) == "up\n"
    assert [ask(lab, app, 3000)["body"] for _ in range(3)] == ["hit 1", "hit 2", "hit 3"]
    lab.engine.docker.kill("laptop", server)
    run_for(lab, 1)
    text = output(lab, app)
    assert state(lab, app)["ExitCode"] == 1
    assert "throw er; // Unhandled 'error' event" in text
    assert "SocketClosedUnexpectedlyError: Socket closed unexpectedly" in text


EVERYTHING = """const http = require('http');
const seen = new Map(); let n = 0;
async function* ticks() { for (;;) { await new Promise((r) => setTimeout(r, 700)); yield ++n } }
(async () => { for await (const t of ticks()) { seen.set(t, { at: [t] }); console.log('tick', t) } })();
class Store { #rows = []; add(row) { this.#rows.push(row); return this.#rows.length } }
const store = new Store();
http.createServer((req, res) => setTimeout(() => res.end(`${store.add(req.url)} ${seen.size}`), 50))
  .listen(8080);
process.on('SIGTERM', () => { console.log('bye', seen); process.exit(3) });
"""


def test_a_program_goes_on_from_a_keyframe_as_if_nothing_had_been() -> None:
    lab, twin = make_lab(), make_lab()
    app, other = program(lab, EVERYTHING), program(twin, EVERYTHING)
    assert app == other
    for seconds in (0.3, 1.1, 0.25, 2):
        for one in (lab, twin):
            ask(one, app, 8080, "/x")
            run_for(one, seconds)
        twin.engine = Engine(twin.scenario, twin.seed, twin.engine.keyframe())
        assert twin.engine.digest() == lab.engine.digest()
    for one in (lab, twin):
        one.engine.docker.stop("laptop", app)
        run_for(one, 1)
        assert state(one, app)["ExitCode"] == 3
    assert output(lab, app) == output(twin, app)
    assert "bye Map(" in output(lab, app)


def test_a_program_that_only_makes_objects_is_bounded() -> None:
    for text in (
        "let a = [1]; for (;;) a = [...a, ...a]",
        "const a = []; for (;;) a.push({ x: 1 })",
    ):
        lab = make_lab()
        begun = time.process_time()
        program(lab, text, wait=20)
        assert time.process_time() - begun < 8.0, text


def test_process_1_without_a_handler_ignores_sigterm() -> None:
    lab = make_lab()
    app = program(lab, "setInterval(() => {}, 1000)")
    lab.engine.docker.kill("laptop", app, "SIGTERM")
    run_for(lab, 1)
    assert state(lab, app)["Running"]


MODULES = {
    "/app/package.json": '{"type": "module", "main": "index.js"}',
    "/app/lib.js": "export let count = 0;\nexport function up() { count++ }\nexport default "
    "class Thing { hi() { return 'hi' } }\nexport const names = ['a'];\n",
    "/app/old.cjs": "module.exports = { answer: 42, f() { return this.answer } };\n",
    "/app/data.json": '{"x": [1, 2]}',
}


def test_ecmascript_modules_import_and_export() -> None:
    text = """import Thing, { count, up, names as list } from './lib.js';
import * as all from './lib.js';
import old, { answer } from './old.cjs';
import data from './data.json' with { type: 'json' };
import { readFileSync } from 'node:fs';
import path from 'path';
up(); up();
console.log(count, all.count, list, new Thing().hi(), answer, old.f(), data.x);
console.log(path.basename(import.meta.filename), import.meta.dirname, typeof require, this);
const late = await import('./old.cjs');
console.log(late.default.answer, readFileSync('data.json', 'utf8').length);
"""
    out = said(text, files=MODULES)
    assert out == ("2 2 [ 'a' ] hi 42 42 [ 1, 2 ]\nindex.js /app undefined undefined\n42 13\n")


def test_missing_modules_are_told_in_nodes_words() -> None:
    out, code = ended("require('express')")
    assert (
        code == 1 and "Error: Cannot find module 'express'\nRequire stack:\n- /app/index.js" in out
    )
    assert "code: 'MODULE_NOT_FOUND'" in out and "requireStack: [ '/app/index.js' ]" in out
    out, code = ended("import x from 'express'", path="/app/a.mjs")
    assert code == 1
    assert (
        "Error [ERR_MODULE_NOT_FOUND]: Cannot find package 'express' imported from /app/a.mjs"
        in out
    )
    out, code = ended("import { nope } from './b.mjs'", path="/app/a.mjs",
                      files={"/app/b.mjs": "export const x = 1"})  # fmt: skip
    assert code == 1
    assert (
        "SyntaxError: The requested module './b.mjs' does not provide an export named 'nope'" in out
    )
    out, code = ended("", "node", "nope.js")
    assert code == 1 and "Error: Cannot find module '/app/nope.js'" in out


def test_a_module_that_waits_for_ever_ends_with_13() -> None:
    out, code = ended("await new Promise(() => {})", path="/app/a.mjs")
    assert code == 13 and out.startswith(
        "Warning: Detected unsettled top-level await at file:///app/a.mjs:1"
    )


def test_exit_codes_and_events_are_nodes() -> None:
    assert ended("process.exit(7)")[1] == 7
    assert ended("process.exitCode = 4; console.log('x')") == ("x\n", 4)
    assert ended("process.on('exit', (c) => console.log('exit', c)); setTimeout(() => {}, 5)") == (
        "exit 0\n", 0)  # fmt: skip
    text = "process.on('uncaughtException', (e) => { console.log('got', e.message) }); throw new Error('x')"
    assert ended(text) == ("got x\n", 0)


def test_a_port_that_is_taken_or_a_bad_one_is_refused() -> None:
    text = "const h = require('http'); h.createServer().listen(80); h.createServer().listen(80)"
    out, code = ended(text)
    assert code == 1 and "Error: listen EADDRINUSE: address already in use :::80" in out
    assert "code: 'EADDRINUSE',\n  errno: -98" in out or "errno: -98,\n  code: 'EADDRINUSE'" in out


def test_memory_grows_until_the_heap_or_the_container_is_full() -> None:
    leak = "const all = []; setInterval(() => all.push(%s), 10)"
    out, code = ended(leak % "'x'.repeat(5e6) + Math.random()", "node", "--max-old-space-size=100",
                      "/app/index.js", wait=5)  # fmt: skip
    assert code == 134
    assert (
        "FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory" in out
    )
    lab = make_lab()
    app = program(lab, leak % "Buffer.alloc(10e6)", wait=5, HostConfig={"Memory": 256 << 20})
    assert state(lab, app)["OOMKilled"] and state(lab, app)["ExitCode"] == 137


@pytest.mark.parametrize("big", ["Buffer.alloc(300e6)", "'x'.repeat(4e8)", "new Array(1e8)"])
def test_one_value_that_is_too_large_is_the_last_thing_a_program_makes(big: str) -> None:
    lab = make_lab()
    app = program(lab, f"const a = {big}; console.log(a.length)", HostConfig={"Memory": 128 << 20})
    assert state(lab, app)["OOMKilled"] and state(lab, app)["ExitCode"] == 137
    assert output(lab, app) == ""


def test_flags_and_standard_input_work() -> None:
    assert said("", "node", "-e", "console.log(1 + 1)").strip() == "2"
    assert said("", "node", "-p", "[1, 2].map((x) => x * 2)").strip() == "[ 2, 4 ]"
    assert said("", "node", "--version").startswith("v22.")
    assert said("", "sh", "-c", "echo 'console.log(6*7)' | node").strip() == "42"
    assert (
        said("console.log(process.argv.slice(2))", "node", "index.js", "a", "b") == "[ 'a', 'b' ]\n"
    )


def test_two_containers_talk_over_http() -> None:
    lab = networked()
    api = """const http = require('http');
http.createServer((req, res) => {
  let body = ''; req.on('data', (c) => body += c);
  req.on('end', () => { res.writeHead(201, { 'Content-Type': 'application/json' });
    setTimeout(() => res.end(JSON.stringify({ got: body, url: req.url, m: req.method })), 30) });
}).listen(8000)"""
    program(lab, api, name="api", HostConfig=HOST)
    client = """const r = await fetch('http://api:8000/x?y=1', { method: 'POST', body: 'hey' });
console.log(r.status, r.ok, r.headers.get('content-type'), await r.json());
try { await fetch('http://api:9') } catch (e) { console.log(e.message, e.cause.code) }
try { await fetch('http://nowhere/') } catch (e) { console.log(e.cause.message) }"""
    caller = program(lab, client, path="/app/c.mjs", HostConfig=HOST)
    assert output(lab, caller) == (
        "201 true application/json { got: 'hey', url: '/x?y=1', m: 'POST' }\n"
        "fetch failed ECONNREFUSED\ngetaddrinfo ENOTFOUND nowhere\n"
    )


ROUTES = """const express = require('express');
const app = express();
app.use(express.json());
app.use((req, res, next) => { req.began = 1; next() });
const api = express.Router();
api.get('/users/:id', (req, res) => res.json({ id: req.params.id, q: req.query, base: req.baseUrl }));
api.post('/users', (req, res) => res.status(201).json(req.body));
app.use('/api', api);
app.get('/boom', () => { throw new Error('boom') });
app.get('/later', async (req, res) => { await new Promise((r) => setTimeout(r, 100)); res.send('ok') });
app.get('/go', (req, res) => res.redirect('/api'));
app.use(express.static('public'));
app.use('/api', (req, res) => res.sendStatus(418));
app.use((err, req, res, next) => { res.status(500).json({ error: err.message }) });
app.listen(3000);
"""


def test_express_routes_parses_serves_and_handles_errors() -> None:
    lab = make_lab()
    files = {"/app/public/index.html": "<h1>hi</h1>"}
    app = program(lab, ROUTES, files=files, packages="express")

    def get(path: str, method: str = "GET", body: str = "") -> tuple[int, str]:
        box = lab.engine.programs
        headers = {"content-type": "application/json"}
        wish = {"method": method, "path": path, "headers": headers, "body": body}
        answer = box.respond(app, 3000, wish)
        return answer["status"], answer["body"]

    assert get("/api/users/7?a=1") == (200, '{"id":"7","q":{"a":"1"},"base":"/api"}')
    assert get("/api/users", "POST", '{"n": 1}') == (201, '{"n":1}')
    assert get("/api/users", "POST", "{bad")[0] == 500
    assert get("/boom") == (500, '{"error":"boom"}')
    assert get("/later") == (200, "ok")
    assert get("/go")[0] == 302 and get("/") == (200, "<h1>hi</h1>")
    assert get("/api/x") == (418, "I'm a Teapot")
    assert get("/none")[0] == 404 and "<pre>Cannot GET /none</pre>" in get("/none")[1]


FRAMEWORKS = {
    "koa": """const Koa = require('koa'); const app = new Koa();
app.use(async (ctx, next) => { await next(); ctx.set('X-Time', '1') });
app.use(async (ctx) => { if (ctx.path === '/boom') throw new Error('x'); ctx.body = { path: ctx.path } });
app.listen(3000);""",
    "fastify": """const app = require('fastify')({ logger: true });
app.get('/:name', async (req) => { if (req.params.name === 'boom') throw new Error('x'); return { path: '/' + req.params.name } });
app.listen({ port: 3000, host: '0.0.0.0' });""",
}


def test_koa_and_fastify_answer() -> None:
    for name, text in FRAMEWORKS.items():
        lab = make_lab()
        app = program(lab, text, packages=name)
        answer = ask(lab, app, 3000, "/hey")
        assert (answer["status"], answer["body"]) == (200, '{"path":"/hey"}'), name
        assert ask(lab, app, 3000, "/boom")["status"] == 500
        told = output(lab, app)
        if name == "fastify":
            assert '"msg":"Server listening at http://127.0.0.1:3000"' in told
            assert '"msg":"incoming request"' in told and '"statusCode":200' in told
        else:
            assert "  Error: x\n" in told


def test_clients_of_databases_tell_in_their_words_that_nobody_answers() -> None:
    text = """const { Client } = require('pg');
new Client({ host: 'db', user: 'u' }).connect().catch((e) => console.log('pg', e.code, e.message));
const mysql = require('mysql2/promise');
mysql.createConnection({ host: 'db' }).catch((e) => console.log('mysql', e.code));
const Redis = require('ioredis');
const r = new Redis({ host: 'db', retryStrategy: (n) => (n > 2 ? null : 10), maxRetriesPerRequest: 1 });
r.get('a').catch((e) => console.log(e.name));
const axios = require('axios');
axios.get('http://db/x').catch((e) => console.log('axios', e.code, e.message));"""
    out = said(text, packages="pg mysql2 ioredis axios")
    assert "pg ENOTFOUND getaddrinfo ENOTFOUND db\n" in out and "mysql ENOTFOUND\n" in out
    assert "[ioredis] Unhandled error event: Error: getaddrinfo ENOTFOUND db\n" in out
    assert "MaxRetriesPerRequestError\n" in out
    assert "axios ENOTFOUND getaddrinfo ENOTFOUND db\n" in out


def test_jobs_of_bullmq_reach_their_worker() -> None:
    lab = networked()
    queue(lab)
    text = """const { Queue, Worker } = require('bullmq');
const connection = { host: 'queue' };
const w = new Worker('mail', async (job) => { if (job.data.n === 2) throw new Error('bad'); return job.data.n * 10 }, { connection });
w.on('completed', (job, value) => console.log('done', job.id, value));
w.on('failed', (job, error) => console.log('failed', job.id, error.message));
const q = new Queue('mail', { connection });
(async () => { await q.add('a', { n: 1 }); await q.add('b', { n: 2 }) })();"""
    app = program(lab, text, packages="bullmq", HostConfig=HOST)
    assert output(lab, app) == "done 1 10\nfailed 2 bad\n"


def test_messages_are_published_to_who_subscribed() -> None:
    lab = networked()
    queue(lab)
    listener = """const { createClient } = require('redis');
(async () => { const c = await createClient({ url: 'redis://queue' }).connect();
await c.subscribe('news', (text, channel) => console.log(channel, text)) })()"""
    app = program(lab, listener, packages="redis", HostConfig=HOST)
    words = ["redis-cli", "-h", "queue", "publish", "news", "hello"]
    start(lab, "redis:7", *words, HostConfig=HOST)
    assert output(lab, app) == "news hello\n"


def test_children_streams_and_lines_work() -> None:
    text = """const { exec } = require('child_process');
exec('echo hi; exit 3', (e, out) => console.log('code', e.code, out.trim()));
const fs = require('fs'); fs.writeFileSync('/tmp/x', 'abc\\ndef\\n');
const rl = require('readline').createInterface({ input: fs.createReadStream('/tmp/x') });
rl.on('line', (l) => console.log('line', l));
fs.readFile('/nope', (e) => console.log(e.message));"""
    out = said(text)
    assert "code 3 hi\n" in out and "line abc\nline def\n" in out
    assert "ENOENT: no such file or directory, open '/nope'\n" in out


def test_the_prompt_evaluates_what_is_typed() -> None:
    lab = make_lab()
    add_image(lab, "node:22-slim")
    box = start(lab, "node:22-slim", "node", Tty=True, OpenStdin=True)
    container = lab.engine.docker.need("laptop", box)
    for line in ("1 + 2", "const f = (x) => {", "return x * 2 }", "f(21)", "{ a: [1] }", "nope",
                 "await Promise.resolve('late')", "_ + '!'", "require('os').EOL", "let a b"):  # fmt: skip
        lab.engine.programs.type_in(container, "log", line + "\n")
        run_for(lab, 1)
    shown = output(lab, box)
    for part in ("Welcome to Node.js v22.", "1 + 2\n3\n> ", "... return x * 2 }\nundefined\n> ",
                 "f(21)\n42\n> ", "{ a: [ 1 ] }\n> ", "Uncaught ReferenceError: nope is not defined\n> ",
                 "'late'\n> ", "'late!'\n> ", "'\\n'\n> ", "Uncaught SyntaxError: Unexpected identifier 'b'"):  # fmt: skip
        assert part in shown, part
    lab.engine.programs.type_in(container, "log", ".exit\n")
    run_for(lab, 1)
    assert not state(lab, box)["Running"]


def test_a_package_that_is_not_followed_is_named_once_in_the_log() -> None:
    text = "require('odd'); require('odd').go(); require('zlib'); console.log('on');"
    assert said(text, packages="odd") == (
        "drydock: the module odd is not followed by the model\n"
        "drydock: the module zlib is not followed by the model\non\n"
    )
    assert said("require('cluster');").startswith("drydock: the module cluster is not followed")
    module = {"/app/index.mjs": "import odd from 'odd';\nodd();\nconsole.log('on');"}
    out = said("", "node", "index.mjs", files=module, packages="odd")
    assert out == "drydock: the module odd is not followed by the model\non\n"


def test_sessions_of_express_are_named_by_a_signed_cookie() -> None:
    lab = make_lab()
    text = """const express = require('express');
const session = require('express-session');
const app = express();
app.use(session({ secret: 'cat', resave: false, saveUninitialized: false }));
app.get('/', (req, res) => { req.session.views = (req.session.views || 0) + 1; res.send(`views ${req.session.views}`); });
app.get('/quiet', (req, res) => res.send('no'));
app.get('/out', (req, res) => req.session.destroy(() => res.send('bye')));
app.listen(3000);"""
    web = program(lab, text, packages="express express-session")

    def get(path: str, cookie: str = "") -> tuple[str, str]:
        wish = {"method": "GET", "path": path, "headers": {"cookie": cookie}}
        found = lab.engine.programs.respond(web, 3000, wish)
        headers = {key.lower(): value for key, value in found["headers"].items()}
        return found["body"], headers.get("set-cookie", "")

    body, cookie = get("/")
    assert body == "views 1" and cookie.startswith("connect.sid=s%3A") and "; HttpOnly" in cookie
    mine = cookie.partition(";")[0]
    assert get("/", mine) == ("views 2", "")
    assert get("/", mine.replace("s%3A", "s%3Aforged"))[0] == "views 1"
    assert get("/quiet") == ("no", "")
    assert get("/out", mine)[0] == "bye"
    assert get("/", mine)[0] == "views 1"


def test_passwords_are_hashed_and_tokens_are_signed() -> None:
    text = """const jwt = require('jsonwebtoken');
const bcrypt = require('bcryptjs');
const token = jwt.sign({ id: 7 }, 'cat', { expiresIn: '1s' });
const tell = (key) => { try { console.log(jwt.verify(token, key).id); } catch (e) { console.log(e.name, e.message); } };
console.log(token.split('.')[0]);
tell('cat');
tell('dog');
jwt.verify('x', 'cat', (e) => console.log(e.message));
bcrypt.hash('pw', 10).then(async (hash) => {
  console.log(hash.length, hash.slice(0, 7), await bcrypt.compare('pw', hash), await bcrypt.compare('no', hash));
});
setTimeout(tell, 1500, 'cat');"""
    assert said(text, packages="jsonwebtoken bcryptjs", wait=4).splitlines() == [
        "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9", "7", "JsonWebTokenError invalid signature",
        "jwt malformed", "60 $2b$10$ true false", "TokenExpiredError jwt expired",
    ]  # fmt: skip


def test_ejs_renders_views_with_parts_and_names_the_line_of_an_error() -> None:
    views = {
        "/app/views/index.ejs": "<h1><%= title %></h1>\n<% for (const t of todos) { -%>\n"
        "<li><%- include('parts/item', { t }) %></li>\n<% } -%>\n<%# note %><%% raw %>\n"
        "<% if (typeof user !== 'undefined') { %>hi<% } else { %>nobody<% } %>\n"
        "<%= locals.nothing %><%- '<b>' %>\n",
        "/app/views/parts/item.ejs": "<%= t.name %>",
        "/app/views/bad.ejs": "a\nb <%= nope.x %>\n",
    }
    text = said(
        "const express = require('express');\nconst app = express();\n"
        "app.set('view engine', 'ejs');\napp.get('/', (req, res) => res.render('index', "
        "{ title: 'A & B', todos: [{ name: 'x' }, { name: '<y>' }] }));\n"
        "app.get('/bad', (req, res) => res.render('bad'));\n"
        "app.listen(3000, async () => {\n  for (const path of ['/', '/bad']) {\n"
        "    const answer = await fetch('http://localhost:3000' + path);\n"
        "    console.log(answer.status, await answer.text());\n  }\n  process.exit(0);\n});\n",
        files=views,
        packages="express ejs",
    )

    assert text.startswith(
        "200 <h1>A &amp; B</h1>\n<li>x</li>\n<li>&lt;y&gt;</li>\n<% raw %>\nnobody\n<b>\n"
    )
    assert "ReferenceError: /app/views/bad.ejs:2\n    1| a\n >> 2| b <%= nope.x %>" in text
    assert "\n\nnope is not defined\n" in text
