package handlers

import (
	"fmt"
	"internal/cors"
	"io"
	"log"
	"net/http"
	"strconv"
	"strings"
	"time"
)

type CORSOption func(*cors.Options) error

func AllowedOrigins(list []string) CORSOption {
	return func(o *cors.Options) error { o.AllowedOrigins = list; return nil }
}
func AllowedMethods(list []string) CORSOption {
	return func(o *cors.Options) error { o.AllowedMethods = list; return nil }
}
func AllowedHeaders(list []string) CORSOption {
	return func(o *cors.Options) error { o.AllowedHeaders = list; return nil }
}
func ExposedHeaders(list []string) CORSOption {
	return func(o *cors.Options) error { o.ExposedHeaders = list; return nil }
}
func AllowCredentials() CORSOption {
	return func(o *cors.Options) error { o.AllowCredentials = true; return nil }
}
func MaxAge(n int) CORSOption {
	return func(o *cors.Options) error { o.MaxAge = n; return nil }
}
func CORS(opts ...CORSOption) func(http.Handler) http.Handler {
	o := &cors.Options{Status: 200}
	for _, one := range opts {
		one(o)
	}
	return o.Handler
}

type counted struct {
	http.ResponseWriter
	status, size int
}

func (c *counted) WriteHeader(code int) { c.status = code; c.ResponseWriter.WriteHeader(code) }
func (c *counted) Write(b []byte) (int, error) {
	c.size += len(b)
	return c.ResponseWriter.Write(b)
}
func logged(out io.Writer, next http.Handler, combined bool) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		c := &counted{w, 200, 0}
		at := time.Now()
		uri := r.RequestURI
		next.ServeHTTP(c, r)
		host, _, _ := strings.Cut(r.RemoteAddr, ":")
		line := fmt.Sprintf("%s - - [%s] \"%s %s %s\" %d %d", host, at.Format("02/Jan/2006:15:04:05 -0700"), r.Method, uri, r.Proto, c.status, c.size)
		if combined {
			line += " " + strconv.Quote(r.Referer()) + " " + strconv.Quote(r.UserAgent())
		}
		io.WriteString(out, line+"\n")
	})
}
func LoggingHandler(out io.Writer, h http.Handler) http.Handler         { return logged(out, h, false) }
func CombinedLoggingHandler(out io.Writer, h http.Handler) http.Handler { return logged(out, h, true) }

type RecoveryOption func(*bool)

func PrintRecoveryStack(print bool) RecoveryOption { return func(b *bool) { *b = print } }
func RecoveryHandler(opts ...RecoveryOption) func(http.Handler) http.Handler {
	return func(next http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			defer func() {
				if err := recover(); err != nil {
					w.WriteHeader(500)
					log.Println(err)
				}
			}()
			next.ServeHTTP(w, r)
		})
	}
}
func CompressHandler(h http.Handler) http.Handler { return h }
func ProxyHeaders(h http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if ip := r.Header.Get("X-Forwarded-For"); ip != "" {
			r.RemoteAddr, _, _ = strings.Cut(ip, ",")
		}
		h.ServeHTTP(w, r)
	})
}
