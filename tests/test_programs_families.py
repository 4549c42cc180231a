"""What the main processes of containers do, found by what is really in the image."""

from __future__ import annotations

import time
from typing import Any

import pytest

from simulator.docker.tree import file_entry
from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start, state

SITE = "/usr/local/lib/python3.12/site-packages"
FLASK = """import os
from flask import Flask, jsonify
app = Flask(__name__)
hits = 0

@app.route("/")
def hello():
    global hits
    hits += 1
    return f"hit {hits} for {os.environ.get('WHO', 'nobody')}"

@app.get("/square/<int:n>")
def square(n):
    return jsonify(n=n, square=n * n)

@app.get("/boom")
def boom():
    return 1 / 0

if __name__ == "__main__":
    app.run(host="0.0.0.0", port=int(os.environ.get("PORT", 5000)))
"""
LIBRARIES = ("flask", "fastapi", "gunicorn", "uvicorn", "redis")
SERVERS = {f"{SITE}/{name}/__init__.py": "" for name in LIBRARIES} | {
    f"/usr/local/bin/{name}": file_entry(size=200, mode=0o755, content=name)
    for name in ("gunicorn", "uvicorn", "flask")
}


@pytest.fixture
def lab() -> Lab:
    return make_lab()


def python(lab: Lab, source: str, *cmd: str, packages: bool = True, **body: Any) -> str:
    files = {"/app/app.py": source, **(SERVERS if packages else {})}
    add_image(lab, "python:3.12-slim", name="app:latest", files=files, WorkingDir="/app")
    return start(lab, "app:latest", *(cmd or ("python", "app.py")), **body)


def ask(lab: Lab, container: str, port: int, path: str = "/") -> dict[str, Any]:
    return lab.engine.programs.respond(container, port, {"method": "GET", "path": path})


def test_flask_serves_its_routes_and_remembers(lab: Lab) -> None:
    container = python(lab, FLASK, Env=["WHO=me"])
    assert lab.engine.programs.listening(container) == [5000]
    ask(lab, container, 5000)
    assert ask(lab, container, 5000)["body"] == "hit 2 for me"
    assert ask(lab, container, 5000, "/square/7")["body"] == '{"n":7,"square":49}\n'
    assert ask(lab, container, 5000, "/nothing")["status"] == 404
    assert "Running on all addresses (0.0.0.0)" in output(lab, container)


def test_an_error_in_a_handler_is_a_500_with_its_traceback(lab: Lab) -> None:
    container = python(lab, FLASK)
    assert ask(lab, container, 5000, "/boom")["status"] == 500
    assert "line 18, in boom\n    return 1 / 0\nZeroDivisionError" in output(lab, container)


def test_the_port_follows_the_environment(lab: Lab) -> None:
    container = python(lab, FLASK, Env=["PORT=8081"])
    assert lab.engine.programs.listening(container) == [8081]


def test_an_app_bound_to_localhost_cannot_be_reached_from_outside(lab: Lab) -> None:
    container = python(lab, FLASK.replace("0.0.0.0", "127.0.0.1"))
    served = lab.engine.programs.server(container, 5000)
    assert served is not None and served["address"] == "127.0.0.1"


@pytest.mark.parametrize(
    ("source", "code", "words"),
    [
        ("import nothere\n", 1, "ModuleNotFoundError: No module named 'nothere'"),
        ("def f(:\n", 1, "SyntaxError: invalid syntax"),
        ("import os\nos.environ['KEY']\n", 1, "KeyError: 'KEY'"),
        ("import sys\nsys.exit(4)\n", 4, ""),
        ("print(undefined)\n", 1, "NameError: name 'undefined' is not defined"),
        ("open('/no/file')\n", 1, "FileNotFoundError: [Errno 2] No such file or directory"),
        ("x = [1, 2]\nprint(sum(x), len(x), sorted([3, 1]), f'{x[0]:>3}')\n", 0, "3 2 [1, 3]   1"),
        ("try:\n    int('x')\nexcept ValueError as e:\n    print('bad', e)\n", 0, "bad invalid"),
    ],
)
def test_scripts_end_as_in_life(lab: Lab, source: str, code: int, words: str) -> None:
    container = python(lab, source)
    assert state(lab, container)["ExitCode"] == code
    assert words in output(lab, container)


def test_a_package_must_be_in_the_image(lab: Lab) -> None:
    container = python(lab, FLASK, packages=False)
    assert "line 2, in <module>\n    from flask import Flask, jsonify\n" in output(lab, container)
    assert state(lab, container)["ExitCode"] == 1


def test_a_missing_script_is_exit_code_2(lab: Lab) -> None:
    container = python(lab, "", "python", "main.py")
    expected = "python: can't open file '/app/main.py': [Errno 2] No such file or directory\n"
    assert (output(lab, container), state(lab, container)["ExitCode"]) == (expected, 2)


def test_printed_lines_wait_in_the_buffer_unless_asked_for(lab: Lab) -> None:
    loop = "import time\nn = 0\nwhile True:\n    n += 1\n    print('tick', n)\n    time.sleep(1)\n"
    buffered = python(lab, loop, wait=5)
    assert output(lab, buffered) == ""
    direct = python(lab, loop, Env=["PYTHONUNBUFFERED=1"], wait=4)
    assert output(lab, direct).startswith("tick 1\ntick 2\ntick 3\n")


def test_gunicorn_listens_on_localhost_unless_told(lab: Lab) -> None:
    container = python(lab, FLASK, "gunicorn", "-w", "3", "app:app")
    served = lab.engine.programs.server(container, 8000)
    assert served is not None
    assert (served["address"], served["workers"]) == ("127.0.0.1", 3)
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 2)
    assert state(lab, container)["ExitCode"] == 0


def test_a_program_reaches_redis_by_name_or_fails_as_its_library_does(lab: Lab) -> None:
    source = (
        "import redis\nfrom flask import Flask\napp = Flask(__name__)\n"
        "r = redis.Redis(host='cache', port=6379)\n"
        "@app.get('/')\ndef hit():\n    return str(r.incr('hits'))\n"
        "app.run(host='0.0.0.0')\n"
    )
    add_image(lab, "redis:latest")
    lab.engine.docker.networks.create("laptop", {"Name": "shop"})
    host = {"NetworkMode": "shop"}
    web = python(lab, source, HostConfig=host)
    assert ask(lab, web, 5000)["status"] == 500
    assert "Error -2 connecting to cache:6379. Name or service not known." in output(lab, web)
    start(lab, "redis:latest", HostConfig=host, name="cache")
    assert [ask(lab, web, 5000)["body"] for _ in range(2)] == ["1", "2"]
    served = lab.engine.programs.server(web, 5000)
    assert served is not None and served["calls"] == [{"host": "cache", "port": 6379, "path": "/"}]


def test_redis_keeps_its_keys_in_its_volume(lab: Lab) -> None:
    add_image(lab, "redis:latest")
    host = {"Binds": ["data1:/data"]}
    first = start(lab, "redis:latest", HostConfig=host)
    docker = lab.engine.docker
    assert docker.exec_("laptop", first, ["redis-cli", "set", "a", "1"])[1] == "OK\n"
    docker.stop("laptop", first)
    run_for(lab, 2)
    second = start(lab, "redis:latest", HostConfig=host)
    assert docker.exec_("laptop", second, ["redis-cli", "get", "a"])[1] == "1\n"


def test_postgres_wants_a_password_once(lab: Lab) -> None:
    add_image(lab, "postgres:latest")
    bare = start(lab, "postgres:latest")
    assert "superuser password is not specified" in output(lab, bare)
    assert state(lab, bare)["ExitCode"] == 1
    good = start(lab, "postgres:latest", Env=["POSTGRES_PASSWORD=x"], wait=6)
    assert lab.engine.programs.listening(good) == [5432]
    assert lab.engine.docker.exec_("laptop", good, ["pg_isready"])[0] == 0


def test_nginx_says_where_its_configuration_is_wrong(lab: Lab) -> None:
    add_image(
        lab,
        "nginx:latest",
        name="web:latest",
        files={"/etc/nginx/conf.d/default.conf": "server {\n  listen 80;\n  root /x\n}\n"},
    )
    container = start(lab, "web:latest")
    assert state(lab, container)["ExitCode"] == 1
    assert "in /etc/nginx/conf.d/default.conf:" in output(lab, container)


def test_nginx_passes_requests_on(lab: Lab) -> None:
    conf = "server { listen 8080; location /api/ { proxy_pass http://app:5000/; } }"
    add_image(lab, "nginx:latest", name="edge:latest",
              files={"/etc/nginx/conf.d/default.conf": conf})  # fmt: skip
    lab.engine.docker.networks.create("laptop", {"Name": "shop"})
    host = {"NetworkMode": "shop"}
    alone = start(lab, "edge:latest", HostConfig=host)
    assert 'host not found in upstream "app"' in output(lab, alone)
    python(lab, FLASK, HostConfig=host, name="app")
    edge = start(lab, "edge:latest", HostConfig=host)
    assert ask(lab, edge, 8080, "/api/square/3")["body"] == '{"n":3,"square":9}\n'


def test_a_root_only_port_is_refused_on_the_hosts_network_only(lab: Lab) -> None:
    conf = "pid /tmp/nginx.pid;\nevents {}\nhttp { server { listen 80; } }\n"
    add_image(lab, "nginx:latest", files={"/etc/nginx/nginx.conf": conf})
    own = start(lab, "nginx:latest", User="101")
    assert lab.engine.programs.listening(own) == [80]
    shared = start(lab, "nginx:latest", User="101", HostConfig={"NetworkMode": "host"})
    assert "bind() to 0.0.0.0:80 failed (13: Permission denied)" in output(lab, shared)
    assert state(lab, shared)["ExitCode"] == 1


NODE = """const express = require('express');
const app = express();
const port = process.env.PORT || 3000;
app.get('/', (req, res) => { res.send('hello node'); });
app.listen(port, () => { console.log(`listening on ${port}`); });
"""


def test_node_checks_its_modules_and_serves(lab: Lab) -> None:
    files = {
        "/app/server.js": NODE,
        "/app/package.json": '{"scripts": {"start": "node server.js"}}',
    }
    add_image(lab, "node:22-slim", name="bare:latest", files=files, WorkingDir="/app")
    bare = start(lab, "bare:latest", "node", "server.js")
    assert "Error: Cannot find module 'express'" in output(lab, bare)
    files["/app/node_modules/express/package.json"] = "{}"
    add_image(lab, "node:22-slim", name="full:latest", files=files, WorkingDir="/app")
    full = start(lab, "full:latest", "npm", "start")
    assert ask(lab, full, 3000)["body"] == "hello node"
    assert "listening on 3000" in output(lab, full)


def test_a_go_binary_does_what_its_source_says(lab: Lab) -> None:
    source = ('package main\nimport ("fmt"; "net/http")\nfunc main() {\n'
              ' fmt.Println("starting")\n http.HandleFunc("/", func(w http.ResponseWriter, r '
              '*http.Request) { fmt.Fprintln(w, "hi from go") })\n'
              ' http.ListenAndServe(":8080", nil)\n}\n')  # fmt: skip
    made = {"tool": "go", "sources": "x", "main": source}
    binary = file_entry(size=7_000_000, mode=0o755, content="go", arch="amd64", made=made)
    add_image(lab, "alpine:3.24", name="go:latest", files={"/server": binary})
    container = start(lab, "go:latest", "/server")
    assert output(lab, container) == "starting\n"
    assert ask(lab, container, 8080)["body"].startswith("hi from go")


def test_hello_world_says_hello_and_ends(lab: Lab) -> None:
    add_image(lab, "hello-world:latest")
    container = start(lab, "hello-world:latest")
    assert "Hello from Docker!" in output(lab, container)
    assert state(lab, container)["ExitCode"] == 0


def test_an_endless_computation_goes_on_ever_slower() -> None:
    lab = make_lab()
    add_image(lab, "python:3.12-slim")
    begun = time.process_time()
    container = start(lab, "python:3.12-slim", "python", "-c", "while True:\n  x = 1\n", wait=60)
    assert state(lab, container)["Running"]
    assert time.process_time() - begun < 5.0


def test_a_configuration_without_an_end_is_refused_at_once() -> None:
    lab = make_lab()
    add_image(lab, "nginx:1.28", files={"/etc/nginx/conf.d/default.conf": "server" * 9000})
    begun = time.process_time()
    container = start(lab, "nginx:1.28")
    assert state(lab, container)["ExitCode"] == 1
    assert time.process_time() - begun < 5.0


SERVING = 'package main\nimport "net/http"\nfunc main() { http.ListenAndServe(":80", nil) }\n'
PRINTING = 'package main\nimport "fmt"\nfunc main() { fmt.Println("up") }\n'
RUST = {
    "Cargo.toml": '[package]\nname = "shop"\n[dependencies]\n',
    "src/main.rs": 'fn main() { println!("up"); }\n',
}
C = '#include <stdio.h>\nint main() { puts("up"); }\n'
ABSENT = "exec /app: no such file or directory\n"
LINKED = [
    ("golang:1.24", "go build -o /app", "alpine", {"main.go": SERVING}, ABSENT, 255),
    ("golang:1.24", "go build -o /app", "scratch", {"main.go": SERVING}, ABSENT, 255),
    ("golang:1.24", "CGO_ENABLED=0 go build -o /app", "scratch", {"main.go": SERVING}, "", 0),
    ("golang:1.24", "go build -tags netgo -o /app", "scratch", {"main.go": SERVING}, "", 0),
    ("golang:1.24", "go build -o /app", "debian", {"main.go": SERVING}, "", 0),
    ("golang:1.24", "go build -o /app", "scratch", {"main.go": PRINTING}, "up\n", 0),
    ("golang:1.24-alpine", "go build -o /app", "scratch", {"main.go": SERVING}, "", 0),
    ("golang:1.24-alpine", "apk add gcc musl-dev && go build -o /app", "debian",
     {"main.go": SERVING}, ABSENT, 255),
    ("rust:1-bookworm", "cargo build -r && cp target/release/shop /app", "alpine", RUST, ABSENT,
     255),
    ("rust:1-alpine", "cargo build -r && cp target/release/shop /app", "scratch", RUST, "up\n", 0),
    ("gcc", "gcc -o /app a.c", "alpine", {"a.c": C}, ABSENT, 255),
    ("gcc", "gcc -static -o /app a.c", "scratch", {"a.c": C}, "up\n", 0),
]  # fmt: skip


def built_and_run(text: str, files: dict[str, str]) -> tuple[str, int]:
    """Build a Dockerfile and run it for three seconds: what it printed and its exit code."""
    lab = make_lab(**{f"app/{name}": one for name, one in {**files, "Dockerfile": text}.items()})
    built = lab.do({"terminal": "docker build -t x .", "cwd": "/home/student/app"})
    run_for(lab, 1200)
    assert (lab.entry(built["entry"]) or {})["exit_code"] == 0
    container = start(lab, "x", wait=3)
    return output(lab, container), int(state(lab, container)["ExitCode"])


@pytest.mark.parametrize(("image", "line", "base", "files", "words", "code"), LINKED)
def test_a_program_runs_where_the_c_library_is_that_it_was_linked_against(
    image: str, line: str, base: str, files: dict[str, str], words: str, code: int
) -> None:
    text = (
        f"FROM {image} AS b\nWORKDIR /s\nCOPY . .\nRUN {line}\n"
        f'FROM {base}\nCOPY --from=b /app /app\nCMD ["/app"]\n'
    )
    assert built_and_run(text, {"go.mod": "module shop\n", **files}) == (words, code)


@pytest.mark.parametrize(
    ("image", "path", "base", "more", "words"),
    [
        ("node:22", "/usr/local/bin/node", "alpine", "", "exec /x/node: no such file or directory"),
        ("node:22-alpine", "/usr/local/bin/node", "alpine", "",
         "Error loading shared library libstdc++.so.6: No such file or directory (needed by /x/"),
        ("node:22-alpine", "/usr/local/bin/node", "alpine", "RUN apk add libstdc++\n", "v22"),
        ("python:3.12", "/usr/local/bin/python3.12", "debian", "",
         "/x/python3.12: error while loading shared libraries: libpython3.12.so.1.0: cannot open"),
    ],
)  # fmt: skip
def test_an_interpreter_copied_alone_misses_its_libraries(
    image: str, path: str, base: str, more: str, words: str
) -> None:
    name = path.rpartition("/")[2]
    text = f'FROM {base}\n{more}COPY --from={image} {path} /x/\nCMD ["/x/{name}", "--version"]\n'
    assert built_and_run(text, {})[0].startswith(words)


def test_a_shell_does_not_find_a_program_whose_loader_is_missing() -> None:
    text = "FROM golang:1.24 AS b\nWORKDIR /s\nCOPY . .\nRUN go build -o /app\nFROM alpine\n"
    text += "COPY --from=b /app /app\nCMD /app\n"
    files = {"go.mod": "module shop\n", "main.go": SERVING}
    assert built_and_run(text, files) == ("/bin/sh: /app: not found\n", 127)


MAIN = 'public class Main { public static void main(String[] a) { System.out.println("up"); } }\n'
SHOP = "package com.example;\n" + MAIN.replace("Main", "Shop")
POM = "<project><artifactId>shop</artifactId><version>1</version>{}</project>"
SPRING = POM.format("<java.version>21</java.version><parent>spring-boot-starter-parent</parent>")
BUILT = (
    "FROM maven:3.9-eclipse-temurin-21 AS b\nCOPY . .\nRUN mvn package\n"
    "FROM eclipse-temurin:{}-jre\nCOPY --from=b /target/shop-1.jar /app.jar\nCMD {}\n"
)
JAR = '["java", "-jar", "/app.jar"]'


@pytest.mark.parametrize(
    ("lines", "cmd", "words", "code"),
    [
        ("RUN javac Main.java", "java Main", "up\n", 0),
        ("RUN true", "java Main.java", "up\n", 0),
        ("RUN javac Main.java", "java Mian", "Error: Could not find or load main class Mian\n"
         "Caused by: java.lang.ClassNotFoundException: Mian\n", 1),
        ("RUN javac Main.java && jar cf a.jar Main.class", "java -jar a.jar",
         "no main manifest attribute, in a.jar\n", 1),
        ("RUN javac Main.java && jar cfe a.jar Main Main.class", "java -jar a.jar", "up\n", 0),
        ("RUN true", "java -jar b.jar", "Error: Unable to access jarfile b.jar\n", 1),
        ("RUN true", "java -Xmx1x Main.java", "Invalid maximum heap size: -Xmx1x\n"
         "Error: Could not create the Java Virtual Machine.\n"
         "Error: A fatal exception has occurred. Program will exit.\n", 1),
        ("RUN true", "java -Xms2g -Xmx1g Main.java", "Error occurred during initialization of VM\n"
         "Initial heap size set to a larger value than the maximum heap size\n", 1),
    ],
)  # fmt: skip
def test_java_says_what_it_cannot_run(lines: str, cmd: str, words: str, code: int) -> None:
    text = f"FROM eclipse-temurin:21\nCOPY Main.java .\n{lines}\nCMD exec {cmd}\n"
    assert built_and_run(text, {"Main.java": MAIN}) == (words, code)


def test_java_adds_literals_and_the_environment_up() -> None:
    source = MAIN.replace('"up"', '"Hello from " + System.getenv("WHO") + "!"')
    text = "FROM eclipse-temurin:21\nENV WHO=there\nCOPY Main.java .\nCMD exec java Main.java\n"
    assert built_and_run(text, {"Main.java": source}) == ("Hello from there!\n", 0)


def test_a_class_for_a_newer_java_is_refused() -> None:
    files = {"pom.xml": SPRING, "src/main/java/com/example/Shop.java": SHOP}
    text, code = built_and_run(BUILT.format(17, JAR), files)
    assert code == 1 and "com/example/Shop has been compiled by a more recent version" in text
    assert "(class file version 65.0)" in text and "up to 61.0" in text
    text, code = built_and_run(BUILT.format(11, JAR), files)
    assert code == 1 and "loading main class org.springframework.boot.loader" in text
    plain = {**files, "pom.xml": POM.format("<maven.compiler.release>17</maven.compiler.release>")}
    run_class = '["java", "-cp", "/app.jar", "com.example.Shop"]'
    assert built_and_run(BUILT.format(17, run_class), plain) == ("up\n", 0)


CONTROLLER = """package com.example;
@RestController
@RequestMapping("/api")
public class Greeter {
  @GetMapping("/hi/{name}")
  public String hi(@PathVariable String name) { return "Hi " + name + "!"; }
  @PostMapping("/hi/{name}")
  public String set(@PathVariable("name") String who, @RequestParam(defaultValue = "no") String q) {
    return who + " " + q;
  }
  @GetMapping("/all")
  public List<Item> all() { return items.findAll(); }
}
"""


def test_a_controller_of_spring_answers_by_its_mappings() -> None:
    files = {
        "pom.xml": SPRING, "src/main/java/com/example/Shop.java": SHOP,
        "src/main/java/com/example/Greeter.java": CONTROLLER,
    }  # fmt: skip
    lab = make_lab(**{f"app/{name}": text for name, text in files.items()},
                   **{"app/Dockerfile": BUILT.format(21, JAR)})  # fmt: skip
    lab.do({"terminal": "docker build -t x .", "cwd": "/home/student/app"})
    run_for(lab, 1200)
    container = start(lab, "x", wait=9)

    def got(path: str, method: str = "GET") -> tuple[int, str]:
        answer = lab.engine.programs.respond(container, 8080, {"path": path, "method": method})
        return answer["status"], answer["body"]

    assert got("/api/hi/ann") == (200, "Hi ann!")
    assert got("/api/hi/ann?q=yes", "POST") == (200, "ann yes")
    assert got("/api/hi/ann", "POST") == (200, "ann no")
    assert got("/api/hi/ann", "DELETE")[0] == 405
    status, body = got("/nope")
    assert status == 404 and body.endswith('"status":404,"error":"Not Found","path":"/nope"}')
    assert got("/api/all")[0] == 501
    assert "drydock: what this method of the controller returns" in output(lab, container)


def test_spring_reads_its_port_and_ends_with_143() -> None:
    files = {
        "pom.xml": SPRING, "src/main/java/com/example/Shop.java": SHOP,
        "src/main/resources/application.yml": "server:\n  port: 9090\n",
    }  # fmt: skip
    lab = make_lab(**{f"app/{name}": text for name, text in files.items()},
                   **{"app/Dockerfile": BUILT.format(21, JAR)})  # fmt: skip
    lab.do({"terminal": "docker build -t x .", "cwd": "/home/student/app"})
    run_for(lab, 1200)
    container = start(lab, "x", wait=9)
    assert lab.engine.programs.listening(container) == [9090]
    other = start(lab, "x", wait=9, Env=["SERVER_PORT=7070"])
    assert lab.engine.programs.listening(other) == [7070]
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 1)
    text = output(lab, container)
    assert "Tomcat started on port 9090 (http) with context path '/'" in text
    assert text.endswith("Graceful shutdown complete\n")
    assert state(lab, container)["ExitCode"] == 143


def test_apache_names_its_php_and_gives_no_source_of_it_away() -> None:
    lab = make_lab()
    files = {"/var/www/html/index.php": "<?php echo 1;", "/var/www/html/a.html": "A\n"}
    add_image(lab, "php:8.2-apache", files=files, name="site:latest")
    container = start(lab, "site:latest")
    page = lab.engine.programs.respond(container, 80, {"path": "/"})
    assert page["status"] == 501 and "<?php" not in page["body"]
    assert lab.engine.programs.respond(container, 80, {"path": "/a.html"})["body"] == "A\n"
    text = output(lab, container)
    assert "PHP/8.2." in text and "drydock: PHP is not followed by the model" in text
