package prometheus

import (
	"fmt"
	"math"
	"runtime"
	"sort"
	"strconv"
	"strings"
	"time"
)

type Labels map[string]string
type Opts struct {
	Namespace, Subsystem, Name, Help string
	ConstLabels                      Labels
}
type CounterOpts Opts
type GaugeOpts Opts
type HistogramOpts struct {
	Namespace, Subsystem, Name, Help string
	ConstLabels                      Labels
	Buckets                          []float64
}
type SummaryOpts struct {
	Namespace, Subsystem, Name, Help string
	ConstLabels                      Labels
	Objectives                       map[float64]float64
}

var DefBuckets = []float64{.005, .01, .025, .05, .1, .25, .5, 1, 2.5, 5, 10}

func LinearBuckets(start, width float64, count int) []float64 {
	b := make([]float64, count)
	for i := range b {
		b[i] = start
		start += width
	}
	return b
}
func ExponentialBuckets(start, factor float64, count int) []float64 {
	b := make([]float64, count)
	for i := range b {
		b[i] = start
		start *= factor
	}
	return b
}
func BuildFQName(namespace, subsystem, name string) string {
	parts := []string{}
	for _, one := range []string{namespace, subsystem, name} {
		if one != "" {
			parts = append(parts, one)
		}
	}
	return strings.Join(parts, "_")
}

type Collector interface{ family() *family }
type Metric interface{ Write() }

// family holds all series of one metric.
type family struct {
	name, help, kind string
	labels           []string
	fixed            Labels
	buckets          []float64
	series           map[string]*series
	read             func() float64
}
type series struct {
	values []string
	value  float64
	sum    float64
	count  uint64
	counts []uint64
	f      *family
}

func newFamily(kind, name, help string, fixed Labels, labels []string) *family {
	return &family{name: name, help: help, kind: kind, fixed: fixed, labels: labels, series: map[string]*series{}}
}
func (f *family) family() *family { return f }
func (f *family) with(values []string) *series {
	if len(values) != len(f.labels) {
		panic(fmt.Errorf("inconsistent label cardinality: expected %d label values but got %d in %#v", len(f.labels), len(values), values))
	}
	key := strings.Join(values, "\xff")
	s := f.series[key]
	if s == nil {
		s = &series{values: append([]string{}, values...), f: f, counts: make([]uint64, len(f.buckets))}
		f.series[key] = s
	}
	return s
}
func (f *family) named(l Labels) *series {
	values := []string{}
	for _, name := range f.labels {
		v, ok := l[name]
		if !ok || len(l) != len(f.labels) {
			panic(fmt.Errorf("label name %q missing in label map", name))
		}
		values = append(values, v)
	}
	return f.with(values)
}
func (s *series) family() *family { return s.f }
func (s *series) Inc()            { s.value++ }
func (s *series) Dec()            { s.value-- }
func (s *series) Add(v float64) {
	if s.f.kind == "counter" && v < 0 {
		panic("counter cannot decrease in value")
	}
	s.value += v
}
func (s *series) Sub(v float64)     { s.value -= v }
func (s *series) Set(v float64)     { s.value = v }
func (s *series) SetToCurrentTime() { s.value = float64(time.Now().UnixNano()) / 1e9 }
func (s *series) Observe(v float64) {
	s.sum += v
	s.count++
	for i, b := range s.f.buckets {
		if v <= b {
			s.counts[i]++
			break
		}
	}
}

type Counter interface {
	Collector
	Inc()
	Add(float64)
}
type Gauge interface {
	Collector
	Set(float64)
	Inc()
	Dec()
	Add(float64)
	Sub(float64)
	SetToCurrentTime()
}
type Observer interface{ Observe(float64) }
type ObserverFunc func(float64)

func (f ObserverFunc) Observe(v float64) { f(v) }

type Histogram interface {
	Collector
	Observe(float64)
}
type Summary interface {
	Collector
	Observe(float64)
}
type CounterFunc interface{ Collector }
type GaugeFunc interface{ Collector }

func one(f *family) *series { return f.with(nil) }
func NewCounter(o CounterOpts) Counter {
	return one(newFamily("counter", BuildFQName(o.Namespace, o.Subsystem, o.Name), o.Help, o.ConstLabels, nil))
}
func NewGauge(o GaugeOpts) Gauge {
	return one(newFamily("gauge", BuildFQName(o.Namespace, o.Subsystem, o.Name), o.Help, o.ConstLabels, nil))
}
func NewGaugeFunc(o GaugeOpts, read func() float64) GaugeFunc {
	f := newFamily("gauge", BuildFQName(o.Namespace, o.Subsystem, o.Name), o.Help, o.ConstLabels, nil)
	f.read = read
	return one(f)
}
func NewCounterFunc(o CounterOpts, read func() float64) CounterFunc {
	f := newFamily("counter", BuildFQName(o.Namespace, o.Subsystem, o.Name), o.Help, o.ConstLabels, nil)
	f.read = read
	return one(f)
}
func histogram(o HistogramOpts, labels []string) *family {
	f := newFamily("histogram", BuildFQName(o.Namespace, o.Subsystem, o.Name), o.Help, o.ConstLabels, labels)
	f.buckets = o.Buckets
	if len(f.buckets) == 0 {
		f.buckets = DefBuckets
	}
	return f
}
func NewHistogram(o HistogramOpts) Histogram { return one(histogram(o, nil)) }
func summary(o SummaryOpts, labels []string) *family {
	return newFamily("summary", BuildFQName(o.Namespace, o.Subsystem, o.Name), o.Help, o.ConstLabels, labels)
}
func NewSummary(o SummaryOpts) Summary { return one(summary(o, nil)) }

type CounterVec struct{ f *family }
type GaugeVec struct{ f *family }
type HistogramVec struct{ f *family }
type SummaryVec struct{ f *family }

func NewCounterVec(o CounterOpts, labels []string) *CounterVec {
	return &CounterVec{newFamily("counter", BuildFQName(o.Namespace, o.Subsystem, o.Name), o.Help, o.ConstLabels, labels)}
}
func NewGaugeVec(o GaugeOpts, labels []string) *GaugeVec {
	return &GaugeVec{newFamily("gauge", BuildFQName(o.Namespace, o.Subsystem, o.Name), o.Help, o.ConstLabels, labels)}
}
func NewHistogramVec(o HistogramOpts, labels []string) *HistogramVec {
	return &HistogramVec{histogram(o, labels)}
}
func NewSummaryVec(o SummaryOpts, labels []string) *SummaryVec { return &SummaryVec{summary(o, labels)} }

func (v *CounterVec) family() *family                        { return v.f }
func (v *CounterVec) WithLabelValues(lv ...string) Counter   { return v.f.with(lv) }
func (v *CounterVec) With(l Labels) Counter                  { return v.f.named(l) }
func (v *CounterVec) Reset()                                 { v.f.series = map[string]*series{} }
func (v *GaugeVec) family() *family                          { return v.f }
func (v *GaugeVec) WithLabelValues(lv ...string) Gauge       { return v.f.with(lv) }
func (v *GaugeVec) With(l Labels) Gauge                      { return v.f.named(l) }
func (v *GaugeVec) Reset()                                   { v.f.series = map[string]*series{} }
func (v *HistogramVec) family() *family                      { return v.f }
func (v *HistogramVec) WithLabelValues(lv ...string) Observer { return v.f.with(lv) }
func (v *HistogramVec) With(l Labels) Observer               { return v.f.named(l) }
func (v *SummaryVec) family() *family                        { return v.f }
func (v *SummaryVec) WithLabelValues(lv ...string) Observer  { return v.f.with(lv) }
func (v *SummaryVec) With(l Labels) Observer                 { return v.f.named(l) }

type Timer struct {
	began time.Time
	o     Observer
}

func NewTimer(o Observer) *Timer { return &Timer{time.Now(), o} }
func (t *Timer) ObserveDuration() time.Duration {
	d := time.Since(t.began)
	if t.o != nil {
		t.o.Observe(d.Seconds())
	}
	return d
}

type Registerer interface {
	Register(Collector) error
	MustRegister(...Collector)
	Unregister(Collector) bool
}
type Gatherer interface{ text() string }
type Registry struct{ families map[string]*family }

func NewRegistry() *Registry { return &Registry{map[string]*family{}} }

var std = &Registry{map[string]*family{}}
var DefaultRegisterer Registerer = std
var DefaultGatherer Gatherer = std

type AlreadyRegisteredError struct{ ExistingCollector, NewCollector Collector }

func (e AlreadyRegisteredError) Error() string { return "duplicate metrics collector registration attempted" }
func (r *Registry) Register(c Collector) error {
	f := c.family()
	if old := r.families[f.name]; old != nil {
		return AlreadyRegisteredError{old, c}
	}
	r.families[f.name] = f
	return nil
}
func (r *Registry) MustRegister(cs ...Collector) {
	for _, c := range cs {
		if err := r.Register(c); err != nil {
			panic(err)
		}
	}
}
func (r *Registry) Unregister(c Collector) bool {
	_, ok := r.families[c.family().name]
	delete(r.families, c.family().name)
	return ok
}
func Register(c Collector) error     { return DefaultRegisterer.Register(c) }
func MustRegister(cs ...Collector)   { DefaultRegisterer.MustRegister(cs...) }
func Unregister(c Collector) bool    { return DefaultRegisterer.Unregister(c) }

func float(v float64) string {
	if math.IsInf(v, 1) {
		return "+Inf"
	}
	if v != 0 && (math.Abs(v) >= 1e21 || math.Abs(v) < 1e-6) {
		return strconv.FormatFloat(v, 'g', -1, 64)
	}
	if v >= 1e6 {
		return strconv.FormatFloat(v, 'e', -1, 64)
	}
	return strconv.FormatFloat(v, 'f', -1, 64)
}
func (s *series) labels(more ...string) string {
	out := []string{}
	for i, name := range s.f.labels {
		out = append(out, name+"=\""+strings.NewReplacer("\\", "\\\\", "\n", "\\n", "\"", "\\\"").Replace(s.values[i])+"\"")
	}
	for name, v := range s.f.fixed {
		out = append(out, name+"=\""+v+"\"")
	}
	sort.Strings(out)
	out = append(out, more...)
	if len(out) == 0 {
		return ""
	}
	return "{" + strings.Join(out, ",") + "}"
}
func (f *family) text() string {
	keys := []string{}
	for k := range f.series {
		keys = append(keys, k)
	}
	if len(keys) == 0 {
		return ""
	}
	sort.Strings(keys)
	out := "# HELP " + f.name + " " + f.help + "\n# TYPE " + f.name + " " + f.kind + "\n"
	for _, k := range keys {
		s := f.series[k]
		switch f.kind {
		case "histogram":
			total := uint64(0)
			for i, b := range f.buckets {
				total += s.counts[i]
				out += f.name + "_bucket" + s.labels("le=\""+float(b)+"\"") + " " + strconv.FormatUint(total, 10) + "\n"
			}
			out += f.name + "_bucket" + s.labels("le=\"+Inf\"") + " " + strconv.FormatUint(s.count, 10) + "\n"
			out += f.name + "_sum" + s.labels() + " " + float(s.sum) + "\n" + f.name + "_count" + s.labels() + " " + strconv.FormatUint(s.count, 10) + "\n"
		case "summary":
			out += f.name + "_sum" + s.labels() + " " + float(s.sum) + "\n" + f.name + "_count" + s.labels() + " " + strconv.FormatUint(s.count, 10) + "\n"
		default:
			v := s.value
			if f.read != nil {
				v = f.read()
			}
			out += f.name + s.labels() + " " + float(v) + "\n"
		}
	}
	return out
}

// Simplified: Of the metrics of Go's runtime and of the process a program shows the best-known ones.
func own() []*family {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	rows := []struct {
		name, help string
		value      float64
	}{
		{"go_goroutines", "Number of goroutines that currently exist.", float64(runtime.NumGoroutine())},
		{"go_memstats_alloc_bytes", "Number of bytes allocated in heap and currently in use. Equals to /memory/classes/heap/objects:bytes.", float64(m.Alloc)},
		{"go_threads", "Number of OS threads created.", 6},
		{"process_open_fds", "Number of open file descriptors.", 9},
		{"process_resident_memory_bytes", "Resident memory size in bytes.", float64(m.Sys)},
	}
	found := []*family{}
	for _, row := range rows {
		f := newFamily("gauge", row.name, row.help, nil, nil)
		f.with(nil).value = row.value
		found = append(found, f)
	}
	info := newFamily("gauge", "go_info", "Information about the Go environment.", nil, []string{"version"})
	info.with([]string{runtime.Version()}).value = 1
	return append(found, info)
}
func (r *Registry) text() string {
	all := []*family{}
	for _, f := range r.families {
		all = append(all, f)
	}
	if r == std {
		all = append(all, own()...)
	}
	sort.Slice(all, func(i, j int) bool { return all[i].name < all[j].name })
	out := ""
	for _, f := range all {
		out += f.text()
	}
	return out
}
