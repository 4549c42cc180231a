package middleware

import (
	"context"
	"fmt"
	"io"
	"log"
	"net/http"
	"os"
	"runtime/debug"
	"strings"
	"time"
)

type key struct{ name string }

var RequestIDKey = &key{"RequestID"}
var LogEntryCtxKey = &key{"LogEntry"}
var RequestIDHeader = "X-Request-Id"
var count = 0
var host, _ = os.Hostname()

type WrapResponseWriter interface {
	http.ResponseWriter
	Status() int
	BytesWritten() int
	Unwrap() http.ResponseWriter
}
type wrapped struct {
	http.ResponseWriter
	status, bytes int
}

func NewWrapResponseWriter(w http.ResponseWriter, major int) WrapResponseWriter {
	return &wrapped{ResponseWriter: w}
}
func (w *wrapped) WriteHeader(code int) {
	if w.status == 0 {
		w.status = code
	}
	w.ResponseWriter.WriteHeader(code)
}
func (w *wrapped) Write(b []byte) (int, error) {
	if w.status == 0 {
		w.status = 200
	}
	w.bytes += len(b)
	return w.ResponseWriter.Write(b)
}
func (w *wrapped) Status() int                 { return w.status }
func (w *wrapped) BytesWritten() int           { return w.bytes }
func (w *wrapped) Unwrap() http.ResponseWriter { return w.ResponseWriter }
func (w *wrapped) Flush()                      {}

type LoggerInterface interface{ Print(v ...interface{}) }
type LogFormatter interface {
	NewLogEntry(r *http.Request) LogEntry
}
type LogEntry interface {
	Write(status, bytes int, header http.Header, elapsed time.Duration, extra interface{})
	Panic(v interface{}, stack []byte)
}
type DefaultLogFormatter struct {
	Logger  LoggerInterface
	NoColor bool
}
type entry struct {
	f    *DefaultLogFormatter
	r    *http.Request
	head string
}

func (f *DefaultLogFormatter) NewLogEntry(r *http.Request) LogEntry {
	head := ""
	if id := GetReqID(r.Context()); id != "" {
		head = "[" + id + "] "
	}
	return &entry{f, r, head + fmt.Sprintf("\"%s http://%s%s %s\" from %s - ", r.Method, r.Host, r.RequestURI, r.Proto, r.RemoteAddr)}
}
func (e *entry) Write(status, bytes int, header http.Header, elapsed time.Duration, extra interface{}) {
	e.f.Logger.Print(e.head + fmt.Sprintf("%03d %dB in %s", status, bytes, elapsed))
}
func (e *entry) Panic(v interface{}, stack []byte) {}

// Simplified: The log lines of chi's middleware have no colours, as where the output is no terminal.
var DefaultLogger = RequestLogger(&DefaultLogFormatter{Logger: log.New(os.Stdout, "", log.LstdFlags), NoColor: true})

func Logger(next http.Handler) http.Handler { return DefaultLogger(next) }
func RequestLogger(f LogFormatter) func(next http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			e := f.NewLogEntry(r)
			ww := NewWrapResponseWriter(w, 1)
			began := time.Now()
			defer func() {
				e.Write(ww.Status(), ww.BytesWritten(), ww.Header(), time.Since(began), nil)
			}()
			next.ServeHTTP(ww, WithLogEntry(r, e))
		})
	}
}
func WithLogEntry(r *http.Request, e LogEntry) *http.Request {
	return r.WithContext(context.WithValue(r.Context(), LogEntryCtxKey, e))
}
func Recoverer(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			if rvr := recover(); rvr != nil {
				if rvr == http.ErrAbortHandler {
					panic(rvr)
				}
				PrintPrettyStack(rvr)
				if r.Header.Get("Connection") != "Upgrade" {
					w.WriteHeader(500)
				}
			}
		}()
		next.ServeHTTP(w, r)
	})
}
func PrintPrettyStack(rvr interface{}) {
	fmt.Fprintf(os.Stderr, "\n panic: %v\n\n%s", rvr, debug.Stack())
}
func RequestID(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := r.Header.Get(RequestIDHeader)
		if id == "" {
			count++
			id = fmt.Sprintf("%s/%s-%06d", host, "vKmCT0Y2Jd", count)
		}
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), RequestIDKey, id)))
	})
}
func GetReqID(ctx context.Context) string {
	id, _ := ctx.Value(RequestIDKey).(string)
	return id
}
func RealIP(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ip := r.Header.Get("X-Real-Ip"); ip != "" {
			r.RemoteAddr = ip
		} else if ip := r.Header.Get("X-Forwarded-For"); ip != "" {
			r.RemoteAddr, _, _ = strings.Cut(ip, ",")
		}
		next.ServeHTTP(w, r)
	})
}
func Timeout(d time.Duration) func(next http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			ctx, cancel := context.WithTimeout(r.Context(), d)
			defer func() {
				cancel()
				if ctx.Err() == context.DeadlineExceeded {
					w.WriteHeader(504)
				}
			}()
			next.ServeHTTP(w, r.WithContext(ctx))
		})
	}
}
func Heartbeat(endpoint string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if (r.Method == "GET" || r.Method == "HEAD") && strings.EqualFold(r.URL.Path, endpoint) {
				w.Header().Set("Content-Type", "text/plain")
				w.WriteHeader(200)
				w.Write([]byte("."))
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
func BasicAuth(realm string, creds map[string]string) func(next http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			user, pass, ok := r.BasicAuth()
			if want, known := creds[user]; !ok || !known || want != pass {
				w.Header().Add("WWW-Authenticate", fmt.Sprintf("Basic realm=\"%s\"", realm))
				w.WriteHeader(401)
				return
			}
			next.ServeHTTP(w, r)
		})
	}
}
func SetHeader(k, v string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set(k, v)
			next.ServeHTTP(w, r)
		})
	}
}
func AllowContentType(kinds ...string) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			kind, _, _ := strings.Cut(r.Header.Get("Content-Type"), ";")
			for _, one := range kinds {
				if r.ContentLength == 0 || strings.EqualFold(strings.TrimSpace(kind), one) {
					next.ServeHTTP(w, r)
					return
				}
			}
			w.WriteHeader(415)
		})
	}
}
func StripSlashes(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if p := r.URL.Path; len(p) > 1 && p[len(p)-1] == '/' {
			r.URL.Path = p[:len(p)-1]
		}
		next.ServeHTTP(w, r)
	})
}
func CleanPath(next http.Handler) http.Handler { return next }
func NoCache(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Expires", "Thu, 01 Jan 1970 00:00:00 UTC")
		w.Header().Set("Cache-Control", "no-cache, no-store, no-transform, must-revalidate, private, max-age=0")
		w.Header().Set("Pragma", "no-cache")
		w.Header().Set("X-Accel-Expires", "0")
		next.ServeHTTP(w, r)
	})
}

// Simplified: Answers of Go programs are not compressed by chi's middleware.
func Compress(level int, types ...string) func(next http.Handler) http.Handler {
	return func(next http.Handler) http.Handler { return next }
}
func Throttle(limit int) func(http.Handler) http.Handler {
	turns := make(chan struct{}, limit)
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			turns <- struct{}{}
			defer func() { <-turns }()
			next.ServeHTTP(w, r)
		})
	}
}

var discard = io.Discard
