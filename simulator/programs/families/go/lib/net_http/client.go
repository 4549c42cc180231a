package http

import (
	"context"
	"errors"
	"io"
	"net/url"
	"strconv"
	"strings"
	"time"
)

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
