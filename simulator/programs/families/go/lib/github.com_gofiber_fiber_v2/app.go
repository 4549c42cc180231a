package fiber

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const Version = "2.52.9"
const (
	MethodGet                  = "GET"
	MethodPost                 = "POST"
	MethodPut                  = "PUT"
	MethodDelete               = "DELETE"
	MethodPatch                = "PATCH"
	MIMEApplicationJSON        = "application/json"
	MIMETextHTML               = "text/html"
	MIMETextPlain              = "text/plain"
	HeaderContentType          = "Content-Type"
	HeaderAuthorization        = "Authorization"
	HeaderLocation             = "Location"
	StatusOK                   = 200
	StatusCreated              = 201
	StatusAccepted             = 202
	StatusNoContent            = 204
	StatusMovedPermanently     = 301
	StatusFound                = 302
	StatusSeeOther             = 303
	StatusBadRequest           = 400
	StatusUnauthorized         = 401
	StatusForbidden            = 403
	StatusNotFound             = 404
	StatusMethodNotAllowed     = 405
	StatusConflict             = 409
	StatusUnprocessableEntity  = 422
	StatusTooManyRequests      = 429
	StatusInternalServerError  = 500
	StatusNotImplemented       = 501
	StatusBadGateway           = 502
	StatusServiceUnavailable   = 503
)

type Map map[string]interface{}
type Handler = func(*Ctx) error
type ErrorHandler = func(*Ctx, error) error
type Views interface {
	Load() error
	Render(w io.Writer, name string, data interface{}, layout ...string) error
}
type Error struct {
	Code    int    `json:"code"`
	Message string `json:"message"`
}

func (e *Error) Error() string { return e.Message }
func NewError(code int, message ...string) *Error {
	e := &Error{code, http.StatusText(code)}
	if len(message) > 0 {
		e.Message = message[0]
	}
	return e
}

var (
	ErrBadRequest          = NewError(400)
	ErrUnauthorized        = NewError(401)
	ErrForbidden           = NewError(403)
	ErrNotFound            = NewError(404)
	ErrMethodNotAllowed    = NewError(405)
	ErrUnprocessableEntity = NewError(422)
	ErrInternalServerError = NewError(500)
	ErrServiceUnavailable  = NewError(503)
)

type Config struct {
	AppName, ServerHeader                                        string
	Prefork, StrictRouting, CaseSensitive, Immutable             bool
	DisableStartupMessage, EnablePrintRoutes                     bool
	BodyLimit, Concurrency                                       int
	ReadTimeout, WriteTimeout, IdleTimeout                       time.Duration
	ErrorHandler                                                 ErrorHandler
	Views                                                        Views
	ViewsLayout                                                  string
}
type route struct {
	method, path string
	use          bool
	h            Handler
}
type App struct {
	config Config
	routes []*route
	server *http.Server
	count  int
}

func DefaultErrorHandler(c *Ctx, err error) error {
	code := 500
	var e *Error
	if errors.As(err, &e) {
		code = e.Code
	}
	c.Set("Content-Type", "text/plain; charset=utf-8")
	return c.Status(code).SendString(err.Error())
}
func New(config ...Config) *App {
	a := &App{}
	if len(config) > 0 {
		a.config = config[0]
	}
	if a.config.ErrorHandler == nil {
		a.config.ErrorHandler = DefaultErrorHandler
	}
	return a
}

type Router interface {
	Use(args ...interface{}) Router
	Get(path string, h ...Handler) Router
	Head(path string, h ...Handler) Router
	Post(path string, h ...Handler) Router
	Put(path string, h ...Handler) Router
	Delete(path string, h ...Handler) Router
	Options(path string, h ...Handler) Router
	Patch(path string, h ...Handler) Router
	All(path string, h ...Handler) Router
	Add(method, path string, h ...Handler) Router
	Static(prefix, root string, config ...Static) Router
	Group(prefix string, h ...Handler) Router
	Route(prefix string, fn func(r Router), name ...string) Router
}
type Static struct {
	Compress, ByteRange, Browse, Download bool
	Index                                 string
	MaxAge                                int
}

func (a *App) add(method, path string, use bool, h []Handler) {
	for _, one := range h {
		a.routes = append(a.routes, &route{method, path, use, one})
	}
	a.count += len(h)
}
func use(a *App, prefix string, args []interface{}) {
	paths := []string{""}
	for _, one := range args {
		switch x := one.(type) {
		case string:
			paths = []string{x}
		case []string:
			paths = x
		case func(*Ctx) error:
			for _, p := range paths {
				a.add("", strings.TrimSuffix(prefix, "/")+p, true, []Handler{x})
			}
		case *App:
			for _, r := range x.routes {
				a.routes = append(a.routes, &route{r.method, join(join(prefix, paths[0]), r.path), r.use, r.h})
			}
		default:
			panic(fmt.Sprintf("use: invalid handler %T\n", one))
		}
	}
}
func join(a, b string) string {
	if b == "" || b == "/" {
		if a == "" {
			return "/"
		}
		return a
	}
	return strings.TrimSuffix(a, "/") + "/" + strings.TrimPrefix(b, "/")
}
func (a *App) Mount(prefix string, sub *App) Router { use(a, "", []interface{}{prefix, sub}); return a }

type Group struct {
	app    *App
	Prefix string
}

func static(a *App, prefix, root string) {
	prefix = strings.TrimSuffix(prefix, "/")
	a.add("GET", prefix+"/*", true, []Handler{func(c *Ctx) error {
		name := root + "/" + strings.Trim(strings.TrimPrefix(c.r.URL.Path, prefix), "/")
		info, err := os.Stat(name)
		if err == nil && info.IsDir() {
			name = strings.TrimSuffix(name, "/") + "/index.html"
			_, err = os.Stat(name)
		}
		if err != nil {
			return c.Next()
		}
		return c.SendFile(name)
	}})
}
func (a *App) Use(args ...interface{}) Router { use(a, "", args); return a }
func (a *App) Get(path string, h ...Handler) Router { a.add("GET", path, false, h); return a }
func (a *App) Head(path string, h ...Handler) Router { a.add("HEAD", path, false, h); return a }
func (a *App) Post(path string, h ...Handler) Router { a.add("POST", path, false, h); return a }
func (a *App) Put(path string, h ...Handler) Router { a.add("PUT", path, false, h); return a }
func (a *App) Delete(path string, h ...Handler) Router { a.add("DELETE", path, false, h); return a }
func (a *App) Options(path string, h ...Handler) Router { a.add("OPTIONS", path, false, h); return a }
func (a *App) Patch(path string, h ...Handler) Router { a.add("PATCH", path, false, h); return a }
func (a *App) All(path string, h ...Handler) Router { a.add("", path, false, h); return a }
func (a *App) Add(method, path string, h ...Handler) Router { a.add(method, path, false, h); return a }
func (a *App) Static(prefix, root string, config ...Static) Router { static(a, prefix, root); return a }
func (a *App) Group(prefix string, h ...Handler) Router {
	full := prefix
	a.add("", full, true, h)
	return &Group{a, full}
}
func (a *App) Route(prefix string, fn func(r Router), name ...string) Router {
	g := a.Group(prefix)
	fn(g)
	return g
}
func (a *Group) Use(args ...interface{}) Router { use(a.app, a.Prefix, args); return a }
func (a *Group) Get(path string, h ...Handler) Router { a.app.add("GET", join(a.Prefix, path), false, h); return a }
func (a *Group) Head(path string, h ...Handler) Router { a.app.add("HEAD", join(a.Prefix, path), false, h); return a }
func (a *Group) Post(path string, h ...Handler) Router { a.app.add("POST", join(a.Prefix, path), false, h); return a }
func (a *Group) Put(path string, h ...Handler) Router { a.app.add("PUT", join(a.Prefix, path), false, h); return a }
func (a *Group) Delete(path string, h ...Handler) Router { a.app.add("DELETE", join(a.Prefix, path), false, h); return a }
func (a *Group) Options(path string, h ...Handler) Router { a.app.add("OPTIONS", join(a.Prefix, path), false, h); return a }
func (a *Group) Patch(path string, h ...Handler) Router { a.app.add("PATCH", join(a.Prefix, path), false, h); return a }
func (a *Group) All(path string, h ...Handler) Router { a.app.add("", join(a.Prefix, path), false, h); return a }
func (a *Group) Add(method, path string, h ...Handler) Router { a.app.add(method, join(a.Prefix, path), false, h); return a }
func (a *Group) Static(prefix, root string, config ...Static) Router { static(a.app, join(a.Prefix, prefix), root); return a }
func (a *Group) Group(prefix string, h ...Handler) Router {
	full := join(a.Prefix, prefix)
	a.app.add("", full, true, h)
	return &Group{a.app, full}
}
func (a *Group) Route(prefix string, fn func(r Router), name ...string) Router {
	g := a.Group(prefix)
	fn(g)
	return g
}
