package recover

import (
	"fmt"
	"os"
	"runtime/debug"

	"github.com/gofiber/fiber/v2"
)

type Config struct {
	EnableStackTrace  bool
	StackTraceHandler func(c *fiber.Ctx, e interface{})
}

func New(config ...Config) fiber.Handler {
	trace := len(config) > 0 && config[0].EnableStackTrace
	return func(c *fiber.Ctx) (err error) {
		defer func() {
			if r := recover(); r != nil {
				if trace {
					fmt.Fprintf(os.Stderr, "panic: %v\n%s\n", r, debug.Stack())
				}
				var ok bool
				if err, ok = r.(error); !ok {
					err = fmt.Errorf("%v", r)
				}
			}
		}()
		return c.Next()
	}
}
