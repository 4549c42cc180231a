package promauto

import "github.com/prometheus/client_golang/prometheus"

type Factory struct{ r prometheus.Registerer }

func With(r prometheus.Registerer) Factory { return Factory{r} }
func (f Factory) add(c prometheus.Collector) {
	if f.r != nil {
		f.r.MustRegister(c)
	}
}

var std = Factory{prometheus.DefaultRegisterer}

func (f Factory) NewCounter(o prometheus.CounterOpts) prometheus.Counter {
	c := prometheus.NewCounter(o)
	f.add(c)
	return c
}
func (f Factory) NewCounterVec(o prometheus.CounterOpts, labels []string) *prometheus.CounterVec {
	c := prometheus.NewCounterVec(o, labels)
	f.add(c)
	return c
}
func NewCounter(o prometheus.CounterOpts) prometheus.Counter { return std.NewCounter(o) }
func NewCounterVec(o prometheus.CounterOpts, labels []string) *prometheus.CounterVec { return std.NewCounterVec(o, labels) }
func (f Factory) NewGauge(o prometheus.GaugeOpts) prometheus.Gauge {
	c := prometheus.NewGauge(o)
	f.add(c)
	return c
}
func (f Factory) NewGaugeVec(o prometheus.GaugeOpts, labels []string) *prometheus.GaugeVec {
	c := prometheus.NewGaugeVec(o, labels)
	f.add(c)
	return c
}
func NewGauge(o prometheus.GaugeOpts) prometheus.Gauge { return std.NewGauge(o) }
func NewGaugeVec(o prometheus.GaugeOpts, labels []string) *prometheus.GaugeVec { return std.NewGaugeVec(o, labels) }
func (f Factory) NewHistogram(o prometheus.HistogramOpts) prometheus.Histogram {
	c := prometheus.NewHistogram(o)
	f.add(c)
	return c
}
func (f Factory) NewHistogramVec(o prometheus.HistogramOpts, labels []string) *prometheus.HistogramVec {
	c := prometheus.NewHistogramVec(o, labels)
	f.add(c)
	return c
}
func NewHistogram(o prometheus.HistogramOpts) prometheus.Histogram { return std.NewHistogram(o) }
func NewHistogramVec(o prometheus.HistogramOpts, labels []string) *prometheus.HistogramVec { return std.NewHistogramVec(o, labels) }
func (f Factory) NewSummary(o prometheus.SummaryOpts) prometheus.Summary {
	c := prometheus.NewSummary(o)
	f.add(c)
	return c
}
func (f Factory) NewSummaryVec(o prometheus.SummaryOpts, labels []string) *prometheus.SummaryVec {
	c := prometheus.NewSummaryVec(o, labels)
	f.add(c)
	return c
}
func NewSummary(o prometheus.SummaryOpts) prometheus.Summary { return std.NewSummary(o) }
func NewSummaryVec(o prometheus.SummaryOpts, labels []string) *prometheus.SummaryVec { return std.NewSummaryVec(o, labels) }
func NewGaugeFunc(o prometheus.GaugeOpts, read func() float64) prometheus.GaugeFunc {
	c := prometheus.NewGaugeFunc(o, read)
	std.add(c)
	return c
}
func NewCounterFunc(o prometheus.CounterOpts, read func() float64) prometheus.CounterFunc {
	c := prometheus.NewCounterFunc(o, read)
	std.add(c)
	return c
}
