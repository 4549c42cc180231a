package sql

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"internal/sqlwire"
	"sort"
	"time"
)

var drivers = map[string]driver.Driver{}

func Register(name string, d driver.Driver) {
	if d == nil {
		panic("sql: Register driver is nil")
	}
	if _, dup := drivers[name]; dup {
		panic("sql: Register called twice for driver " + name)
	}
	drivers[name] = d
}
func Drivers() []string {
	names := []string{}
	for name := range drivers {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}

var ErrNoRows = errors.New("sql: no rows in result set")
var ErrTxDone = errors.New("sql: transaction has already been committed or rolled back")
var ErrConnDone = errors.New("sql: connection is already closed")
var errDBClosed = errors.New("sql: database is closed")

type IsolationLevel int

const (
	LevelDefault IsolationLevel = iota
	LevelReadUncommitted
	LevelReadCommitted
	LevelWriteCommitted
	LevelRepeatableRead
	LevelSnapshot
	LevelSerializable
	LevelLinearizable
)

type TxOptions struct {
	Isolation IsolationLevel
	ReadOnly  bool
}
type NamedArg struct {
	Name  string
	Value any
}

func Named(name string, value any) NamedArg { return NamedArg{Name: name, Value: value} }

type Result interface {
	LastInsertId() (int64, error)
	RowsAffected() (int64, error)
}
type DBStats struct {
	MaxOpenConnections, OpenConnections, InUse, Idle           int
	WaitCount                                                  int64
	WaitDuration                                               time.Duration
	MaxIdleClosed, MaxIdleTimeClosed, MaxLifetimeClosed        int64
}

type pooled struct {
	wire  *sqlwire.Conn
	since time.Time
	idle  time.Time
}

// DB is a pool of connections.
type DB struct {
	connector driver.Connector
	free      []*pooled
	open      int
	most      int
	mostIdle  int
	life      time.Duration
	idleTime  time.Duration
	waiting   []chan *pooled
	stats     DBStats
	closed    bool
}

type plainConnector struct {
	name string
	d    driver.Driver
}

func (c *plainConnector) Connect(ctx context.Context) (driver.Conn, error) { return c.d.Open(c.name) }
func (c *plainConnector) Driver() driver.Driver                            { return c.d }

func Open(driverName, dataSourceName string) (*DB, error) {
	d, ok := drivers[driverName]
	if !ok {
		return nil, fmt.Errorf("sql: unknown driver %q (forgotten import?)", driverName)
	}
	if dc, ok := d.(driver.DriverContext); ok {
		c, err := dc.OpenConnector(dataSourceName)
		if err != nil {
			return nil, err
		}
		return OpenDB(c), nil
	}
	return OpenDB(&plainConnector{dataSourceName, d}), nil
}
func OpenDB(c driver.Connector) *DB { return &DB{connector: c, mostIdle: 2} }

func (db *DB) SetMaxOpenConns(n int) {
	db.most = n
	if n > 0 && db.mostIdle > n {
		db.mostIdle = n
	}
}
func (db *DB) SetMaxIdleConns(n int)               { db.mostIdle = n }
func (db *DB) SetConnMaxLifetime(d time.Duration)  { db.life = d }
func (db *DB) SetConnMaxIdleTime(d time.Duration)  { db.idleTime = d }
func (db *DB) Driver() driver.Driver               { return db.connector.Driver() }
func (db *DB) Stats() DBStats {
	s := db.stats
	s.MaxOpenConnections = db.most
	s.OpenConnections = db.open
	s.Idle = len(db.free)
	s.InUse = db.open - len(db.free)
	return s
}

func (db *DB) Close() error {
	db.closed = true
	for _, c := range db.free {
		c.wire.Close()
	}
	db.open -= len(db.free)
	db.free = nil
	return nil
}

func (db *DB) old(c *pooled) bool {
	if c.wire.Bad {
		return true
	}
	if db.life > 0 && time.Since(c.since) > db.life {
		db.stats.MaxLifetimeClosed++
		return true
	}
	if db.idleTime > 0 && time.Since(c.idle) > db.idleTime {
		db.stats.MaxIdleTimeClosed++
		return true
	}
	return false
}

func (db *DB) take(ctx context.Context) (*pooled, bool, error) {
	if db.closed {
		return nil, false, errDBClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, false, err
	}
	for len(db.free) > 0 {
		c := db.free[len(db.free)-1]
		db.free = db.free[:len(db.free)-1]
		if !db.old(c) {
			return c, true, nil
		}
		db.open--
		c.wire.Close()
	}
	if db.most > 0 && db.open >= db.most {
		began := time.Now()
		db.stats.WaitCount++
		turn := make(chan *pooled, 1)
		db.waiting = append(db.waiting, turn)
		select {
		case c := <-turn:
			db.stats.WaitDuration += time.Since(began)
			if c != nil {
				return c, true, nil
			}
			return db.take(ctx)
		case <-ctx.Done():
			for i, one := range db.waiting {
				if one == turn {
					db.waiting = append(db.waiting[:i:i], db.waiting[i+1:]...)
				}
			}
			return nil, false, ctx.Err()
		}
	}
	db.open++
	made, err := db.connector.Connect(ctx)
	if err != nil {
		db.open--
		db.wake(nil)
		return nil, false, err
	}
	wire, ok := made.(*sqlwire.Conn)
	if !ok {
		db.open--
		return nil, false, errors.New("sql: a driver that is not modelled")
	}
	return &pooled{wire: wire, since: time.Now()}, false, nil
}

func (db *DB) wake(c *pooled) bool {
	if len(db.waiting) == 0 {
		return false
	}
	turn := db.waiting[0]
	db.waiting = db.waiting[1:]
	turn <- c
	return true
}

func (db *DB) give(c *pooled) {
	if c.wire.Bad || db.closed {
		db.open--
		c.wire.Close()
		db.wake(nil)
		return
	}
	if db.wake(c) {
		return
	}
	if len(db.free) >= db.mostIdle {
		db.stats.MaxIdleClosed++
		db.open--
		c.wire.Close()
		return
	}
	c.idle = time.Now()
	db.free = append(db.free, c)
}

// run carries a statement out on some connection; one that the server has closed is tried anew.
func (db *DB) run(ctx context.Context, query string, args []any) (*pooled, *sqlwire.Result, error) {
	for {
		c, used, err := db.take(ctx)
		if err != nil {
			return nil, nil, err
		}
		values, err := prepared(args, c.wire.Options.Wide)
		if err != nil {
			db.give(c)
			return nil, nil, err
		}
		result, err := c.wire.Run(ctx, query, values)
		if err == nil {
			return c, result, nil
		}
		db.give(c)
		if err == driver.ErrBadConn && used {
			continue
		}
		return nil, nil, err
	}
}

func prepared(args []any, wide bool) ([]any, error) {
	values := []any{}
	for i, a := range args {
		v, err := valueOf(a, wide)
		if err != nil {
			return nil, fmt.Errorf("sql: converting argument $%d type: %w", i+1, err)
		}
		values = append(values, v)
	}
	return values, nil
}

func (db *DB) PingContext(ctx context.Context) error {
	for {
		c, used, err := db.take(ctx)
		if err != nil {
			return err
		}
		if used {
			_, err = c.wire.Run(ctx, "SELECT 1", nil)
		}
		db.give(c)
		if err == driver.ErrBadConn {
			continue
		}
		return err
	}
}
func (db *DB) Ping() error { return db.PingContext(context.Background()) }
func (db *DB) ExecContext(ctx context.Context, query string, args ...any) (Result, error) {
	c, result, err := db.run(ctx, query, args)
	if err != nil {
		return nil, err
	}
	db.give(c)
	return result, nil
}
func (db *DB) Exec(query string, args ...any) (Result, error) {
	return db.ExecContext(context.Background(), query, args...)
}
func (db *DB) QueryContext(ctx context.Context, query string, args ...any) (*Rows, error) {
	c, result, err := db.run(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return &Rows{result: result, at: -1, done: func() { db.give(c) }}, nil
}
func (db *DB) Query(query string, args ...any) (*Rows, error) {
	return db.QueryContext(context.Background(), query, args...)
}
func (db *DB) QueryRowContext(ctx context.Context, query string, args ...any) *Row {
	rows, err := db.QueryContext(ctx, query, args...)
	return &Row{rows, err}
}
func (db *DB) QueryRow(query string, args ...any) *Row {
	return db.QueryRowContext(context.Background(), query, args...)
}

// Simplified: A prepared statement of a Go program is checked by the server when it is first carried out.
func (db *DB) PrepareContext(ctx context.Context, query string) (*Stmt, error) {
	if err := db.PingContext(ctx); err != nil {
		return nil, err
	}
	return &Stmt{db, query, false}, nil
}
func (db *DB) Prepare(query string) (*Stmt, error) {
	return db.PrepareContext(context.Background(), query)
}

type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*Rows, error)
}

type Stmt struct {
	by     runner
	query  string
	closed bool
}

var errStmtClosed = errors.New("sql: statement is closed")

func (s *Stmt) Close() error { s.closed = true; return nil }
func (s *Stmt) ExecContext(ctx context.Context, args ...any) (Result, error) {
	if s.closed {
		return nil, errStmtClosed
	}
	return s.by.ExecContext(ctx, s.query, args...)
}
func (s *Stmt) Exec(args ...any) (Result, error) { return s.ExecContext(context.Background(), args...) }
func (s *Stmt) QueryContext(ctx context.Context, args ...any) (*Rows, error) {
	if s.closed {
		return nil, errStmtClosed
	}
	return s.by.QueryContext(ctx, s.query, args...)
}
func (s *Stmt) Query(args ...any) (*Rows, error) {
	return s.QueryContext(context.Background(), args...)
}
func (s *Stmt) QueryRowContext(ctx context.Context, args ...any) *Row {
	rows, err := s.QueryContext(ctx, args...)
	return &Row{rows, err}
}
func (s *Stmt) QueryRow(args ...any) *Row { return s.QueryRowContext(context.Background(), args...) }
