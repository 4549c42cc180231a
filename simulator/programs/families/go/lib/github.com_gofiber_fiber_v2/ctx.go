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
