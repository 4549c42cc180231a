package cors

import (
	"net/http"
	"strconv"
	"strings"
)

// Options of the packages that answer for other origins, under the names of rs/cors.
type Options struct {
	AllowedOrigins, AllowedMethods, AllowedHeaders, ExposedHeaders []string
	AllowCredentials, OptionsPassthrough, Debug                    bool
	MaxAge                                                         int
	AllowOriginFunc                                                func(origin string) bool
	Status                                                         int
}

func (o *Options) allows(origin string) bool {
	if o.AllowOriginFunc != nil {
		return o.AllowOriginFunc(origin)
	}
	for _, one := range o.AllowedOrigins {
		if one == "*" || one == origin {
			return true
		}
		if before, after, ok := strings.Cut(one, "*"); ok && strings.HasPrefix(origin, before) && strings.HasSuffix(origin, after) {
			return true
		}
	}
	return len(o.AllowedOrigins) == 0
}
func (o *Options) any() bool {
	for _, one := range o.AllowedOrigins {
		if one == "*" {
			return true
		}
	}
	return len(o.AllowedOrigins) == 0 && o.AllowOriginFunc == nil
}

// Apply writes the headers of an answer; true when the request was only asked in advance.
func (o *Options) Apply(w http.ResponseWriter, r *http.Request) bool {
	h := w.Header()
	origin := r.Header.Get("Origin")
	before := r.Method == "OPTIONS" && r.Header.Get("Access-Control-Request-Method") != ""
	if before {
		h.Add("Vary", "Origin")
		h.Add("Vary", "Access-Control-Request-Method")
		h.Add("Vary", "Access-Control-Request-Headers")
	} else {
		h.Add("Vary", "Origin")
	}
	if origin == "" || !o.allows(origin) {
		return before
	}
	if o.any() && !o.AllowCredentials {
		h.Set("Access-Control-Allow-Origin", "*")
	} else {
		h.Set("Access-Control-Allow-Origin", origin)
	}
	if o.AllowCredentials {
		h.Set("Access-Control-Allow-Credentials", "true")
	}
	if !before {
		if len(o.ExposedHeaders) > 0 {
			h.Set("Access-Control-Expose-Headers", strings.Join(o.ExposedHeaders, ", "))
		}
		return false
	}
	methods := o.AllowedMethods
	if len(methods) == 0 {
		methods = []string{"GET", "POST", "HEAD"}
	}
	h.Set("Access-Control-Allow-Methods", strings.Join(methods, ", "))
	if asked := r.Header.Get("Access-Control-Request-Headers"); asked != "" {
		h.Set("Access-Control-Allow-Headers", asked)
	}
	if o.MaxAge > 0 {
		h.Set("Access-Control-Max-Age", strconv.Itoa(o.MaxAge))
	}
	return true
}
func (o *Options) Handler(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if o.Apply(w, r) && !o.OptionsPassthrough {
			code := o.Status
			if code == 0 {
				code = 204
			}
			w.WriteHeader(code)
			return
		}
		next.ServeHTTP(w, r)
	})
}
