package zap

import (
	"errors"
	"fmt"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"

	"go.uber.org/zap/zapcore"
)

const (
	DebugLevel  = zapcore.DebugLevel
	InfoLevel   = zapcore.InfoLevel
	WarnLevel   = zapcore.WarnLevel
	ErrorLevel  = zapcore.ErrorLevel
	DPanicLevel = zapcore.DPanicLevel
	PanicLevel  = zapcore.PanicLevel
	FatalLevel  = zapcore.FatalLevel
)

type Field = zapcore.Field

func String(k, v string) Field                      { return Field{Key: k, Value: v} }
func Strings(k string, v []string) Field            { return Field{Key: k, Value: v} }
func Int(k string, v int) Field                     { return Field{Key: k, Value: v} }
func Int32(k string, v int32) Field                 { return Field{Key: k, Value: v} }
func Int64(k string, v int64) Field                 { return Field{Key: k, Value: v} }
func Uint(k string, v uint) Field                   { return Field{Key: k, Value: v} }
func Uint64(k string, v uint64) Field               { return Field{Key: k, Value: v} }
func Float64(k string, v float64) Field             { return Field{Key: k, Value: v} }
func Bool(k string, v bool) Field                   { return Field{Key: k, Value: v} }
func Any(k string, v interface{}) Field             { return Field{Key: k, Value: v} }
func Reflect(k string, v interface{}) Field         { return Field{Key: k, Value: v} }
func Stringer(k string, v fmt.Stringer) Field       { return Field{Key: k, Value: v.String()} }
func ByteString(k string, v []byte) Field           { return Field{Key: k, Value: string(v)} }
func Time(k string, v time.Time) Field              { return Field{Key: k, Value: v} }
func Duration(k string, v time.Duration) Field      { return Field{Key: k, Value: v} }
func NamedError(k string, err error) Field          { return Field{Key: k, Value: err} }
func Error(err error) Field                         { return NamedError("error", err) }
func Skip() Field                                   { return Field{} }
func Namespace(k string) Field                      { return Field{} }

type AtomicLevel struct{ l *zapcore.Level }

func NewAtomicLevel() AtomicLevel                         { l := InfoLevel; return AtomicLevel{&l} }
func NewAtomicLevelAt(v zapcore.Level) AtomicLevel        { return AtomicLevel{&v} }
func (a AtomicLevel) Level() zapcore.Level                { return *a.l }
func (a AtomicLevel) SetLevel(v zapcore.Level)            { *a.l = v }
func (a AtomicLevel) String() string                      { return a.l.String() }
func (a AtomicLevel) Enabled(v zapcore.Level) bool        { return v >= *a.l }
func ParseAtomicLevel(text string) (AtomicLevel, error) {
	l, err := zapcore.ParseLevel(text)
	return NewAtomicLevelAt(l), err
}

type SamplingConfig struct{ Initial, Thereafter int }
type Config struct {
	Level                             AtomicLevel
	Development                       bool
	DisableCaller, DisableStacktrace  bool
	Sampling                          *SamplingConfig
	Encoding                          string
	EncoderConfig                     zapcore.EncoderConfig
	OutputPaths, ErrorOutputPaths     []string
	InitialFields                     map[string]interface{}
}

func NewProductionEncoderConfig() zapcore.EncoderConfig {
	return zapcore.EncoderConfig{TimeKey: "ts", LevelKey: "level", NameKey: "logger", CallerKey: "caller", MessageKey: "msg", StacktraceKey: "stacktrace", EncodeLevel: zapcore.LowercaseLevelEncoder, EncodeTime: zapcore.EpochTimeEncoder, EncodeDuration: zapcore.SecondsDurationEncoder, EncodeCaller: zapcore.ShortCallerEncoder}
}
func NewDevelopmentEncoderConfig() zapcore.EncoderConfig {
	return zapcore.EncoderConfig{TimeKey: "T", LevelKey: "L", NameKey: "N", CallerKey: "C", MessageKey: "M", StacktraceKey: "S", EncodeLevel: zapcore.CapitalLevelEncoder, EncodeTime: zapcore.ISO8601TimeEncoder, EncodeDuration: zapcore.StringDurationEncoder, EncodeCaller: zapcore.ShortCallerEncoder}
}
func NewProductionConfig() Config {
	return Config{Level: NewAtomicLevelAt(InfoLevel), Encoding: "json", EncoderConfig: NewProductionEncoderConfig(), OutputPaths: []string{"stderr"}, ErrorOutputPaths: []string{"stderr"}}
}
func NewDevelopmentConfig() Config {
	return Config{Level: NewAtomicLevelAt(DebugLevel), Development: true, Encoding: "console", EncoderConfig: NewDevelopmentEncoderConfig(), OutputPaths: []string{"stderr"}, ErrorOutputPaths: []string{"stderr"}}
}

type Option interface{ apply(*Logger) }
type option func(*Logger)

func (o option) apply(l *Logger)                   { o(l) }
func AddCaller() Option                            { return option(func(l *Logger) { l.caller = true }) }
func WithCaller(on bool) Option                    { return option(func(l *Logger) { l.caller = on }) }
func AddCallerSkip(n int) Option                   { return option(func(l *Logger) {}) }
func AddStacktrace(v zapcore.Level) Option         { return option(func(l *Logger) { l.stack = v }) }
func Development() Option                          { return option(func(l *Logger) { l.dev = true }) }
func Fields(f ...Field) Option                     { return option(func(l *Logger) { l.fields = append(l.fields, f...) }) }

type Logger struct {
	core   zapcore.Core
	fields []Field
	name   string
	caller bool
	dev    bool
	stack  zapcore.Level
}

func New(core zapcore.Core, opts ...Option) *Logger {
	l := &Logger{core: core, stack: FatalLevel + 1}
	return l.WithOptions(opts...)
}
func NewNop() *Logger { return New(nil) }
func (c Config) Build(opts ...Option) (*Logger, error) {
	var enc zapcore.Encoder
	switch c.Encoding {
	case "json":
		enc = zapcore.NewJSONEncoder(c.EncoderConfig)
	case "console":
		enc = zapcore.NewConsoleEncoder(c.EncoderConfig)
	case "":
		return nil, errors.New("no encoder name specified")
	default:
		return nil, fmt.Errorf("no encoder registered for name %q", c.Encoding)
	}
	var out zapcore.WriteSyncer = os.Stderr
	for _, path := range c.OutputPaths {
		if path == "stdout" {
			out = os.Stdout
		}
	}
	l := New(zapcore.NewCore(enc, out, c.Level), opts...)
	l.caller = !c.DisableCaller
	l.dev = c.Development
	if !c.DisableStacktrace {
		l.stack = ErrorLevel
		if c.Development {
			l.stack = WarnLevel
		}
	}
	for k, v := range c.InitialFields {
		l.fields = append(l.fields, Any(k, v))
	}
	return l.WithOptions(opts...), nil
}
func NewProduction(opts ...Option) (*Logger, error)  { return NewProductionConfig().Build(opts...) }
func NewDevelopment(opts ...Option) (*Logger, error) { return NewDevelopmentConfig().Build(opts...) }
func NewExample(opts ...Option) *Logger {
	enc := zapcore.NewJSONEncoder(zapcore.EncoderConfig{LevelKey: "level", NameKey: "logger", MessageKey: "msg", EncodeLevel: zapcore.LowercaseLevelEncoder, EncodeDuration: zapcore.StringDurationEncoder})
	return New(zapcore.NewCore(enc, os.Stdout, DebugLevel), opts...)
}
func Must(l *Logger, err error) *Logger {
	if err != nil {
		panic(err)
	}
	return l
}

var global = NewNop()

func L() *Logger        { return global }
func S() *SugaredLogger { return global.Sugar() }
func ReplaceGlobals(l *Logger) func() {
	old := global
	global = l
	return func() { global = old }
}
func (l *Logger) clone() *Logger {
	c := *l
	c.fields = append([]Field{}, l.fields...)
	return &c
}
func (l *Logger) WithOptions(opts ...Option) *Logger {
	c := l.clone()
	for _, o := range opts {
		o.apply(c)
	}
	return c
}
func (l *Logger) With(f ...Field) *Logger {
	c := l.clone()
	c.fields = append(c.fields, f...)
	return c
}
func (l *Logger) Named(name string) *Logger {
	c := l.clone()
	if c.name != "" {
		name = c.name + "." + name
	}
	c.name = name
	return c
}
func (l *Logger) Sync() error                     { return nil }
func (l *Logger) Core() zapcore.Core              { return l.core }
func (l *Logger) Level() zapcore.Level            { return InfoLevel }
func (l *Logger) log(level zapcore.Level, msg string, f []Field) {
	if l.core != nil && l.core.Enabled(level) {
		e := zapcore.Entry{Level: level, Time: time.Now(), LoggerName: l.name, Message: msg}
		if l.caller {
			_, file, line := runtime.place()
			parts := strings.Split(file, "/")
			if len(parts) > 2 {
				parts = parts[len(parts)-2:]
			}
			e.Caller = strings.Join(parts, "/") + ":" + strconv.Itoa(line)
		}
		if level >= l.stack {
			e.Stack = runtime.userStack()
		}
		l.core.Write(e, append(append([]Field{}, l.fields...), f...))
	}
	switch {
	case level == FatalLevel:
		os.Exit(1)
	case level == PanicLevel || level == DPanicLevel && l.dev:
		panic(msg)
	}
}
func (l *Logger) Log(level zapcore.Level, msg string, f ...Field) { l.log(level, msg, f) }
func (l *Logger) Debug(msg string, f ...Field)                    { l.log(DebugLevel, msg, f) }
func (l *Logger) Info(msg string, f ...Field)                     { l.log(InfoLevel, msg, f) }
func (l *Logger) Warn(msg string, f ...Field)                     { l.log(WarnLevel, msg, f) }
func (l *Logger) Error(msg string, f ...Field)                    { l.log(ErrorLevel, msg, f) }
func (l *Logger) DPanic(msg string, f ...Field)                   { l.log(DPanicLevel, msg, f) }
func (l *Logger) Panic(msg string, f ...Field)                    { l.log(PanicLevel, msg, f) }
func (l *Logger) Fatal(msg string, f ...Field)                    { l.log(FatalLevel, msg, f) }
func (l *Logger) Sugar() *SugaredLogger                           { return &SugaredLogger{l} }

type SugaredLogger struct{ base *Logger }

func pairs(args []interface{}) []Field {
	found := []Field{}
	for i := 0; i < len(args); i++ {
		if f, ok := args[i].(Field); ok {
			found = append(found, f)
			continue
		}
		if i == len(args)-1 {
			found = append(found, Any("ignored", args[i]))
			break
		}
		found = append(found, Any(fmt.Sprint(args[i]), args[i+1]))
		i++
	}
	return found
}
func (s *SugaredLogger) Desugar() *Logger                          { return s.base }
func (s *SugaredLogger) Named(name string) *SugaredLogger          { return &SugaredLogger{s.base.Named(name)} }
func (s *SugaredLogger) With(args ...interface{}) *SugaredLogger   { return &SugaredLogger{s.base.With(pairs(args)...)} }
func (s *SugaredLogger) Sync() error                               { return nil }
func line(a []interface{}) string {
	text := fmt.Sprintln(a...)
	return text[:len(text)-1]
}

func (s *SugaredLogger) Debug(a ...interface{})                    { s.base.log(DebugLevel, fmt.Sprint(a...), nil) }
func (s *SugaredLogger) Debugf(f string, a ...interface{})         { s.base.log(DebugLevel, fmt.Sprintf(f, a...), nil) }
func (s *SugaredLogger) Debugw(msg string, kv ...interface{})      { s.base.log(DebugLevel, msg, pairs(kv)) }
func (s *SugaredLogger) Debugln(a ...interface{})                  { s.base.log(DebugLevel, line(a), nil) }
func (s *SugaredLogger) Info(a ...interface{})                    { s.base.log(InfoLevel, fmt.Sprint(a...), nil) }
func (s *SugaredLogger) Infof(f string, a ...interface{})         { s.base.log(InfoLevel, fmt.Sprintf(f, a...), nil) }
func (s *SugaredLogger) Infow(msg string, kv ...interface{})      { s.base.log(InfoLevel, msg, pairs(kv)) }
func (s *SugaredLogger) Infoln(a ...interface{})                  { s.base.log(InfoLevel, line(a), nil) }
func (s *SugaredLogger) Warn(a ...interface{})                    { s.base.log(WarnLevel, fmt.Sprint(a...), nil) }
func (s *SugaredLogger) Warnf(f string, a ...interface{})         { s.base.log(WarnLevel, fmt.Sprintf(f, a...), nil) }
func (s *SugaredLogger) Warnw(msg string, kv ...interface{})      { s.base.log(WarnLevel, msg, pairs(kv)) }
func (s *SugaredLogger) Warnln(a ...interface{})                  { s.base.log(WarnLevel, line(a), nil) }
func (s *SugaredLogger) Error(a ...interface{})                    { s.base.log(ErrorLevel, fmt.Sprint(a...), nil) }
func (s *SugaredLogger) Errorf(f string, a ...interface{})         { s.base.log(ErrorLevel, fmt.Sprintf(f, a...), nil) }
func (s *SugaredLogger) Errorw(msg string, kv ...interface{})      { s.base.log(ErrorLevel, msg, pairs(kv)) }
func (s *SugaredLogger) Errorln(a ...interface{})                  { s.base.log(ErrorLevel, line(a), nil) }
func (s *SugaredLogger) DPanic(a ...interface{})                    { s.base.log(DPanicLevel, fmt.Sprint(a...), nil) }
func (s *SugaredLogger) DPanicf(f string, a ...interface{})         { s.base.log(DPanicLevel, fmt.Sprintf(f, a...), nil) }
func (s *SugaredLogger) DPanicw(msg string, kv ...interface{})      { s.base.log(DPanicLevel, msg, pairs(kv)) }
func (s *SugaredLogger) DPanicln(a ...interface{})                  { s.base.log(DPanicLevel, line(a), nil) }
func (s *SugaredLogger) Panic(a ...interface{})                    { s.base.log(PanicLevel, fmt.Sprint(a...), nil) }
func (s *SugaredLogger) Panicf(f string, a ...interface{})         { s.base.log(PanicLevel, fmt.Sprintf(f, a...), nil) }
func (s *SugaredLogger) Panicw(msg string, kv ...interface{})      { s.base.log(PanicLevel, msg, pairs(kv)) }
func (s *SugaredLogger) Panicln(a ...interface{})                  { s.base.log(PanicLevel, line(a), nil) }
func (s *SugaredLogger) Fatal(a ...interface{})                    { s.base.log(FatalLevel, fmt.Sprint(a...), nil) }
func (s *SugaredLogger) Fatalf(f string, a ...interface{})         { s.base.log(FatalLevel, fmt.Sprintf(f, a...), nil) }
func (s *SugaredLogger) Fatalw(msg string, kv ...interface{})      { s.base.log(FatalLevel, msg, pairs(kv)) }
func (s *SugaredLogger) Fatalln(a ...interface{})                  { s.base.log(FatalLevel, line(a), nil) }
