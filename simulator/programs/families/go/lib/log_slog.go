package slog

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"os"
	"strconv"
	"strings"
	"time"
)

type Level int

const (
	LevelDebug Level = -4
	LevelInfo  Level = 0
	LevelWarn  Level = 4
	LevelError Level = 8
)

func (l Level) String() string {
	switch {
	case l < LevelInfo:
		return "DEBUG"
	case l < LevelWarn:
		return "INFO"
	case l < LevelError:
		return "WARN"
	}
	return "ERROR"
}
func (l Level) Level() Level { return l }

type Leveler interface{ Level() Level }
type LevelVar struct{ l Level }

func (v *LevelVar) Level() Level { return v.l }
func (v *LevelVar) Set(l Level)  { v.l = l }

type Attr struct {
	Key   string
	Value any
}

func String(k, v string) Attr                 { return Attr{k, v} }
func Int(k string, v int) Attr                { return Attr{k, v} }
func Int64(k string, v int64) Attr            { return Attr{k, v} }
func Float64(k string, v float64) Attr        { return Attr{k, v} }
func Bool(k string, v bool) Attr              { return Attr{k, v} }
func Any(k string, v any) Attr                { return Attr{k, v} }
func Time(k string, v time.Time) Attr         { return Attr{k, v} }
func Duration(k string, v time.Duration) Attr { return Attr{k, v} }

type HandlerOptions struct {
	AddSource   bool
	Level       Leveler
	ReplaceAttr func(groups []string, a Attr) Attr
}
type Handler interface{ handle(level Level, msg string, attrs []Attr) }
type base struct {
	w    io.Writer
	kind string
	min  Level
}

func minimum(o *HandlerOptions) Level {
	if o != nil && o.Level != nil {
		return o.Level.Level()
	}
	return LevelInfo
}
func NewTextHandler(w io.Writer, o *HandlerOptions) Handler { return &base{w, "text", minimum(o)} }
func NewJSONHandler(w io.Writer, o *HandlerOptions) Handler { return &base{w, "json", minimum(o)} }

func word(v any) string {
	s := fmt.Sprint(v)
	if t, ok := v.(time.Time); ok {
		s = t.Format("2006-01-02T15:04:05.000Z07:00")
	}
	if s == "" || strings.ContainsAny(s, " =\"\n\t") {
		return strconv.Quote(s)
	}
	return s
}
func value(v any) string {
	if e, ok := v.(error); ok {
		v = e.Error()
	}
	if d, ok := v.(time.Duration); ok {
		return strconv.FormatInt(int64(d), 10)
	}
	b, err := json.Marshal(v)
	if err != nil {
		return strconv.Quote("!ERROR:" + err.Error())
	}
	return string(b)
}

func (h *base) handle(level Level, msg string, attrs []Attr) {
	if level < h.min {
		return
	}
	now := time.Now()
	out := ""
	switch h.kind {
	case "json":
		out = "{\"time\":\"" + now.Format(time.RFC3339Nano) + "\",\"level\":\"" + level.String() + "\",\"msg\":" + value(msg)
		for _, a := range attrs {
			out += "," + value(a.Key) + ":" + value(a.Value)
		}
		out += "}"
	case "text":
		out = "time=" + now.Format("2006-01-02T15:04:05.000Z07:00") + " level=" + level.String() + " msg=" + word(msg)
		for _, a := range attrs {
			out += " " + a.Key + "=" + word(a.Value)
		}
	default:
		out = level.String() + " " + msg
		for _, a := range attrs {
			out += " " + a.Key + "=" + word(a.Value)
		}
		log.Print(out)
		return
	}
	io.WriteString(h.w, out+"\n")
}

type Logger struct {
	h      Handler
	attrs  []Attr
	prefix string
}

var std = &Logger{h: &base{os.Stderr, "log", LevelInfo}}

func New(h Handler) *Logger   { return &Logger{h: h} }
func Default() *Logger        { return std }
func SetDefault(l *Logger)    { std = l }
func SetLogLoggerLevel(l Level) Level { return LevelInfo }

func collect(prefix string, args []any) []Attr {
	out := []Attr{}
	for i := 0; i < len(args); i++ {
		if a, ok := args[i].(Attr); ok {
			out = append(out, Attr{prefix + a.Key, a.Value})
			continue
		}
		k, ok := args[i].(string)
		if !ok || i+1 >= len(args) {
			out = append(out, Attr{"!BADKEY", args[i]})
			continue
		}
		out = append(out, Attr{prefix + k, args[i+1]})
		i++
	}
	return out
}
func (l *Logger) Log(ctx context.Context, level Level, msg string, args ...any) {
	l.h.handle(level, msg, append(append([]Attr{}, l.attrs...), collect(l.prefix, args)...))
}
func (l *Logger) With(args ...any) *Logger {
	return &Logger{l.h, append(append([]Attr{}, l.attrs...), collect(l.prefix, args)...), l.prefix}
}
func (l *Logger) WithGroup(name string) *Logger { return &Logger{l.h, l.attrs, l.prefix + name + "."} }
func (l *Logger) Handler() Handler              { return l.h }
func (l *Logger) Debug(msg string, args ...any) { l.Log(nil, LevelDebug, msg, args...) }
func (l *Logger) Info(msg string, args ...any)  { l.Log(nil, LevelInfo, msg, args...) }
func (l *Logger) Warn(msg string, args ...any)  { l.Log(nil, LevelWarn, msg, args...) }
func (l *Logger) Error(msg string, args ...any) { l.Log(nil, LevelError, msg, args...) }
func (l *Logger) InfoContext(ctx context.Context, msg string, args ...any)  { l.Log(ctx, LevelInfo, msg, args...) }
func (l *Logger) ErrorContext(ctx context.Context, msg string, args ...any) { l.Log(ctx, LevelError, msg, args...) }
func Debug(msg string, args ...any)             { std.Log(nil, LevelDebug, msg, args...) }
func Info(msg string, args ...any)              { std.Log(nil, LevelInfo, msg, args...) }
func Warn(msg string, args ...any)              { std.Log(nil, LevelWarn, msg, args...) }
func Error(msg string, args ...any)             { std.Log(nil, LevelError, msg, args...) }
func With(args ...any) *Logger                  { return std.With(args...) }
