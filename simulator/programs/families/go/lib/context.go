package context

import (
	"errors"
	"time"
)

type Context interface {
	Deadline() (deadline time.Time, ok bool)
	Done() <-chan struct{}
	Err() error
	Value(key any) any
}
type CancelFunc func()
type CancelCauseFunc func(cause error)

var Canceled = errors.New("context canceled")

type deadlineError struct{}

func (deadlineError) Error() string   { return "context deadline exceeded" }
func (deadlineError) Timeout() bool   { return true }
func (deadlineError) Temporary() bool { return true }

var DeadlineExceeded error = deadlineError{}

type node struct {
	parent   Context
	done     chan struct{}
	err      error
	cause    error
	deadline time.Time
	has      bool
	key, val any
	children []*node
	timer    *time.Timer
	root     string
}

func (c *node) Deadline() (time.Time, bool) {
	if c.has {
		return c.deadline, true
	}
	if c.parent != nil {
		return c.parent.Deadline()
	}
	return time.Time{}, false
}
func (c *node) Done() <-chan struct{} {
	if c.done == nil && c.parent != nil {
		return c.parent.Done()
	}
	return c.done
}
func (c *node) Err() error {
	if c.done == nil && c.parent != nil {
		return c.parent.Err()
	}
	return c.err
}
func (c *node) Value(key any) any {
	if c.key != nil && c.key == key {
		return c.val
	}
	if c.parent != nil {
		return c.parent.Value(key)
	}
	return nil
}
func (c *node) String() string { return "context." + c.root }

func (c *node) cancel(err, cause error) {
	if c.err != nil {
		return
	}
	c.err = err
	c.cause = cause
	if c.done != nil {
		close(c.done)
	}
	if c.timer != nil {
		c.timer.Stop()
	}
	for _, one := range c.children {
		one.cancel(err, cause)
	}
	c.children = nil
}

var background = &node{root: "Background"}
var todo = &node{root: "TODO"}

func Background() Context { return background }
func TODO() Context       { return todo }

func nearest(parent Context) *node {
	for parent != nil {
		n, ok := parent.(*node)
		if !ok {
			return nil
		}
		if n.done != nil {
			return n
		}
		parent = n.parent
	}
	return nil
}

func child(parent Context) *node {
	if parent == nil {
		panic("cannot create context from nil parent")
	}
	c := &node{parent: parent, done: make(chan struct{}), root: "Background.WithCancel"}
	if err := parent.Err(); err != nil {
		c.cancel(err, err)
		return c
	}
	if n := nearest(parent); n != nil {
		n.children = append(n.children, c)
	} else if d := parent.Done(); d != nil {
		go func() {
			select {
			case <-d:
				c.cancel(parent.Err(), parent.Err())
			case <-c.done:
			}
		}()
	}
	return c
}

func (c *node) detach() {
	n := nearest(c.parent)
	if n == nil {
		return
	}
	for i, one := range n.children {
		if one == c {
			n.children = append(n.children[:i], n.children[i+1:]...)
			return
		}
	}
}

func WithCancel(parent Context) (Context, CancelFunc) {
	c := child(parent)
	return c, func() { c.cancel(Canceled, Canceled); c.detach() }
}
func WithCancelCause(parent Context) (Context, CancelCauseFunc) {
	c := child(parent)
	return c, func(cause error) { c.cancel(Canceled, cause); c.detach() }
}
func Cause(c Context) error {
	if n := nearest(c); n != nil {
		return n.cause
	}
	return c.Err()
}
func WithDeadline(parent Context, d time.Time) (Context, CancelFunc) {
	return WithTimeout(parent, time.Until(d))
}
func WithTimeout(parent Context, timeout time.Duration) (Context, CancelFunc) {
	c := child(parent)
	c.deadline = time.Now().Add(timeout)
	c.has = true
	if old, ok := parent.Deadline(); ok && old.Before(c.deadline) {
		c.deadline = old
	}
	if c.err == nil {
		c.timer = time.AfterFunc(timeout, func() { c.cancel(DeadlineExceeded, DeadlineExceeded) })
	}
	return c, func() { c.cancel(Canceled, Canceled); c.detach() }
}
func WithValue(parent Context, key, val any) Context {
	return &node{parent: parent, key: key, val: val}
}
func WithoutCancel(parent Context) Context { return &node{parent: background, root: "WithoutCancel"} }
