package backoff

import (
	"context"
	"errors"
	"math/rand"
	"time"
)

const (
	Stop                       time.Duration = -1
	DefaultInitialInterval                   = 500 * time.Millisecond
	DefaultRandomizationFactor               = 0.5
	DefaultMultiplier                        = 1.5
	DefaultMaxInterval                       = 60 * time.Second
	DefaultMaxElapsedTime                    = 15 * time.Minute
)

type BackOff interface {
	NextBackOff() time.Duration
	Reset()
}
type BackOffContext interface {
	BackOff
	Context() context.Context
}
type Operation func() error
type Notify func(error, time.Duration)
type PermanentError struct{ Err error }

func (e *PermanentError) Error() string { return e.Err.Error() }
func (e *PermanentError) Unwrap() error { return e.Err }
func Permanent(err error) error {
	if err == nil {
		return nil
	}
	return &PermanentError{err}
}

type ExponentialBackOff struct {
	InitialInterval                 time.Duration
	RandomizationFactor, Multiplier float64
	MaxInterval, MaxElapsedTime     time.Duration
	Stop                            time.Duration
	current                         time.Duration
	began                           time.Time
}
type ExponentialBackOffOpts func(*ExponentialBackOff)

func WithInitialInterval(d time.Duration) ExponentialBackOffOpts {
	return func(b *ExponentialBackOff) { b.InitialInterval = d }
}
func WithMaxInterval(d time.Duration) ExponentialBackOffOpts {
	return func(b *ExponentialBackOff) { b.MaxInterval = d }
}
func WithMaxElapsedTime(d time.Duration) ExponentialBackOffOpts {
	return func(b *ExponentialBackOff) { b.MaxElapsedTime = d }
}
func NewExponentialBackOff(opts ...ExponentialBackOffOpts) *ExponentialBackOff {
	b := &ExponentialBackOff{InitialInterval: DefaultInitialInterval, RandomizationFactor: DefaultRandomizationFactor, Multiplier: DefaultMultiplier, MaxInterval: DefaultMaxInterval, MaxElapsedTime: DefaultMaxElapsedTime, Stop: Stop}
	for _, o := range opts {
		o(b)
	}
	b.Reset()
	return b
}
func (b *ExponentialBackOff) Reset()                        { b.current, b.began = b.InitialInterval, time.Now() }
func (b *ExponentialBackOff) GetElapsedTime() time.Duration { return time.Since(b.began) }
func (b *ExponentialBackOff) NextBackOff() time.Duration {
	delta := b.RandomizationFactor * float64(b.current)
	next := time.Duration(float64(b.current) - delta + rand.Float64()*(2*delta+1))
	if float64(b.current) >= float64(b.MaxInterval)/b.Multiplier {
		b.current = b.MaxInterval
	} else {
		b.current = time.Duration(float64(b.current) * b.Multiplier)
	}
	if b.MaxElapsedTime != 0 && b.GetElapsedTime()+next > b.MaxElapsedTime {
		return Stop
	}
	return next
}

type ConstantBackOff struct{ Interval time.Duration }

func NewConstantBackOff(d time.Duration) *ConstantBackOff { return &ConstantBackOff{d} }
func (b *ConstantBackOff) Reset()                         {}
func (b *ConstantBackOff) NextBackOff() time.Duration     { return b.Interval }

type limited struct {
	BackOff
	most, done uint64
}

func WithMaxRetries(b BackOff, most uint64) BackOff { return &limited{b, most, 0} }
func (l *limited) Reset()                           { l.done = 0; l.BackOff.Reset() }
func (l *limited) NextBackOff() time.Duration {
	if l.done >= l.most {
		return Stop
	}
	l.done++
	return l.BackOff.NextBackOff()
}

type bounded struct {
	BackOff
	ctx context.Context
}

func WithContext(b BackOff, ctx context.Context) BackOffContext { return &bounded{b, ctx} }
func (b *bounded) Context() context.Context                     { return b.ctx }
func Retry(o Operation, b BackOff) error                        { return RetryNotify(o, b, nil) }
func RetryNotify(o Operation, b BackOff, n Notify) error {
	ctx := context.Background()
	if c, ok := b.(BackOffContext); ok {
		ctx = c.Context()
	}
	b.Reset()
	for {
		err := o()
		if err == nil {
			return nil
		}
		var p *PermanentError
		if errors.As(err, &p) {
			return p.Err
		}
		next := b.NextBackOff()
		if next == Stop {
			if ctx.Err() != nil {
				return ctx.Err()
			}
			return err
		}
		if n != nil {
			n(err, next)
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-time.After(next):
		}
	}
}
