"""Commands of npm packages: nodemon runs a program anew, servers for development serve a folder."""

from __future__ import annotations

from tests.project_world import Project

DOCKER = """=== Dockerfile
FROM node:22-alpine
WORKDIR /app
COPY package.json .
RUN npm install
COPY . .
CMD ["npm", "run", "dev"]
=== compose.yaml
services:
  web:
    build: .
    ports: ["8080:{port}"]
    volumes: ["./src:/app/src"]
=== package.json
{{"name": "shop", "version": "1.0.0", "scripts": {{"dev": "{script}"}},
 "dependencies": {{{packages}}}}}
"""


def project(script: str, packages: str, files: str, port: int = 3000) -> Project:
    return Project(DOCKER.format(script=script, packages=packages, port=port) + files)


SERVER = """=== src/index.js
require('http').createServer((q, r) => r.end('one')).listen(3000, () => console.log('up'));
"""


def test_nodemon_runs_a_program_anew_when_a_mounted_file_changes() -> None:
    made = project("nodemon src/index.js", '"nodemon": "^3.1.0"', SERVER)
    made.up()
    text = made.logs("web")
    assert (
        "[nodemon] watching path(s): *.*\n[nodemon] watching extensions: js,mjs,cjs,json\n" in text
    )
    assert text.endswith("[nodemon] starting `node src/index.js`\nup\n")
    assert made.run("curl -s localhost:8080") == "one\n"
    changed = SERVER.partition("\n")[2].replace("one", "two")
    made.lab.do({"file": {"path": "p/src/index.js", "text": changed}})
    made.run("docker compose ps", 3)
    assert made.run("curl -s localhost:8080") == "two\n"
    assert made.logs("web").endswith(
        "[nodemon] restarting due to changes...\n[nodemon] starting `node src/index.js`\nup\n"
    )


def test_nodemon_waits_for_a_change_after_a_crash() -> None:
    made = project("nodemon src/index.js", '"nodemon": "^3.1.0"', "=== src/index.js\nboom();\n")
    made.up()
    text = made.logs("web")
    assert "ReferenceError: boom is not defined" in text
    assert text.endswith("[nodemon] app crashed - waiting for file changes before starting...\n")
    assert "Up" in made.run("docker compose ps")
    made.lab.do({"file": {"path": "p/src/index.js", "text": "console.log('well');"}})
    made.run("docker compose ps", 3)
    assert made.logs("web").endswith(
        "well\n[nodemon] clean exit - waiting for changes before restart\n"
    )


def test_cross_env_sets_variables_for_its_program() -> None:
    made = project("cross-env A=1 node src/index.js", '"cross-env": "^7.0.3"',
                   "=== src/index.js\nconsole.log(process.env.A)\n")  # fmt: skip
    made.up()
    assert made.logs("web").endswith("\n1\n")


PAGE = "<!doctype html>\n<html>\n<head>\n<title>Shop</title>\n</head>\n<body></body>\n</html>\n"


def test_react_scripts_serves_the_page_of_the_project() -> None:
    files = f"=== public/index.html\n{PAGE}=== src/index.js\nrender()\n"
    made = project("react-scripts start", '"react-scripts": "5.0.1"', files)
    made.up()
    assert "Compiled successfully!\n\nYou can now view shop in the browser." in made.logs("web")
    for path in ("/", "/items/7"):
        assert "<title>Shop</title>" in made.run(f"curl -s localhost:8080{path}")


def test_vite_is_reached_from_outside_only_when_it_is_told_to_listen_there() -> None:
    for flag, seen in (("", False), (" --host", True)):
        made = project(f"vite{flag}", '"vite": "^7.0.0"', f"=== index.html\n{PAGE}", 5173)
        made.up()
        assert ("➜  Network: use --host to expose" in made.logs("web")) is not seen
        page = made.run("curl -s localhost:8080")
        assert ('<script type="module" src="/@vite/client"></script>' in page) is seen


def test_serve_gives_what_was_built_and_its_page_for_other_paths() -> None:
    files = f"=== build/index.html\n{PAGE}=== build/a.txt\nA\n"
    made = project("npx serve -s build -l 3000", '"serve": "^14.0.0"', files)
    made.up()
    assert "INFO  Accepting connections at http://localhost:3000\n" in made.logs("web")
    assert made.run("curl -s localhost:8080/a.txt") == "A\n"
    assert "<title>Shop</title>" in made.run("curl -s localhost:8080/items/7")


def test_what_a_container_installs_into_a_mounted_folder_is_there_for_the_next() -> None:
    made = project("nodemon src/index.js", '"nodemon": "^3.1.0"', SERVER)
    mounted = "docker run --rm -v ./:/app -w /app node:22-alpine"
    assert made.run(f"{mounted} npm install", 30) and made.code == 0
    assert "nodemon" in made.run(f"{mounted} ls node_modules/.bin")
    assert "node_modules" not in made.run("ls")
    made.run(f"{mounted} rm -r node_modules", 5)
    assert "No such file" in made.run(f"{mounted} ls node_modules/.bin")


def test_wait_port_waits_until_a_server_listens() -> None:
    waiting = """=== src/index.js
const waitPort = require('wait-port');
(async () => {
  console.log(await waitPort({ host: 'localhost', port: 3000, timeout: 500, interval: 100 }));
  require('http').createServer((q, r) => r.end('one')).listen(3000);
  console.log(await waitPort({ host: 'localhost', port: 3000 }));
  process.exit();
})();
"""
    made = project("node src/index.js", '"wait-port": "^1.1.0"', waiting)
    made.up()
    assert made.logs("web").endswith("{ open: false }\n{ open: true, ipVersion: 4 }\n")
