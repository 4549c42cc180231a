package echo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	glog "github.com/labstack/gommon/log"
	"internal/binding"
	"io"
	"io/fs"
	"net/http"
	"net/url"
	"os"
	"strings"
)

const (
	GET                  = "GET"
	POST                 = "POST"
	PUT                  = "PUT"
	DELETE               = "DELETE"
	PATCH                = "PATCH"
	HEAD                 = "HEAD"
	OPTIONS              = "OPTIONS"
	Version              = "4.13.4"
	MIMEApplicationJSON  = "application/json"
	MIMEApplicationForm  = "application/x-www-form-urlencoded"
	MIMEMultipartForm    = "multipart/form-data"
	MIMETextPlain        = "text/plain"
	MIMETextHTML         = "text/html"
	HeaderContentType    = "Content-Type"
	HeaderAccept         = "Accept"
	HeaderAuthorization  = "Authorization"
	HeaderOrigin         = "Origin"
	HeaderXRequestID     = "X-Request-Id"
	HeaderXRealIP        = "X-Real-Ip"
	HeaderXForwardedFor  = "X-Forwarded-For"
	HeaderLocation       = "Location"
	HeaderAccessControlAllowOrigin      = "Access-Control-Allow-Origin"
	HeaderAccessControlAllowCredentials = "Access-Control-Allow-Credentials"
)

type Map map[string]interface{}
type HandlerFunc func(c Context) error
type MiddlewareFunc func(next HandlerFunc) HandlerFunc
type HTTPErrorHandler func(err error, c Context)
type Validator interface{ Validate(i interface{}) error }
type Renderer interface {
	Render(w io.Writer, name string, data interface{}, c Context) error
}
type HTTPError struct {
	Internal error
	Message  interface{}
	Code     int
}

func NewHTTPError(code int, message ...interface{}) *HTTPError {
	e := &HTTPError{Code: code, Message: http.StatusText(code)}
	if len(message) > 0 {
		e.Message = message[0]
	}
	return e
}
func (e *HTTPError) Error() string {
	if e.Internal == nil {
		return fmt.Sprintf("code=%d, message=%v", e.Code, e.Message)
	}
	return fmt.Sprintf("code=%d, message=%v, internal=%v", e.Code, e.Message, e.Internal)
}
func (e *HTTPError) SetInternal(err error) *HTTPError  { e.Internal = err; return e }
func (e *HTTPError) WithInternal(err error) *HTTPError { return &HTTPError{err, e.Message, e.Code} }
func (e *HTTPError) Unwrap() error                     { return e.Internal }

var (
	ErrBadRequest            = NewHTTPError(400)
	ErrUnauthorized          = NewHTTPError(401)
	ErrForbidden             = NewHTTPError(403)
	ErrNotFound              = NewHTTPError(404)
	ErrMethodNotAllowed      = NewHTTPError(405)
	ErrStatusRequestEntityTooLarge = NewHTTPError(413)
	ErrUnsupportedMediaType  = NewHTTPError(415)
	ErrTooManyRequests       = NewHTTPError(429)
	ErrInternalServerError   = NewHTTPError(500)
	ErrServiceUnavailable    = NewHTTPError(503)
	NotFoundHandler          = func(c Context) error { return ErrNotFound }
	ErrRendererNotRegistered = errors.New("renderer not registered")
	ErrValidatorNotRegistered = errors.New("validator not registered")
)

type Response struct {
	Writer    http.ResponseWriter
	Status    int
	Size      int64
	Committed bool
	before, after []func()
}

func (r *Response) Header() http.Header { return r.Writer.Header() }
func (r *Response) Before(fn func())    { r.before = append(r.before, fn) }
func (r *Response) After(fn func())     { r.after = append(r.after, fn) }
func (r *Response) WriteHeader(code int) {
	if r.Committed {
		return
	}
	r.Status, r.Committed = code, true
	for _, fn := range r.before {
		fn()
	}
	r.Writer.WriteHeader(code)
}
func (r *Response) Write(b []byte) (int, error) {
	if !r.Committed {
		if r.Status == 0 {
			r.Status = 200
		}
		r.WriteHeader(r.Status)
	}
	n, err := r.Writer.Write(b)
	r.Size += int64(n)
	return n, err
}
func (r *Response) Flush()                      {}
func (r *Response) Unwrap() http.ResponseWriter { return r.Writer }

type Context interface {
	Request() *http.Request
	SetRequest(r *http.Request)
	Response() *Response
	IsTLS() bool
	Scheme() string
	RealIP() string
	Path() string
	Param(name string) string
	ParamNames() []string
	ParamValues() []string
	QueryParam(name string) string
	QueryParams() url.Values
	QueryString() string
	FormValue(name string) string
	FormParams() (url.Values, error)
	Cookie(name string) (*http.Cookie, error)
	SetCookie(cookie *http.Cookie)
	Cookies() []*http.Cookie
	Get(key string) interface{}
	Set(key string, val interface{})
	Bind(i interface{}) error
	Validate(i interface{}) error
	Render(code int, name string, data interface{}) error
	HTML(code int, html string) error
	HTMLBlob(code int, b []byte) error
	String(code int, s string) error
	JSON(code int, i interface{}) error
	JSONPretty(code int, i interface{}, indent string) error
	JSONBlob(code int, b []byte) error
	Blob(code int, contentType string, b []byte) error
	Stream(code int, contentType string, r io.Reader) error
	File(file string) error
	NoContent(code int) error
	Redirect(code int, url string) error
	Error(err error)
	Handler() HandlerFunc
	Logger() Logger
	Echo() *Echo
}
type context_ struct {
	r             *http.Request
	w             *Response
	e             *Echo
	path          string
	names, values []string
	store         map[string]interface{}
	h             HandlerFunc
}

func (c *context_) Request() *http.Request        { return c.r }
func (c *context_) SetRequest(r *http.Request)    { c.r = r }
func (c *context_) Response() *Response           { return c.w }
func (c *context_) IsTLS() bool                   { return false }
func (c *context_) Scheme() string {
	if s := c.r.Header.Get("X-Forwarded-Proto"); s != "" {
		return s
	}
	return "http"
}
func (c *context_) RealIP() string {
	if ip := c.r.Header.Get(HeaderXForwardedFor); ip != "" {
		one, _, _ := strings.Cut(ip, ",")
		return strings.TrimSpace(one)
	}
	if ip := c.r.Header.Get(HeaderXRealIP); ip != "" {
		return ip
	}
	host, _, _ := strings.Cut(c.r.RemoteAddr, ":")
	return host
}
func (c *context_) Path() string            { return c.path }
func (c *context_) ParamNames() []string    { return c.names }
func (c *context_) ParamValues() []string   { return c.values }
func (c *context_) Param(name string) string {
	for i, one := range c.names {
		if one == name {
			return c.values[i]
		}
	}
	return ""
}
func (c *context_) QueryParam(name string) string { return c.r.URL.Query().Get(name) }
func (c *context_) QueryParams() url.Values       { return c.r.URL.Query() }
func (c *context_) QueryString() string           { return c.r.URL.RawQuery }
func (c *context_) FormValue(name string) string  { return c.r.FormValue(name) }
func (c *context_) FormParams() (url.Values, error) {
	err := c.r.ParseForm()
	return c.r.Form, err
}
func (c *context_) Cookie(name string) (*http.Cookie, error) { return c.r.Cookie(name) }
func (c *context_) SetCookie(k *http.Cookie)                 { http.SetCookie(c.w, k) }
func (c *context_) Cookies() []*http.Cookie                  { return nil }
func (c *context_) Get(key string) interface{}               { return c.store[key] }
func (c *context_) Set(key string, val interface{}) {
	if c.store == nil {
		c.store = map[string]interface{}{}
	}
	c.store[key] = val
}
func (c *context_) Bind(i interface{}) error {
	for at, name := range c.names {
		binding.Put(i, "param", url.Values{name: []string{c.values[at]}})
	}
	if c.r.Method == "GET" || c.r.Method == "DELETE" {
		if why := binding.Put(i, "query", c.r.URL.Query()); why != "" {
			return NewHTTPError(400, why).SetInternal(errors.New(why))
		}
	}
	kind := c.r.Header.Get(HeaderContentType)
	if c.r.ContentLength == 0 {
		return nil
	}
	switch {
	case strings.HasPrefix(kind, MIMEApplicationJSON):
		if err := json.NewDecoder(c.r.Body).Decode(i); err != nil {
			if _, ok := err.(*json.UnmarshalTypeError); ok {
				return NewHTTPError(400, "Unmarshal type error: "+err.Error()).SetInternal(err)
			}
			if _, ok := err.(*json.SyntaxError); ok {
				return NewHTTPError(400, fmt.Sprintf("Syntax error: offset=%v, error=%v", 1, err)).SetInternal(err)
			}
			return NewHTTPError(400, err.Error()).SetInternal(err)
		}
	case strings.HasPrefix(kind, MIMEApplicationForm), strings.HasPrefix(kind, MIMEMultipartForm):
		c.r.ParseForm()
		if why := binding.Put(i, "form", c.r.Form); why != "" {
			return NewHTTPError(400, why).SetInternal(errors.New(why))
		}
	default:
		return ErrUnsupportedMediaType
	}
	return nil
}
func (c *context_) Validate(i interface{}) error {
	if c.e.Validator == nil {
		return ErrValidatorNotRegistered
	}
	return c.e.Validator.Validate(i)
}
func (c *context_) Render(code int, name string, data interface{}) error {
	if c.e.Renderer == nil {
		return ErrRendererNotRegistered
	}
	var b strings.Builder
	if err := c.e.Renderer.Render(&b, name, data, c); err != nil {
		return err
	}
	return c.HTML(code, b.String())
}
func (c *context_) HTML(code int, html string) error  { return c.Blob(code, "text/html; charset=UTF-8", []byte(html)) }
func (c *context_) HTMLBlob(code int, b []byte) error { return c.Blob(code, "text/html; charset=UTF-8", b) }
func (c *context_) String(code int, s string) error   { return c.Blob(code, "text/plain; charset=UTF-8", []byte(s)) }
func (c *context_) JSON(code int, i interface{}) error {
	if _, pretty := c.r.URL.Query()["pretty"]; c.e.Debug || pretty {
		return c.JSONPretty(code, i, "  ")
	}
	b, err := json.Marshal(i)
	if err != nil {
		return err
	}
	return c.JSONBlob(code, append(b, '\n'))
}
func (c *context_) JSONPretty(code int, i interface{}, indent string) error {
	b, err := json.MarshalIndent(i, "", indent)
	if err != nil {
		return err
	}
	return c.JSONBlob(code, append(b, '\n'))
}
func (c *context_) JSONBlob(code int, b []byte) error { return c.Blob(code, MIMEApplicationJSON, b) }
func (c *context_) Blob(code int, kind string, b []byte) error {
	if c.w.Header().Get(HeaderContentType) == "" {
		c.w.Header().Set(HeaderContentType, kind)
	}
	c.w.WriteHeader(code)
	_, err := c.w.Write(b)
	return err
}
func (c *context_) Stream(code int, kind string, r io.Reader) error {
	b, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	return c.Blob(code, kind, b)
}
func (c *context_) File(file string) error {
	if _, err := os.Stat(file); err != nil {
		return ErrNotFound
	}
	http.ServeFile(c.w, c.r, file)
	return nil
}
func (c *context_) NoContent(code int) error { c.w.WriteHeader(code); return nil }
func (c *context_) Redirect(code int, url string) error {
	if code < 300 || code > 308 {
		return errors.New("invalid redirect status code")
	}
	c.w.Header().Set(HeaderLocation, url)
	c.w.WriteHeader(code)
	return nil
}
func (c *context_) Error(err error)      { c.e.HTTPErrorHandler(err, c) }
func (c *context_) Handler() HandlerFunc { return c.h }
func (c *context_) Logger() Logger      { return c.e.Logger }
func (c *context_) Echo() *Echo          { return c.e }

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
