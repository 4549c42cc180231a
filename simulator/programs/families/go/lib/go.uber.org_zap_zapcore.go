package zapcore

import (
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

type Level int8

const (
	DebugLevel Level = iota - 1
	InfoLevel
	WarnLevel
	ErrorLevel
	DPanicLevel
	PanicLevel
	FatalLevel
	InvalidLevel
)

var names = []string{"debug", "info", "warn", "error", "dpanic", "panic", "fatal"}

func (l Level) String() string            { return names[l+1] }
func (l Level) CapitalString() string     { return strings.ToUpper(names[l+1]) }
func (l Level) Enabled(other Level) bool  { return other >= l }
func (l *Level) Set(text string) error {
	found, err := ParseLevel(text)
	if err == nil {
		*l = found
	}
	return err
}
func (l *Level) UnmarshalText(text []byte) error { return l.Set(string(text)) }
func ParseLevel(text string) (Level, error) {
	for i, one := range names {
		if strings.ToLower(text) == one {
			return Level(i - 1), nil
		}
	}
	if text == "" {
		return InfoLevel, nil
	}
	return InfoLevel, fmt.Errorf("unrecognized level: %q", text)
}

type LevelEnabler interface{ Enabled(Level) bool }
type WriteSyncer interface {
	io.Writer
	Sync() error
}
type synced struct{ io.Writer }

func (synced) Sync() error { return nil }
func AddSync(w io.Writer) WriteSyncer {
	if s, ok := w.(WriteSyncer); ok {
		return s
	}
	return synced{w}
}
func Lock(w WriteSyncer) WriteSyncer { return w }

type many []WriteSyncer

func (m many) Write(b []byte) (int, error) {
	for _, w := range m {
		w.Write(b)
	}
	return len(b), nil
}
func (m many) Sync() error                               { return nil }
func NewMultiWriteSyncer(ws ...WriteSyncer) WriteSyncer { return many(ws) }

type Field struct {
	Key   string
	Value interface{}
}
type Entry struct {
	Level                      Level
	Time                       time.Time
	LoggerName, Message, Caller, Stack string
}
type PrimitiveArrayEncoder interface{ AppendString(string) }
type LevelEncoder func(Level, PrimitiveArrayEncoder)
type TimeEncoder func(time.Time, PrimitiveArrayEncoder)
type DurationEncoder func(time.Duration, PrimitiveArrayEncoder)
type CallerEncoder func(string, PrimitiveArrayEncoder)

// taken keeps what an encoder wrote; a number is not quoted.
type taken struct {
	text   string
	number bool
}

func (t *taken) AppendString(s string)   { t.text = s }
func (t *taken) AppendFloat64(f float64) { t.text, t.number = strconv.FormatFloat(f, 'f', -1, 64), true }
func (t *taken) AppendInt64(n int64)     { t.text, t.number = strconv.FormatInt(n, 10), true }

var colours = map[Level]int{DebugLevel: 35, InfoLevel: 34, WarnLevel: 33}

func coloured(l Level, text string) string {
	c := colours[l]
	if c == 0 {
		c = 31
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", c, text)
}
func LowercaseLevelEncoder(l Level, e PrimitiveArrayEncoder)      { e.AppendString(l.String()) }
func CapitalLevelEncoder(l Level, e PrimitiveArrayEncoder)        { e.AppendString(l.CapitalString()) }
func LowercaseColorLevelEncoder(l Level, e PrimitiveArrayEncoder) { e.AppendString(coloured(l, l.String())) }
func CapitalColorLevelEncoder(l Level, e PrimitiveArrayEncoder)   { e.AppendString(coloured(l, l.CapitalString())) }
func EpochTimeEncoder(t time.Time, e PrimitiveArrayEncoder)       { number(e, float64(t.UnixNano())/1e9) }
func EpochMillisTimeEncoder(t time.Time, e PrimitiveArrayEncoder) { number(e, float64(t.UnixNano())/1e6) }
func number(e PrimitiveArrayEncoder, f float64) {
	if t, ok := e.(*taken); ok {
		t.AppendFloat64(f)
	}
}
func ISO8601TimeEncoder(t time.Time, e PrimitiveArrayEncoder)     { e.AppendString(t.Format("2006-01-02T15:04:05.000Z0700")) }
func RFC3339TimeEncoder(t time.Time, e PrimitiveArrayEncoder)     { e.AppendString(t.Format(time.RFC3339)) }
func RFC3339NanoTimeEncoder(t time.Time, e PrimitiveArrayEncoder) { e.AppendString(t.Format(time.RFC3339Nano)) }
func TimeEncoderOfLayout(layout string) TimeEncoder {
	return func(t time.Time, e PrimitiveArrayEncoder) { e.AppendString(t.Format(layout)) }
}
func SecondsDurationEncoder(d time.Duration, e PrimitiveArrayEncoder) { number(e, d.Seconds()) }
func MillisDurationEncoder(d time.Duration, e PrimitiveArrayEncoder)  { number(e, float64(d.Milliseconds())) }
func StringDurationEncoder(d time.Duration, e PrimitiveArrayEncoder)  { e.AppendString(d.String()) }
func ShortCallerEncoder(c string, e PrimitiveArrayEncoder)            { e.AppendString(c) }
func FullCallerEncoder(c string, e PrimitiveArrayEncoder)             { e.AppendString(c) }

const DefaultLineEnding = "\n"
const OmitKey = ""

type EncoderConfig struct {
	MessageKey, LevelKey, TimeKey, NameKey, CallerKey, FunctionKey, StacktraceKey string
	SkipLineEnding                                                                bool
	LineEnding, ConsoleSeparator                                                  string
	EncodeLevel                                                                   LevelEncoder
	EncodeTime                                                                    TimeEncoder
	EncodeDuration                                                                DurationEncoder
	EncodeCaller                                                                  CallerEncoder
	EncodeName                                                                    any
}
type Encoder interface{ encode(e Entry, f []Field) string }
type encoder struct {
	c    EncoderConfig
	text bool
}

func NewJSONEncoder(c EncoderConfig) Encoder    { return &encoder{c, false} }
func NewConsoleEncoder(c EncoderConfig) Encoder { return &encoder{c, true} }
func shown(v interface{}) string {
	b, err := json.Marshal(v)
	if err != nil {
		b, _ = json.Marshal(err.Error())
	}
	return string(b)
}
func (n *encoder) value(v interface{}) string {
	switch x := v.(type) {
	case error:
		return shown(x.Error())
	case time.Duration:
		if n.c.EncodeDuration == nil {
			return strconv.FormatInt(int64(x), 10)
		}
		t := &taken{}
		n.c.EncodeDuration(x, t)
		return t.shown()
	case time.Time:
		return n.time(x)
	}
	return shown(v)
}
func (t *taken) shown() string {
	if t.number {
		return t.text
	}
	return shown(t.text)
}
func (n *encoder) time(at time.Time) string {
	t := &taken{}
	if n.c.EncodeTime == nil {
		t.AppendInt64(at.UnixNano())
	} else {
		n.c.EncodeTime(at, t)
	}
	return t.shown()
}
func (n *encoder) level(l Level) string {
	t := &taken{}
	if n.c.EncodeLevel == nil {
		return ""
	}
	n.c.EncodeLevel(l, t)
	return t.text
}
func (n *encoder) fields(f []Field) []string {
	out := []string{}
	for _, one := range f {
		if one.Key == "" || one.Key == "error" && one.Value == nil {
			continue
		}
		out = append(out, shown(one.Key)+":"+n.value(one.Value))
	}
	return out
}
func (n *encoder) encode(e Entry, f []Field) string {
	c := n.c
	if n.text {
		return n.console(e, f)
	}
	out := []string{}
	if c.LevelKey != "" && c.EncodeLevel != nil {
		out = append(out, shown(c.LevelKey)+":"+shown(n.level(e.Level)))
	}
	if c.TimeKey != "" {
		out = append(out, shown(c.TimeKey)+":"+n.time(e.Time))
	}
	if c.NameKey != "" && e.LoggerName != "" {
		out = append(out, shown(c.NameKey)+":"+shown(e.LoggerName))
	}
	if c.CallerKey != "" && e.Caller != "" {
		out = append(out, shown(c.CallerKey)+":"+shown(e.Caller))
	}
	if c.MessageKey != "" {
		out = append(out, shown(c.MessageKey)+":"+shown(e.Message))
	}
	out = append(out, n.fields(f)...)
	if c.StacktraceKey != "" && e.Stack != "" {
		out = append(out, shown(c.StacktraceKey)+":"+shown(e.Stack))
	}
	return "{" + strings.Join(out, ",") + "}\n"
}
func (n *encoder) console(e Entry, f []Field) string {
	c := n.c
	out := []string{}
	if c.TimeKey != "" {
		out = append(out, strings.Trim(n.time(e.Time), "\""))
	}
	if c.LevelKey != "" && c.EncodeLevel != nil {
		out = append(out, n.level(e.Level))
	}
	if c.NameKey != "" && e.LoggerName != "" {
		out = append(out, e.LoggerName)
	}
	if c.CallerKey != "" && e.Caller != "" {
		out = append(out, e.Caller)
	}
	if c.MessageKey != "" {
		out = append(out, e.Message)
	}
	if inner := n.fields(f); len(inner) > 0 {
		for i, one := range inner {
			at := strings.Index(one, ":")
			inner[i] = one[:at+1] + " " + one[at+1:]
		}
		out = append(out, "{"+strings.Join(inner, ", ")+"}")
	}
	sep := c.ConsoleSeparator
	if sep == "" {
		sep = "\t"
	}
	text := strings.Join(out, sep) + "\n"
	if c.StacktraceKey != "" && e.Stack != "" {
		text += e.Stack + "\n"
	}
	return text
}

type Core interface {
	LevelEnabler
	Write(Entry, []Field) error
	Sync() error
}
type core struct {
	enc Encoder
	out WriteSyncer
	on  LevelEnabler
}

func NewCore(enc Encoder, out WriteSyncer, on LevelEnabler) Core { return &core{enc, out, on} }
func (c *core) Enabled(l Level) bool                             { return c.on.Enabled(l) }
func (c *core) Sync() error                                      { return nil }
func (c *core) Write(e Entry, f []Field) error {
	_, err := io.WriteString(c.out, c.enc.encode(e, f))
	return err
}

type tee []Core

func NewTee(cores ...Core) Core { return tee(cores) }
func (t tee) Enabled(l Level) bool {
	for _, one := range t {
		if one.Enabled(l) {
			return true
		}
	}
	return false
}
func (t tee) Sync() error { return nil }
func (t tee) Write(e Entry, f []Field) error {
	for _, one := range t {
		if one.Enabled(e.Level) {
			one.Write(e, f)
		}
	}
	return nil
}
