package promhttp

import (
	"net/http"
	"strconv"
	"strings"

	"github.com/prometheus/client_golang/prometheus"
)

type HandlerOpts struct {
	EnableOpenMetrics   bool
	Registry            prometheus.Registerer
	MaxRequestsInFlight int
}

func Handler() http.Handler { return HandlerFor(prometheus.DefaultGatherer, HandlerOpts{}) }
func HandlerFor(g prometheus.Gatherer, o HandlerOpts) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "text/plain; version=0.0.4; charset=utf-8; escaping=underscores")
		w.Write([]byte(g.text()))
	})
}

type counted struct {
	http.ResponseWriter
	code int
}

func (c *counted) WriteHeader(code int) { c.code = code; c.ResponseWriter.WriteHeader(code) }
func InstrumentHandlerCounter(v *prometheus.CounterVec, next http.Handler) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		c := &counted{w, 200}
		next.ServeHTTP(c, r)
		l := prometheus.Labels{}
		for _, name := range v.f.labels {
			if name == "code" {
				l[name] = strconv.Itoa(c.code)
			} else if name == "method" {
				l[name] = strings.ToLower(r.Method)
			}
		}
		v.With(l).Inc()
	}
}
