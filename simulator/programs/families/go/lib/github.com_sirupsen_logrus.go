package logrus

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"sort"
	"strconv"
	"strings"
	"time"
)

type Level uint32

const (
	PanicLevel Level = iota
	FatalLevel
	ErrorLevel
	WarnLevel
	InfoLevel
	DebugLevel
	TraceLevel
)

var names = []string{"panic", "fatal", "error", "warning", "info", "debug", "trace"}
var AllLevels = []Level{PanicLevel, FatalLevel, ErrorLevel, WarnLevel, InfoLevel, DebugLevel, TraceLevel}

const (
	ErrorKey       = "error"
	FieldKeyMsg    = "msg"
	FieldKeyLevel  = "level"
	FieldKeyTime   = "time"
)

func (l Level) String() string { return names[l] }
func ParseLevel(text string) (Level, error) {
	for i, one := range names {
		if strings.ToLower(text) == one || one == "warning" && strings.ToLower(text) == "warn" {
			return Level(i), nil
		}
	}
	return 0, fmt.Errorf("not a valid logrus Level: %q", text)
}

type Fields map[string]interface{}
type Formatter interface{ Format(*Entry) ([]byte, error) }
type FieldMap map[string]string
type TextFormatter struct {
	ForceColors, DisableColors, ForceQuote, DisableQuote, DisableTimestamp, FullTimestamp, DisableSorting, DisableLevelTruncation, PadLevelText, QuoteEmptyFields bool
	TimestampFormat string
	FieldMap        FieldMap
}
type JSONFormatter struct {
	TimestampFormat                                string
	DisableTimestamp, DisableHTMLEscape, PrettyPrint bool
	DataKey                                        string
	FieldMap                                       FieldMap
}

func (f FieldMap) name(key string) string {
	if n := f[key]; n != "" {
		return n
	}
	return key
}
func keys(f Fields) []string {
	found := []string{}
	for k := range f {
		found = append(found, k)
	}
	sort.Strings(found)
	return found
}
func quoted(v interface{}) string {
	text, ok := v.(string)
	if !ok {
		text = fmt.Sprint(v)
	}
	for _, c := range text {
		if !(c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || strings.ContainsRune("-._/@^+", c)) {
			return strconv.Quote(text)
		}
	}
	return text
}
func layout(text string) string {
	if text == "" {
		return time.RFC3339
	}
	return text
}

// Simplified: logrus finds no terminal in a container, so that its text has no colours unless they are forced.
func (f *TextFormatter) Format(e *Entry) ([]byte, error) {
	if f.ForceColors {
		return f.coloured(e), nil
	}
	out := ""
	if !f.DisableTimestamp {
		out += f.FieldMap.name(FieldKeyTime) + "=" + strconv.Quote(e.Time.Format(layout(f.TimestampFormat))) + " "
	}
	out += f.FieldMap.name(FieldKeyLevel) + "=" + e.Level.String()
	if e.Message != "" {
		out += " " + f.FieldMap.name(FieldKeyMsg) + "=" + quoted(e.Message)
	}
	for _, k := range keys(e.Data) {
		out += " " + k + "=" + quoted(e.Data[k])
	}
	return []byte(out + "\n"), nil
}
func (f *TextFormatter) coloured(e *Entry) []byte {
	colour := 36
	switch e.Level {
	case DebugLevel, TraceLevel:
		colour = 37
	case WarnLevel:
		colour = 33
	case ErrorLevel, FatalLevel, PanicLevel:
		colour = 31
	}
	level := strings.ToUpper(e.Level.String())[:4]
	head := "[0000]"
	if f.FullTimestamp {
		head = "[" + e.Time.Format(layout(f.TimestampFormat)) + "]"
	}
	out := fmt.Sprintf("\x1b[%dm%s\x1b[0m%s %-44s ", colour, level, head, e.Message)
	for _, k := range keys(e.Data) {
		out += fmt.Sprintf(" \x1b[%dm%s\x1b[0m=%s", colour, k, quoted(e.Data[k]))
	}
	return []byte(out + "\n")
}
func (f *JSONFormatter) Format(e *Entry) ([]byte, error) {
	data := map[string]interface{}{}
	for k, v := range e.Data {
		if err, ok := v.(error); ok {
			v = err.Error()
		}
		if k == FieldKeyMsg || k == FieldKeyLevel || k == FieldKeyTime {
			k = "fields." + k
		}
		data[k] = v
	}
	if f.DataKey != "" {
		data = map[string]interface{}{f.DataKey: data}
	}
	if !f.DisableTimestamp {
		data[f.FieldMap.name(FieldKeyTime)] = e.Time.Format(layout(f.TimestampFormat))
	}
	data[f.FieldMap.name(FieldKeyMsg)] = e.Message
	data[f.FieldMap.name(FieldKeyLevel)] = e.Level.String()
	b, err := json.Marshal(data)
	if f.PrettyPrint && err == nil {
		b, err = json.MarshalIndent(data, "", "  ")
	}
	return append(b, '\n'), err
}

type Hook interface {
	Levels() []Level
	Fire(*Entry) error
}
type Logger struct {
	Out          io.Writer
	Formatter    Formatter
	Level        Level
	ReportCaller bool
	ExitFunc     func(int)
	hooks        []Hook
}
type Entry struct {
	Logger  *Logger
	Data    Fields
	Time    time.Time
	Level   Level
	Message string
	Context context.Context
}
type FieldLogger interface {
	WithField(key string, value interface{}) *Entry
	WithFields(fields Fields) *Entry
	WithError(err error) *Entry
	Debugf(format string, args ...interface{})
	Infof(format string, args ...interface{})
	Warnf(format string, args ...interface{})
	Errorf(format string, args ...interface{})
	Debug(args ...interface{})
	Info(args ...interface{})
	Warn(args ...interface{})
	Error(args ...interface{})
}

func New() *Logger {
	return &Logger{Out: os.Stderr, Formatter: &TextFormatter{}, Level: InfoLevel}
}

var std = New()

func StandardLogger() *Logger { return std }
func NewEntry(l *Logger) *Entry { return &Entry{Logger: l, Data: Fields{}} }
func (e *Entry) WithFields(f Fields) *Entry {
	d := Fields{}
	for k, v := range e.Data {
		d[k] = v
	}
	for k, v := range f {
		d[k] = v
	}
	return &Entry{Logger: e.Logger, Data: d, Time: e.Time, Context: e.Context}
}
func (e *Entry) WithField(k string, v interface{}) *Entry  { return e.WithFields(Fields{k: v}) }
func (e *Entry) WithError(err error) *Entry                { return e.WithField(ErrorKey, err) }
func (e *Entry) WithContext(ctx context.Context) *Entry    { e = e.WithFields(nil); e.Context = ctx; return e }
func (e *Entry) WithTime(t time.Time) *Entry               { e = e.WithFields(nil); e.Time = t; return e }
func (e *Entry) Log(level Level, args ...interface{})      { e.log(level, fmt.Sprint(args...)) }
func (e *Entry) log(level Level, text string) {
	l := e.Logger
	if l.Level >= level {
		one := *e
		if one.Time.IsZero() {
			one.Time = time.Now()
		}
		one.Level, one.Message = level, text
		for _, h := range l.hooks {
			h.Fire(&one)
		}
		b, err := l.Formatter.Format(&one)
		if err != nil {
			fmt.Fprintf(os.Stderr, "Failed to obtain reader, %v\n", err)
		} else {
			l.Out.Write(b)
		}
	}
	if level == FatalLevel {
		if l.ExitFunc != nil {
			l.ExitFunc(1)
		}
		os.Exit(1)
	}
	if level == PanicLevel {
		panic(errors.New(text))
	}
}
func line(args []interface{}) string {
	s := fmt.Sprintln(args...)
	return s[:len(s)-1]
}
func (e *Entry) Trace(a ...interface{})               { e.log(TraceLevel, fmt.Sprint(a...)) }
func (e *Entry) Debug(a ...interface{})               { e.log(DebugLevel, fmt.Sprint(a...)) }
func (e *Entry) Info(a ...interface{})                { e.log(InfoLevel, fmt.Sprint(a...)) }
func (e *Entry) Print(a ...interface{})               { e.log(InfoLevel, fmt.Sprint(a...)) }
func (e *Entry) Warn(a ...interface{})                { e.log(WarnLevel, fmt.Sprint(a...)) }
func (e *Entry) Warning(a ...interface{})             { e.log(WarnLevel, fmt.Sprint(a...)) }
func (e *Entry) Error(a ...interface{})               { e.log(ErrorLevel, fmt.Sprint(a...)) }
func (e *Entry) Fatal(a ...interface{})               { e.log(FatalLevel, fmt.Sprint(a...)) }
func (e *Entry) Panic(a ...interface{})               { e.log(PanicLevel, fmt.Sprint(a...)) }
func (e *Entry) Tracef(f string, a ...interface{})    { e.log(TraceLevel, fmt.Sprintf(f, a...)) }
func (e *Entry) Debugf(f string, a ...interface{})    { e.log(DebugLevel, fmt.Sprintf(f, a...)) }
func (e *Entry) Infof(f string, a ...interface{})     { e.log(InfoLevel, fmt.Sprintf(f, a...)) }
func (e *Entry) Printf(f string, a ...interface{})    { e.log(InfoLevel, fmt.Sprintf(f, a...)) }
func (e *Entry) Warnf(f string, a ...interface{})     { e.log(WarnLevel, fmt.Sprintf(f, a...)) }
func (e *Entry) Warningf(f string, a ...interface{})  { e.log(WarnLevel, fmt.Sprintf(f, a...)) }
func (e *Entry) Errorf(f string, a ...interface{})    { e.log(ErrorLevel, fmt.Sprintf(f, a...)) }
func (e *Entry) Fatalf(f string, a ...interface{})    { e.log(FatalLevel, fmt.Sprintf(f, a...)) }
func (e *Entry) Panicf(f string, a ...interface{})    { e.log(PanicLevel, fmt.Sprintf(f, a...)) }
func (e *Entry) Debugln(a ...interface{})             { e.log(DebugLevel, line(a)) }
func (e *Entry) Infoln(a ...interface{})              { e.log(InfoLevel, line(a)) }
func (e *Entry) Println(a ...interface{})             { e.log(InfoLevel, line(a)) }
func (e *Entry) Warnln(a ...interface{})              { e.log(WarnLevel, line(a)) }
func (e *Entry) Errorln(a ...interface{})             { e.log(ErrorLevel, line(a)) }
func (e *Entry) Fatalln(a ...interface{})             { e.log(FatalLevel, line(a)) }

func (l *Logger) SetLevel(v Level)                          { l.Level = v }
func (l *Logger) GetLevel() Level                           { return l.Level }
func (l *Logger) IsLevelEnabled(v Level) bool               { return l.Level >= v }
func (l *Logger) SetOutput(w io.Writer)                     { l.Out = w }
func (l *Logger) SetFormatter(f Formatter)                  { l.Formatter = f }
func (l *Logger) SetReportCaller(v bool)                    { l.ReportCaller = v }
func (l *Logger) AddHook(h Hook)                            { l.hooks = append(l.hooks, h) }
func (l *Logger) WithField(k string, v interface{}) *Entry  { return NewEntry(l).WithField(k, v) }
func (l *Logger) WithFields(f Fields) *Entry                { return NewEntry(l).WithFields(f) }
func (l *Logger) WithError(err error) *Entry                { return NewEntry(l).WithError(err) }
func (l *Logger) WithContext(ctx context.Context) *Entry    { return NewEntry(l).WithContext(ctx) }

func (l *Logger) Trace(a ...interface{})            { NewEntry(l).Trace(a...) }
func Trace(a ...interface{})                        { NewEntry(std).Trace(a...) }
func (l *Logger) Tracef(f string, a ...interface{}) { NewEntry(l).Tracef(f, a...) }
func Tracef(f string, a ...interface{})             { NewEntry(std).Tracef(f, a...) }
func (l *Logger) Debug(a ...interface{})            { NewEntry(l).Debug(a...) }
func Debug(a ...interface{})                        { NewEntry(std).Debug(a...) }
func (l *Logger) Debugf(f string, a ...interface{}) { NewEntry(l).Debugf(f, a...) }
func Debugf(f string, a ...interface{})             { NewEntry(std).Debugf(f, a...) }
func (l *Logger) Info(a ...interface{})            { NewEntry(l).Info(a...) }
func Info(a ...interface{})                        { NewEntry(std).Info(a...) }
func (l *Logger) Infof(f string, a ...interface{}) { NewEntry(l).Infof(f, a...) }
func Infof(f string, a ...interface{})             { NewEntry(std).Infof(f, a...) }
func (l *Logger) Print(a ...interface{})            { NewEntry(l).Print(a...) }
func Print(a ...interface{})                        { NewEntry(std).Print(a...) }
func (l *Logger) Printf(f string, a ...interface{}) { NewEntry(l).Printf(f, a...) }
func Printf(f string, a ...interface{})             { NewEntry(std).Printf(f, a...) }
func (l *Logger) Warn(a ...interface{})            { NewEntry(l).Warn(a...) }
func Warn(a ...interface{})                        { NewEntry(std).Warn(a...) }
func (l *Logger) Warnf(f string, a ...interface{}) { NewEntry(l).Warnf(f, a...) }
func Warnf(f string, a ...interface{})             { NewEntry(std).Warnf(f, a...) }
func (l *Logger) Warning(a ...interface{})            { NewEntry(l).Warning(a...) }
func Warning(a ...interface{})                        { NewEntry(std).Warning(a...) }
func (l *Logger) Warningf(f string, a ...interface{}) { NewEntry(l).Warningf(f, a...) }
func Warningf(f string, a ...interface{})             { NewEntry(std).Warningf(f, a...) }
func (l *Logger) Error(a ...interface{})            { NewEntry(l).Error(a...) }
func Error(a ...interface{})                        { NewEntry(std).Error(a...) }
func (l *Logger) Errorf(f string, a ...interface{}) { NewEntry(l).Errorf(f, a...) }
func Errorf(f string, a ...interface{})             { NewEntry(std).Errorf(f, a...) }
func (l *Logger) Fatal(a ...interface{})            { NewEntry(l).Fatal(a...) }
func Fatal(a ...interface{})                        { NewEntry(std).Fatal(a...) }
func (l *Logger) Fatalf(f string, a ...interface{}) { NewEntry(l).Fatalf(f, a...) }
func Fatalf(f string, a ...interface{})             { NewEntry(std).Fatalf(f, a...) }
func (l *Logger) Panic(a ...interface{})            { NewEntry(l).Panic(a...) }
func Panic(a ...interface{})                        { NewEntry(std).Panic(a...) }
func (l *Logger) Panicf(f string, a ...interface{}) { NewEntry(l).Panicf(f, a...) }
func Panicf(f string, a ...interface{})             { NewEntry(std).Panicf(f, a...) }
func (l *Logger) Debugln(a ...interface{})          { NewEntry(l).Debugln(a...) }
func Debugln(a ...interface{})                      { NewEntry(std).Debugln(a...) }
func (l *Logger) Infoln(a ...interface{})          { NewEntry(l).Infoln(a...) }
func Infoln(a ...interface{})                      { NewEntry(std).Infoln(a...) }
func (l *Logger) Println(a ...interface{})          { NewEntry(l).Println(a...) }
func Println(a ...interface{})                      { NewEntry(std).Println(a...) }
func (l *Logger) Warnln(a ...interface{})          { NewEntry(l).Warnln(a...) }
func Warnln(a ...interface{})                      { NewEntry(std).Warnln(a...) }
func (l *Logger) Errorln(a ...interface{})          { NewEntry(l).Errorln(a...) }
func Errorln(a ...interface{})                      { NewEntry(std).Errorln(a...) }
func (l *Logger) Fatalln(a ...interface{})          { NewEntry(l).Fatalln(a...) }
func Fatalln(a ...interface{})                      { NewEntry(std).Fatalln(a...) }
func SetLevel(v Level)                         { std.Level = v }
func GetLevel() Level                          { return std.Level }
func SetOutput(w io.Writer)                    { std.Out = w }
func SetFormatter(f Formatter)                 { std.Formatter = f }
func SetReportCaller(v bool)                   { std.ReportCaller = v }
func AddHook(h Hook)                           { std.AddHook(h) }
func IsLevelEnabled(v Level) bool              { return std.Level >= v }
func WithField(k string, v interface{}) *Entry { return std.WithField(k, v) }
func WithFields(f Fields) *Entry               { return std.WithFields(f) }
func WithError(err error) *Entry               { return std.WithError(err) }
func WithContext(ctx context.Context) *Entry   { return std.WithContext(ctx) }
