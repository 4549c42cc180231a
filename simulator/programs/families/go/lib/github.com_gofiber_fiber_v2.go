package fiber

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"internal/binding"
	"io"
	"net/http"
	"net/url"
	"os"
	"strconv"
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

type Ctx struct {
	r             *http.Request
	w             http.ResponseWriter
	app           *App
	status        int
	body          []byte
	names, values []string
	at            int
	path          string
	locals        map[interface{}]interface{}
	fasthttp      *RequestCtx
}
type RequestCtx struct{ c *Ctx }

func (x *RequestCtx) Err() error { return nil }
func (c *Ctx) Context() context.Context     { return c.r.Context() }
func (c *Ctx) UserContext() context.Context { return c.r.Context() }
func (c *Ctx) SetUserContext(ctx context.Context) { c.r = c.r.WithContext(ctx) }
func (c *Ctx) App() *App                    { return c.app }
func (c *Ctx) Method(override ...string) string { return c.r.Method }
func (c *Ctx) Path(override ...string) string   { return c.r.URL.Path }
func (c *Ctx) OriginalURL() string          { return c.r.RequestURI }
func (c *Ctx) BaseURL() string              { return "http://" + c.r.Host }
func (c *Ctx) Hostname() string             { return c.r.Host }
func (c *Ctx) Protocol() string             { return "http" }
func (c *Ctx) IP() string                   { h, _, _ := strings.Cut(c.r.RemoteAddr, ":"); return h }
func (c *Ctx) Body() []byte {
	if c.body == nil && c.r.Body != nil {
		c.body, _ = io.ReadAll(c.r.Body)
	}
	return c.body
}
func (c *Ctx) Get(key string, def ...string) string { return or(c.r.Header.Get(key), def) }
func (c *Ctx) Set(key, value string)                { c.w.Header().Set(key, value) }
func (c *Ctx) Append(key string, values ...string)  { c.w.Header().Set(key, strings.Join(values, ", ")) }
func (c *Ctx) GetRespHeader(key string, def ...string) string { return or(c.w.Header().Get(key), def) }
func or(v string, def []string) string {
	if v == "" && len(def) > 0 {
		return def[0]
	}
	return v
}
func (c *Ctx) Params(name string, def ...string) string {
	for i, one := range c.names {
		if one == name {
			return or(c.values[i], def)
		}
	}
	return or("", def)
}
func (c *Ctx) ParamsInt(name string, def ...int) (int, error) {
	n, err := strconv.Atoi(c.Params(name))
	if err != nil && len(def) > 0 {
		return def[0], nil
	}
	return n, err
}
func (c *Ctx) Query(name string, def ...string) string { return or(c.r.URL.Query().Get(name), def) }
func (c *Ctx) QueryInt(name string, def ...int) int {
	n, err := strconv.Atoi(c.Query(name))
	if err != nil && len(def) > 0 {
		return def[0]
	}
	return n
}
func (c *Ctx) QueryBool(name string, def ...bool) bool {
	b, err := strconv.ParseBool(c.Query(name))
	if err != nil && len(def) > 0 {
		return def[0]
	}
	return b
}
func (c *Ctx) Queries() map[string]string {
	found := map[string]string{}
	for k, v := range c.r.URL.Query() {
		found[k] = v[0]
	}
	return found
}
func (c *Ctx) form() url.Values {
	v, _ := url.ParseQuery(string(c.Body()))
	return v
}
func (c *Ctx) FormValue(name string, def ...string) string { return or(c.form().Get(name), def) }
func (c *Ctx) Cookies(name string, def ...string) string {
	k, err := c.r.Cookie(name)
	if err != nil {
		return or("", def)
	}
	return or(k.Value, def)
}

type Cookie struct {
	Name, Value, Path, Domain, SameSite string
	MaxAge                              int
	Expires                             time.Time
	Secure, HTTPOnly, SessionOnly       bool
}

func (c *Ctx) Cookie(k *Cookie) {
	http.SetCookie(c.w, &http.Cookie{Name: k.Name, Value: k.Value, Path: k.Path, MaxAge: k.MaxAge, HttpOnly: k.HTTPOnly, Secure: k.Secure})
}
func (c *Ctx) BodyParser(out interface{}) error {
	kind := strings.ToLower(c.Get("Content-Type"))
	switch {
	case strings.HasPrefix(kind, "application/json"):
		return json.Unmarshal(c.Body(), out)
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		if why := binding.Put(out, "form", c.form()); why != "" {
			return errors.New(why)
		}
		return nil
	}
	return ErrUnprocessableEntity
}
func (c *Ctx) QueryParser(out interface{}) error {
	if why := binding.Put(out, "query", c.r.URL.Query()); why != "" {
		return errors.New(why)
	}
	return nil
}
func (c *Ctx) ParamsParser(out interface{}) error {
	values := url.Values{}
	for i, name := range c.names {
		values[name] = []string{c.values[i]}
	}
	if why := binding.Put(out, "params", values); why != "" {
		return errors.New(why)
	}
	return nil
}
func (c *Ctx) Locals(key interface{}, value ...interface{}) interface{} {
	if len(value) == 0 {
		return c.locals[key]
	}
	if c.locals == nil {
		c.locals = map[interface{}]interface{}{}
	}
	c.locals[key] = value[0]
	return value[0]
}

type answer struct{ text []byte }

func (c *Ctx) Status(code int) *Ctx { c.status = code; return c }
func (c *Ctx) Type(ext string, charset ...string) *Ctx {
	c.Set("Content-Type", map[string]string{"html": "text/html", "json": "application/json", "txt": "text/plain", "xml": "application/xml"}[strings.TrimPrefix(ext, ".")])
	return c
}
func (c *Ctx) SendStatus(code int) error {
	c.status = code
	if c.answer().text == nil {
		return c.SendString(http.StatusText(code))
	}
	return nil
}
func (c *Ctx) answer() *answer { return c.w.(*writer).a }
func (c *Ctx) SendString(s string) error {
	if c.w.Header().Get("Content-Type") == "" {
		c.Set("Content-Type", "text/plain; charset=utf-8")
	}
	c.answer().text = []byte(s)
	return nil
}
func (c *Ctx) Send(b []byte) error                 { return c.SendString(string(b)) }
func (c *Ctx) WriteString(s string) (int, error)   { a := c.answer(); a.text = append(a.text, s...); return len(s), nil }
func (c *Ctx) Write(b []byte) (int, error)         { return c.WriteString(string(b)) }
func (c *Ctx) Writef(f string, a ...interface{}) (int, error) { return c.WriteString(fmt.Sprintf(f, a...)) }
func (c *Ctx) JSON(v interface{}, kind ...string) error {
	b, err := json.Marshal(v)
	if err != nil {
		return err
	}
	c.Set("Content-Type", or("application/json", nil))
	if len(kind) > 0 {
		c.Set("Content-Type", kind[0])
	}
	c.answer().text = b
	return nil
}
func (c *Ctx) Redirect(to string, code ...int) error {
	c.Set("Location", to)
	c.status = 302
	if len(code) > 0 {
		c.status = code[0]
	}
	return nil
}
func (c *Ctx) SendFile(name string, compress ...bool) error {
	b, err := os.ReadFile(name)
	if err != nil {
		return NewError(404, "sendfile: file "+name+" not found")
	}
	c.Set("Content-Type", http.typeOf(name, string(b)))
	c.answer().text = b
	return nil
}
func (c *Ctx) Render(name string, data interface{}, layouts ...string) error {
	if c.app.config.Views == nil {
		return errors.New("template: no views engine")
	}
	var b strings.Builder
	if err := c.app.config.Views.Render(&b, name, data, layouts...); err != nil {
		return err
	}
	c.Set("Content-Type", "text/html; charset=utf-8")
	c.answer().text = []byte(b.String())
	return nil
}
func (c *Ctx) Route() *Route { return &Route{Path: c.path} }

type Route struct{ Method, Name, Path string }
type Response struct{ c *Ctx }

func (c *Ctx) Response() *Response      { return &Response{c} }
func (r *Response) StatusCode() int     { return r.c.status }
func (r *Response) Body() []byte        { return r.c.answer().text }

type writer struct {
	http.ResponseWriter
	a *answer
}

func match(pattern, path string, use bool) (bool, []string, []string) {
	want, got := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	names, values := []string{}, []string{}
	if strings.Trim(pattern, "/") == "" {
		return use || strings.Trim(path, "/") == "", names, values
	}
	for i, w := range want {
		if strings.HasPrefix(w, "*") || strings.HasPrefix(w, "+") {
			rest := ""
			if i < len(got) {
				rest = strings.Join(got[i:], "/")
			}
			return w[0] == '*' || rest != "", append(names, w[:1]), append(values, rest)
		}
		if strings.HasPrefix(w, ":") {
			name := w[1:]
			if strings.HasSuffix(name, "?") {
				name = name[:len(name)-1]
				if i >= len(got) {
					return true, append(names, name), append(values, "")
				}
			}
			if i >= len(got) || got[i] == "" {
				return false, nil, nil
			}
			value, _ := url.PathUnescape(got[i])
			names, values = append(names, name), append(values, value)
			continue
		}
		if i >= len(got) || !strings.EqualFold(w, got[i]) {
			return false, nil, nil
		}
	}
	return use || len(want) == len(got), names, values
}
func (c *Ctx) Next() error {
	for c.at < len(c.app.routes) {
		one := c.app.routes[c.at]
		c.at++
		if one.method != "" && one.method != c.r.Method && !(one.method == "GET" && c.r.Method == "HEAD") {
			continue
		}
		ok, names, values := match(one.path, c.r.URL.Path, one.use)
		if !ok {
			continue
		}
		c.names, c.values, c.path = names, values, one.path
		return one.h(c)
	}
	allowed := []string{}
	for _, one := range c.app.routes {
		if ok, _, _ := match(one.path, c.r.URL.Path, false); ok && !one.use && one.method != "" {
			allowed = append(allowed, one.method)
		}
	}
	if len(allowed) > 0 {
		c.Set("Allow", strings.Join(allowed, ", "))
		return ErrMethodNotAllowed
	}
	return NewError(404, "Cannot "+c.r.Method+" "+c.r.URL.Path)
}
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	inner := &writer{w, &answer{}}
	c := &Ctx{r: r, w: inner, app: a, status: 200}
	if err := c.Next(); err != nil {
		if failed := a.config.ErrorHandler(c, err); failed != nil {
			c.SendStatus(500)
		}
	}
	w.WriteHeader(c.status)
	w.Write(inner.a.text)
}
func centre(text string) string {
	left := (49 - len([]rune(text))) / 2
	return " │ " + strings.Repeat(" ", left) + text + strings.Repeat(" ", 49-left-len([]rune(text))) + " │ \n"
}
func dots(name, value string) string {
	return name + " " + strings.Repeat(".", 23-2-len(name)-len(value)) + " " + value
}
func (a *App) Listen(addr string) error {
	if !strings.Contains(addr, ":") {
		addr = ":" + addr
	}
	host, port, _ := strings.Cut(addr, ":")
	if host == "" {
		host = "0.0.0.0"
	}
	a.server = &http.Server{Addr: addr, Handler: a}
	if err := a.server.bind(); err != nil {
		return errors.New("failed to listen: " + strings.Replace(err.Error(), "listen tcp", "listen tcp4", 1))
	}
	if !a.config.DisableStartupMessage {
		name := "Fiber v" + Version
		fmt.Print("\n ┌───────────────────────────────────────────────────┐ \n")
		if a.config.AppName != "" {
			fmt.Print(centre(a.config.AppName))
		}
		fmt.Print(centre(name) + centre("http://127.0.0.1:"+port) + centre("(bound on host "+host+" and port "+port+")") + centre(""))
		fmt.Print(" │ " + dots("Handlers", strconv.Itoa(a.count)) + "  " + dots("Processes", "1") + "  │ \n")
		fmt.Print(" │ " + dots("Prefork", "Disabled") + "  " + dots("PID", strconv.Itoa(os.Getpid())) + "  │ \n")
		fmt.Print(" └───────────────────────────────────────────────────┘ \n\n")
	}
	http.park(a.server)
	return nil
}
func (a *App) Shutdown() error                                  { return a.server.Shutdown(context.Background()) }
func (a *App) ShutdownWithTimeout(d time.Duration) error        { return a.Shutdown() }
func (a *App) ShutdownWithContext(ctx context.Context) error    { return a.server.Shutdown(ctx) }
func (a *App) Handler() http.Handler                            { return a }
