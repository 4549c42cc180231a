package cors

import (
	"internal/cors"
	"net/http"
)

type Options struct {
	AllowedOrigins, AllowedMethods, AllowedHeaders, ExposedHeaders []string
	AllowCredentials, OptionsPassthrough, Debug                    bool
	MaxAge                                                         int
	AllowOriginFunc                                                func(r *http.Request, origin string) bool
}

func Handler(o Options) func(next http.Handler) http.Handler {
	made := &cors.Options{AllowedOrigins: o.AllowedOrigins, AllowedMethods: o.AllowedMethods, AllowedHeaders: o.AllowedHeaders, ExposedHeaders: o.ExposedHeaders, AllowCredentials: o.AllowCredentials, OptionsPassthrough: o.OptionsPassthrough, MaxAge: o.MaxAge, Status: 200}
	return made.Handler
}
func AllowAll() func(next http.Handler) http.Handler {
	return Handler(Options{AllowedOrigins: []string{"*"}, AllowedMethods: []string{"HEAD", "GET", "POST", "PUT", "PATCH", "DELETE"}, AllowedHeaders: []string{"*"}})
}
