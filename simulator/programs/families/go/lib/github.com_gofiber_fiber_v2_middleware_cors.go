package cors

import (
	"internal/cors"
	"strings"

	"github.com/gofiber/fiber/v2"
)

type Config struct {
	Next                                                          func(c *fiber.Ctx) bool
	AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders       string
	AllowCredentials                                              bool
	AllowOriginsFunc                                              func(origin string) bool
	MaxAge                                                        int
}

func list(text, def string) []string {
	if text == "" {
		text = def
	}
	found := []string{}
	for _, one := range strings.Split(text, ",") {
		if one = strings.TrimSpace(one); one != "" {
			found = append(found, one)
		}
	}
	return found
}
func New(config ...Config) fiber.Handler {
	c := Config{}
	if len(config) > 0 {
		c = config[0]
	}
	if c.AllowCredentials && (c.AllowOrigins == "" || c.AllowOrigins == "*") {
		panic("[CORS] Insecure setup, 'AllowCredentials' is set to true, and 'AllowOrigins' is set to a wildcard.")
	}
	o := &cors.Options{AllowedOrigins: list(c.AllowOrigins, "*"), AllowedMethods: list(c.AllowMethods, "GET,POST,HEAD,PUT,DELETE,PATCH"), AllowedHeaders: list(c.AllowHeaders, ""), ExposedHeaders: list(c.ExposeHeaders, ""), AllowCredentials: c.AllowCredentials, AllowOriginFunc: c.AllowOriginsFunc, MaxAge: c.MaxAge}
	return func(x *fiber.Ctx) error {
		if x.Get("Origin") != "" && o.Apply(x.w, x.r) {
			x.Status(204)
			return nil
		}
		return x.Next()
	}
}
