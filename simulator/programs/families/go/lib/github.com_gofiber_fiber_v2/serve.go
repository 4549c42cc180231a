package fiber

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

type writer struct {
	http.ResponseWriter
	a *answer
}

func match(pattern, path string, use bool) (bool, []string, []string) {
	want, got := strings.Split(strings.Trim(pattern, "/"), "/"), strings.Split(strings.Trim(path, "/"), "/")
	names, values := []string{}, []string{}
	if strings.Trim(pattern, "/") == "" {
		return use || strings.Trim(path, "/") == "", names, values
	}
	for i, w := range want {
		if strings.HasPrefix(w, "*") || strings.HasPrefix(w, "+") {
			rest := ""
			if i < len(got) {
				rest = strings.Join(got[i:], "/")
			}
			return w[0] == '*' || rest != "", append(names, w[:1]), append(values, rest)
		}
		if strings.HasPrefix(w, ":") {
			name := w[1:]
			if strings.HasSuffix(name, "?") {
				name = name[:len(name)-1]
				if i >= len(got) {
					return true, append(names, name), append(values, "")
				}
			}
			if i >= len(got) || got[i] == "" {
				return false, nil, nil
			}
			value, _ := url.PathUnescape(got[i])
			names, values = append(names, name), append(values, value)
			continue
		}
		if i >= len(got) || !strings.EqualFold(w, got[i]) {
			return false, nil, nil
		}
	}
	return use || len(want) == len(got), names, values
}
func (c *Ctx) Next() error {
	for c.at < len(c.app.routes) {
		one := c.app.routes[c.at]
		c.at++
		if one.method != "" && one.method != c.r.Method && !(one.method == "GET" && c.r.Method == "HEAD") {
			continue
		}
		ok, names, values := match(one.path, c.r.URL.Path, one.use)
		if !ok {
			continue
		}
		c.names, c.values, c.path = names, values, one.path
		return one.h(c)
	}
	allowed := []string{}
	for _, one := range c.app.routes {
		if ok, _, _ := match(one.path, c.r.URL.Path, false); ok && !one.use && one.method != "" {
			allowed = append(allowed, one.method)
		}
	}
	if len(allowed) > 0 {
		c.Set("Allow", strings.Join(allowed, ", "))
		return ErrMethodNotAllowed
	}
	return NewError(404, "Cannot "+c.r.Method+" "+c.r.URL.Path)
}
func (a *App) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	inner := &writer{w, &answer{}}
	c := &Ctx{r: r, w: inner, app: a, status: 200}
	if err := c.Next(); err != nil {
		if failed := a.config.ErrorHandler(c, err); failed != nil {
			c.SendStatus(500)
		}
	}
	w.WriteHeader(c.status)
	w.Write(inner.a.text)
}
func centre(text string) string {
	left := (49 - len([]rune(text))) / 2
	return " │ " + strings.Repeat(" ", left) + text + strings.Repeat(" ", 49-left-len([]rune(text))) + " │ \n"
}
func dots(name, value string) string {
	return name + " " + strings.Repeat(".", 23-2-len(name)-len(value)) + " " + value
}
func (a *App) Listen(addr string) error {
	if !strings.Contains(addr, ":") {
		addr = ":" + addr
	}
	host, port, _ := strings.Cut(addr, ":")
	if host == "" {
		host = "0.0.0.0"
	}
	a.server = &http.Server{Addr: addr, Handler: a}
	if err := a.server.bind(); err != nil {
		return errors.New("failed to listen: " + strings.Replace(err.Error(), "listen tcp", "listen tcp4", 1))
	}
	if !a.config.DisableStartupMessage {
		name := "Fiber v" + Version
		fmt.Print("\n ┌───────────────────────────────────────────────────┐ \n")
		if a.config.AppName != "" {
			fmt.Print(centre(a.config.AppName))
		}
		fmt.Print(centre(name) + centre("http://127.0.0.1:"+port) + centre("(bound on host "+host+" and port "+port+")") + centre(""))
		fmt.Print(" │ " + dots("Handlers", strconv.Itoa(a.count)) + "  " + dots("Processes", "1") + "  │ \n")
		fmt.Print(" │ " + dots("Prefork", "Disabled") + "  " + dots("PID", strconv.Itoa(os.Getpid())) + "  │ \n")
		fmt.Print(" └───────────────────────────────────────────────────┘ \n\n")
	}
	http.park(a.server)
	return nil
}
func (a *App) Shutdown() error                                  { return a.server.Shutdown(context.Background()) }
func (a *App) ShutdownWithTimeout(d time.Duration) error        { return a.Shutdown() }
func (a *App) ShutdownWithContext(ctx context.Context) error    { return a.server.Shutdown(ctx) }
func (a *App) Handler() http.Handler                            { return a }
