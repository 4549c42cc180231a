package gin

import (
	"encoding/json"
	"errors"
	"fmt"
	"github.com/go-playground/validator/v10"
	"html/template"
	"internal/binding"
	"io"
	"net/http"
	"os"
	"strings"
	"time"
)

const (
	DebugMode   = "debug"
	ReleaseMode = "release"
	TestMode    = "test"
	Version     = "v1.10.0"
)

type H map[string]any
type HandlerFunc func(*Context)

var mode = start()
var DefaultWriter io.Writer = os.Stdout

func start() string {
	if m := os.Getenv("GIN_MODE"); m != "" {
		return m
	}
	return DebugMode
}
func SetMode(m string) { mode = m }
func Mode() string     { return mode }
func debug(format string, a ...any) {
	if mode == DebugMode {
		fmt.Printf("[GIN-debug] "+format, a...)
	}
}

type Param struct{ Key, Value string }
type Params []Param

func (p Params) ByName(name string) string {
	for _, one := range p {
		if one.Key == name {
			return one.Value
		}
	}
	return ""
}

type writer struct {
	http.ResponseWriter
	status int
	size   int
}

func (w *writer) WriteHeader(code int) { w.status = code; w.ResponseWriter.WriteHeader(code) }
func (w *writer) Write(b []byte) (int, error) {
	w.size += len(b)
	return w.ResponseWriter.Write(b)
}
func (w *writer) Status() int { return w.status }
func (w *writer) Size() int   { return w.size }

type Context struct {
	Request  *http.Request
	Writer   *writer
	Params   Params
	handlers []HandlerFunc
	index    int
	Keys     map[string]any
	Errors   []error
	path     string
	engine   *Engine
}

func (c *Context) Next() {
	c.index++
	for c.index < len(c.handlers) {
		c.handlers[c.index](c)
		c.index++
	}
}
func (c *Context) Abort()          { c.index = 1000 }
func (c *Context) IsAborted() bool { return c.index >= 1000 }
func (c *Context) AbortWithStatus(code int) {
	c.Status(code)
	c.Abort()
}
func (c *Context) AbortWithStatusJSON(code int, v any) {
	c.Abort()
	c.JSON(code, v)
}
func (c *Context) Error(err error) { c.Errors = append(c.Errors, err) }
func (c *Context) Set(key string, v any) {
	if c.Keys == nil {
		c.Keys = map[string]any{}
	}
	c.Keys[key] = v
}
func (c *Context) Get(key string) (any, bool)  { v, ok := c.Keys[key]; return v, ok }
func (c *Context) MustGet(key string) any      { return c.Keys[key] }
func (c *Context) GetString(key string) string { s, _ := c.Keys[key].(string); return s }
func (c *Context) Param(name string) string    { return c.Params.ByName(name) }
func (c *Context) Query(name string) string    { return c.Request.URL.Query().Get(name) }
func (c *Context) FullPath() string            { return c.path }
func (c *Context) ClientIP() string            { h, _, _ := strings.Cut(c.Request.RemoteAddr, ":"); return h }
func (c *Context) DefaultQuery(name, def string) string {
	if c.Request.URL.Query().Has(name) {
		return c.Query(name)
	}
	return def
}
func (c *Context) PostForm(name string) string  { return c.Request.PostFormValue(name) }
func (c *Context) GetHeader(name string) string { return c.Request.Header.Get(name) }
func (c *Context) Header(name, v string)        { c.Writer.Header().Set(name, v) }
func (c *Context) Status(code int)              { c.Writer.WriteHeader(code) }
func (c *Context) render(code int, kind, text string) {
	c.Writer.Header().Set("Content-Type", kind)
	c.Writer.WriteHeader(code)
	c.Writer.Write([]byte(text))
}
func (c *Context) JSON(code int, v any) {
	b, err := json.Marshal(v)
	if err != nil {
		panic(err)
	}
	c.render(code, "application/json; charset=utf-8", string(b))
}
func (c *Context) IndentedJSON(code int, v any) {
	b, _ := json.MarshalIndent(v, "", "    ")
	c.render(code, "application/json; charset=utf-8", string(b))
}
func (c *Context) String(code int, format string, a ...any) {
	text := format
	if len(a) > 0 {
		text = fmt.Sprintf(format, a...)
	}
	c.render(code, "text/plain; charset=utf-8", text)
}
func (c *Context) Data(code int, kind string, b []byte) { c.render(code, kind, string(b)) }
func (c *Context) HTML(code int, name string, v any) {
	t := c.engine.templates
	if t == nil {
		panic("runtime error: invalid memory address or nil pointer dereference")
	}
	var b strings.Builder
	if err := t.ExecuteTemplate(&b, name, v); err != nil {
		panic(err)
	}
	c.render(code, "text/html; charset=utf-8", b.String())
}
func (c *Context) Redirect(code int, to string)         { http.Redirect(c.Writer, c.Request, to, code) }
func (c *Context) File(path string)                     { http.ServeFile(c.Writer, c.Request, path) }
func (c *Context) checked(v any, tag string, values map[string][]string) error {
	if why := binding.Put(v, tag, values); why != "" {
		return errors.New(why)
	}
	return validator.Result(binding.Check(v, "binding", ""))
}
func (c *Context) ShouldBindJSON(v any) error {
	if err := json.NewDecoder(c.Request.Body).Decode(v); err != nil {
		return err
	}
	return validator.Result(binding.Check(v, "binding", ""))
}
func (c *Context) ShouldBindQuery(v any) error { return c.checked(v, "form", c.Request.URL.Query()) }
func (c *Context) ShouldBindUri(v any) error {
	values := map[string][]string{}
	for _, p := range c.Params {
		values[p.Key] = []string{p.Value}
	}
	return c.checked(v, "uri", values)
}
func (c *Context) ShouldBind(v any) error {
	kind := c.ContentType()
	if c.Request.Method != "GET" && kind == "application/json" {
		return c.ShouldBindJSON(v)
	}
	c.Request.ParseForm()
	return c.checked(v, "form", c.Request.Form)
}
func (c *Context) ContentType() string {
	kind, _, _ := strings.Cut(c.Request.Header.Get("Content-Type"), ";")
	return strings.TrimSpace(kind)
}
func (c *Context) must(err error) error {
	if err != nil {
		c.Errors = append(c.Errors, err)
		c.Writer.Header().Set("Content-Type", "text/plain; charset=utf-8")
		c.AbortWithStatus(400)
	}
	return err
}
func (c *Context) BindJSON(v any) error  { return c.must(c.ShouldBindJSON(v)) }
func (c *Context) BindQuery(v any) error { return c.must(c.ShouldBindQuery(v)) }
func (c *Context) BindUri(v any) error   { return c.must(c.ShouldBindUri(v)) }
func (c *Context) Bind(v any) error { return c.must(c.ShouldBind(v)) }

type route struct {
	method, path string
	handlers     []HandlerFunc
}
type RouterGroup struct {
	engine   *Engine
	prefix   string
	handlers []HandlerFunc
}
type Engine struct {
	RouterGroup
	routes    []*route
	noRoute   []HandlerFunc
	templates *template.Template
	functions template.FuncMap
}
type IRouter = *RouterGroup

func New() *Engine {
	debug("[WARNING] Running in \"debug\" mode. Switch to \"release\" mode in production.\n - using env:\texport GIN_MODE=release\n - using code:\tgin.SetMode(gin.ReleaseMode)\n\n")
	e := &Engine{}
	e.RouterGroup.engine = e
	e.RouterGroup.prefix = ""
	return e
}
func Default() *Engine {
	debug("[WARNING] Creating an Engine instance with the Logger and Recovery middleware already attached.\n\n")
	e := New()
	e.Use(Logger(), Recovery())
	return e
}
func Logger() HandlerFunc {
	return func(c *Context) {
		began := time.Now()
		uri := c.Request.RequestURI
		c.Next()
		fmt.Fprintf(DefaultWriter, "[GIN] %v | %3d | %13v | %15s | %-7s %#v\n", time.Now().Format("2006/01/02 - 15:04:05"), c.Writer.status, time.Since(began), c.ClientIP(), c.Request.Method, uri)
	}
}
func Recovery() HandlerFunc {
	return func(c *Context) {
		defer func() {
			if err := recover(); err != nil {
				fmt.Fprintf(os.Stderr, "\n\n%s [Recovery] panic recovered:\n%v\n", time.Now().Format("2006/01/02 - 15:04:05"), err)
				c.AbortWithStatus(500)
			}
		}()
		c.Next()
	}
}
func (g *RouterGroup) Use(h ...HandlerFunc) { g.handlers = append(g.handlers, h...) }
func (g *RouterGroup) Group(path string, h ...HandlerFunc) *RouterGroup {
	return &RouterGroup{g.engine, join(g.prefix, path), append(append([]HandlerFunc{}, g.handlers...), h...)}
}
func join(a, b string) string {
	if b == "" {
		return a
	}
	return strings.TrimSuffix(a, "/") + "/" + strings.TrimPrefix(b, "/")
}
func (g *RouterGroup) Handle(method, path string, h ...HandlerFunc) {
	full := join(g.prefix, path)
	all := append(append([]HandlerFunc{}, g.handlers...), h...)
	g.engine.routes = append(g.engine.routes, &route{method, full, all})
	debug("%-6s %-25s --> %s (%d handlers)\n", method, full, "main.main.func1", len(all))
}
func (g *RouterGroup) GET(path string, h ...HandlerFunc)     { g.Handle("GET", path, h...) }
func (g *RouterGroup) POST(path string, h ...HandlerFunc)    { g.Handle("POST", path, h...) }
func (g *RouterGroup) PUT(path string, h ...HandlerFunc)     { g.Handle("PUT", path, h...) }
func (g *RouterGroup) PATCH(path string, h ...HandlerFunc)   { g.Handle("PATCH", path, h...) }
func (g *RouterGroup) DELETE(path string, h ...HandlerFunc)  { g.Handle("DELETE", path, h...) }
func (g *RouterGroup) HEAD(path string, h ...HandlerFunc)    { g.Handle("HEAD", path, h...) }
func (g *RouterGroup) OPTIONS(path string, h ...HandlerFunc) { g.Handle("OPTIONS", path, h...) }
func (g *RouterGroup) Any(path string, h ...HandlerFunc) {
	for _, m := range []string{"GET", "POST", "PUT", "PATCH", "HEAD", "OPTIONS", "DELETE"} {
		g.Handle(m, path, h...)
	}
}
func (g *RouterGroup) Static(path, root string) {
	g.GET(join(path, "/*filepath"), func(c *Context) { c.File(root + "/" + c.Param("filepath")) })
}
func (e *Engine) NoRoute(h ...HandlerFunc)            { e.noRoute = h }
func (e *Engine) SetTrustedProxies(p []string) error  { return nil }
func (e *Engine) SetFuncMap(m template.FuncMap)        { e.functions = m }
func (e *Engine) SetHTMLTemplate(t *template.Template) { e.templates = t }
func (e *Engine) load(t *template.Template, err error) {
	if err != nil {
		panic(err)
	}
	e.templates = t
	names := ""
	for _, one := range t.Templates() {
		names += "\t- " + one.Name() + "\n"
	}
	debug("Loaded HTML Templates (%d): \n%s\n", len(t.Templates()), names)
}
func (e *Engine) LoadHTMLGlob(p string) {
	e.load(template.New("").Funcs(e.functions).ParseGlob(p))
}
func (e *Engine) LoadHTMLFiles(files ...string) {
	e.load(template.New("").Funcs(e.functions).ParseFiles(files...))
}

func match(pattern, path string) (Params, bool) {
	want := strings.Split(pattern, "/")
	got := strings.Split(path, "/")
	params := Params{}
	for i, w := range want {
		if strings.HasPrefix(w, "*") {
			return append(params, Param{w[1:], "/" + strings.Join(got[min(i, len(got)):], "/")}), true
		}
		if i >= len(got) {
			return nil, false
		}
		if strings.HasPrefix(w, ":") && got[i] != "" {
			params = append(params, Param{w[1:], got[i]})
		} else if w != got[i] {
			return nil, false
		}
	}
	return params, len(want) == len(got)
}

func (e *Engine) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	c := &Context{engine: e, Request: r, Writer: &writer{ResponseWriter: w, status: 200}, index: -1}
	for _, one := range e.routes {
		if one.method != r.Method {
			continue
		}
		if params, ok := match(one.path, r.URL.Path); ok {
			c.Params = params
			c.path = one.path
			c.handlers = one.handlers
			c.Next()
			return
		}
	}
	c.handlers = append(append([]HandlerFunc{}, e.handlers...), e.noRoute...)
	if len(e.noRoute) == 0 {
		c.handlers = append(c.handlers, func(c *Context) { c.render(404, "text/plain", "404 page not found") })
	}
	c.Next()
}
func (e *Engine) Handler() http.Handler { return e }
func (e *Engine) Run(addr ...string) error {
	at := ":8080"
	if p := os.Getenv("PORT"); p != "" {
		at = ":" + p
	}
	if len(addr) > 0 {
		at = addr[0]
	} else if os.Getenv("PORT") != "" {
		debug("Environment variable PORT=\"%s\"\n", os.Getenv("PORT"))
	} else {
		debug("Environment variable PORT is undefined. Using port :8080 by default\n")
	}
	debug("[WARNING] You trusted all proxies, this is NOT safe. We recommend you to set a value.\nPlease check https://pkg.go.dev/github.com/gin-gonic/gin#readme-don-t-trust-all-proxies for details.\n")
	debug("Listening and serving HTTP on %s\n", at)
	err := http.ListenAndServe(at, e)
	debug("[ERROR] %v\n", err)
	return err
}
