package middleware

import (
	"encoding/json"
	"fmt"
	"internal/cors"
	"os"
	"runtime/debug"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/labstack/echo/v4"
)

type Skipper func(c echo.Context) bool

func DefaultSkipper(echo.Context) bool { return false }

type LoggerConfig struct {
	Skipper          Skipper
	Format           string
	CustomTimeFormat string
	Output           any
}

var DefaultLoggerConfig = LoggerConfig{Format: `{"time":"${time_rfc3339_nano}","id":"${id}","remote_ip":"${remote_ip}",` +
	`"host":"${host}","method":"${method}","uri":"${uri}","user_agent":"${user_agent}",` +
	`"status":${status},"error":"${error}","latency":${latency},"latency_human":"${latency_human}"` +
	`,"bytes_in":${bytes_in},"bytes_out":${bytes_out}}` + "\n", CustomTimeFormat: "2006-01-02 15:04:05.00000"}

func Logger() echo.MiddlewareFunc { return LoggerWithConfig(DefaultLoggerConfig) }
func LoggerWithConfig(config LoggerConfig) echo.MiddlewareFunc {
	if config.Format == "" {
		config.Format = DefaultLoggerConfig.Format
	}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if config.Skipper != nil && config.Skipper(c) {
				return next(c)
			}
			r := c.Request()
			began := time.Now()
			err := next(c)
			if err != nil {
				c.Error(err)
			}
			w := c.Response()
			took := time.Since(began)
			id := r.Header.Get(echo.HeaderXRequestID)
			if id == "" {
				id = w.Header().Get(echo.HeaderXRequestID)
			}
			wrong := ""
			if err != nil {
				b, _ := json.Marshal(err.Error())
				wrong = string(b[1 : len(b)-1])
			}
			path := r.URL.Path
			if path == "" {
				path = "/"
			}
			now := time.Now()
			fmt.Fprint(os.Stdout, strings.NewReplacer("${time_rfc3339_nano}", now.Format(time.RFC3339Nano), "${time_rfc3339}", now.Format(time.RFC3339), "${time_unix}", strconv.FormatInt(now.Unix(), 10), "${time_custom}", now.Format(config.CustomTimeFormat), "${id}", id, "${remote_ip}", c.RealIP(), "${host}", r.Host, "${uri}", r.RequestURI, "${method}", r.Method, "${path}", path, "${route}", c.Path(), "${protocol}", r.Proto, "${referer}", r.Referer(), "${user_agent}", r.UserAgent(), "${status}", strconv.Itoa(w.Status), "${error}", wrong, "${latency}", strconv.FormatInt(int64(took), 10), "${latency_human}", took.String(), "${bytes_in}", strconv.FormatInt(r.ContentLength, 10), "${bytes_out}", strconv.FormatInt(w.Size, 10)).Replace(config.Format))
			return nil
		}
	}
}

type RequestLoggerValues struct {
	StartTime                                                        time.Time
	Latency                                                          time.Duration
	Protocol, RemoteIP, Host, Method, URI, URIPath, RoutePath, RequestID, Referer, UserAgent string
	Status                                                           int
	Error                                                            error
	ResponseSize                                                     int64
}
type RequestLoggerConfig struct {
	Skipper       Skipper
	LogValuesFunc func(c echo.Context, v RequestLoggerValues) error
	HandleError   bool
	LogLatency, LogProtocol, LogRemoteIP, LogHost, LogMethod, LogURI, LogURIPath, LogRoutePath, LogRequestID, LogReferer, LogUserAgent, LogStatus, LogError, LogContentLength, LogResponseSize bool
}

func RequestLoggerWithConfig(config RequestLoggerConfig) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			r := c.Request()
			began := time.Now()
			err := next(c)
			if err != nil && config.HandleError {
				c.Error(err)
			}
			v := RequestLoggerValues{StartTime: began, Latency: time.Since(began), Protocol: r.Proto, RemoteIP: c.RealIP(), Host: r.Host, Method: r.Method, URI: r.RequestURI, URIPath: r.URL.Path, RoutePath: c.Path(), UserAgent: r.UserAgent(), Status: c.Response().Status, Error: err, ResponseSize: c.Response().Size}
			if err != nil && !config.HandleError {
				if he, ok := err.(*echo.HTTPError); ok {
					v.Status = he.Code
				}
			}
			if failed := config.LogValuesFunc(c, v); failed != nil {
				return failed
			}
			return err
		}
	}
}

type RecoverConfig struct {
	Skipper         Skipper
	StackSize       int
	DisableStackAll, DisablePrintStack bool
	LogLevel        uint8
}

func Recover() echo.MiddlewareFunc { return RecoverWithConfig(RecoverConfig{}) }
func RecoverWithConfig(config RecoverConfig) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) (returned error) {
			defer func() {
				if r := recover(); r != nil {
					err, ok := r.(error)
					if !ok {
						err = fmt.Errorf("%v", r)
					}
					if !config.DisablePrintStack {
						c.Logger().Print(fmt.Sprintf("[PANIC RECOVER] %v %s\n", err, debug.Stack()))
					}
					c.Error(err)
				}
			}()
			return next(c)
		}
	}
}

type CORSConfig struct {
	Skipper                                                    Skipper
	AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders    []string
	AllowOriginFunc                                            func(origin string) (bool, error)
	AllowCredentials                                           bool
	MaxAge                                                     int
}

var DefaultCORSConfig = CORSConfig{AllowOrigins: []string{"*"}, AllowMethods: []string{"GET", "HEAD", "PUT", "PATCH", "POST", "DELETE"}}

func CORS() echo.MiddlewareFunc { return CORSWithConfig(DefaultCORSConfig) }
func CORSWithConfig(config CORSConfig) echo.MiddlewareFunc {
	if len(config.AllowMethods) == 0 {
		config.AllowMethods = DefaultCORSConfig.AllowMethods
	}
	o := &cors.Options{AllowedOrigins: config.AllowOrigins, AllowedMethods: config.AllowMethods, AllowedHeaders: config.AllowHeaders, ExposedHeaders: config.ExposeHeaders, AllowCredentials: config.AllowCredentials, MaxAge: config.MaxAge}
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if o.Apply(c.Response(), c.Request()) {
				return c.NoContent(204)
			}
			return next(c)
		}
	}
}
func RequestID() echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			id := c.Request().Header.Get(echo.HeaderXRequestID)
			if id == "" {
				id = strings.ReplaceAll(uuid.NewString(), "-", "")
			}
			c.Response().Header().Set(echo.HeaderXRequestID, id)
			return next(c)
		}
	}
}
func plain(next echo.HandlerFunc) echo.HandlerFunc { return next }

// Simplified: echo's Gzip and limits of bodies let everything through as it is.
func Gzip() echo.MiddlewareFunc                  { return plain }
func BodyLimit(limit string) echo.MiddlewareFunc { return plain }
func Secure() echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			h := c.Response().Header()
			h.Set("X-XSS-Protection", "1; mode=block")
			h.Set("X-Content-Type-Options", "nosniff")
			h.Set("X-Frame-Options", "SAMEORIGIN")
			return next(c)
		}
	}
}

type BasicAuthValidator func(user, password string, c echo.Context) (bool, error)

func BasicAuth(fn BasicAuthValidator) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			if user, pass, ok := c.Request().BasicAuth(); ok {
				valid, err := fn(user, pass, c)
				if err != nil {
					return err
				}
				if valid {
					return next(c)
				}
			}
			c.Response().Header().Set("WWW-Authenticate", "basic realm=Restricted")
			return echo.ErrUnauthorized
		}
	}
}
func slashes(add bool) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			u := c.Request().URL
			if has := strings.HasSuffix(u.Path, "/"); add && !has {
				u.Path += "/"
			} else if !add && has && len(u.Path) > 1 {
				u.Path = strings.TrimRight(u.Path, "/")
			}
			return next(c)
		}
	}
}
func AddTrailingSlash() echo.MiddlewareFunc    { return slashes(true) }
func RemoveTrailingSlash() echo.MiddlewareFunc { return slashes(false) }
func Static(root string) echo.MiddlewareFunc {
	return func(next echo.HandlerFunc) echo.HandlerFunc {
		return func(c echo.Context) error {
			name := root + "/" + strings.Trim(c.Request().URL.Path, "/")
			info, err := os.Stat(name)
			if err == nil && info.IsDir() {
				name = strings.TrimSuffix(name, "/") + "/index.html"
				_, err = os.Stat(name)
			}
			if err != nil {
				return next(c)
			}
			return c.File(name)
		}
	}
}

type TimeoutConfig struct {
	Timeout      time.Duration
	ErrorMessage string
}

func TimeoutWithConfig(config TimeoutConfig) echo.MiddlewareFunc   { return plain }
func ContextTimeout(timeout time.Duration) echo.MiddlewareFunc     { return plain }
