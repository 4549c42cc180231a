"""What the go command makes of a module: programs, embedded files, go.mod and go.sum."""

# ruff: noqa: E501

from __future__ import annotations

from typing import Any

import pytest

from tests.docker_world import add_image, make_lab, output, start
from tests.test_docker_shellmodel import sh

MODULE = "module example.com/shop\n\ngo 1.23\n"
MAIN = (
    'package main\n\nimport "fmt"\n\nvar version = "dev"\n\nfunc main() { fmt.Println(version) }\n'
)


def go(line: str, files: dict[str, str]) -> tuple[Any, Any]:
    named = {f"/app/{name}": text for name, text in files.items()}
    prefix = "PATH=$PATH:/usr/local/go/bin; "
    return sh(prefix + line, named, image="golang:1.25")


def ran(view: Any, path: str) -> str:
    """Start a program that was built: what it prints."""
    lab = make_lab()
    add_image(lab, "alpine:3.24", name="shop:latest", files={"/out": view.files[path]})
    return output(lab, start(lab, "shop:latest", "/out"))


def test_the_linker_sets_variables_of_packages() -> None:
    files = {
        "go.mod": MODULE,
        "main.go": MAIN.replace('"fmt"', '"fmt"\nimport "example.com/shop/info"').replace("(version)", "(version, info.Commit)"),
        "info/info.go": "package info\n\nvar Commit string\n",
    }  # fmt: skip
    outcome, view = go(
        "go build -ldflags \"-s -X main.version=1.2 -X 'example.com/shop/info.Commit=a b'\" -o /out .",
        files,
    )
    assert outcome.text == ""
    assert ran(view, "/out") == "1.2 a b\n"


def test_embedded_files_go_into_the_program() -> None:
    main = """package main

import (
	"embed"
	"fmt"
	"io/fs"
)

//go:embed version.txt
var version string

//go:embed static/* templates
var files embed.FS

func main() {
	data, err := files.ReadFile("static/a.css")
	fmt.Println(version, string(data), err)
	_, err = files.ReadFile("static/none")
	fmt.Println(err)
	inner, _ := fs.Sub(files, "templates")
	fs.WalkDir(inner, ".", func(path string, d fs.DirEntry, err error) error { fmt.Println(path, d.IsDir()); return err })
}
"""
    files = {
        "go.mod": MODULE, "main.go": main, "version.txt": "7", "static/a.css": "p {}",
        "templates/index.html": "<h1>", "templates/.hidden": "",
    }  # fmt: skip
    outcome, view = go("go build -o /out .", files)
    assert outcome.text == ""
    assert ran(view, "/out") == (
        "7 p {} <nil>\nopen static/none: file does not exist\n. true\nindex.html false\n"
    )
    outcome, view = go(
        "go build -o /out .", {**files, "main.go": main.replace("static/*", "assets/*")}
    )
    assert outcome.text == "main.go:12:12: pattern assets/*: no matching files found\n"
    assert outcome.exit_code == 1


def test_go_install_puts_a_modules_own_program_where_programs_are() -> None:
    outcome, view = go("GOPATH=/go go install .", {"go.mod": MODULE, "main.go": MAIN})
    assert outcome.text == ""
    assert ran(view, "/go/bin/shop") == "dev\n"


def test_all_programs_of_a_module_are_built_into_a_folder() -> None:
    files = {
        "go.mod": MODULE, "cmd/api/main.go": MAIN, "cmd/worker/main.go": MAIN.replace("dev", "work"),
        "store/store.go": "package store\n\nfunc Price() int { return 1 }\n",
        "store/store_test.go": "package store\n",
    }  # fmt: skip
    outcome, view = go(
        "mkdir /bin2 && go build -o /bin2/ ./cmd/... && go build ./... && go test ./...", files
    )
    assert outcome.text == (
        "?   \texample.com/shop/cmd/api\t[no test files]\n"
        "?   \texample.com/shop/cmd/worker\t[no test files]\n"
        "ok  \texample.com/shop/store\t0.004s\n"
    )
    assert ran(view, "/bin2/worker") == "work\n"
    outcome, _ = go("go build -o out ./cmd/...", files)
    assert outcome.text == "go: cannot write multiple packages to non-directory out\n"
    outcome, _ = go(
        "go test ./...", {**files, "store/store.go": "package store\n\nvar x int = nil\n"}
    )
    assert outcome.exit_code == 1
    assert outcome.text.endswith("FAIL\texample.com/shop/store [build failed]\nFAIL\n")


USES = 'package main\n\nimport "github.com/google/uuid"\n\nfunc main() { println(len(uuid.NewString())) }\n'
REQUIRES = MODULE + "\nrequire github.com/google/uuid v1.6.0\n"


@pytest.mark.parametrize(
    ("files", "before"),
    [
        ({"go.mod": REQUIRES}, "true"),
        ({"go.mod": REQUIRES, "go.sum": "github.com/google/uuid v1.5.0 h1:x=\n"}, "true"),
        ({"go.mod": REQUIRES}, "go mod download"),
    ],
)
def test_a_module_that_go_sum_does_not_know_is_not_built(
    files: dict[str, str], before: str
) -> None:
    outcome, _ = go(f"{before} && go build -o /out .", {**files, "main.go": USES})
    assert outcome.exit_code == 1
    assert outcome.text == (
        "main.go:3:8: missing go.sum entry for module providing package github.com/google/uuid "
        "(imported by example.com/shop); to add:\n\tgo get example.com/shop\n"
    )


@pytest.mark.parametrize("before", ["go mod tidy", "go get github.com/google/uuid", "go get ./..."])
def test_what_writes_go_sum_lets_the_module_be_built(before: str) -> None:
    files = {"go.mod": MODULE if "./" not in before else REQUIRES, "main.go": USES}
    outcome, view = go(f"{before} && CGO_ENABLED=0 go build -o /out .", files)
    assert outcome.exit_code == 0, outcome.text
    assert "require github.com/google/uuid v1.6.0" in view.text("/app/go.mod")
    assert "github.com/google/uuid v1.6.0 h1:" in view.text("/app/go.sum")
    assert ran(view, "/out") == "36\n"


def built(files: dict[str, str], line: str = "go build -o /app/out .") -> tuple[Any, Any]:
    named = {f"/app/{name}": text for name, text in files.items()}
    return sh(f"/usr/local/go/bin/{line}", named, image="golang:1.25")


SHOP = {
    "go.mod": "module example.com/shop\n\ngo 1.23\n",
    "main.go": 'package main\n\nimport (\n\t"fmt"\n\n\t"example.com/shop/store"\n)\n\n'
    "func main() { fmt.Println(store.Price(2), local()) }\n",
    "local.go": "package main\n\nfunc local() string { return store }\n\nconst store = 1\n",
    "store/store.go": "package store\n\nfunc Price(n int) int { return n * 7 }\n",
}


def test_go_build_names_the_program_after_the_file_or_the_package() -> None:
    text = "package main\n\nfunc main() {}\n"
    _, view = built({"dispatcher.go": text}, "go build dispatcher.go")
    assert view.is_file("/app/dispatcher") and not view.is_file("/app/app")
    _, view = built({"go.mod": "module example.com/shop/v2\n\ngo 1.23\n", "a.go": text}, "go build")
    assert view.is_file("/app/shop")


def test_go_build_keeps_all_sources_and_the_program_does_what_they_say() -> None:
    files = {**SHOP, "local.go": 'package main\n\nfunc local() string { return "here" }\n'}
    outcome, view = built(files)
    assert (outcome.exit_code, outcome.text) == (0, "")
    lab = make_lab()
    add_image(lab, "alpine:3.24", name="shop:latest", files={"/out": view.files["/app/out"]})
    container = start(lab, "shop:latest", "/out")
    assert output(lab, container) == "14 here\n"


def test_go_build_reports_what_the_compiler_says_and_fails() -> None:
    files = {**SHOP, "main.go": SHOP["main.go"].replace("{ fmt", "{\n\tx := 1\n\tfmt")}
    del files["local.go"]
    outcome, view = built(files)
    assert outcome.exit_code == 1
    assert outcome.text == (
        "# example.com/shop\n./main.go:10:2: declared and not used: x\n"
        "./main.go:11:30: undefined: local\n"
    )
    assert "/app/out" not in view.files


@pytest.mark.parametrize(
    ("files", "wanted"),
    [
        ({"go.mod": "module m\n\ngo 1.23\n", "main.go":
          'package main\n\nimport "github.com/redis/go-redis/v9"\n\nfunc main() {}\n'},
         "main.go:3:8: no required module provides package github.com/redis/go-redis/v9; to add "
         "it:\n\tgo get github.com/redis/go-redis/v9\n"),
        ({"go.mod": "module m\n\ngo 1.23\n", "main.go":
          'package main\n\nimport "foo/bar"\n\nfunc main() { bar.X() }\n'},
         "main.go:3:8: package foo/bar is not in std (/usr/local/go/src/foo/bar)\n"),
        ({"go.mod": "module m\n\ngo 1.99\n", "main.go": "package main\n\nfunc main() {}\n"},
         "go: go.mod requires go >= 1.99 (running go "),
        ({"go.mod": "module m\n\ngo 1.23\n", "main.go": "package main\n\nfunc main() {\n\tif {\n"},
         "# m\n./main.go:4:5: syntax error: missing condition in if statement\n"),
    ],
)  # fmt: skip
def test_go_build_refuses_in_the_words_of_the_go_command(
    files: dict[str, str], wanted: str
) -> None:
    outcome, _ = built(files)
    assert outcome.exit_code == 1
    assert outcome.text.startswith(wanted)
