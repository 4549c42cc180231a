package pgxpool

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"internal/sqlwire"
	"errors"
	"net/url"
	"runtime"
	"strconv"
	"strings"
	"time"
)

type Config struct {
	ConnConfig                                                                        *pgx.ConnConfig
	BeforeConnect                                                                     func(context.Context, *pgx.ConnConfig) error
	AfterConnect                                                                      func(context.Context, *pgx.Conn) error
	BeforeAcquire                                                                     func(context.Context, *pgx.Conn) bool
	AfterRelease                                                                      func(*pgx.Conn) bool
	MaxConns, MinConns, MinIdleConns                                                  int32
	MaxConnLifetime, MaxConnLifetimeJitter, MaxConnIdleTime, HealthCheckPeriod        time.Duration
}

func (c *Config) ConnString() string { return c.ConnConfig.ConnString() }
func (c *Config) Copy() *Config      { d := *c; return &d }
func ParseConfig(text string) (*Config, error) {
	inner, err := pgx.ParseConfig(text)
	if err != nil {
		return nil, err
	}
	c := &Config{ConnConfig: inner, MaxConns: 4, MaxConnLifetime: time.Hour, MaxConnIdleTime: 30 * time.Minute, HealthCheckPeriod: time.Minute}
	if n := runtime.NumCPU(); n > 4 {
		c.MaxConns = int32(n)
	}
	most := ""
	if u, err := url.Parse(text); err == nil && u.Scheme != "" {
		most = u.Query().Get("pool_max_conns")
	} else if _, after, ok := strings.Cut(text, "pool_max_conns="); ok {
		most, _, _ = strings.Cut(after, " ")
	}
	if most != "" {
		n, err := strconv.Atoi(most)
		if err != nil {
			return nil, errors.New("cannot parse pool_max_conns: " + err.Error())
		}
		c.MaxConns = int32(n)
	}
	return c, nil
}

type connector struct{ c *Config }

func (k *connector) Connect(ctx context.Context) (driver.Conn, error) {
	if k.c.BeforeConnect != nil {
		if err := k.c.BeforeConnect(ctx, k.c.ConnConfig); err != nil {
			return nil, err
		}
	}
	made, err := sqlwire.Connect(ctx, k.c.ConnConfig.Config.Options())
	if err != nil {
		return nil, err
	}
	if k.c.AfterConnect != nil {
		if err := k.c.AfterConnect(ctx, pgx.Wrap(made)); err != nil {
			made.Close()
			return nil, err
		}
	}
	return made, nil
}
func (k *connector) Driver() driver.Driver { return nil }

type Pool struct {
	db     *sql.DB
	config *Config
}

func New(ctx context.Context, text string) (*Pool, error) {
	c, err := ParseConfig(text)
	if err != nil {
		return nil, err
	}
	return NewWithConfig(ctx, c)
}
func NewWithConfig(ctx context.Context, c *Config) (*Pool, error) {
	db := sql.OpenDB(&connector{c})
	db.SetMaxOpenConns(int(c.MaxConns))
	db.SetMaxIdleConns(int(c.MaxConns))
	db.SetConnMaxLifetime(c.MaxConnLifetime)
	db.SetConnMaxIdleTime(c.MaxConnIdleTime)
	return &Pool{db, c}, nil
}

// Connect is what New was called in version 4: it waits for a first connection.
func Connect(ctx context.Context, text string) (*Pool, error) {
	p, err := New(ctx, text)
	if err == nil {
		err = p.Ping(ctx)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}
func ConnectConfig(ctx context.Context, c *Config) (*Pool, error) {
	p, err := NewWithConfig(ctx, c)
	if err == nil {
		err = p.Ping(ctx)
	}
	if err != nil {
		return nil, err
	}
	return p, nil
}

var errClosedPool = errors.New("closed pool")

// carry runs a statement; pgxpool throws connections away that the server has closed.
func (p *Pool) carry(ctx context.Context, query string, args []any) (*sqlwire.Result, func(), error) {
	for {
		c, used, err := p.db.take(ctx)
		if err != nil {
			if err == sql.errDBClosed {
				err = errClosedPool
			}
			return nil, nil, err
		}
		result, err := pgx.Carry(ctx, c.wire, query, args)
		if err == nil {
			return result, func() { p.db.give(c) }, nil
		}
		p.db.give(c)
		if !used || err.Error() != "unexpected EOF" {
			return nil, nil, err
		}
	}
}
func (p *Pool) Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	result, done, err := p.carry(ctx, query, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	done()
	return pgconn.NewCommandTag(result.Tag), nil
}
func (p *Pool) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	result, done, err := p.carry(ctx, query, args)
	return pgx.NewRows(result, err, done), err
}
func (p *Pool) QueryRow(ctx context.Context, query string, args ...any) pgx.Row {
	rows, _ := p.Query(ctx, query, args...)
	return pgx.NewRow(rows)
}
func (p *Pool) Ping(ctx context.Context) error {
	_, err := p.Exec(ctx, "-- ping")
	return err
}
func (p *Pool) Close()          { p.db.Close() }
func (p *Pool) Config() *Config { return p.config }
func (p *Pool) Reset()          {}
func (p *Pool) Begin(ctx context.Context) (pgx.Tx, error) { return p.BeginTx(ctx, pgx.TxOptions{}) }
func (p *Pool) BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	held, err := p.Acquire(ctx)
	if err != nil {
		return nil, err
	}
	return pgx.BeginOn(ctx, held.Conn(), o, held.Release)
}
func (p *Pool) SendBatch(ctx context.Context, b *pgx.Batch) pgx.BatchResults {
	held, err := p.Acquire(ctx)
	if err != nil {
		return (&pgx.Batch{}).send(nil)
	}
	defer held.Release()
	return held.Conn().SendBatch(ctx, b)
}
func (p *Pool) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, src pgx.CopyFromSource) (int64, error) {
	held, err := p.Acquire(ctx)
	if err != nil {
		return 0, err
	}
	defer held.Release()
	return held.Conn().CopyFrom(ctx, table, columns, src)
}

type Conn struct {
	p    *Pool
	give func()
	c    *pgx.Conn
}

func (p *Pool) Acquire(ctx context.Context) (*Conn, error) {
	o, err := p.db.hold(ctx)
	if err != nil {
		if err == sql.errDBClosed {
			err = errClosedPool
		}
		return nil, err
	}
	return &Conn{p, func() { p.db.give(o.c) }, pgx.Wrap(o.c.wire)}, nil
}
func (p *Pool) AcquireFunc(ctx context.Context, f func(*Conn) error) error {
	c, err := p.Acquire(ctx)
	if err != nil {
		return err
	}
	defer c.Release()
	return f(c)
}
func (c *Conn) Release() {
	if c.give != nil {
		c.give()
		c.give = nil
	}
}
func (c *Conn) Conn() *pgx.Conn                { return c.c }
func (c *Conn) Ping(ctx context.Context) error { return c.c.Ping(ctx) }
func (c *Conn) Exec(ctx context.Context, query string, args ...any) (pgconn.CommandTag, error) {
	return c.c.Exec(ctx, query, args...)
}
func (c *Conn) Query(ctx context.Context, query string, args ...any) (pgx.Rows, error) {
	return c.c.Query(ctx, query, args...)
}
func (c *Conn) QueryRow(ctx context.Context, query string, args ...any) pgx.Row {
	return c.c.QueryRow(ctx, query, args...)
}
func (c *Conn) Begin(ctx context.Context) (pgx.Tx, error) { return c.c.Begin(ctx) }
func (c *Conn) BeginTx(ctx context.Context, o pgx.TxOptions) (pgx.Tx, error) {
	return c.c.BeginTx(ctx, o)
}

type Stat struct{ s sql.DBStats }

func (p *Pool) Stat() *Stat               { return &Stat{p.db.Stats()} }
func (s *Stat) TotalConns() int32         { return int32(s.s.OpenConnections) }
func (s *Stat) IdleConns() int32          { return int32(s.s.Idle) }
func (s *Stat) AcquiredConns() int32      { return int32(s.s.InUse) }
func (s *Stat) MaxConns() int32           { return int32(s.s.MaxOpenConnections) }
