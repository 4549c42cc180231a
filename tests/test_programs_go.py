"""Go programs in containers are followed: the language, its library, and how they end."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from simulator.docker.tree import file_entry
from simulator.lab import Lab
from simulator.programs.families.go import program as program_module
from simulator.programs.families.go.functions import function_number
from simulator.programs.families.go.natives import native
from simulator.programs.families.go.program import compiled
from tests.docker_world import add_image, make_lab, output, run_for, start, state


def sources(text: str, **more: Any) -> str:
    package = {"folder": "/src", "files": {"main.go": text}}
    return json.dumps({"main": "main", "go": "1.23", "packages": {"main": package}, **more})


def errors(body: str, imports: str = "") -> list[str]:
    """Compile a program; give what the compiler has against it as `line: words`."""
    program = compiled(sources(f"package main\n{imports}\n{body}\n"))
    assert not program.library_wrong
    return [f"{line}: {text}" for _, _, line, _, text in program.errors()]


def run(text: str, wait: float = 5, lab: Lab | None = None, **body: Any) -> tuple[Lab, str]:
    """Start a container with the binary of a source."""
    lab = lab or make_lab()
    made = {"tool": "go", "sources": "x", "main": text}
    binary = file_entry(size=7_000_000, mode=0o755, content="go", arch="amd64", made=made)
    add_image(lab, "alpine:3.24", name="go:latest", files={"/app": binary})
    return lab, start(lab, "go:latest", "/app", wait=wait, **body)


def printed(body: str, *imports: str, wait: float = 5) -> str:
    """Run the body of main; give all that it prints."""
    named = "".join(f'import "{one}"\n' for one in ("fmt", *imports))
    lab, container = run(f"package main\n{named}{body}", wait)
    return output(lab, container)


def main(body: str, *imports: str) -> str:
    return printed("func main() {\n" + body + "\n}\n", *imports)


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("a, b := 7, 2; fmt.Println(a+b, a/b, -a/b, a%b, -a%b, float64(a)/2)", "9 3 -3 1 -1 3.5"),
        ("var u uint8 = 250; u += 10; var i int8 = 127; i++; fmt.Println(u, i)", "4 -128"),
        ("s := []int{1, 2, 3}; t := s[:2]; t = append(t, 9); fmt.Println(s, t, len(t), cap(t))",
         "[1 2 9] [1 2 9] 3 3"),
        ("a := [2]int{1, 2}; b := a; b[0] = 9; fmt.Println(a, b)", "[1 2] [9 2]"),
        ('for i, r := range "hé!" { fmt.Print(i, string(r), " ") }; fmt.Println(len("hé!"))',
         "0h 1é 3! 4"),
        ('m := map[string]int{"b": 2, "a": 1}; v, ok := m["z"]; fmt.Println(m, v, ok, len(m))',
         "map[a:1 b:2] 0 false 2"),
        ("const ( A = iota * 10; B; C ); fmt.Println(A, B, C, 1<<3|1)", "0 10 20 9"),
        ('x := 3; p := &x; *p += 2; fmt.Printf("%d %5.2f|%-4s|%04d|%x|%q|%v|%T\\n", x, 3.14159, '
         '"ab", 42, 255, "hi", nil, 2.5)', '5  3.14|ab  |0042|ff|"hi"|<nil>|float64'),
        ("type T struct { A int; B string }; t := T{1, \"x\"}; u := t; u.A = 2; "
         'fmt.Printf("%v %+v %#v\\n", t, u, &t)', '{1 x} {A:2 B:x} &main.T{A:1, B:"x"}'),
        ("fs := []func() int{}; for i := 0; i < 3; i++ { fs = append(fs, func() int { return i }) "
         "}; "
         "for _, f := range fs { fmt.Print(f(), \" \") }", "0 1 2 "),
        ("var e any = 3; switch v := e.(type) { case string: fmt.Println(v); case int: "
         "fmt.Println(v + 1) }", "4"),
        ("L: for i := range 3 { for j := range 3 { if j == 2 { continue L }; if i == 2 { break L "
         "}; "
         "fmt.Print(i, j, \" \") } }", "0 0 0 1 1 0 1 1 "),
        ("defer fmt.Println(\"last\"); defer func() { fmt.Println(recover()) }(); panic(\"no\")",
         "no\nlast"),
        ("x, y := 1, 2; x, y = y, x; fmt.Println(x, y, min(3, 1, 2), max(1.5, 2))", "2 1 1 2"),
        ("switch x := 2; { case x > 1: fmt.Print(\"a\"); fallthrough; case x > 5: "
         "fmt.Println(\"b\"); default: fmt.Println(\"c\") }", "ab"),
    ],
)  # fmt: skip
def test_statements_do_what_the_language_says(body: str, wanted: str) -> None:
    assert main(body).rstrip("\n") == wanted.rstrip("\n")


def test_methods_interfaces_embedding_and_generics() -> None:
    text = printed(
        """
type Animal interface { Sound() string }
type Base struct { Name string }
func (b *Base) Rename(n string) { b.Name = n }
func (b Base) Hello() string { return "I am " + b.Name }
type Dog struct { Base; Age int }
func (d Dog) Sound() string { return "woof" }
func (d Dog) String() string { return "dog " + d.Name }
type Stack[T any] struct { items []T }
func (s *Stack[T]) Push(v T) { s.items = append(s.items, v) }
func (s *Stack[T]) Pop() (T, bool) {
	var zero T
	if len(s.items) == 0 { return zero, false }
	v := s.items[len(s.items)-1]
	s.items = s.items[:len(s.items)-1]
	return v, true
}
func Sum[N int | float64](xs ...N) N { var t N; for _, x := range xs { t += x }; return t }
func main() {
	d := Dog{Base{"rex"}, 3}
	d.Rename("max")
	var a Animal = d
	fmt.Println(d.Hello(), a.Sound(), a)
	s := &Stack[string]{}
	s.Push("x"); s.Push("y")
	v, ok := s.Pop()
	fmt.Println(v, ok, Sum(1, 2, 3), Sum(1.5, 2))
	f := d.Hello
	fmt.Println(f())
}
"""
    )
    assert text == "I am max woof dog max\ny true 6 3.5\nI am max\n"


def test_a_pool_of_goroutines_shares_the_work_of_a_channel() -> None:
    text = printed(
        """
func main() {
	jobs, results := make(chan int, 10), make(chan int, 10)
	var wg sync.WaitGroup
	for w := 1; w <= 3; w++ {
		wg.Add(1)
		go func(id int) {
			defer wg.Done()
			for j := range jobs { time.Sleep(100 * time.Millisecond); results <- j * j }
		}(w)
	}
	began := time.Now()
	for i := 1; i <= 6; i++ { jobs <- i }
	close(jobs)
	go func() { wg.Wait(); close(results) }()
	sum := 0
	for r := range results { sum += r }
	fmt.Println(sum, time.Since(began).Round(10 * time.Millisecond))
}
""",
        "sync",
        "time",
    )
    assert text == "91 200ms\n"


def test_select_takes_what_is_ready_or_the_timeout() -> None:
    text = main(
        """c := make(chan string)
	go func() { time.Sleep(time.Second); c <- "late" }()
	select {
	case v := <-c: fmt.Println(v)
	case <-time.After(100 * time.Millisecond): fmt.Println("timeout")
	}
	select { case v := <-c: fmt.Println(v); default: fmt.Println("nothing") }
	ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
	defer cancel()
	<-ctx.Done()
	fmt.Println(ctx.Err(), <-c)""",
        "time",
        "context",
    )
    assert text == "timeout\nnothing\ncontext deadline exceeded late\n"


def test_errors_are_wrapped_and_found_again() -> None:
    text = printed(
        """
type NotFound struct { Name string }
func (e *NotFound) Error() string { return e.Name + " not found" }
var ErrBase = errors.New("base")
func find(n string) error { return fmt.Errorf("find: %w", &NotFound{n}) }
func main() {
	err := find("x")
	var nf *NotFound
	fmt.Println(err, errors.As(err, &nf), nf.Name, errors.Is(fmt.Errorf("a: %w", ErrBase), ErrBase))
	_, err = strconv.Atoi("12a")
	fmt.Println(err)
	_, err = os.ReadFile("/none")
	fmt.Println(err, os.IsNotExist(err))
}
""",
        "errors",
        "strconv",
        "os",
    )
    assert text == (
        "find: x not found true x true\n"
        'strconv.Atoi: parsing "12a": invalid syntax\n'
        "open /none: no such file or directory true\n"
    )


@pytest.mark.parametrize(
    ("body", "wanted"),
    [
        ("a := []int{1, 2, 3}; i := 5; fmt.Println(a[i])",
         "panic: runtime error: index out of range [5] with length 3"),
        ("var m map[string]int; m[\"a\"] = 1; fmt.Println(m)",
         "panic: assignment to entry in nil map"),
        ("var p *struct{ X int }; fmt.Println(p.X)",
         "panic: runtime error: invalid memory address or nil pointer dereference"),
        ("x := 0; fmt.Println(1 / x)", "panic: runtime error: integer divide by zero"),
        ("var e any = \"s\"; fmt.Println(e.(int))",
         "panic: interface conversion: interface {} is string, not int"),
        ("panic(fmt.Errorf(\"bad %d\", 1))", "panic: bad 1"),
        ("c := make(chan int); c <- 1; fmt.Println()",
         "fatal error: all goroutines are asleep - deadlock!"),
    ],
)  # fmt: skip
def test_a_panic_ends_a_program_with_2_and_its_trace(body: str, wanted: str) -> None:
    lab, container = run('package main\nimport "fmt"\nfunc main() {\n' + body + "\n}\n")
    text = output(lab, container)
    assert text.splitlines()[0] == wanted
    assert "main.main()\n\t/src/main.go:4 " in text
    assert state(lab, container)["ExitCode"] == 2


SERVER = """package main

import (
	"fmt"
	"net/http"
	"os"
	"sync"
)

var (
	mu   sync.Mutex
	hits = map[string]int{}
)

func main() {
	port := os.Getenv("PORT")
	if port == "" {
		port = "8080"
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /items/{id}", func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprintf(w, "item %s of %s\\n", r.PathValue("id"), r.URL.Query().Get("q"))
	})
	mux.HandleFunc("/", func(w http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		hits[r.URL.Path]++
		if r.URL.Path == "/boom" {
			var p *int
			fmt.Fprintln(w, *p)
		}
		fmt.Fprintln(w, r.Method, r.URL.Path, hits[r.URL.Path])
	})
	if err := http.ListenAndServe(":"+port, mux); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}
"""


def ask(lab: Lab, container: str, port: int, path: str, method: str = "GET") -> dict[str, Any]:
    request = {"method": method, "path": path, "headers": {}}
    return dict(lab.engine.programs.respond(container, port, request))


def test_an_http_counter_counts_and_routes() -> None:
    lab, container = run(SERVER)
    assert lab.engine.programs.listening(container) == [8080]
    assert ask(lab, container, 8080, "/a")["body"] == "GET /a 1\n"
    assert ask(lab, container, 8080, "/a")["body"] == "GET /a 2\n"
    answer = ask(lab, container, 8080, "/items/7?q=x%20y")
    assert answer["body"] == "item 7 of x y\n"
    assert answer["headers"]["Content-Type"] == "text/plain; charset=utf-8"


def test_a_panic_in_a_handler_does_not_end_the_server() -> None:
    lab, container = run(SERVER)
    ask(lab, container, 8080, "/boom")
    assert "http: panic serving" in output(lab, container)
    assert ask(lab, container, 8080, "/ok")["body"] == "GET /ok 1\n"


GRACEFUL = """package main

import (
	"context"
	"fmt"
	"net/http"
	"os/signal"
	"syscall"
	"time"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	srv := &http.Server{Addr: ":8080"}
	go func() {
		if err := srv.ListenAndServe(); err != http.ErrServerClosed {
			panic(err)
		}
	}()
	<-ctx.Done()
	fmt.Println("shutting down")
	c, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	fmt.Println(srv.Shutdown(c))
}
"""


def test_sigterm_shuts_a_server_down_in_an_orderly_way() -> None:
    lab, container = run(GRACEFUL)
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 2)
    assert output(lab, container) == "shutting down\n<nil>\n"
    assert state(lab, container)["ExitCode"] == 0


def test_sigterm_ends_a_first_process_without_a_handler_with_2() -> None:
    lab, container = run('package main\n\nimport "time"\n\nfunc main() { time.Sleep(time.Hour) }\n')
    lab.engine.docker.stop("laptop", container)
    run_for(lab, 2)
    assert state(lab, container)["ExitCode"] == 2


@pytest.mark.parametrize(
    ("body", "imports", "wanted"),
    [
        ("func main() {}", 'import "os"', '2: "os" imported and not used'),
        ("func main() {\n\tx := 1\n}", "", "4: declared and not used: x"),
        ("func main() {\n\tfoo()\n}", "", "4: undefined: foo"),
        ("func main() {\n\tvar s string = 1\n\t_ = s\n}", "",
         "4: cannot use 1 (untyped int constant) as string value in variable declaration"),
        ("func main() {\n\tx := \"a\" + 1\n\t_ = x\n}", "",
         '4: invalid operation: "a" + 1 (mismatched types untyped string and untyped int)'),
        ("func f() int {\n}\nfunc main() { f() }", "", "4: missing return"),
        ("func f(a int) {}\nfunc main() {\n\tf(1, 2)\n}", "",
         "5: too many arguments in call to f\n\thave (number, number)\n\twant (int)"),
        ("func f() (int, error) { return 0, nil }\nfunc main() {\n\tx := f()\n\t_ = x\n}", "",
         "5: assignment mismatch: 1 variable but f() returns 2 values"),
        ("type I interface{ M() }\ntype T struct{}\nfunc main() {\n\tvar i I = T{}\n\t_ = i\n}",
         "",
         "6: cannot use T{} (value of type T) as I value in variable declaration: T does "
         "not implement I (missing method M)"),
        ("func main() {\n\tx := 1\n\tx := 2\n\t_ = x\n}", "",
         "5: no new variables on left side of :="),
        ("func main() {\n\tif 1 {\n\t}\n}", "", "4: non-boolean condition in if statement"),
        ("func main() {\n\treturn 1\n}", "",
         "4: too many return values\n\thave (number)\n\twant ()"),
        ("type T struct{ A int }\nfunc main() {\n\tt := T{}\n\tt.B = 1\n}", "",
         "6: t.B undefined (type T has no field or method B)"),
        ("func main() {\n\tvar b int8 = 300\n\t_ = b\n}", "",
         "4: cannot use 300 (untyped int constant) as int8 value in variable declaration "
         "(overflows)"),
    ],
)  # fmt: skip
def test_the_compiler_says_what_gc_says(body: str, imports: str, wanted: str) -> None:
    assert wanted in errors(body, imports)


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("package main\nfunc main()\n{\n}\n",
         "syntax error: unexpected semicolon or newline before {"),
        ("package main\nfunc main() {\n\tx := 1 y := 2\n}\n",
         "syntax error: unexpected name y at end of statement"),
        ("package main\nfunc main() {\n\tf(1\n\t2)\n}\n",
         "syntax error: unexpected newline in argument list; possibly missing comma or )"),
        ("package main\nx := 1\n", "syntax error: non-declaration statement outside function body"),
        ("package main\nfunc main() {\n\tif true {\n\t}\n\telse {\n\t}\n}\n",
         "syntax error: unexpected keyword else, expected }"),
    ],
)  # fmt: skip
def test_syntax_errors_are_those_of_gc(text: str, wanted: str) -> None:
    assert [row[4] for row in compiled(sources(text)).errors()] == [wanted]


def test_a_program_goes_on_from_a_keyframe_as_if_nothing_had_been() -> None:
    text = (
        'package main\nimport ("fmt"; "time")\ntype T struct { n int; next *T }\nfunc main() {\n'
        "c := make(chan *T)\ngo func() { t := &T{}; for { t.n++; c <- t; "
        "time.Sleep(time.Second) } }()\nfor t := range c { t.next = t; defer fmt.Println(1); "
        "fmt.Println(t.n, t.next.n) }\n}\n"
    )
    whole, one = run(text, wait=6)
    lab, container = run(text, wait=0.5)
    for _ in range(11):
        lab.engine.programs.live.clear()
        run_for(lab, 0.5)
    assert output(lab, container) == output(whole, one)
    assert output(lab, container).splitlines()[:3] == ["1 1", "2 2", "3 3"]
    assert lab.digest() == whole.digest()


def built(files: dict[str, str], line: str = "go build -o /app/out .") -> tuple[Any, Any]:
    from tests.test_docker_shellmodel import sh

    named = {f"/app/{name}": text for name, text in files.items()}
    return sh(f"/usr/local/go/bin/{line}", named, image="golang:1.25")


MODULE = {
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
    files = {**MODULE, "local.go": 'package main\n\nfunc local() string { return "here" }\n'}
    outcome, view = built(files)
    assert (outcome.exit_code, outcome.text) == (0, "")
    lab = make_lab()
    add_image(lab, "alpine:3.24", name="shop:latest", files={"/out": view.files["/app/out"]})
    container = start(lab, "shop:latest", "/out")
    assert output(lab, container) == "14 here\n"


def test_go_build_reports_what_the_compiler_says_and_fails() -> None:
    files = {**MODULE, "main.go": MODULE["main.go"].replace("{ fmt", "{\n\tx := 1\n\tfmt")}
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


WORKER = """package main

import (
	"context"
	"fmt"
	"os"

	"github.com/redis/go-redis/v9"
)

func main() {
	ctx := context.Background()
	rdb := redis.NewClient(&redis.Options{Addr: os.Getenv("QUEUE") + ":6379"})
	if err := rdb.Ping(ctx).Err(); err != nil {
		fmt.Println("error:", err)
		os.Exit(1)
	}
	for {
		item, err := rdb.BLPop(ctx, 0, "jobs").Result()
		if err != nil {
			fmt.Println("error:", err)
			os.Exit(1)
		}
		fmt.Println("did", item[1])
		rdb.Incr(ctx, "done")
	}
}
"""


def with_queue() -> Lab:
    lab = make_lab()
    lab.engine.docker.networks.create("laptop", {"Name": "n"})
    add_image(lab, "redis:7")
    start(lab, "redis:7", name="queue", HostConfig={"NetworkMode": "n"})
    return lab


def cli(lab: Lab, *words: str) -> str:
    container = start(lab, "redis:7", "redis-cli", "-h", "queue", *words,
                      HostConfig={"NetworkMode": "n"})  # fmt: skip
    return output(lab, container)


def test_a_worker_waits_for_jobs_in_redis_and_does_them() -> None:
    lab = with_queue()
    _, worker = run(WORKER, lab=lab, HostConfig={"NetworkMode": "n"}, Env=["QUEUE=queue"])
    assert output(lab, worker) == ""
    cli(lab, "rpush", "jobs", "a", "b")
    assert output(lab, worker) == "did a\ndid b\n"
    assert cli(lab, "get", "done").strip().strip('"') == "2"


def test_a_worker_without_its_queue_says_so() -> None:
    lab = with_queue()
    _, worker = run(WORKER, lab=lab, HostConfig={"NetworkMode": "n"}, Env=["QUEUE=none"])
    assert output(lab, worker) == ("error: dial tcp: lookup none on 127.0.0.11:53: no such host\n")
    assert state(lab, worker)["ExitCode"] == 1


def test_what_is_not_followed_is_named_in_the_log() -> None:
    text = (
        'package main\nimport ("fmt"; "net/http"; "example.com/odd/thing")\n'
        'func main() { thing.Do(); r := &http.Request{}; _ = r.Trailer; fmt.Println("go") }\n'
    )
    lab, container = run(text)
    assert output(lab, container).splitlines() == [
        "drydock: the package example.com/odd/thing is not followed by the model",
        "drydock: net/http.Request.Trailer is not followed by the model",
        "go",
    ]


def test_json_is_written_and_read_by_the_types_and_their_tags() -> None:
    text = printed(
        """
type Item struct {
	ID    int            `json:"id"`
	Name  string         `json:"name,omitempty"`
	Tags  []string       `json:"tags"`
	Inner *Item          `json:"inner,omitempty"`
	Extra map[string]any `json:"extra,omitempty"`
	low   int
}
func main() {
	b, err := json.Marshal(Item{ID: 1, Name: "a<b", Inner: &Item{ID: 2, Tags: []string{"x"}}})
	fmt.Println(string(b), err)
	var v Item
	err = json.Unmarshal([]byte(`{"ID": 7, "tags": ["p"], "extra": {"k": [1, true, null]}}`), &v)
	fmt.Println(v.ID, v.Tags, v.Extra, err)
	fmt.Println(json.Unmarshal([]byte(`{"id": "x"}`), &v))
	fmt.Println(json.Unmarshal([]byte(`{id: 1}`), &v))
	fmt.Println(json.NewDecoder(strings.NewReader("")).Decode(&v))
	b, _ = json.MarshalIndent(map[string]any{"b": 1.5, "a": []int{}}, "", " ")
	fmt.Println(string(b))
}
""",
        "encoding/json",
        "strings",
    )
    assert text == (
        '{"id":1,"name":"a\\u003cb","tags":null,"inner":{"id":2,"tags":["x"]}} <nil>\n'
        "7 [p] map[k:[1 true <nil>]] <nil>\n"
        "json: cannot unmarshal string into Go struct field Item.id of type int\n"
        "invalid character 'i' looking for beginning of object key string\n"
        "EOF\n"
        '{\n "a": [],\n "b": 1.5\n}\n'
    )


def test_what_go_sorts_and_collects() -> None:
    text = printed(
        """
type P struct { N string; A int }
func main() {
	ps := []P{{"b", 2}, {"a", 2}, {"c", 1}}
	sort.Slice(ps, func(i, j int) bool { return ps[i].A < ps[j].A })
	fmt.Println(ps)
	slices.SortFunc(ps, func(x, y P) int { return strings.Compare(y.N, x.N) })
	fmt.Println(ps, slices.Sorted(maps.Keys(map[string]int{"y": 1, "x": 2})))
}
""",
        "sort", "slices", "maps", "strings",
    )  # fmt: skip
    assert text == "[{c 1} {b 2} {a 2}]\n[{c 1} {b 2} {a 2}] [x y]\n"


LIBRARIES = sorted(
    path.name.removesuffix(".go")
    for path in (Path(program_module.__file__).parent / "lib").iterdir()
)


@pytest.mark.parametrize("name", LIBRARIES)
def test_every_modelled_package_compiles(name: str) -> None:
    path = name if name.startswith("github.com") else name.replace("_", "/")
    path = path.replace("_", "/") if name.startswith("github.com") else path
    text = f'package main\nimport x "{path}"\nvar _ = x.Anything\nfunc main() {{}}\n'
    program = compiled(sources(text))
    package = program.packages[path]
    assert package.known
    for obj in list(package.block.names.values()):
        if obj.kind == "func" and obj.node is not None and not obj.node.bounds:
            function_number(program, obj)
            assert obj.node.body is not None or native(f"{path}.{obj.name}"), obj.name
        elif obj.kind == "type":
            program.note_boxed(program.types.pointer(program.type_of(obj)))
    while program.work:
        number, make = program.work.pop(0)
        make(program.codes[number])
    assert program.library_wrong == []


def test_memory_that_a_program_takes_gets_it_killed() -> None:
    text = """package main
import "time"
func main() {
	var all [][]byte
	for {
		all = append(all, make([]byte, 10<<20))
		time.Sleep(100 * time.Millisecond)
	}
}
"""
    lab, container = run(text, HostConfig={"Memory": 64 << 20})
    assert state(lab, container)["OOMKilled"] and state(lab, container)["ExitCode"] == 137


GIN = """package main

import (
	"log/slog"
	"net/http"
	"os"

	"github.com/gin-gonic/gin"
)

type order struct {
	Item string `json:"item"`
	N    int    `json:"n"`
}

func main() {
	slog.SetDefault(slog.New(slog.NewJSONHandler(os.Stdout, nil)))
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.Use(gin.Recovery())
	api := r.Group("/api")
	api.GET("/items/:id", func(c *gin.Context) {
		c.JSON(http.StatusOK, gin.H{"id": c.Param("id"), "q": c.DefaultQuery("q", "none")})
	})
	api.POST("/orders", func(c *gin.Context) {
		var o order
		if err := c.ShouldBindJSON(&o); err != nil {
			c.JSON(400, gin.H{"error": err.Error()})
			return
		}
		slog.Info("order", "item", o.Item, "n", o.N)
		c.JSON(201, o)
	})
	r.Run(":9000")
}
"""


def test_gin_routes_binds_and_answers_json_and_slog_writes_it() -> None:
    lab, container = run(GIN)
    answer = ask(lab, container, 9000, "/api/items/7")
    assert (answer["status"], answer["body"]) == (200, '{"id":"7","q":"none"}')
    request = {"method": "POST", "path": "/api/orders", "body": '{"item": "tea", "n": 2}'}
    made = lab.engine.programs.respond(container, 9000, request)
    assert (made["status"], made["body"]) == (201, '{"item":"tea","n":2}')
    line = json.loads(output(lab, container))
    assert (line["level"], line["msg"], line["item"], line["n"]) == ("INFO", "order", "tea", 2)
    assert ask(lab, container, 9000, "/none")["status"] == 404


MUX = """package main

import (
	"fmt"
	"net/http"

	"github.com/gorilla/mux"
)

func main() {
	r := mux.NewRouter()
	r.HandleFunc("/users/{id}", func(w http.ResponseWriter, req *http.Request) {
		fmt.Fprint(w, "user "+mux.Vars(req)["id"])
	}).Methods("GET")
	http.ListenAndServe(":8000", r)
}
"""


def test_gorilla_mux_gives_its_variables() -> None:
    lab, container = run(MUX)
    assert ask(lab, container, 8000, "/users/5")["body"] == "user 5"
    assert ask(lab, container, 8000, "/users/5", "POST")["status"] == 405


CLIENT = """package main

import (
	"fmt"
	"io"
	"net/http"
	"time"
)

func main() {
	c := &http.Client{Timeout: 2 * time.Second}
	for _, url := range []string{"http://web:8080/a", "http://none/", "http://web:9999/"} {
		r, err := c.Get(url)
		if err != nil {
			fmt.Println(err)
			continue
		}
		b, _ := io.ReadAll(r.Body)
		r.Body.Close()
		fmt.Print(r.StatusCode, " ", string(b))
	}
}
"""


def test_a_client_reaches_a_server_or_says_why_not() -> None:
    lab = make_lab()
    lab.engine.docker.networks.create("laptop", {"Name": "n"})
    _, web = run(SERVER, lab=lab, name="web", HostConfig={"NetworkMode": "n"})
    _, client = run(CLIENT, lab=lab, HostConfig={"NetworkMode": "n"})
    lines = output(lab, client).splitlines()
    assert lines[:2] == [
        "200 GET /a 1",
        'Get "http://none/": dial tcp: lookup none on 127.0.0.11:53: no such host',
    ]
    assert lines[2].startswith('Get "http://web:9999/": dial tcp ')
    assert lines[2].endswith(":9999: connect: connection refused")
    assert lab.engine.programs.listening(web) == [8080]
