package httptest

import (
	"bytes"
	"io"
	"net/http"
	"net/url"
	"strings"
)

type ResponseRecorder struct {
	Code      int
	HeaderMap http.Header
	Body      *bytes.Buffer
	Flushed   bool
	wrote     bool
}

func NewRecorder() *ResponseRecorder {
	return &ResponseRecorder{Code: 200, HeaderMap: http.Header{}, Body: bytes.NewBufferString("")}
}
func (w *ResponseRecorder) Header() http.Header { return w.HeaderMap }
func (w *ResponseRecorder) WriteHeader(code int) {
	if !w.wrote {
		w.Code, w.wrote = code, true
	}
}
func (w *ResponseRecorder) Write(b []byte) (int, error) {
	w.wrote = true
	return w.Body.Write(b)
}
func (w *ResponseRecorder) WriteString(s string) (int, error) { return w.Write([]byte(s)) }
func (w *ResponseRecorder) Flush()                            { w.Flushed = true }
func (w *ResponseRecorder) Result() *http.Response {
	return &http.Response{StatusCode: w.Code, Header: w.HeaderMap, Body: io.NopCloser(strings.NewReader(w.Body.String()))}
}
func NewRequest(method, target string, body io.Reader) *http.Request {
	u, err := url.Parse(target)
	if err != nil {
		panic("invalid NewRequest arguments; " + err.Error())
	}
	r, _ := http.NewRequest(method, target, body)
	r.Host, r.RemoteAddr, r.RequestURI = "example.com", "192.0.2.1:1234", u.RequestURI()
	if r.Body == nil {
		r.Body = http.NoBody
	}
	return r
}
