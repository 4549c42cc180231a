package cors

import (
	"internal/cors"
	"net/http"
)

type Options struct {
	AllowedOrigins, AllowedMethods, AllowedHeaders, ExposedHeaders []string
	AllowCredentials, OptionsPassthrough, Debug                    bool
	AllowPrivateNetwork                                            bool
	MaxAge, OptionsSuccessStatus                                   int
	AllowOriginFunc                                                func(origin string) bool
}
type Cors struct{ o *cors.Options }

func New(o Options) *Cors {
	return &Cors{&cors.Options{AllowedOrigins: o.AllowedOrigins, AllowedMethods: o.AllowedMethods, AllowedHeaders: o.AllowedHeaders, ExposedHeaders: o.ExposedHeaders, AllowCredentials: o.AllowCredentials, OptionsPassthrough: o.OptionsPassthrough, MaxAge: o.MaxAge, AllowOriginFunc: o.AllowOriginFunc, Status: o.OptionsSuccessStatus}}
}
func Default() *Cors { return New(Options{}) }
func AllowAll() *Cors {
	return New(Options{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"HEAD", "GET", "POST", "PUT", "PATCH", "DELETE"}, AllowedHeaders: []string{"*"}})
}
func (c *Cors) Handler(h http.Handler) http.Handler { return c.o.Handler(h) }
