"""nginx: what it refuses at its start, which location answers, what is passed on and to whom."""

from __future__ import annotations

from typing import Any

import pytest

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start, state

CONF = "/etc/nginx/conf.d/default.conf"
SITE = r"""server {
  listen 80 default_server;
  server_name _;
  root /usr/share/nginx/html;
  error_page 404 /404.html;
  location = /exact { return 200 "exact\n"; }
  location ^~ /static/ { alias /data/; }
  location ~* \.TXT$ { return 418 "by its ending"; }
  location ~ ^/user/(?<id>\d+)$ { return 200 "user $id $1 $arg_q"; }
  location /spa/ { try_files $uri $uri/ /index.html; }
  location /miss { try_files $uri =404; }
  location /old { return 301 /new; }
  location /rewritten { rewrite ^/rewritten/(.*)$ /user/$1 last; }
  location /moved { rewrite ^ https://example.org$request_uri? permanent; }
  location /list/ { autoindex on; alias /data/; }
  location /deny { deny all; }
  location /head { add_header X-A "a $host" always; add_header X-B b; return 403 no; }
  location /if { if ($request_method = POST) { return 405; } return 200 ok; }
}
server { listen 80; server_name shop.example *.shop.test; return 200 "shop $host"; }
"""
FILES = {
    "/data/a.txt": "A\n", "/usr/share/nginx/html/404.html": "none such\n",
    "/usr/share/nginx/html/dir/index.html": "dir\n", "/usr/share/nginx/html/index.html": "home\n",
}  # fmt: skip


def serving(conf: str, files: dict[str, str] | None = None, **body: Any) -> tuple[Lab, str]:
    lab = make_lab()
    add_image(lab, "nginx:1.28", files={CONF: conf, **(files or {})}, name="edge:latest")
    return lab, start(lab, "edge:latest", **body)


def get(lab: Lab, container: str, path: str, host: str = "localhost", **more: Any) -> Any:
    asked = {"path": path, "headers": {"host": host}, **more}
    return lab.engine.programs.respond(container, 80, asked)


@pytest.fixture(scope="module")
def site() -> tuple[Lab, str]:
    return serving(SITE, FILES)


@pytest.mark.parametrize(
    ("path", "host", "status", "body"),
    [
        ("/", "localhost", 200, "home\n"),
        ("/exact", "localhost", 200, "exact\n"),
        ("/static/a.txt", "localhost", 200, "A\n"),
        ("/a.txt", "localhost", 418, "by its ending"),
        ("/user/42?q=z", "localhost", 200, "user 42 42 z"),
        ("/user/x", "localhost", 404, "none such\n"),
        ("/spa/any/where", "localhost", 200, "home\n"),
        ("/miss", "localhost", 404, "none such\n"),
        ("/rewritten/7", "localhost", 200, "user 7 7 "),
        ("/dir/", "localhost", 200, "dir\n"),
        ("/if", "localhost", 200, "ok"),
        ("/", "shop.example", 200, "shop shop.example"),
        ("/", "www.shop.test:8080", 200, "shop www.shop.test"),
        ("/exact", "unknown.example", 200, "exact\n"),
    ],
)
def test_the_server_and_the_location_that_fit_best_answer(
    site: tuple[Lab, str], path: str, host: str, status: int, body: str
) -> None:
    answer = get(*site, path, host)
    assert (answer["status"], answer["body"]) == (status, body)


def test_nginx_redirects_refuses_lists_and_adds_headers(site: tuple[Lab, str]) -> None:
    assert get(*site, "/old")["headers"]["Location"] == "http://localhost/new"
    assert get(*site, "/dir?a=1")["headers"]["Location"] == "http://localhost/dir/?a=1"
    assert get(*site, "/moved?a=1")["headers"]["Location"] == "https://example.org/moved?a=1"
    assert get(*site, "/deny")["status"] == 403
    assert get(*site, "/if", method="POST")["status"] == 405
    assert '<a href="a.txt">a.txt</a>' in get(*site, "/list/")["body"]
    headers = get(*site, "/head")["headers"]
    assert headers["X-A"] == "a localhost" and "X-B" not in headers


REFUSED = [
    ("server {\n  listn 80;\n}\n", 'unknown directive "listn" in {}:2'),
    ("server {\n listen 80;\n root /x\n}\n", 'unexpected "}}" in {}:4'),
    ("server {\n listen 80;\n", 'unexpected end of file, expecting "}}" in {}:3'),
    ("server { listen 80; listen 80; }", "a duplicate listen 0.0.0.0:80 in {}:1"),
    ("server { listen 80 default_server; }\nserver { listen 80 default_server; }",
     "a duplicate default server for 0.0.0.0:80 in {}:2"),
    ("server { root /a /b; }", 'invalid number of arguments in "root" directive in {}:1'),
    ("server { root /a; root /b; }", '"root" directive is duplicate in {}:1'),
    ("server { gzip maybe; }", 'invalid value "maybe" in "gzip" directive, it must be "on" or '
                               '"off" in {}:1'),
    ("location / {}", '"location" directive is not allowed here in {}:1'),
    ("server { location / {} location / {} }", 'duplicate location "/" in {}:1'),
    ("server { include /no.conf; }", 'open() "/no.conf" failed (2: No such file or directory) in '
                                     "{}:1"),
    ("server { listen 443 ssl; }", 'no "ssl_certificate" is defined for the "listen ... ssl" '
                                   "directive in {}:1"),
    ("server {\n location / {\n  proxy_pass http://app:3000/;\n }\n}",
     'host not found in upstream "app" in {}:3'),
    ("upstream a {\n\n server app:3000;\n}\n", 'host not found in upstream "app:3000" in {}:3'),
    ("server { keepalive_timeout soon; }", '"keepalive_timeout" directive invalid value in {}:1'),
    ("server { client_max_body_size 10Q; }",
     '"client_max_body_size" directive invalid value in {}:1'),
    ("server { access_log /no/a.log; }", 'open() "/no/a.log" failed (2: No such file or '
                                         "directory)"),
    ("server { location / { proxy_pass app:3000; } }", "invalid URL prefix in {}:1"),
]  # fmt: skip


@pytest.mark.parametrize(("conf", "words"), REFUSED)
def test_nginx_names_the_file_and_the_line_of_what_it_refuses(conf: str, words: str) -> None:
    lab, container = serving(conf)
    lines = output(lab, container).splitlines()
    assert lines[-1] == f"nginx: [emerg] {words.format(CONF)}"
    assert lines[-2].endswith(f"[emerg] 1#1: {words.format(CONF)}")
    assert state(lab, container)["ExitCode"] == 1


def test_a_user_that_the_image_does_not_have_is_refused() -> None:
    text = "user nobody-here;\nevents {}\nhttp { server { listen 80; } }\n"
    lab, container = serving(SITE, {"/etc/nginx/nginx.conf": text})
    words = 'nginx: [emerg] getpwnam("nobody-here") failed in /etc/nginx/nginx.conf:1'
    assert output(lab, container).splitlines()[-1] == words


UPSTREAM = """upstream apps { server one:8000; server two:8000; }
server {
  listen 80;
  location /api/ { proxy_pass http://apps/; proxy_set_header X-Real-IP $remote_addr; }
  location /late/ { resolver 127.0.0.11; set $name one; proxy_pass http://$name:8000; }
  location /bare { set $name one; proxy_pass http://$name:8000; }
}
"""
APP = 'server { listen 8000; return 200 "$hostname $request_uri $http_host"; }'


@pytest.fixture
def shop() -> dict[str, Any]:
    lab = make_lab()
    lab.engine.docker.networks.create("laptop", {"Name": "shop"})
    add_image(lab, "nginx:1.28", files={CONF: APP}, name="app:latest")
    add_image(lab, "nginx:1.28", files={CONF: UPSTREAM}, name="edge:latest")
    host = {"HostConfig": {"NetworkMode": "shop"}}
    found: dict[str, Any] = {"lab": lab}
    for name in ("one", "two"):
        found[name] = start(lab, "app:latest", name=name, Hostname=name, **host)
    found["edge"] = start(lab, "edge:latest", **host)
    return found


def test_an_upstreams_servers_take_turns_and_a_dead_one_is_passed_over(shop: Any) -> None:
    lab, edge = shop["lab"], shop["edge"]
    bodies = [get(lab, edge, "/api/x?y=1")["body"] for _ in range(4)]
    assert bodies == ["one /x?y=1 apps", "two /x?y=1 apps"] * 2
    lab.engine.docker.stop("laptop", shop["one"], 0)
    run_for(lab, 1)
    assert [get(lab, edge, "/api/x")["body"] for _ in range(3)] == ["two /x apps"] * 3
    assert output(lab, edge).count("connect() failed (113: Host is unreachable)") == 1
    lab.engine.docker.stop("laptop", shop["two"], 0)
    run_for(lab, 1)
    assert [get(lab, edge, "/api/x")["status"] for _ in range(2)] == [502, 502]
    assert "no live upstreams while connecting to upstream" in output(lab, edge)


def test_a_name_in_a_variable_is_looked_up_when_it_is_needed(shop: Any) -> None:
    lab, edge = shop["lab"], shop["edge"]
    assert get(lab, edge, "/late/x")["body"] == "one /late/x one:8000"
    assert get(lab, edge, "/bare")["status"] == 502
    assert "no resolver defined to resolve one" in output(lab, edge)


def test_nginx_is_tested_and_reloaded_from_inside() -> None:
    lab, container = serving('server { listen 80; return 200 "old"; }')

    def typed(line: str) -> tuple[int, str]:
        answer = lab.engine.docker.exec_("laptop", container, ["sh", "-c", line])
        return answer[0], answer[1]

    assert typed("nginx -t") == (0, "nginx: the configuration file /etc/nginx/nginx.conf syntax is "
                                 "ok\nnginx: configuration file /etc/nginx/nginx.conf test is "
                                 "successful\n")  # fmt: skip
    assert f"# configuration file {CONF}:\n" in typed("nginx -T 2>&1")[1]
    typed(f"echo 'server {{ listen 80; return 200 \"new\"; }}' > {CONF}")
    assert get(lab, container, "/")["body"] == "old"
    assert typed("nginx -s reload")[0] == 0
    assert get(lab, container, "/")["body"] == "new"
    typed(f"echo 'server {{' > {CONF}; nginx -s reload")
    code, words = typed("nginx -t")
    assert code == 1 and "test failed" in words
    assert get(lab, container, "/")["body"] == "new"
    assert typed("nginx -s now") == (1, 'nginx: invalid option: "-s now"\n')


def test_without_rights_nginx_says_which_file_it_cannot_make() -> None:
    lab, container = serving("server { listen 8080; }", User="1000")
    assert output(lab, container).endswith(
        'nginx: [emerg] mkdir() "/var/cache/nginx/client_temp" failed (13: Permission denied)\n'
    )
    lab, container = serving("server {}", HostConfig={"ReadonlyRootfs": True})
    assert 'client_temp" failed (30: Read-only file system)' in output(lab, container)


def test_templates_are_filled_in_before_nginx_starts() -> None:
    template = 'server {\n  listen ${PORT};\n  return 200 "$host ${WHO}";\n}\n'
    files = {
        "/etc/nginx/templates/default.conf.template": template,
        "/docker-entrypoint.d/40-own.sh": "#!/bin/sh\necho mine\n",
        "/docker-entrypoint.d/notes.txt": "x\n",
    }
    lab = make_lab()
    add_image(lab, "nginx:1.28", files=files, name="edge:latest")
    container = start(lab, "edge:latest", Env=["PORT=8080", "WHO=me"])
    asked = {"path": "/", "headers": {"host": "a.example"}}
    assert lab.engine.programs.respond(container, 8080, asked)["body"] == "a.example me"
    text = output(lab, container)
    assert f"Running envsubst on /etc/nginx/templates/default.conf.template to {CONF}\n" in text
    assert "Launching /docker-entrypoint.d/40-own.sh\nmine\n" in text
    assert "Ignoring /docker-entrypoint.d/notes.txt\n" in text


def test_expires_writes_the_moment_and_how_long_that_is() -> None:
    conf = """server { listen 80;
      location /soon { expires 90s; return 200 ok; }
      location /past { expires -1h; return 200 ok; }
      location /max { expires max; return 200 ok; } }"""
    lab, web = serving(conf)
    rows = [get(lab, web, path)["headers"] for path in ("/soon", "/past", "/max")]
    assert [row["Cache-Control"] for row in rows] == ["max-age=90", "no-cache", "max-age=315360000"]
    assert [row["Expires"] for row in rows] == [
        "Mon, 05 Jan 2026 09:01:32 GMT", "Mon, 05 Jan 2026 08:00:02 GMT",
        "Thu, 31 Dec 2037 23:55:55 GMT",
    ]  # fmt: skip


def test_the_start_of_an_official_image_complains_of_nothing() -> None:
    lab, web = serving("server { listen 80; }")
    assert "not followed" not in output(lab, web)
