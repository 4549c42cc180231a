package cors

import (
	"internal/cors"
	"time"

	"github.com/gin-gonic/gin"
)

type Config struct {
	AllowAllOrigins, AllowCredentials, AllowWildcard, AllowWebSockets, AllowFiles bool
	AllowOrigins, AllowMethods, AllowHeaders, ExposeHeaders                       []string
	AllowOriginFunc                                                               func(origin string) bool
	MaxAge                                                                        time.Duration
}

func DefaultConfig() Config {
	return Config{AllowMethods: []string{"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"}, AllowHeaders: []string{"Origin", "Content-Length", "Content-Type"}, MaxAge: 12 * time.Hour}
}
func Default() gin.HandlerFunc {
	c := DefaultConfig()
	c.AllowAllOrigins = true
	return New(c)
}
func (c *Config) AddAllowHeaders(h ...string)  { c.AllowHeaders = append(c.AllowHeaders, h...) }
func (c *Config) AddAllowMethods(m ...string)  { c.AllowMethods = append(c.AllowMethods, m...) }
func (c *Config) AddExposeHeaders(h ...string) { c.ExposeHeaders = append(c.ExposeHeaders, h...) }
func New(c Config) gin.HandlerFunc {
	if !c.AllowAllOrigins && c.AllowOriginFunc == nil && len(c.AllowOrigins) == 0 {
		panic("conflict settings: all origins disabled")
	}
	o := &cors.Options{AllowedOrigins: c.AllowOrigins, AllowedMethods: c.AllowMethods, AllowedHeaders: c.AllowHeaders, ExposedHeaders: c.ExposeHeaders, AllowCredentials: c.AllowCredentials, AllowOriginFunc: c.AllowOriginFunc, MaxAge: int(c.MaxAge.Seconds())}
	if c.AllowAllOrigins {
		o.AllowedOrigins = []string{"*"}
	}
	return func(g *gin.Context) {
		if g.Request.Header.Get("Origin") == "" {
			return
		}
		if o.Apply(g.Writer, g.Request) {
			g.AbortWithStatus(204)
		}
	}
}
