package errgroup

import (
	"context"
	"fmt"
	"sync"
)

type Group struct {
	cancel func(error)
	wg     sync.WaitGroup
	turns  chan struct{}
	err    error
}

func WithContext(ctx context.Context) (*Group, context.Context) {
	ctx, cancel := context.WithCancelCause(ctx)
	return &Group{cancel: cancel}, ctx
}
func (g *Group) done() {
	if g.turns != nil {
		<-g.turns
	}
	g.wg.Done()
}
func (g *Group) start(f func() error) {
	g.wg.Add(1)
	go func() {
		defer g.done()
		if err := f(); err != nil && g.err == nil {
			g.err = err
			if g.cancel != nil {
				g.cancel(err)
			}
		}
	}()
}
func (g *Group) Go(f func() error) {
	if g.turns != nil {
		g.turns <- struct{}{}
	}
	g.start(f)
}
func (g *Group) TryGo(f func() error) bool {
	if g.turns != nil {
		select {
		case g.turns <- struct{}{}:
		default:
			return false
		}
	}
	g.start(f)
	return true
}
func (g *Group) SetLimit(n int) {
	if n < 0 {
		g.turns = nil
		return
	}
	if len(g.turns) != 0 {
		panic(fmt.Errorf("errgroup: modify limit while %v goroutines in the group are still active", len(g.turns)))
	}
	g.turns = make(chan struct{}, n)
}
func (g *Group) Wait() error {
	g.wg.Wait()
	if g.cancel != nil {
		g.cancel(g.err)
	}
	return g.err
}
