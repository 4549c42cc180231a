package echo

import (
	"context"
	"fmt"
	glog "github.com/labstack/gommon/log"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
)

type Route struct {
	Method string `json:"method"`
	Path   string `json:"path"`
	Name   string `json:"name"`
	h      HandlerFunc
	middle []MiddlewareFunc
}
type Echo struct {
	HideBanner, HidePort, Debug bool
	HTTPErrorHandler            HTTPErrorHandler
	Validator                   Validator
	Renderer                    Renderer
	Logger                      Logger
	Server                      *http.Server
	pre, middle                 []MiddlewareFunc
	routes                      []*Route
}

type Logger interface {
	Output() io.Writer
	SetOutput(w io.Writer)
	Prefix() string
	SetPrefix(p string)
	Level() glog.Lvl
	SetLevel(v glog.Lvl)
	SetHeader(h string)
	Print(i ...interface{})
	Printf(format string, args ...interface{})
	Debug(i ...interface{})
	Debugf(format string, args ...interface{})
	Info(i ...interface{})
	Infof(format string, args ...interface{})
	Warn(i ...interface{})
	Warnf(format string, args ...interface{})
	Error(i ...interface{})
	Errorf(format string, args ...interface{})
	Fatal(i ...interface{})
	Fatalf(format string, args ...interface{})
}

func New() *Echo {
	e := &Echo{Logger: glog.New("echo"), Server: &http.Server{}}
	e.HTTPErrorHandler = e.DefaultHTTPErrorHandler
	return e
}
func (e *Echo) DefaultHTTPErrorHandler(err error, c Context) {
	if c.Response().Committed {
		return
	}
	he, ok := err.(*HTTPError)
	if ok {
		if inner, is := he.Internal.(*HTTPError); is {
			he = inner
		}
	} else {
		he = &HTTPError{Code: 500, Message: http.StatusText(500)}
	}
	message := he.Message
	if text, is := message.(string); is {
		if e.Debug {
			message = Map{"message": text, "error": err.Error()}
		} else {
			message = Map{"message": text}
		}
	} else if inner, is := message.(error); is {
		message = Map{"message": inner.Error()}
	}
	if c.Request().Method == "HEAD" {
		err = c.NoContent(he.Code)
	} else {
		err = c.JSON(he.Code, message)
	}
	if err != nil {
		e.Logger.Error(err)
	}
}
func (e *Echo) NewContext(r *http.Request, w http.ResponseWriter) Context {
	return &context_{r: r, w: &Response{Writer: w, Status: 200}, e: e}
}
func (e *Echo) Pre(m ...MiddlewareFunc)  { e.pre = append(e.pre, m...) }
func (e *Echo) Use(m ...MiddlewareFunc)  { e.middle = append(e.middle, m...) }
func (e *Echo) Routes() []*Route         { return e.routes }
func (e *Echo) Add(method, path string, h HandlerFunc, m ...MiddlewareFunc) *Route {
	if path == "" {
		path = "/"
	}
	one := &Route{method, path, "main", h, m}
	for i, old := range e.routes {
		if old.Method == method && old.Path == path {
			e.routes[i] = one
			return one
		}
	}
	e.routes = append(e.routes, one)
	return one
}
func (e *Echo) GET(path string, h HandlerFunc, m ...MiddlewareFunc) *Route     { return e.Add("GET", path, h, m...) }
func (e *Echo) POST(path string, h HandlerFunc, m ...MiddlewareFunc) *Route    { return e.Add("POST", path, h, m...) }
func (e *Echo) PUT(path string, h HandlerFunc, m ...MiddlewareFunc) *Route     { return e.Add("PUT", path, h, m...) }
func (e *Echo) DELETE(path string, h HandlerFunc, m ...MiddlewareFunc) *Route  { return e.Add("DELETE", path, h, m...) }
func (e *Echo) PATCH(path string, h HandlerFunc, m ...MiddlewareFunc) *Route   { return e.Add("PATCH", path, h, m...) }
func (e *Echo) HEAD(path string, h HandlerFunc, m ...MiddlewareFunc) *Route    { return e.Add("HEAD", path, h, m...) }
func (e *Echo) OPTIONS(path string, h HandlerFunc, m ...MiddlewareFunc) *Route { return e.Add("OPTIONS", path, h, m...) }
func (e *Echo) Any(path string, h HandlerFunc, m ...MiddlewareFunc) []*Route {
	found := []*Route{}
	for _, one := range []string{"CONNECT", "DELETE", "GET", "HEAD", "OPTIONS", "PATCH", "POST", "PUT", "TRACE"} {
		found = append(found, e.Add(one, path, h, m...))
	}
	return found
}
func (e *Echo) Match(methods []string, path string, h HandlerFunc, m ...MiddlewareFunc) []*Route {
	found := []*Route{}
	for _, one := range methods {
		found = append(found, e.Add(one, path, h, m...))
	}
	return found
}
func (e *Echo) RouteNotFound(path string, h HandlerFunc, m ...MiddlewareFunc) *Route {
	return e.Add("", path, h, m...)
}
func (e *Echo) Static(prefix, root string) *Route {
	return e.GET(strings.TrimSuffix(prefix, "/")+"/*", func(c Context) error {
		name := root + "/" + strings.Trim(c.Param("*"), "/")
		info, err := os.Stat(name)
		if err != nil {
			return ErrNotFound
		}
		if info.IsDir() {
			name = strings.TrimSuffix(name, "/") + "/index.html"
			if _, err := os.Stat(name); err != nil {
				return ErrNotFound
			}
		}
		return c.File(name)
	})
}
func (e *Echo) StaticFS(prefix string, fsys fs.FS) *Route {
	return e.GET(strings.TrimSuffix(prefix, "/")+"/*", WrapHandler(http.StripPrefix(strings.TrimSuffix(prefix, "/"), http.FileServerFS(fsys))))
}
func (e *Echo) File(path, file string, m ...MiddlewareFunc) *Route {
	return e.GET(path, func(c Context) error { return c.File(file) }, m...)
}
func WrapHandler(h http.Handler) HandlerFunc {
	return func(c Context) error { h.ServeHTTP(c.Response(), c.Request()); return nil }
}
func WrapMiddleware(m func(http.Handler) http.Handler) MiddlewareFunc {
	return func(next HandlerFunc) HandlerFunc {
		return func(c Context) (err error) {
			m(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				c.SetRequest(r)
				err = next(c)
			})).ServeHTTP(c.Response(), c.Request())
			return
		}
	}
}
func chained(h HandlerFunc, m []MiddlewareFunc) HandlerFunc {
	for i := len(m) - 1; i >= 0; i-- {
		h = m[i](h)
	}
	return h
}

type Group struct {
	prefix string
	middle []MiddlewareFunc
	e      *Echo
}

func (e *Echo) Group(prefix string, m ...MiddlewareFunc) *Group { return &Group{prefix, m, e} }
func (g *Group) Use(m ...MiddlewareFunc)                        { g.middle = append(g.middle, m...) }
func (g *Group) Group(prefix string, m ...MiddlewareFunc) *Group {
	return &Group{g.prefix + prefix, append(append([]MiddlewareFunc{}, g.middle...), m...), g.e}
}
func (g *Group) Add(method, path string, h HandlerFunc, m ...MiddlewareFunc) *Route {
	return g.e.Add(method, g.prefix+path, h, append(append([]MiddlewareFunc{}, g.middle...), m...)...)
}
func (g *Group) GET(path string, h HandlerFunc, m ...MiddlewareFunc) *Route    { return g.Add("GET", path, h, m...) }
func (g *Group) POST(path string, h HandlerFunc, m ...MiddlewareFunc) *Route   { return g.Add("POST", path, h, m...) }
func (g *Group) PUT(path string, h HandlerFunc, m ...MiddlewareFunc) *Route    { return g.Add("PUT", path, h, m...) }
func (g *Group) DELETE(path string, h HandlerFunc, m ...MiddlewareFunc) *Route { return g.Add("DELETE", path, h, m...) }
func (g *Group) PATCH(path string, h HandlerFunc, m ...MiddlewareFunc) *Route  { return g.Add("PATCH", path, h, m...) }
func (g *Group) Static(prefix, root string)                                   { g.e.Static(g.prefix+prefix, root) }

// match tells how well a pattern fits: 0 not at all; what is written out counts most, then :names.
func match(pattern, path string) (int, []string, []string) {
	names, values := []string{}, []string{}
	score := 1
	for pattern != "" {
		switch pattern[0] {
		case '*':
			return score, append(names, "*"), append(values, path)
		case ':':
			end := strings.Index(pattern, "/")
			if end < 0 {
				end = len(pattern)
			}
			n := strings.Index(path, "/")
			if n < 0 || end == len(pattern) && n < 0 {
				n = len(path)
			}
			if n == 0 {
				return 0, nil, nil
			}
			value, _ := url.PathUnescape(path[:n])
			names, values = append(names, pattern[1:end]), append(values, value)
			pattern, path = pattern[end:], path[n:]
			score += 2
		default:
			if path == "" || path[0] != pattern[0] {
				return 0, nil, nil
			}
			pattern, path = pattern[1:], path[1:]
			score += 8
		}
	}
	if path != "" {
		return 0, nil, nil
	}
	return score + 1, names, values
}
func (e *Echo) find(method, path string, c *context_) HandlerFunc {
	best, allowed := 0, []string{}
	var found *Route
	var lost *Route
	for _, one := range e.routes {
		score, names, values := match(one.Path, path)
		if score == 0 && strings.HasSuffix(one.Path, "/*") && path == strings.TrimSuffix(one.Path, "/*") {
			score, names, values = 1, []string{"*"}, []string{""}
		}
		if score == 0 {
			continue
		}
		if one.Method == "" {
			lost = one
			continue
		}
		if one.Method != method {
			allowed = append(allowed, one.Method)
			continue
		}
		if score > best {
			best, found = score, one
			c.path, c.names, c.values = one.Path, names, values
		}
	}
	if found != nil {
		return chained(found.h, found.middle)
	}
	if lost != nil {
		return chained(lost.h, lost.middle)
	}
	if len(allowed) > 0 {
		return func(c Context) error {
			c.Response().Header().Set("Allow", "OPTIONS, "+strings.Join(allowed, ", "))
			if method == "OPTIONS" {
				return c.NoContent(204)
			}
			return ErrMethodNotAllowed
		}
	}
	return NotFoundHandler
}
func (e *Echo) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &context_{r: r, w: &Response{Writer: w, Status: 200}, e: e}
	h := func(inner Context) error {
		c.h = e.find(r.Method, c.r.URL.Path, c)
		return chained(c.h, e.middle)(inner)
	}
	if err := chained(h, e.pre)(c); err != nil {
		e.HTTPErrorHandler(err, c)
	}
}

const banner = "\n   ____    __\n  / __/___/ /  ___\n / _// __/ _ \\/ _ \\\n/___/\\__/_//_/\\___/ v%s\nHigh performance, minimalist Go web framework\nhttps://echo.labstack.com\n____________________________________O/_______\n                                    O\\\n"

func (e *Echo) Start(address string) error {
	e.Server.Addr = address
	return e.StartServer(e.Server)
}
func (e *Echo) StartServer(s *http.Server) error {
	s.Handler = e
	e.Server = s
	if !e.HideBanner {
		fmt.Printf(banner, Version)
	}
	shown := s.Addr
	if strings.HasPrefix(shown, ":") || strings.HasPrefix(shown, "0.0.0.0:") {
		shown = "[::]" + shown[strings.Index(shown, ":"):]
	}
	if err := s.bind(); err != nil {
		return err
	}
	if !e.HidePort {
		fmt.Printf("⇨ http server started on %s\n", shown)
	}
	http.park(s)
	return http.ErrServerClosed
}
func (e *Echo) Shutdown(ctx context.Context) error { return e.Server.Shutdown(ctx) }
func (e *Echo) Close() error                       { return e.Server.Close() }
func (e *Echo) Reverse(name string, params ...interface{}) string { return "" }
