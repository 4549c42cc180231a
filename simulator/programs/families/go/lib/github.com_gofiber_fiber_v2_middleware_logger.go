package logger

import (
	"fmt"
	"io"
	"os"
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
)

type Config struct {
	Next                            func(c *fiber.Ctx) bool
	Format, TimeFormat, TimeZone    string
	Output                          io.Writer
	DisableColors                   bool
}

var ConfigDefault = Config{Format: "[${time}] ${status} - ${latency} ${method} ${path}\n", TimeFormat: "15:04:05", TimeZone: "Local"}

func New(config ...Config) fiber.Handler {
	c := ConfigDefault
	if len(config) > 0 {
		c = config[0]
		if c.Format == "" {
			c.Format = "${time} | ${status} | ${latency} | ${ip} | ${method} | ${path} | ${error}\n"
		}
		if c.TimeFormat == "" {
			c.TimeFormat = "15:04:05"
		}
	} else {
		c.Format = "${time} | ${status} | ${latency} | ${ip} | ${method} | ${path} | ${error}\n"
	}
	var out io.Writer = os.Stdout
	if c.Output != nil {
		out = c.Output
	}
	return func(x *fiber.Ctx) error {
		if c.Next != nil && c.Next(x) {
			return x.Next()
		}
		began := time.Now()
		err := x.Next()
		wrong := "-"
		if err != nil {
			wrong = err.Error()
			x.App().config.ErrorHandler(x, err)
		}
		io.WriteString(out, strings.NewReplacer("${time}", time.Now().Format(c.TimeFormat), "${status}", fmt.Sprintf("%3d", x.Response().StatusCode()), "${latency}", fmt.Sprintf("%13v", time.Since(began)), "${ip}", fmt.Sprintf("%15s", x.IP()), "${method}", fmt.Sprintf("%-7s", x.Method()), "${path}", x.Path(), "${url}", x.OriginalURL(), "${error}", wrong, "${pid}", strconv.Itoa(os.Getpid()), "${port}", "0").Replace(c.Format))
		return nil
	}
}
