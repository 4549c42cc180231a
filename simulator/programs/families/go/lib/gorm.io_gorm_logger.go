package logger

import "time"

type LogLevel int

const (
	Silent LogLevel = iota + 1
	Error
	Warn
	Info
)

type Config struct {
	SlowThreshold                                                  time.Duration
	Colorful, IgnoreRecordNotFoundError, ParameterizedQueries      bool
	LogLevel                                                       LogLevel
}
type Writer interface{ Printf(string, ...interface{}) }
type Interface interface{ LogMode(LogLevel) Interface }
type logger struct{ c Config }

func (l *logger) LogMode(v LogLevel) Interface { c := l.c; c.LogLevel = v; return &logger{c} }
func New(w Writer, c Config) Interface         { return &logger{c} }

var Default Interface = &logger{Config{LogLevel: Warn, Colorful: true}}
var Discard Interface = &logger{Config{LogLevel: Silent}}

// Quiet tells whether an error is not written.
func Quiet(i Interface, missing bool) bool {
	l, ok := i.(*logger)
	return ok && (l.c.LogLevel < Error || missing && l.c.IgnoreRecordNotFoundError)
}
