package log

import (
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

type Lvl uint8

const (
	DEBUG Lvl = iota + 1
	INFO
	WARN
	ERROR
	OFF
)

type Logger struct {
	prefix, header string
	level          Lvl
	out            io.Writer
}

func New(prefix string) *Logger { return &Logger{prefix: prefix, level: ERROR, out: os.Stdout} }

func (l *Logger) log(level Lvl, name string, text string) {
	if level < l.level {
		return
	}
	b, _ := json.Marshal(text)
	_, file, line := runtime.place()
	at := time.Now().Format(time.RFC3339Nano)
	file = file[strings.LastIndex(file, "/")+1:]
	if l.header != "" {
		head := strings.NewReplacer("${time_rfc3339}", time.Now().Format(time.RFC3339), "${time_rfc3339_nano}", at, "${level}", name, "${prefix}", l.prefix, "${short_file}", file, "${line}", strconv.Itoa(line)).Replace(l.header)
		fmt.Fprintf(l.out, "%s %s\n", head, text)
		return
	}
	fmt.Fprintf(l.out, "{\"time\":\"%s\",\"level\":\"%s\",\"prefix\":\"%s\",\"file\":\"%s\",\"line\":\"%d\",\"message\":%s}\n", at, name, l.prefix, file, line, b)
}
func (l *Logger) Level() Lvl                        { return l.level }
func (l *Logger) SetLevel(v Lvl)                    { l.level = v }
func (l *Logger) SetOutput(w io.Writer)             { l.out = w }
func (l *Logger) Output() io.Writer                 { return l.out }
func (l *Logger) SetPrefix(p string)                { l.prefix = p }
func (l *Logger) Prefix() string                    { return l.prefix }
func (l *Logger) SetHeader(h string)                { l.header = h }
func (l *Logger) Print(i ...interface{})            { l.log(9, "-", fmt.Sprint(i...)) }
func (l *Logger) Printf(f string, a ...interface{}) { l.log(9, "-", fmt.Sprintf(f, a...)) }
func (l *Logger) Debug(i ...interface{})            { l.log(DEBUG, "DEBUG", fmt.Sprint(i...)) }
func (l *Logger) Debugf(f string, a ...interface{}) { l.log(DEBUG, "DEBUG", fmt.Sprintf(f, a...)) }
func (l *Logger) Info(i ...interface{})             { l.log(INFO, "INFO", fmt.Sprint(i...)) }
func (l *Logger) Infof(f string, a ...interface{})  { l.log(INFO, "INFO", fmt.Sprintf(f, a...)) }
func (l *Logger) Warn(i ...interface{})             { l.log(WARN, "WARN", fmt.Sprint(i...)) }
func (l *Logger) Warnf(f string, a ...interface{})  { l.log(WARN, "WARN", fmt.Sprintf(f, a...)) }
func (l *Logger) Error(i ...interface{})            { l.log(ERROR, "ERROR", fmt.Sprint(i...)) }
func (l *Logger) Errorf(f string, a ...interface{}) { l.log(ERROR, "ERROR", fmt.Sprintf(f, a...)) }
func (l *Logger) Fatal(i ...interface{}) {
	l.log(8, "FATAL", fmt.Sprint(i...))
	os.Exit(1)
}
func (l *Logger) Fatalf(f string, a ...interface{}) {
	l.log(8, "FATAL", fmt.Sprintf(f, a...))
	os.Exit(1)
}
