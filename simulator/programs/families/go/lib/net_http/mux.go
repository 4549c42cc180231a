package http

import (
	"io"
	"strconv"
	"strings"
	"time"
)

type route struct {
	pattern string
	method  string
	host    string
	parts   []string
	tree    bool
	exact   bool
	h       Handler
}

type ServeMux struct{ routes []*route }

func NewServeMux() *ServeMux { return &ServeMux{} }

var DefaultServeMux = NewServeMux()

func (m *ServeMux) Handle(pattern string, handler Handler) {
	if handler == nil {
		panic("http: nil handler")
	}
	r := &route{pattern: pattern, h: handler}
	rest := pattern
	if before, after, ok := strings.Cut(rest, " "); ok {
		r.method = before
		rest = strings.TrimSpace(after)
	}
	slash := strings.Index(rest, "/")
	if slash < 0 {
		panic("parsing " + strconv.Quote(pattern) + ": at offset 0: host/path missing /")
	}
	r.host = rest[:slash]
	path := rest[slash:]
	if strings.HasSuffix(path, "/{$}") {
		r.exact = true
		path = strings.TrimSuffix(path, "{$}")
	} else if strings.HasSuffix(path, "/") {
		r.tree = true
	}
	r.parts = strings.Split(strings.Trim(path, "/"), "/")
	if path == "/" {
		r.parts = nil
	}
	for _, old := range m.routes {
		if old.pattern == pattern {
			panic("pattern " + strconv.Quote(pattern) + " (registered at main.go) conflicts with pattern " + strconv.Quote(old.pattern) + " (registered at main.go):\n" + pattern + " matches the same requests as " + old.pattern)
		}
	}
	m.routes = append(m.routes, r)
}
func (m *ServeMux) HandleFunc(pattern string, handler func(ResponseWriter, *Request)) {
	if handler == nil {
		panic("http: nil handler")
	}
	m.Handle(pattern, HandlerFunc(handler))
}

func (r *route) match(path string, values map[string]string) int {
	got := strings.Split(strings.Trim(path, "/"), "/")
	if path == "/" || path == "" {
		got = nil
	}
	score := 1
	for i, p := range r.parts {
		if strings.HasPrefix(p, "{") && strings.HasSuffix(p, "...}") {
			if i <= len(got) {
				values[p[1:len(p)-4]] = strings.Join(got[i:], "/")
			}
			return score
		}
		if i >= len(got) {
			return 0
		}
		if strings.HasPrefix(p, "{") && strings.HasSuffix(p, "}") {
			values[p[1:len(p)-1]] = got[i]
			score += 2
		} else if p == got[i] {
			score += 100
		} else {
			return 0
		}
	}
	if len(got) > len(r.parts) && !r.tree {
		return 0
	}
	if r.exact {
		score += 50
	} else if !r.tree {
		if strings.HasSuffix(path, "/") && path != "/" {
			return 0
		}
		score += 50
	}
	return score
}

func (m *ServeMux) Handler(r *Request) (h Handler, pattern string) {
	best := 0
	var found *route
	allowed := []string{}
	for _, one := range m.routes {
		if one.host != "" && one.host != strings.Split(r.Host, ":")[0] {
			continue
		}
		values := map[string]string{}
		score := one.match(r.URL.Path, values)
		if score == 0 {
			continue
		}
		if one.method != "" && one.method != r.Method && !(one.method == "GET" && r.Method == "HEAD") {
			allowed = append(allowed, one.method)
			continue
		}
		if one.method != "" {
			score++
		}
		if score > best {
			best = score
			found = one
			r.values = values
		}
	}
	if found != nil {
		return found.h, found.pattern
	}
	if len(allowed) > 0 {
		return HandlerFunc(func(w ResponseWriter, r *Request) {
			w.Header().Set("Allow", strings.Join(allowed, ", "))
			Error(w, "Method Not Allowed", 405)
		}), ""
	}
	for _, one := range m.routes {
		if one.tree && !strings.HasSuffix(r.URL.Path, "/") && one.match(r.URL.Path+"/", map[string]string{}) > 0 {
			return RedirectHandler(r.URL.Path+"/", 301), ""
		}
	}
	return NotFoundHandler(), ""
}

func (m *ServeMux) ServeHTTP(w ResponseWriter, r *Request) {
	h, pattern := m.Handler(r)
	r.Pattern = pattern
	h.ServeHTTP(w, r)
}

func Handle(pattern string, handler Handler) { DefaultServeMux.Handle(pattern, handler) }
func HandleFunc(pattern string, handler func(ResponseWriter, *Request)) {
	DefaultServeMux.HandleFunc(pattern, handler)
}
func Error(w ResponseWriter, text string, code int) {
	w.Header().Set("Content-Type", "text/plain; charset=utf-8")
	w.Header().Set("X-Content-Type-Options", "nosniff")
	w.WriteHeader(code)
	io.WriteString(w, text+"\n")
}
func NotFound(w ResponseWriter, r *Request) { Error(w, "404 page not found", 404) }
func NotFoundHandler() Handler              { return HandlerFunc(NotFound) }
func Redirect(w ResponseWriter, r *Request, url string, code int) {
	w.Header().Set("Location", url)
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(code)
	if r.Method == "GET" {
		io.WriteString(w, "<a href=\""+url+"\">"+StatusText(code)+"</a>.\n\n")
	}
}
func RedirectHandler(url string, code int) Handler {
	return HandlerFunc(func(w ResponseWriter, r *Request) { Redirect(w, r, url, code) })
}
func StripPrefix(prefix string, h Handler) Handler {
	return HandlerFunc(func(w ResponseWriter, r *Request) {
		if !strings.HasPrefix(r.URL.Path, prefix) {
			NotFound(w, r)
			return
		}
		c := *r
		u := *r.URL
		u.Path = strings.TrimPrefix(r.URL.Path, prefix)
		c.URL = &u
		h.ServeHTTP(w, &c)
	})
}
func TimeoutHandler(h Handler, dt time.Duration, msg string) Handler { return h }
func AllowQuerySemicolons(h Handler) Handler                         { return h }
func MaxBytesReader(w ResponseWriter, r io.ReadCloser, n int64) io.ReadCloser { return r }
