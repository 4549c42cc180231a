package chi

import (
	"context"
	"net/http"
	"regexp"
	"strings"
)

type Router interface {
	http.Handler
	Use(middlewares ...func(http.Handler) http.Handler)
	With(middlewares ...func(http.Handler) http.Handler) Router
	Group(fn func(r Router)) Router
	Route(pattern string, fn func(r Router)) Router
	Mount(pattern string, h http.Handler)
	Handle(pattern string, h http.Handler)
	HandleFunc(pattern string, h http.HandlerFunc)
	Method(method, pattern string, h http.Handler)
	MethodFunc(method, pattern string, h http.HandlerFunc)
	Connect(pattern string, h http.HandlerFunc)
	Delete(pattern string, h http.HandlerFunc)
	Get(pattern string, h http.HandlerFunc)
	Head(pattern string, h http.HandlerFunc)
	Options(pattern string, h http.HandlerFunc)
	Patch(pattern string, h http.HandlerFunc)
	Post(pattern string, h http.HandlerFunc)
	Put(pattern string, h http.HandlerFunc)
	Trace(pattern string, h http.HandlerFunc)
	NotFound(h http.HandlerFunc)
	MethodNotAllowed(h http.HandlerFunc)
}
type Middlewares []func(http.Handler) http.Handler

type key struct{ name string }

var RouteCtxKey = &key{"RouteContext"}

type RouteParams struct{ Keys, Values []string }
type Context struct {
	URLParams     RouteParams
	RoutePath     string
	RoutePatterns []string
}

func (c *Context) URLParam(name string) string {
	for i := len(c.URLParams.Keys) - 1; i >= 0; i-- {
		if c.URLParams.Keys[i] == name {
			return c.URLParams.Values[i]
		}
	}
	return ""
}
func (c *Context) RoutePattern() string {
	p := strings.ReplaceAll(strings.Join(c.RoutePatterns, ""), "/*/", "/")
	if p != "/" {
		p = strings.TrimSuffix(p, "/")
	}
	return p
}
func NewRouteContext() *Context { return &Context{} }
func RouteContext(ctx context.Context) *Context {
	c, _ := ctx.Value(RouteCtxKey).(*Context)
	return c
}
func URLParam(r *http.Request, name string) string { return URLParamFromCtx(r.Context(), name) }
func URLParamFromCtx(ctx context.Context, name string) string {
	if c := RouteContext(ctx); c != nil {
		return c.URLParam(name)
	}
	return ""
}

type route struct {
	method, pattern string
	h               http.Handler
	mount           bool
}
type Mux struct {
	routes    []*route
	middle    []func(http.Handler) http.Handler
	inline    []func(http.Handler) http.Handler
	parent    *Mux
	notFound  http.HandlerFunc
	notMethod http.HandlerFunc
	chain     http.Handler
}

func NewRouter() *Mux { return &Mux{} }
func NewMux() *Mux    { return &Mux{} }
func chained(middle []func(http.Handler) http.Handler, h http.Handler) http.Handler {
	for i := len(middle) - 1; i >= 0; i-- {
		h = middle[i](h)
	}
	return h
}
func (m *Mux) Use(middle ...func(http.Handler) http.Handler) {
	if len(m.routes) > 0 && m.parent == nil {
		panic("chi: all middlewares must be defined before routes on a mux")
	}
	if m.parent != nil {
		m.inline = append(m.inline, middle...)
		return
	}
	m.middle = append(m.middle, middle...)
}
func (m *Mux) add(method, pattern string, h http.Handler, mount bool) {
	if len(pattern) == 0 || pattern[0] != '/' {
		panic("chi: routing pattern must begin with '/' in '" + pattern + "'")
	}
	if m.parent != nil {
		m.parent.add(method, pattern, chained(m.inline, h), mount)
		return
	}
	m.routes = append(m.routes, &route{method, pattern, h, mount})
}
func (m *Mux) With(middle ...func(http.Handler) http.Handler) Router {
	return &Mux{parent: m, inline: append([]func(http.Handler) http.Handler{}, middle...)}
}
func (m *Mux) Group(fn func(r Router)) Router {
	g := m.With()
	if fn != nil {
		fn(g)
	}
	return g
}
func (m *Mux) Route(pattern string, fn func(r Router)) Router {
	if fn == nil {
		panic("chi: attempting to Route() a nil subrouter on '" + pattern + "'")
	}
	inner := NewRouter()
	fn(inner)
	m.Mount(pattern, inner)
	return inner
}
func (m *Mux) Mount(pattern string, h http.Handler) {
	if h == nil {
		panic("chi: attempting to Mount() a nil handler on '" + pattern + "'")
	}
	if sub, ok := h.(*Mux); ok {
		if sub.notFound == nil {
			sub.notFound = m.notFound
		}
		if sub.notMethod == nil {
			sub.notMethod = m.notMethod
		}
	}
	m.add("", strings.TrimSuffix(pattern, "/")+"/*", h, true)
}
func (m *Mux) Handle(pattern string, h http.Handler) {
	if method, rest, ok := strings.Cut(pattern, " "); ok {
		m.add(method, strings.TrimSpace(rest), h, false)
		return
	}
	m.add("", pattern, h, false)
}
func (m *Mux) HandleFunc(pattern string, h http.HandlerFunc)         { m.Handle(pattern, h) }
func (m *Mux) Method(method, pattern string, h http.Handler)         { m.add(strings.ToUpper(method), pattern, h, false) }
func (m *Mux) MethodFunc(method, pattern string, h http.HandlerFunc) { m.Method(method, pattern, h) }
func (m *Mux) Connect(pattern string, h http.HandlerFunc)            { m.add("CONNECT", pattern, h, false) }
func (m *Mux) Delete(pattern string, h http.HandlerFunc)             { m.add("DELETE", pattern, h, false) }
func (m *Mux) Get(pattern string, h http.HandlerFunc)                { m.add("GET", pattern, h, false) }
func (m *Mux) Head(pattern string, h http.HandlerFunc)               { m.add("HEAD", pattern, h, false) }
func (m *Mux) Options(pattern string, h http.HandlerFunc)            { m.add("OPTIONS", pattern, h, false) }
func (m *Mux) Patch(pattern string, h http.HandlerFunc)              { m.add("PATCH", pattern, h, false) }
func (m *Mux) Post(pattern string, h http.HandlerFunc)               { m.add("POST", pattern, h, false) }
func (m *Mux) Put(pattern string, h http.HandlerFunc)                { m.add("PUT", pattern, h, false) }
func (m *Mux) Trace(pattern string, h http.HandlerFunc)              { m.add("TRACE", pattern, h, false) }
func (m *Mux) NotFound(h http.HandlerFunc)                           { m.notFound = h }
func (m *Mux) MethodNotAllowed(h http.HandlerFunc)                   { m.notMethod = h }
func (m *Mux) Middlewares() Middlewares                              { return m.middle }

// match tells how well a pattern fits a path: 0 not at all; what is written out counts most.
func match(pattern, path string) (int, RouteParams) {
	p := RouteParams{}
	score := 1
	for pattern != "" {
		if pattern[0] == '*' {
			p.Keys, p.Values = append(p.Keys, "*"), append(p.Values, path)
			return score, p
		}
		if pattern[0] != '{' {
			if path == "" || path[0] != pattern[0] {
				return 0, p
			}
			pattern, path = pattern[1:], path[1:]
			score += 8
			continue
		}
		end := closing(pattern)
		name, rule, ruled := strings.Cut(pattern[1:end], ":")
		pattern = pattern[end+1:]
		stop := "/"
		if pattern != "" {
			stop = pattern[:1]
		}
		n := strings.Index(path, stop)
		if n < 0 || stop == "*" {
			n = len(path)
		}
		if slash := strings.Index(path, "/"); slash >= 0 && slash < n {
			n = slash
		}
		if n == 0 {
			return 0, p
		}
		if ruled {
			if ok, _ := regexp.MatchString("^("+rule+")$", path[:n]); !ok {
				return 0, p
			}
			score += 2
		}
		p.Keys, p.Values = append(p.Keys, name), append(p.Values, path[:n])
		path = path[n:]
		score += 2
	}
	if path != "" {
		return 0, p
	}
	return score + 1, p
}
func closing(pattern string) int {
	depth := 0
	for i := 0; i < len(pattern); i++ {
		if pattern[i] == '{' {
			depth++
		} else if pattern[i] == '}' {
			depth--
			if depth == 0 {
				return i
			}
		}
	}
	panic("chi: route param closing delimiter '}' is missing")
}

func (m *Mux) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	if m.parent != nil {
		m.parent.ServeHTTP(w, r)
		return
	}
	if RouteContext(r.Context()) == nil {
		r = r.WithContext(context.WithValue(r.Context(), RouteCtxKey, NewRouteContext()))
	}
	if m.chain == nil {
		m.chain = chained(m.middle, http.HandlerFunc(m.route))
	}
	m.chain.ServeHTTP(w, r)
}
func (m *Mux) route(w http.ResponseWriter, r *http.Request) {
	c := RouteContext(r.Context())
	path := c.RoutePath
	if path == "" {
		path = r.URL.Path
	}
	best, other := 0, false
	var found *route
	var params RouteParams
	for _, one := range m.routes {
		score, p := match(one.pattern, path)
		if score == 0 && one.mount {
			score, p = match(one.pattern, path+"/")
		}
		if score <= best {
			continue
		}
		if one.method != "" && one.method != r.Method {
			other = true
			continue
		}
		best, found, params = score, one, p
	}
	if found == nil {
		if other {
			if m.notMethod != nil {
				m.notMethod(w, r)
				return
			}
			allowed := []string{}
			for _, one := range m.routes {
				if n, _ := match(one.pattern, path); n > 0 {
					w.Header().Add("Allow", one.method)
					allowed = append(allowed, one.method)
				}
			}
			w.WriteHeader(405)
			return
		}
		if m.notFound != nil {
			m.notFound(w, r)
			return
		}
		http.NotFound(w, r)
		return
	}
	if found.mount {
		last := len(params.Values) - 1
		c.RoutePath = "/" + params.Values[last]
		params.Values[last] = ""
	}
	c.URLParams.Keys = append(c.URLParams.Keys, params.Keys...)
	c.URLParams.Values = append(c.URLParams.Values, params.Values...)
	c.RoutePatterns = append(c.RoutePatterns, found.pattern)
	for i, k := range params.Keys {
		r.SetPathValue(k, params.Values[i])
	}
	r.Pattern = c.RoutePattern()
	found.h.ServeHTTP(w, r)
}

type WalkFunc func(method, route string, handler http.Handler, middlewares ...func(http.Handler) http.Handler) error

func Walk(r Router, fn WalkFunc) error {
	m, ok := r.(*Mux)
	if !ok {
		return nil
	}
	return m.walk("", fn)
}
func (m *Mux) walk(head string, fn WalkFunc) error {
	for _, one := range m.routes {
		if sub, ok := one.h.(*Mux); ok && one.mount {
			if err := sub.walk(head+strings.TrimSuffix(one.pattern, "/*"), fn); err != nil {
				return err
			}
			continue
		}
		method := one.method
		if method == "" {
			method = "*"
		}
		if err := fn(method, head+one.pattern, one.h, m.middle...); err != nil {
			return err
		}
	}
	return nil
}
