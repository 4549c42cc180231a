package echo

import (
	"encoding/json"
	"errors"
	"fmt"
	"internal/binding"
	"io"
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
