package http

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"log"
	"net/url"
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
