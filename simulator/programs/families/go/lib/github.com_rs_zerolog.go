package zerolog

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

type Level int8

const (
	DebugLevel Level = iota
	InfoLevel
	WarnLevel
	ErrorLevel
	FatalLevel
	PanicLevel
	NoLevel
	Disabled
	TraceLevel Level = -1
)
const (
	TimeFormatUnix      = ""
	TimeFormatUnixMs    = "UNIXMS"
	TimeFormatUnixMicro = "UNIXMICRO"
)

var (
	TimeFieldFormat      = time.RFC3339
	TimestampFieldName   = "time"
	LevelFieldName       = "level"
	MessageFieldName     = "message"
	ErrorFieldName       = "error"
	CallerFieldName      = "caller"
	ErrorStackMarshaler  func(err error) interface{}
	DurationFieldUnit    = time.Millisecond
	DefaultContextLogger *Logger
	least                = TraceLevel
)
var names = map[Level]string{TraceLevel: "trace", DebugLevel: "debug", InfoLevel: "info", WarnLevel: "warn", ErrorLevel: "error", FatalLevel: "fatal", PanicLevel: "panic", Disabled: "disabled", NoLevel: ""}

func (l Level) String() string { return names[l] }
func ParseLevel(text string) (Level, error) {
	for k, v := range names {
		if v == strings.ToLower(text) {
			return k, nil
		}
	}
	return NoLevel, fmt.Errorf("Unknown Level String: '%s', defaulting to NoLevel", text)
}
func SetGlobalLevel(l Level) { least = l }
func GlobalLevel() Level     { return least }

type Logger struct {
	w       io.Writer
	level   Level
	context string
	stamped bool
	caller  bool
}

func New(w io.Writer) Logger {
	if w == nil {
		w = io.Discard
	}
	return Logger{w: w, level: TraceLevel}
}
func Nop() Logger                               { return Logger{level: Disabled} }
func (l Logger) Level(v Level) Logger           { l.level = v; return l }
func (l Logger) GetLevel() Level                { return l.level }
func (l Logger) Output(w io.Writer) Logger      { l.w = w; return l }
func (l Logger) With() Context                  { return Context{l} }
func (l *Logger) UpdateContext(f func(c Context) Context) { *l = f(Context{*l}).l }
func (l Logger) WithContext(ctx context.Context) context.Context {
	return context.WithValue(ctx, "zerolog", &l)
}
func Ctx(ctx context.Context) *Logger {
	if l, ok := ctx.Value("zerolog").(*Logger); ok {
		return l
	}
	n := Nop()
	return &n
}
func (l *Logger) event(level Level) *Event {
	if l.w == nil || level < l.level || level < least || l.level == Disabled {
		if level == FatalLevel || level == PanicLevel {
			return &Event{l: l, level: level, off: true}
		}
		return nil
	}
	e := &Event{l: l, level: level}
	if name := names[level]; name != "" {
		e.Str(LevelFieldName, name)
	}
	e.body += l.context
	if l.stamped {
		e.Timestamp()
	}
	return e
}
func (l *Logger) Trace() *Event                  { return l.event(TraceLevel) }
func (l *Logger) Debug() *Event                  { return l.event(DebugLevel) }
func (l *Logger) Info() *Event                   { return l.event(InfoLevel) }
func (l *Logger) Warn() *Event                   { return l.event(WarnLevel) }
func (l *Logger) Error() *Event                  { return l.event(ErrorLevel) }
func (l *Logger) Fatal() *Event                  { return l.event(FatalLevel) }
func (l *Logger) Panic() *Event                  { return l.event(PanicLevel) }
func (l *Logger) Log() *Event                    { return l.event(NoLevel) }
func (l *Logger) WithLevel(v Level) *Event       { return l.event(v) }
func (l *Logger) Err(err error) *Event {
	if err != nil {
		return l.Error().Err(err)
	}
	return l.Info()
}
func (l *Logger) Print(v ...interface{})            { l.Debug().Msg(fmt.Sprint(v...)) }
func (l *Logger) Printf(f string, v ...interface{}) { l.Debug().Msg(fmt.Sprintf(f, v...)) }
func (l Logger) Write(p []byte) (int, error) {
	l.Log().Msg(strings.TrimSuffix(string(p), "\n"))
	return len(p), nil
}

func shown(v interface{}) string {
	b, err := json.Marshal(v)
	if err != nil {
		return strconv.Quote("marshaling error: " + err.Error())
	}
	return string(b)
}
func pair(k, v string) string { return "," + shown(k) + ":" + v }
func stamp(t time.Time) string {
	switch TimeFieldFormat {
	case TimeFormatUnix:
		return strconv.FormatInt(t.Unix(), 10)
	case TimeFormatUnixMs:
		return strconv.FormatInt(t.UnixMilli(), 10)
	case TimeFormatUnixMicro:
		return strconv.FormatInt(t.UnixMicro(), 10)
	}
	return shown(t.Format(TimeFieldFormat))
}
func span(d time.Duration) string {
	return strconv.FormatFloat(float64(d)/float64(DurationFieldUnit), 'f', -1, 64)
}
func where() string {
	_, file, line := runtime.place()
	return shown(file + ":" + strconv.Itoa(line))
}

type Event struct {
	l     *Logger
	level Level
	body  string
	off   bool
}

func (e *Event) add(k, v string) *Event {
	if e != nil {
		e.body += pair(k, v)
	}
	return e
}

type Context struct{ l Logger }

func (c Context) Logger() Logger      { return c.l }
func (c Context) Timestamp() Context  { c.l.stamped = true; return c }
func (c Context) Caller() Context     { c.l.caller = true; return c }
func (c Context) Stack() Context      { return c }
func (c Context) Err(err error) Context { c.l.context += pair(ErrorFieldName, shown(err.Error())); return c }
func (e *Event) Timestamp() *Event    { return e.add(TimestampFieldName, stamp(time.Now())) }
func (e *Event) Caller() *Event       { return e.add(CallerFieldName, where()) }
func (e *Event) Stack() *Event        { return e }
func (e *Event) Enabled() bool        { return e != nil && !e.off }
func (e *Event) Ctx(ctx context.Context) *Event { return e }
func (e *Event) Err(err error) *Event {
	if err == nil {
		return e
	}
	return e.add(ErrorFieldName, shown(err.Error()))
}
func (e *Event) AnErr(k string, err error) *Event {
	if err == nil {
		return e
	}
	return e.add(k, shown(err.Error()))
}
func (e *Event) Stringer(k string, v fmt.Stringer) *Event { return e.add(k, shown(v.String())) }
func (e *Event) Fields(f interface{}) *Event {
	switch m := f.(type) {
	case map[string]interface{}:
		for k, v := range m {
			e.add(k, shown(v))
		}
	case []interface{}:
		for i := 0; i+1 < len(m); i += 2 {
			e.add(fmt.Sprint(m[i]), shown(m[i+1]))
		}
	}
	return e
}
func (e *Event) Msgf(f string, v ...interface{}) { e.Msg(fmt.Sprintf(f, v...)) }
func (e *Event) Send()                           { e.Msg("") }
func (e *Event) Msg(text string) {
	if e == nil {
		return
	}
	if !e.off {
		if e.l.caller {
			e.add(CallerFieldName, where())
		}
		if text != "" {
			e.add(MessageFieldName, shown(text))
		}
		body := e.body
		if body != "" {
			body = body[1:]
		}
		io.WriteString(e.l.w, "{"+body+"}\n")
	}
	if e.level == FatalLevel {
		os.Exit(1)
	}
	if e.level == PanicLevel {
		panic(text)
	}
}
func (e *Event) Str(k string, v string) *Event { return e.add(k, shown(v)) }
func (c Context) Str(k string, v string) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Strs(k string, v []string) *Event { return e.add(k, shown(v)) }
func (c Context) Strs(k string, v []string) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Int(k string, v int) *Event { return e.add(k, shown(v)) }
func (c Context) Int(k string, v int) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Int32(k string, v int32) *Event { return e.add(k, shown(v)) }
func (c Context) Int32(k string, v int32) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Int64(k string, v int64) *Event { return e.add(k, shown(v)) }
func (c Context) Int64(k string, v int64) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Uint(k string, v uint) *Event { return e.add(k, shown(v)) }
func (c Context) Uint(k string, v uint) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Uint64(k string, v uint64) *Event { return e.add(k, shown(v)) }
func (c Context) Uint64(k string, v uint64) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Float64(k string, v float64) *Event { return e.add(k, shown(v)) }
func (c Context) Float64(k string, v float64) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Bool(k string, v bool) *Event { return e.add(k, shown(v)) }
func (c Context) Bool(k string, v bool) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Interface(k string, v interface{}) *Event { return e.add(k, shown(v)) }
func (c Context) Interface(k string, v interface{}) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Any(k string, v interface{}) *Event { return e.add(k, shown(v)) }
func (c Context) Any(k string, v interface{}) Context { c.l.context += pair(k, shown(v)); return c }
func (e *Event) Time(k string, v time.Time) *Event { return e.add(k, stamp(v)) }
func (c Context) Time(k string, v time.Time) Context { c.l.context += pair(k, stamp(v)); return c }
func (e *Event) Dur(k string, v time.Duration) *Event { return e.add(k, span(v)) }
func (c Context) Dur(k string, v time.Duration) Context { c.l.context += pair(k, span(v)); return c }
func (e *Event) Bytes(k string, v []byte) *Event { return e.add(k, shown(string(v))) }
func (c Context) Bytes(k string, v []byte) Context { c.l.context += pair(k, shown(string(v))); return c }
func (e *Event) RawJSON(k string, v []byte) *Event { return e.add(k, string(v)) }
func (c Context) RawJSON(k string, v []byte) Context { c.l.context += pair(k, string(v)); return c }
func (e *Event) IPAddr(k string, v fmt.Stringer) *Event { return e.add(k, shown(v.String())) }
func (c Context) IPAddr(k string, v fmt.Stringer) Context { c.l.context += pair(k, shown(v.String())); return c }

// ConsoleWriter writes events for people.
type ConsoleWriter struct {
	Out              io.Writer
	NoColor          bool
	TimeFormat       string
	PartsOrder       []string
	PartsExclude     []string
	FormatLevel      func(interface{}) string
	FormatMessage    func(interface{}) string
	FormatTimestamp  func(interface{}) string
	FormatFieldName  func(interface{}) string
	FormatFieldValue func(interface{}) string
}

func NewConsoleWriter(options ...func(w *ConsoleWriter)) ConsoleWriter {
	w := ConsoleWriter{Out: os.Stdout, TimeFormat: time.Kitchen}
	for _, one := range options {
		one(&w)
	}
	return w
}
func (w ConsoleWriter) paint(text string, code int) string {
	if w.NoColor || code == 0 {
		return text
	}
	return fmt.Sprintf("\x1b[%dm%s\x1b[0m", code, text)
}

var short = map[string]string{"trace": "TRC", "debug": "DBG", "info": "INF", "warn": "WRN", "error": "ERR", "fatal": "FTL", "panic": "PNC"}
var hues = map[string]int{"trace": 34, "debug": 0, "info": 32, "warn": 33, "error": 31, "fatal": 31, "panic": 31}

func (w ConsoleWriter) Write(p []byte) (int, error) {
	var event map[string]interface{}
	if err := json.Unmarshal(p, &event); err != nil {
		return 0, fmt.Errorf("cannot decode event: %s", err)
	}
	layout := w.TimeFormat
	if layout == "" {
		layout = time.Kitchen
	}
	at := time.Now()
	parts := []string{w.paint(at.Format(layout), 90)}
	if event[TimestampFieldName] == nil {
		parts = []string{w.paint("<nil>", 90)}
	}
	level, _ := event[LevelFieldName].(string)
	if w.FormatLevel != nil {
		parts = append(parts, w.FormatLevel(event[LevelFieldName]))
	} else if level != "" {
		parts = append(parts, w.paint(short[level], hues[level]))
	} else {
		parts = append(parts, "???")
	}
	if caller, ok := event[CallerFieldName].(string); ok {
		parts = append(parts, w.paint(caller, 1)+w.paint(" >", 36))
	}
	if text, ok := event[MessageFieldName].(string); ok && text != "" {
		if w.FormatMessage != nil {
			text = w.FormatMessage(text)
		} else if level == "info" || level == "warn" || level == "error" || level == "fatal" || level == "panic" {
			text = w.paint(text, 1)
		}
		parts = append(parts, text)
	}
	names := []string{}
	for k := range event {
		if k != LevelFieldName && k != TimestampFieldName && k != MessageFieldName && k != CallerFieldName {
			at := 0
			for at < len(names) && names[at] < k {
				at++
			}
			names = append(names[:at:at], append([]string{k}, names[at:]...)...)
		}
	}
	for _, k := range names {
		text, ok := event[k].(string)
		if !ok {
			text = shown(event[k])
		} else if strings.ContainsAny(text, " \"\\\n") {
			text = strconv.Quote(text)
		}
		if k == ErrorFieldName {
			parts = append(parts, w.paint(k+"=", 36)+w.paint(w.paint(text, 31), 1))
		} else {
			parts = append(parts, w.paint(k+"=", 36)+text)
		}
	}
	_, err := io.WriteString(w.Out, strings.Join(parts, " ")+"\n")
	return len(p), err
}
func MultiLevelWriter(writers ...io.Writer) io.Writer { return io.MultiWriter(writers...) }
func SyncWriter(w io.Writer) io.Writer                { return w }
