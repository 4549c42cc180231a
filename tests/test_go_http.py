"""Servers and clients of Go programs: net/http, gin, gorilla/mux, go-redis."""

from __future__ import annotations

import json
from typing import Any

from simulator.lab import Lab
from tests.docker_world import add_image, make_lab, output, run_for, start, state
from tests.go_world import run

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


FIBER = """package main
import (
	"errors"
	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/recover"
)
type Todo struct { ID int `json:"id"`; Title string `json:"title"` }
func main() {
	app := fiber.New()
	app.Use(recover.New())
	app.Use(func(c *fiber.Ctx) error { c.Set("X-A", "1"); return c.Next() })
	api := app.Group("/api")
	api.Get("/todos/:id", func(c *fiber.Ctx) error { return c.JSON(fiber.Map{"id": c.Params("id"), "q": c.Query("q", "none")}) })
	api.Post("/todos", func(c *fiber.Ctx) error { t := new(Todo); if err := c.BodyParser(t); err != nil { return c.Status(400).JSON(fiber.Map{"error": err.Error()}) }; return c.Status(fiber.StatusCreated).JSON(t) })
	app.Get("/err", func(c *fiber.Ctx) error { return fiber.NewError(418, "tea") })
	app.Get("/bad", func(c *fiber.Ctx) error { return errors.New("bad") })
	app.Get("/panic", func(c *fiber.Ctx) error { panic("oh") })
	app.Listen(":3000")
}
"""  # noqa: E501


def test_fiber_routes_binds_and_words_its_errors() -> None:
    lab, container = run(FIBER)

    def asked(method: str, path: str, body: str = "") -> tuple[int, str]:
        request = {"method": method, "path": path, "body": body,
                   "headers": {"content-type": "application/json"}}  # fmt: skip
        made = lab.engine.programs.respond(container, 3000, request)
        return made["status"], made["body"]

    assert asked("GET", "/api/todos/7") == (200, '{"id":"7","q":"none"}')
    assert asked("POST", "/api/todos", '{"title": "a"}') == (201, '{"id":0,"title":"a"}')
    assert asked("POST", "/api/todos", "{") == (400, '{"error":"unexpected end of JSON input"}')
    assert asked("GET", "/err") == (418, "tea")
    assert (asked("GET", "/bad"), asked("GET", "/panic")) == ((500, "bad"), (500, "oh"))
    assert asked("GET", "/nope") == (404, "Cannot GET /nope")
    assert asked("DELETE", "/err") == (405, "Method Not Allowed")
    assert "Fiber v2." in output(lab, container)
