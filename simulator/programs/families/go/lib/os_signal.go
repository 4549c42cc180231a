package signal

import (
	"context"
	"os"
)

func notify(c chan<- os.Signal, names []any)
func Stop(c chan<- os.Signal)
func Ignore(sig ...os.Signal) {
}
func Reset(sig ...os.Signal) {
}

func Notify(c chan<- os.Signal, sig ...os.Signal) {
	names := []any{}
	for _, s := range sig {
		names = append(names, s.String())
	}
	notify(c, names)
}

func NotifyContext(parent context.Context, signals ...os.Signal) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(parent)
	c := make(chan os.Signal, 1)
	Notify(c, signals...)
	go func() {
		select {
		case <-c:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, func() { Stop(c); cancel() }
}
