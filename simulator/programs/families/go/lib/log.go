package log

import (
	"fmt"
	"io"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

const (
	Ldate = 1 << iota
	Ltime
	Lmicroseconds
	Llongfile
	Lshortfile
	LUTC
	Lmsgprefix
	LstdFlags = Ldate | Ltime
)

type Logger struct {
	w      io.Writer
	prefix string
	flag   int
}

var std = &Logger{os.Stderr, "", LstdFlags}

func New(out io.Writer, prefix string, flag int) *Logger { return &Logger{out, prefix, flag} }
func Default() *Logger                                   { return std }

func (l *Logger) output(text string) {
	if len(text) == 0 || text[len(text)-1] != '\n' {
		text += "\n"
	}
	head := ""
	if l.flag&Lmsgprefix == 0 {
		head = l.prefix
	}
	now := time.Now()
	if l.flag&Ldate != 0 {
		head += now.Format("2006/01/02 ")
	}
	if l.flag&Lmicroseconds != 0 {
		head += now.Format("15:04:05.000000 ")
	} else if l.flag&Ltime != 0 {
		head += now.Format("15:04:05 ")
	}
	if l.flag&(Lshortfile|Llongfile) != 0 {
		_, file, line := runtime.place()
		if l.flag&Lshortfile != 0 {
			file = file[strings.LastIndex(file, "/")+1:]
		}
		head += file + ":" + strconv.Itoa(line) + ": "
	}
	if l.flag&Lmsgprefix != 0 {
		head += l.prefix
	}
	io.WriteString(l.w, head+text)
}

func (l *Logger) Printf(format string, v ...any) { l.output(fmt.Sprintf(format, v...)) }
func (l *Logger) Println(v ...any)               { l.output(fmt.Sprintln(v...)) }
func (l *Logger) Print(v ...any)                 { l.output(fmt.Sprint(v...)) }
func (l *Logger) Fatalf(format string, v ...any) { l.output(fmt.Sprintf(format, v...)); os.Exit(1) }
func (l *Logger) Fatalln(v ...any)               { l.output(fmt.Sprintln(v...)); os.Exit(1) }
func (l *Logger) Fatal(v ...any)                 { l.output(fmt.Sprint(v...)); os.Exit(1) }
func (l *Logger) Panicf(format string, v ...any) {
	s := fmt.Sprintf(format, v...)
	l.output(s)
	panic(s)
}
func (l *Logger) Panic(v ...any) {
	s := fmt.Sprint(v...)
	l.output(s)
	panic(s)
}
func (l *Logger) Panicln(v ...any)       { l.Panic(fmt.Sprintln(v...)) }
func (l *Logger) Output(depth int, s string) error { l.output(s); return nil }
func (l *Logger) Prefix() string         { return l.prefix }
func (l *Logger) Flags() int             { return l.flag }
func (l *Logger) SetPrefix(p string)     { l.prefix = p }
func (l *Logger) SetFlags(f int)         { l.flag = f }
func (l *Logger) SetOutput(w io.Writer)  { l.w = w }
func (l *Logger) Writer() io.Writer      { return l.w }

func Printf(format string, v ...any) { std.output(fmt.Sprintf(format, v...)) }
func Println(v ...any)               { std.output(fmt.Sprintln(v...)) }
func Print(v ...any)                 { std.output(fmt.Sprint(v...)) }
func Fatalf(format string, v ...any) { std.output(fmt.Sprintf(format, v...)); os.Exit(1) }
func Fatalln(v ...any)               { std.output(fmt.Sprintln(v...)); os.Exit(1) }
func Fatal(v ...any)                 { std.output(fmt.Sprint(v...)); os.Exit(1) }
func Panicf(format string, v ...any) { std.Panicf(format, v...) }
func Panic(v ...any)                 { std.Panic(v...) }
func Panicln(v ...any)               { std.Panic(fmt.Sprintln(v...)) }
func SetPrefix(p string)             { std.prefix = p }
func SetFlags(f int)                 { std.flag = f }
func Flags() int                     { return std.flag }
func SetOutput(w io.Writer)          { std.w = w }
func Writer() io.Writer              { return std.w }
func Prefix() string                 { return std.prefix }
func Output(depth int, s string) error { std.output(s); return nil }
