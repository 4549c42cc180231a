package http

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"io/fs"
	"log"
	"net/url"
	"os"
	"path"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	MethodGet = "GET"
	MethodHead = "HEAD"
	MethodPost = "POST"
	MethodPut = "PUT"
	MethodPatch = "PATCH"
	MethodDelete = "DELETE"
	MethodOptions = "OPTIONS"
	StatusContinue = 100
	StatusOK = 200
	StatusCreated = 201
	StatusAccepted = 202
	StatusNoContent = 204
	StatusMovedPermanently = 301
	StatusFound = 302
	StatusSeeOther = 303
	StatusNotModified = 304
	StatusTemporaryRedirect = 307
	StatusPermanentRedirect = 308
	StatusBadRequest = 400
	StatusUnauthorized = 401
	StatusForbidden = 403
	StatusNotFound = 404
	StatusMethodNotAllowed = 405
	StatusConflict = 409
	StatusGone = 410
	StatusUnsupportedMediaType = 415
	StatusTeapot = 418
	StatusUnprocessableEntity = 422
	StatusTooManyRequests = 429
	StatusInternalServerError = 500
	StatusNotImplemented = 501
	StatusBadGateway = 502
	StatusServiceUnavailable = 503
	StatusGatewayTimeout = 504
)

var texts = map[int]string{200: "OK", 201: "Created", 202: "Accepted", 204: "No Content", 301: "Moved Permanently", 302: "Found", 303: "See Other", 304: "Not Modified", 307: "Temporary Redirect", 308: "Permanent Redirect", 400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found", 405: "Method Not Allowed", 409: "Conflict", 410: "Gone", 415: "Unsupported Media Type", 418: "I'm a teapot", 422: "Unprocessable Entity", 429: "Too Many Requests", 500: "Internal Server Error", 501: "Not Implemented", 502: "Bad Gateway", 503: "Service Unavailable", 504: "Gateway Timeout"}

func StatusText(code int) string { return texts[code] }

var ErrServerClosed = errors.New("http: Server closed")
var ErrNoCookie = errors.New("http: named cookie not present")
var ErrAbortHandler = errors.New("net/http: abort Handler")
var NoBody io.ReadCloser = &body{}

func listen(srv *Server, host string, port int) string
func park(srv *Server)
func closeServer(srv *Server)
func request(method, host string, port int, path, body string, names, values []string, limit int64) (status int, text string, hn, hv []string, why string)
func typeOf(name, body string) string

type Header map[string][]string

func CanonicalHeaderKey(s string) string {
	parts := strings.Split(strings.ToLower(s), "-")
	for i, p := range parts {
		if p != "" {
			parts[i] = strings.ToUpper(p[:1]) + p[1:]
		}
	}
	return strings.Join(parts, "-")
}
func (h Header) Get(key string) string {
	if vs := h[CanonicalHeaderKey(key)]; len(vs) > 0 {
		return vs[0]
	}
	return ""
}
func (h Header) Set(key, value string)      { h[CanonicalHeaderKey(key)] = []string{value} }
func (h Header) Add(key, value string)      { k := CanonicalHeaderKey(key); h[k] = append(h[k], value) }
func (h Header) Del(key string)             { delete(h, CanonicalHeaderKey(key)) }
func (h Header) Values(key string) []string { return h[CanonicalHeaderKey(key)] }
func (h Header) Clone() Header {
	c := Header{}
	for k, v := range h {
		c[k] = append([]string{}, v...)
	}
	return c
}

type ResponseWriter interface {
	Header() Header
	Write([]byte) (int, error)
	WriteHeader(statusCode int)
}
type Flusher interface{ Flush() }
type Handler interface {
	ServeHTTP(ResponseWriter, *Request)
}
type HandlerFunc func(ResponseWriter, *Request)

func (f HandlerFunc) ServeHTTP(w ResponseWriter, r *Request) { f(w, r) }

type body struct {
	text   string
	at     int
	closed bool
}

func (b *body) Read(p []byte) (int, error) {
	if b.at >= len(b.text) {
		return 0, io.EOF
	}
	n := copy(p, b.text[b.at:])
	b.at += n
	return n, nil
}
func (b *body) Close() error { b.closed = true; return nil }
func (b *body) ReadAllText() (string, error) {
	rest := b.text[b.at:]
	b.at = len(b.text)
	return rest, nil
}

type Cookie struct {
	Name, Value, Path, Domain string
	Expires                   time.Time
	MaxAge                    int
	Secure, HttpOnly          bool
	SameSite                  int
}

func (c *Cookie) String() string {
	s := c.Name + "=" + c.Value
	if c.Path != "" {
		s += "; Path=" + c.Path
	}
	if c.MaxAge > 0 {
		s += "; Max-Age=" + strconv.Itoa(c.MaxAge)
	}
	if c.HttpOnly {
		s += "; HttpOnly"
	}
	if c.Secure {
		s += "; Secure"
	}
	return s
}
func SetCookie(w ResponseWriter, c *Cookie) { w.Header().Add("Set-Cookie", c.String()) }

type Request struct {
	Method        string
	URL           *url.URL
	Proto         string
	Header        Header
	Body          io.ReadCloser
	ContentLength int64
	Host          string
	Form          url.Values
	PostForm      url.Values
	RemoteAddr    string
	RequestURI    string
	Pattern       string
	Response      *Response
	ctx           context.Context
	values        map[string]string
}

func (r *Request) Context() context.Context {
	if r.ctx == nil {
		return context.Background()
	}
	return r.ctx
}
func (r *Request) WithContext(ctx context.Context) *Request {
	c := *r
	c.ctx = ctx
	return &c
}
func (r *Request) Clone(ctx context.Context) *Request { return r.WithContext(ctx) }
func (r *Request) PathValue(name string) string       { return r.values[name] }
func (r *Request) SetPathValue(name, value string) {
	if r.values == nil {
		r.values = map[string]string{}
	}
	r.values[name] = value
}
func (r *Request) UserAgent() string { return r.Header.Get("User-Agent") }
func (r *Request) Referer() string   { return r.Header.Get("Referer") }
func (r *Request) ParseForm() error {
	if r.Form != nil {
		return nil
	}
	r.PostForm = url.Values{}
	r.Form = r.URL.Query()
	if strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") && r.Body != nil {
		data, _ := io.ReadAll(r.Body)
		r.PostForm, _ = url.ParseQuery(string(data))
		for k, v := range r.PostForm {
			r.Form[k] = append(v, r.Form[k]...)
		}
	}
	return nil
}
func (r *Request) FormValue(key string) string     { r.ParseForm(); return r.Form.Get(key) }
func (r *Request) PostFormValue(key string) string { r.ParseForm(); return r.PostForm.Get(key) }
func (r *Request) BasicAuth() (username, password string, ok bool) {
	kind, text, _ := strings.Cut(r.Header.Get("Authorization"), " ")
	if !strings.EqualFold(kind, "Basic") {
		return "", "", false
	}
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil {
		return "", "", false
	}
	return strings.Cut(string(b), ":")
}
func (r *Request) SetBasicAuth(username, password string) {
	r.Header.Set("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(username+":"+password)))
}
func (r *Request) Cookie(name string) (*Cookie, error) {
	for _, part := range strings.Split(r.Header.Get("Cookie"), ";") {
		k, v, _ := strings.Cut(strings.TrimSpace(part), "=")
		if k == name {
			return &Cookie{Name: k, Value: v}, nil
		}
	}
	return nil, ErrNoCookie
}

type response struct {
	header Header
	status int
	body   strings.Builder
	head   bool
}

func (w *response) Header() Header { return w.header }
func (w *response) WriteHeader(code int) {
	if w.status != 0 {
		function, file, line := runtime.place()
		log.Printf("http: superfluous response.WriteHeader call from %s (%s:%d)", function, path.Base(file), line)
		return
	}
	w.status = code
}
func (w *response) Write(b []byte) (int, error) { return w.WriteString(string(b)) }
func (w *response) WriteString(s string) (int, error) {
	if w.status == 0 {
		w.status = 200
	}
	return w.body.WriteString(s)
}
func (w *response) Flush() {}

func serveRequest(srv *Server, method, uri, text string, header Header, host, client string) (int, string, []string, []string) {
	path, query, _ := strings.Cut(uri, "?")
	path, _ = url.PathUnescape(path)
	w := &response{header: Header{}}
	ctx, cancel := context.WithCancel(context.Background())
	r := &Request{Method: method, URL: &url.URL{Path: path, RawQuery: query}, Proto: "HTTP/1.1", Header: header, Body: &body{text: text}, ContentLength: int64(len(text)), Host: host, RemoteAddr: client, RequestURI: uri, ctx: ctx}
	var h Handler = srv.Handler
	if h == nil {
		h = DefaultServeMux
	}
	srv.active++
	h.ServeHTTP(w, r)
	srv.active--
	cancel()
	out := w.body.String()
	if w.status == 0 {
		w.status = 200
	}
	if w.header.Get("Content-Type") == "" && out != "" {
		w.header.Set("Content-Type", typeOf("", out))
	}
	names, values := []string{}, []string{}
	for k, vs := range w.header {
		at := 0
		for at < len(names) && names[at] < k {
			at++
		}
		names = append(names, "")
		copy(names[at+1:], names[at:])
		names[at] = k
		values = append(values, "")
		copy(values[at+1:], values[at:])
		values[at] = strings.Join(vs, ", ")
	}
	return w.status, out, names, values
}

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

type Dir string
type FileSystem interface{}
type ioFS struct{ fsys fs.FS }

func FS(fsys fs.FS) FileSystem { return ioFS{fsys} }
func FileServer(root FileSystem) Handler {
	switch d := root.(type) {
	case Dir:
		if d == "" {
			d = "."
		}
		return FileServerFS(os.DirFS(string(d)))
	case ioFS:
		return FileServerFS(d.fsys)
	case fs.FS:
		return FileServerFS(d)
	}
	return NotFoundHandler()
}
func FileServerFS(root fs.FS) Handler {
	return HandlerFunc(func(w ResponseWriter, r *Request) {
		if strings.HasSuffix(r.URL.Path, "/index.html") {
			w.Header().Set("Location", "./")
			w.WriteHeader(301)
			return
		}
		serveFile(w, r, root, strings.Trim(path.Clean("/"+r.URL.Path), "/"), true)
	})
}
func ServeFile(w ResponseWriter, r *Request, name string) {
	serveFile(w, r, os.DirFS(path.Dir(name)), path.Base(name), false)
}
func ServeFileFS(w ResponseWriter, r *Request, fsys fs.FS, name string) {
	serveFile(w, r, fsys, name, false)
}
func ServeContent(w ResponseWriter, r *Request, name string, modtime time.Time, content io.Reader) {
	data, _ := io.ReadAll(content)
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", typeOf(name, string(data)))
	}
	w.Write(data)
}
func serveFile(w ResponseWriter, r *Request, fsys fs.FS, name string, redirect bool) {
	if name == "" {
		name = "."
	}
	info, err := fs.Stat(fsys, name)
	if err != nil {
		if errors.Is(err, fs.ErrPermission) {
			Error(w, "403 Forbidden", 403)
			return
		}
		NotFound(w, r)
		return
	}
	if info.IsDir() {
		if redirect && !strings.HasSuffix(r.URL.Path, "/") {
			w.Header().Set("Location", path.Base(r.URL.Path)+"/")
			w.WriteHeader(301)
			return
		}
		index := path.Join(name, "index.html")
		if _, err := fs.Stat(fsys, index); err != nil {
			listDir(w, fsys, name)
			return
		}
		name = index
	}
	data, err := fs.ReadFile(fsys, name)
	if err != nil {
		NotFound(w, r)
		return
	}
	if w.Header().Get("Content-Type") == "" {
		w.Header().Set("Content-Type", typeOf(name, string(data)))
	}
	w.Write(data)
}
func listDir(w ResponseWriter, fsys fs.FS, name string) {
	entries, err := fs.ReadDir(fsys, name)
	if err != nil {
		Error(w, "Error reading directory", 500)
		return
	}
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	io.WriteString(w, "<!doctype html>\n<meta name=\"viewport\" content=\"width=device-width\">\n<pre>\n")
	for _, e := range entries {
		n := e.Name()
		if e.IsDir() {
			n += "/"
		}
		io.WriteString(w, "<a href=\""+n+"\">"+n+"</a>\n")
	}
	io.WriteString(w, "</pre>\n")
}

type Server struct {
	Addr                                                          string
	Handler                                                       Handler
	ReadTimeout, ReadHeaderTimeout, WriteTimeout, IdleTimeout      time.Duration
	MaxHeaderBytes                                                int
	ErrorLog                                                      *log.Logger
	BaseContext                                                   func(any) context.Context
	active                                                        int
	closed                                                        bool
	hooks                                                         []func()
}

type opError struct{ text string }

func (e *opError) Error() string { return e.text }

func (s *Server) ListenAndServe() error {
	if err := s.bind(); err != nil {
		return err
	}
	park(s)
	return ErrServerClosed
}
func (s *Server) bind() error {
	if s.closed {
		return ErrServerClosed
	}
	addr := s.Addr
	if addr == "" {
		addr = ":http"
	}
	i := strings.LastIndex(addr, ":")
	if i < 0 {
		return &opError{"listen tcp: address " + addr + ": missing port in address"}
	}
	host, name := addr[:i], addr[i+1:]
	if name == "http" || name == "" {
		name = "80"
	}
	port, err := strconv.Atoi(name)
	if err != nil {
		return &opError{"listen tcp: lookup tcp/" + name + ": unknown port"}
	}
	if port < 0 || port > 65535 {
		return &opError{"listen tcp: address " + name + ": invalid port"}
	}
	if why := listen(s, host, port); why != "" {
		return &opError{"listen tcp " + addr + ": bind: " + why}
	}
	return nil
}
func (s *Server) ListenAndServeTLS(cert, key string) error {
	if _, err := os.ReadFile(cert); err != nil {
		return err
	}
	return s.ListenAndServe()
}
func (s *Server) RegisterOnShutdown(f func()) { s.hooks = append(s.hooks, f) }
func (s *Server) SetKeepAlivesEnabled(v bool) {}
func (s *Server) Close() error {
	s.closed = true
	closeServer(s)
	return nil
}
func (s *Server) Shutdown(ctx context.Context) error {
	s.closed = true
	for _, f := range s.hooks {
		go f()
	}
	closeServer(s)
	for s.active > 0 {
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

func ListenAndServe(addr string, handler Handler) error {
	s := &Server{Addr: addr, Handler: handler}
	return s.ListenAndServe()
}
func ListenAndServeTLS(addr, cert, key string, handler Handler) error {
	s := &Server{Addr: addr, Handler: handler}
	return s.ListenAndServeTLS(cert, key)
}

type Response struct {
	Status        string
	StatusCode    int
	Proto         string
	Header        Header
	Body          io.ReadCloser
	ContentLength int64
	Request       *Request
}
type RoundTripper interface {
	RoundTrip(*Request) (*Response, error)
}
type Transport struct {
	MaxIdleConns, MaxIdleConnsPerHost, MaxConnsPerHost                        int
	IdleConnTimeout, TLSHandshakeTimeout, ResponseHeaderTimeout, ExpectContinueTimeout time.Duration
	DisableKeepAlives                                                         bool
}

func (t *Transport) RoundTrip(r *Request) (*Response, error) { return DefaultClient.Do(r) }

var DefaultTransport RoundTripper = &Transport{}

type Client struct {
	Transport     RoundTripper
	CheckRedirect func(req *Request, via []*Request) error
	Jar           any
	Timeout       time.Duration
}

var DefaultClient = &Client{}

func NewRequest(method, target string, b io.Reader) (*Request, error) {
	return NewRequestWithContext(context.Background(), method, target, b)
}
func NewRequestWithContext(ctx context.Context, method, target string, b io.Reader) (*Request, error) {
	u, err := url.Parse(target)
	if err != nil {
		return nil, err
	}
	if method == "" {
		method = "GET"
	}
	r := &Request{Method: method, URL: u, Proto: "HTTP/1.1", Header: Header{}, Host: u.Host, ctx: ctx}
	if b != nil {
		data, _ := io.ReadAll(b)
		r.Body = &body{text: string(data)}
		r.ContentLength = int64(len(data))
	}
	return r, nil
}

type timeoutError struct{ text string }

func (e *timeoutError) Error() string   { return e.text }
func (e *timeoutError) Timeout() bool   { return true }
func (e *timeoutError) Temporary() bool { return true }
func (e *timeoutError) Is(target error) bool { return target == context.DeadlineExceeded }

func (c *Client) Do(r *Request) (*Response, error) {
	op := r.Method[:1] + strings.ToLower(r.Method[1:])
	if r.URL.Scheme != "http" && r.URL.Scheme != "https" {
		return nil, &url.Error{Op: op, URL: r.URL.String(), Err: errors.New("unsupported protocol scheme " + strconv.Quote(r.URL.Scheme))}
	}
	port := 80
	if r.URL.Scheme == "https" {
		port = 443
	}
	if p := r.URL.Port(); p != "" {
		port, _ = strconv.Atoi(p)
	}
	if err := r.Context().Err(); err != nil {
		return nil, &url.Error{Op: op, URL: r.URL.String(), Err: err}
	}
	text := ""
	if r.Body != nil {
		data, _ := io.ReadAll(r.Body)
		text = string(data)
	}
	names, values := []string{}, []string{}
	for k, v := range r.Header {
		names = append(names, k)
		values = append(values, strings.Join(v, ", "))
	}
	if r.Header.Get("User-Agent") == "" {
		names = append(names, "User-Agent")
		values = append(values, "Go-http-client/1.1")
	}
	limit := c.Timeout
	byContext := false
	if d, ok := r.Context().Deadline(); ok {
		if left := time.Until(d); limit == 0 || left < limit {
			limit = left
			byContext = true
		}
	}
	status, out, hn, hv, why := request(r.Method, r.URL.Hostname(), port, r.URL.RequestURI(), text, names, values, int64(limit))
	if why == "timeout" && byContext {
		return nil, &url.Error{Op: op, URL: r.URL.String(), Err: context.DeadlineExceeded}
	}
	if why == "timeout" && limit == 0 {
		return nil, &url.Error{Op: op, URL: r.URL.String(), Err: &timeoutError{"dial tcp " + r.URL.Hostname() + ":" + strconv.Itoa(port) + ": i/o timeout"}}
	}
	if why == "timeout" {
		return nil, &url.Error{Op: op, URL: r.URL.String(), Err: &timeoutError{"context deadline exceeded (Client.Timeout exceeded while awaiting headers)"}}
	}
	if why == "EOF" {
		return nil, &url.Error{Op: op, URL: r.URL.String(), Err: io.EOF}
	}
	if why != "" {
		return nil, &url.Error{Op: op, URL: r.URL.String(), Err: errors.New(why)}
	}
	h := Header{}
	for i, k := range hn {
		h.Add(k, hv[i])
	}
	if to := h.Get("Location"); to != "" && status >= 301 && status <= 308 && status != 304 && c.CheckRedirect == nil {
		if strings.HasPrefix(to, "/") {
			to = r.URL.Scheme + "://" + r.URL.Host + to
		}
		next, err := NewRequestWithContext(r.Context(), "GET", to, nil)
		if err == nil && len(r.values) < 10 {
			next.values = map[string]string{}
			for k := range r.values {
				next.SetPathValue(k, "")
			}
			next.SetPathValue(strconv.Itoa(len(r.values)), "")
			return c.Do(next)
		}
	}
	return &Response{Status: strconv.Itoa(status) + " " + StatusText(status), StatusCode: status, Proto: "HTTP/1.1", Header: h, Body: &body{text: out}, ContentLength: int64(len(out)), Request: r}, nil
}
func (c *Client) Get(target string) (*Response, error) {
	r, err := NewRequest("GET", target, nil)
	if err != nil {
		return nil, err
	}
	return c.Do(r)
}
func (c *Client) Head(target string) (*Response, error) {
	r, err := NewRequest("HEAD", target, nil)
	if err != nil {
		return nil, err
	}
	return c.Do(r)
}
func (c *Client) Post(target, contentType string, b io.Reader) (*Response, error) {
	r, err := NewRequest("POST", target, b)
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", contentType)
	return c.Do(r)
}
func (c *Client) PostForm(target string, data url.Values) (*Response, error) {
	return c.Post(target, "application/x-www-form-urlencoded", strings.NewReader(data.Encode()))
}
func (c *Client) CloseIdleConnections() {}
func Get(target string) (*Response, error)  { return DefaultClient.Get(target) }
func Head(target string) (*Response, error) { return DefaultClient.Head(target) }
func Post(target, contentType string, b io.Reader) (*Response, error) {
	return DefaultClient.Post(target, contentType, b)
}
func PostForm(target string, data url.Values) (*Response, error) { return DefaultClient.PostForm(target, data) }
func DetectContentType(data []byte) string                      { return typeOf("", string(data)) }
