package collectors

import "github.com/prometheus/client_golang/prometheus"

type ProcessCollectorOpts struct{ ReportErrors bool }

func NewGoCollector(opts ...any) prometheus.Collector {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: "go_gc_gogc_percent", Help: "Heap size target percentage configured by the user, otherwise 100."})
}
func NewProcessCollector(o ProcessCollectorOpts) prometheus.Collector {
	return prometheus.NewGauge(prometheus.GaugeOpts{Name: "process_max_fds", Help: "Maximum number of open file descriptors."})
}
