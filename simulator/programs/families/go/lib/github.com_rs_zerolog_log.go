package log

import (
	"context"
	"fmt"
	"io"
	"os"

	"github.com/rs/zerolog"
)

var Logger = zerolog.New(os.Stderr).With().Timestamp().Logger()

func Output(w io.Writer) zerolog.Logger         { return Logger.Output(w) }
func With() zerolog.Context                     { return Logger.With() }
func Level(v zerolog.Level) zerolog.Logger      { return Logger.Level(v) }
func Err(err error) *zerolog.Event              { return Logger.Err(err) }
func Ctx(ctx context.Context) *zerolog.Logger   { return zerolog.Ctx(ctx) }
func Print(v ...interface{})                    { Logger.Debug().Msg(fmt.Sprint(v...)) }
func Printf(f string, v ...interface{})         { Logger.Debug().Msg(fmt.Sprintf(f, v...)) }
func WithLevel(v zerolog.Level) *zerolog.Event  { return Logger.WithLevel(v) }
func Trace() *zerolog.Event { return Logger.Trace() }
func Debug() *zerolog.Event { return Logger.Debug() }
func Info() *zerolog.Event { return Logger.Info() }
func Warn() *zerolog.Event { return Logger.Warn() }
func Error() *zerolog.Event { return Logger.Error() }
func Fatal() *zerolog.Event { return Logger.Fatal() }
func Panic() *zerolog.Event { return Logger.Panic() }
func Log() *zerolog.Event { return Logger.Log() }
