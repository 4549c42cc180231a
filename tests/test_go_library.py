"""Smaller packages of Go's library, and modules that many programs use."""

# ruff: noqa: E501

from __future__ import annotations

import re
from pathlib import Path

import pytest

from simulator.programs.families.go import program as program_module
from simulator.programs.families.go.functions import function_number
from simulator.programs.families.go.natives import native
from simulator.programs.families.go.program import compiled
from tests.docker_world import output
from tests.go_world import main, printed, run, sources


def test_regular_expressions_are_gos_own() -> None:
    assert main(
        """re := regexp.MustCompile(`(?i)^(?P<user>[a-z]+)@(\\w+)\\.com$`)
	fmt.Println(re.MatchString("Me@x.com"), re.FindStringSubmatch("me@x.com"), re.SubexpNames())
	fmt.Println(re.ReplaceAllString("me@x.com", "${user}-$2"), re.SubexpIndex("user"))
	fmt.Println(regexp.MustCompile(`[[:digit:]]+`).FindAllString("a1b22", -1), regexp.MustCompile(`,\\s*`).Split("a, b,c", -1))
	fmt.Println(regexp.MustCompile(`b+`).ReplaceAllStringFunc("abba", strings.ToUpper), regexp.QuoteMeta("a.b"))
	for _, s := range []string{"(a", "a)", "[a", "*a", "(?=a)"} { _, err := regexp.Compile(s); fmt.Println(err) }""",
        "regexp", "strings",
    ) == (
        "true [me@x.com me x] [ user ]\nme-x 1\n[1 22] [a b c]\naBBa a\\.b\n"
        "error parsing regexp: missing closing ): `(a`\n"
        "error parsing regexp: unexpected ): `a)`\n"
        "error parsing regexp: missing closing ]: `[a`\n"
        "error parsing regexp: missing argument to repetition operator: `*`\n"
        "error parsing regexp: invalid or unsupported Perl syntax: `(?=`\n"
    )  # fmt: skip


def test_base64_hex_and_hashes() -> None:
    assert main(
        """s := base64.StdEncoding.EncodeToString([]byte("hi?>"))
	b, err := base64.RawURLEncoding.DecodeString("aGk_Pg")
	fmt.Println(s, string(b), err)
	_, err = base64.StdEncoding.DecodeString("a!")
	fmt.Println(err)
	m := hmac.New(sha256.New, []byte("key"))
	m.Write([]byte("text"))
	fmt.Println(hex.EncodeToString(m.Sum(nil))[:16], fmt.Sprintf("%x", sha256.Sum256([]byte("a")))[:8])
	_, err = hex.DecodeString("abc")
	fmt.Println(err)""",
        "encoding/base64", "encoding/hex", "crypto/hmac", "crypto/sha256",
    ) == (
        "aGk/Pg== hi?> <nil>\nillegal base64 data at input byte 1\n6afa9046a9579cad ca978112\n"
        "encoding/hex: odd length hex string\n"
    )  # fmt: skip


def test_files_are_found_by_patterns_and_walked() -> None:
    assert main(
        """os.MkdirAll("/d/sub", 0755)
	for _, n := range []string{"a.txt", "b.md", "sub/c.txt"} { os.WriteFile("/d/"+n, nil, 0644) }
	found, err := filepath.Glob("/d/*.txt")
	fmt.Println(found, err)
	filepath.WalkDir("/d", func(path string, d fs.DirEntry, err error) error { if !d.IsDir() { fmt.Print(path, " ") }; return nil })
	rel, _ := filepath.Rel("/d", "/d/sub/c.txt")
	ok, _ := path.Match("[a-c]?.*", "bx.go")
	fmt.Println(rel, ok)""",
        "os", "path", "path/filepath", "io/fs",
    ) == "[/d/a.txt] <nil>\n/d/a.txt /d/b.md /d/sub/c.txt sub/c.txt true\n"  # fmt: skip


def test_a_group_of_goroutines_gives_its_first_error() -> None:
    assert main(
        """g, ctx := errgroup.WithContext(context.Background())
	g.SetLimit(2)
	for i := range 4 { g.Go(func() error { time.Sleep(time.Duration(i) * time.Second); if i > 1 { return fmt.Errorf("no %d", i) }; return nil }) }
	fmt.Println(g.Wait(), ctx.Err())""",
        "context", "time", "golang.org/x/sync/errgroup",
    ) == "no 2 context canceled\n"  # fmt: skip


def test_a_logger_names_the_line_that_called_it() -> None:
    assert printed(
        """func helper() { log.Println("in") }
func main() {
	log.SetFlags(log.Lshortfile)
	log.SetOutput(os.Stdout)
	log.Printf("x")
	helper()
	_, file, line, ok := runtime.Caller(0)
	fmt.Println(file, line, ok)
}
""",
        "log", "os", "runtime",
    ) == "main.go:10: x\nmain.go:6: in\n/src/main.go 12 true\n"  # fmt: skip


def test_loggers_write_their_lines() -> None:
    text = printed(
        """func main() {
	logrus.SetOutput(os.Stdout)
	logrus.SetFormatter(&logrus.TextFormatter{DisableTimestamp: true})
	logrus.WithFields(logrus.Fields{"a": 1, "b": "x y"}).Info("start up")
	l, _ := zap.NewProduction()
	l.With(zap.String("k", "v")).Info("zap", zap.Int("n", 3), zap.Duration("d", time.Second))
	d, _ := zap.NewDevelopment()
	d.Sugar().Infow("dev", "x", true)
	log.Info().Str("s", "v").Int("n", 1).Msg("zero")
	log.Logger = log.Output(zerolog.ConsoleWriter{Out: os.Stdout, NoColor: true})
	log.Error().Err(errors.New("no")).Msg("console")
	zerolog.SetGlobalLevel(zerolog.WarnLevel)
	log.Info().Msg("hidden")
	fmt.Println("end")
}
""",
        "errors", "os", "time", "github.com/sirupsen/logrus", "go.uber.org/zap",
        "github.com/rs/zerolog", "github.com/rs/zerolog/log",
    )  # fmt: skip
    text = re.sub(r"(?<=:1767603600\.)\d+", "TS", text)
    assert re.sub(r"(?<=09:00:00\.)\d+", "MS", text) == (
        'level=info msg="start up" a=1 b="x y"\n'
        '{"level":"info","ts":1767603600.TS,"caller":"src/main.go:15","msg":"zap","k":"v","n":3,"d":1}\n'
        '2026-01-05T09:00:00.MSZ\tINFO\tsrc/main.go:17\tdev\t{"x": true}\n'
        '{"level":"info","time":"2026-01-05T09:00:00Z","s":"v","n":1,"message":"zero"}\n'
        "9:00AM ERR console error=no\nend\n"
    )  # fmt: skip


ECHO = """package main
import (
	"errors"
	"net/http"
	"github.com/labstack/echo/v4"
	"github.com/labstack/echo/v4/middleware"
	"github.com/go-playground/validator/v10"
	"github.com/prometheus/client_golang/prometheus"
	"github.com/prometheus/client_golang/prometheus/promauto"
	"github.com/prometheus/client_golang/prometheus/promhttp"
)
type User struct { ID int `json:"id" param:"id"`; Name string `json:"name" validate:"required,min=2"` }
type V struct { v *validator.Validate }
func (v *V) Validate(i interface{}) error { if err := v.v.Struct(i); err != nil { return echo.NewHTTPError(http.StatusBadRequest, err.Error()) }; return nil }
var hits = promauto.NewCounterVec(prometheus.CounterOpts{Name: "hits_total", Help: "Hits."}, []string{"path"})
func main() {
	e := echo.New()
	e.HideBanner = true
	e.Validator = &V{validator.New()}
	e.Use(middleware.LoggerWithConfig(middleware.LoggerConfig{Format: "${method} ${uri} ${status}\\n"}), middleware.Recover())
	e.GET("/", func(c echo.Context) error { hits.WithLabelValues("/").Inc(); return c.HTML(http.StatusOK, "Hello") })
	e.POST("/users/:id", func(c echo.Context) error { u := new(User); if err := c.Bind(u); err != nil { return err }; if err := c.Validate(u); err != nil { return err }; return c.JSON(http.StatusCreated, u) })
	e.GET("/err", func(c echo.Context) error { return errors.New("secret") })
	e.GET("/panic", func(c echo.Context) error { panic("oh") })
	e.GET("/metrics", echo.WrapHandler(promhttp.Handler()))
	e.Logger.Fatal(e.Start(":8080"))
}
"""


def test_echo_binds_validates_answers_errors_and_counts() -> None:
    lab, container = run(ECHO)

    def ask(method: str, path: str, body: str = "") -> tuple[int, str]:
        request = {
            "method": method,
            "path": path,
            "headers": {"content-type": "application/json"},
            "body": body,
        }
        answer = lab.engine.programs.respond(container, 8080, request)
        return answer["status"], answer["body"].rstrip("\n")

    assert ask("GET", "/") == (200, "Hello")
    assert ask("POST", "/users/7", '{"name": "al"}') == (201, '{"id":7,"name":"al"}')
    assert ask("POST", "/users/7", '{"name": "a"}') == (
        400, '{"message":"Key: \'User.Name\' Error:Field validation for \'Name\' failed on the \'min\' tag"}')  # fmt: skip
    assert (
        ask("GET", "/err") == ask("GET", "/panic") == (500, '{"message":"Internal Server Error"}')
    )
    assert ask("GET", "/no") == (404, '{"message":"Not Found"}')
    assert ask("DELETE", "/err") == (405, '{"message":"Method Not Allowed"}')
    assert (
        '\n# TYPE hits_total counter\nhits_total{path="/"} 1\n' in ask("GET", "/metrics")[1] + "\n"
    )
    lines = output(lab, container).splitlines()
    assert lines[0] == "⇨ http server started on [::]:8080"
    assert "POST /users/7 400" in lines and "GET /panic 500" in lines


CHI = """package main
import (
	"net/http"
	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
)
func main() {
	r := chi.NewRouter()
	r.Use(middleware.RequestID, middleware.Logger, middleware.Recoverer)
	r.Get("/", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("hi")) })
	r.Route("/articles", func(r chi.Router) {
		r.With(func(next http.Handler) http.Handler { return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { w.Header().Set("X-P", "1"); next.ServeHTTP(w, r) }) }).Get("/", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte("list")) })
		r.Route("/{id:[0-9]+}", func(r chi.Router) {
			r.Get("/", func(w http.ResponseWriter, r *http.Request) { w.Write([]byte(chi.URLParam(r, "id") + " " + chi.RouteContext(r.Context()).RoutePattern())) })
		})
	})
	r.Get("/panic", func(w http.ResponseWriter, r *http.Request) { panic("oh") })
	http.ListenAndServe(":8080", r)
}
"""


def test_chi_mounts_routes_and_its_middleware_logs_and_recovers() -> None:
    lab, container = run(CHI)

    def ask(path: str, method: str = "GET") -> tuple[int, str]:
        answer = lab.engine.programs.respond(container, 8080, {"method": method, "path": path})
        return answer["status"], answer["body"].rstrip("\n")

    assert ask("/") == (200, "hi")
    assert ask("/articles") == ask("/articles/") == (200, "list")
    assert ask("/articles/7") == (200, "7 /articles/{id:[0-9]+}")
    assert ask("/articles/x") == (404, "404 page not found")
    assert ask("/", "POST") == (405, "")
    assert ask("/panic") == (500, "")
    text = output(lab, container)
    assert '"GET http://localhost:8080/ HTTP/1.1" from ' in text and " - 200 2B in " in text
    assert "\n panic: oh\n\ngoroutine " in text


def test_gin_checks_what_it_binds() -> None:
    assert printed(
        """type In struct { Title string `json:"title" form:"title" binding:"required"`; N int `json:"n" form:"n" binding:"gte=1,lte=9"` }
func main() {
	gin.SetMode(gin.ReleaseMode)
	r := gin.New()
	r.POST("/", func(c *gin.Context) { var in In; if err := c.ShouldBindJSON(&in); err != nil { c.JSON(400, gin.H{"error": err.Error()}); return }; c.JSON(200, in) })
	r.GET("/q", func(c *gin.Context) { var in In; if err := c.ShouldBindQuery(&in); err != nil { c.String(400, err.Error()); return }; c.JSON(200, in) })
	for _, body := range []string{`{"title":"x","n":2}`, `{"n":20}`} {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest("POST", "/", strings.NewReader(body)))
		fmt.Println(w.Code, w.Body)
	}
	for _, url := range []string{"/q?title=a&n=3", "/q?n=x"} {
		w := httptest.NewRecorder()
		r.ServeHTTP(w, httptest.NewRequest("GET", url, nil))
		fmt.Println(w.Code, w.Body)
	}
}
""",
        "net/http/httptest", "strings", "github.com/gin-gonic/gin",
    ).splitlines() == [
        '200 {"title":"x","n":2}',
        '400 {"error":"Key: \'In.Title\' Error:Field validation for \'Title\' failed on the \'required\' tag\\nKey: \'In.N\' Error:Field validation for \'N\' failed on the \'lte\' tag"}',
        '200 {"title":"a","n":3}',
        '400 strconv.ParseInt: parsing "x": invalid syntax',
    ]  # fmt: skip


def test_an_env_file_is_read_as_godotenv_reads_it() -> None:
    assert main(
        """os.WriteFile(".env", []byte("# c\\nA=1 # x\\nexport B=\\"two\\\\nlines\\"\\nC='$A'\\nD=${A}2\\n"), 0644)
	fmt.Println(godotenv.Load(), os.Getenv("A"), os.Getenv("B"), os.Getenv("C"), os.Getenv("D"))
	fmt.Println(godotenv.Load("none.env"))""",
        "os", "github.com/joho/godotenv",
    ) == "<nil> 1 two\nlines $A 12\nopen none.env: no such file or directory\n"  # fmt: skip


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


def test_passwords_tokens_and_retries() -> None:
    assert main(
        """h, _ := bcrypt.GenerateFromPassword([]byte("pw"), bcrypt.DefaultCost)
	fmt.Println(len(h), bcrypt.CompareHashAndPassword(h, []byte("pw")), bcrypt.CompareHashAndPassword(h, []byte("no")))
	tok, _ := jwt.NewWithClaims(jwt.SigningMethodHS256, jwt.MapClaims{"sub": "me", "exp": time.Now().Add(time.Hour).Unix()}).SignedString([]byte("k"))
	key := func(t *jwt.Token) (interface{}, error) { return []byte("k"), nil }
	t, err := jwt.Parse(tok, key)
	fmt.Println(tok[:20], t.Valid, err, t.Claims.(jwt.MapClaims)["sub"])
	_, err = jwt.Parse(tok+"x", key)
	fmt.Println(err)
	time.Sleep(2 * time.Hour)
	_, err = jwt.Parse(tok, key)
	fmt.Println(err)
	n := 0
	fmt.Println(backoff.Retry(func() error { n++; if n < 4 { return errors.New("no") }; return nil }, backoff.NewExponentialBackOff()), n)""",
        "errors", "time", "golang.org/x/crypto/bcrypt", "github.com/golang-jwt/jwt/v5", "github.com/cenkalti/backoff/v4",
        wait=7300,
    ) == (
        "60 <nil> crypto/bcrypt: hashedPassword is not the hash of the given password\n"
        "eyJhbGciOiJIUzI1NiIs true <nil> me\ntoken signature is invalid: signature is invalid\n"
        "token has invalid claims: token is expired\n<nil> 4\n"
    )  # fmt: skip


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
