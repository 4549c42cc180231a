package http

import (
	"context"
	"log"
	"os"
	"strconv"
	"strings"
	"time"
)

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
