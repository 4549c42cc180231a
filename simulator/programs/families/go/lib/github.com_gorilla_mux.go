package mux

import (
	"context"
	"net/http"
	"strings"
)

type Route struct {
	path    string
	prefix  bool
	methods []string
	h       http.Handler
	sub     *Router
}
type MiddlewareFunc func(http.Handler) http.Handler
type Router struct {
	routes          []*Route
	middle          []MiddlewareFunc
	prefix          string
	NotFoundHandler http.Handler
}

func NewRouter() *Router { return &Router{} }
func (r *Router) HandleFunc(path string, f func(http.ResponseWriter, *http.Request)) *Route {
	return r.Handle(path, http.HandlerFunc(f))
}
func (r *Router) Handle(path string, h http.Handler) *Route {
	one := &Route{path: r.prefix + path, h: h}
	r.routes = append(r.routes, one)
	return one
}
func (r *Router) PathPrefix(path string) *Route {
	one := &Route{path: r.prefix + path, prefix: true}
	r.routes = append(r.routes, one)
	return one
}
func (r *Router) Use(m ...MiddlewareFunc)         { r.middle = append(r.middle, m...) }
func (r *Router) StrictSlash(v bool) *Router      { return r }
func (o *Route) Methods(m ...string) *Route       { o.methods = append(o.methods, m...); return o }
func (o *Route) Name(n string) *Route             { return o }
func (o *Route) Queries(p ...string) *Route       { return o }
func (o *Route) Handler(h http.Handler) *Route    { o.h = h; return o }
func (o *Route) HandlerFunc(f func(http.ResponseWriter, *http.Request)) *Route {
	o.h = http.HandlerFunc(f)
	return o
}
func (o *Route) Subrouter() *Router {
	o.sub = &Router{prefix: o.path}
	o.h = o.sub
	return o.sub
}
func match(pattern, path string, prefix bool) (map[string]string, bool) {
	want, got := strings.Split(pattern, "/"), strings.Split(path, "/")
	vars := map[string]string{}
	if len(got) < len(want) || (len(got) != len(want) && !prefix) {
		return nil, false
	}
	for i, w := range want {
		if strings.HasPrefix(w, "{") && got[i] != "" {
			name, _, _ := strings.Cut(strings.Trim(w, "{}"), ":")
			vars[name] = got[i]
		} else if w != got[i] && !(prefix && i == len(want)-1 && w == "") {
			return nil, false
		}
	}
	return vars, true
}
func Vars(r *http.Request) map[string]string {
	v, _ := r.Context().Value(varsKey{}).(map[string]string)
	return v
}

type varsKey struct{}

func (r *Router) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	wrong := false
	for _, one := range r.routes {
		vars, ok := match(one.path, req.URL.Path, one.prefix)
		if !ok || one.h == nil {
			continue
		}
		if len(one.methods) > 0 {
			good := false
			for _, m := range one.methods {
				good = good || m == req.Method
			}
			if !good {
				wrong = true
				continue
			}
		}
		for k, v := range Vars(req) {
			vars[k] = v
		}
		h := one.h
		for i := len(r.middle) - 1; i >= 0; i-- {
			h = r.middle[i](h)
		}
		h.ServeHTTP(w, req.WithContext(context.WithValue(req.Context(), varsKey{}, vars)))
		return
	}
	if wrong {
		w.WriteHeader(405)
		return
	}
	if r.NotFoundHandler != nil {
		r.NotFoundHandler.ServeHTTP(w, req)
		return
	}
	http.NotFound(w, req)
}
