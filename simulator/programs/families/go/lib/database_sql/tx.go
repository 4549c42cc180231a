package sql

import (
	"context"
	"database/sql/driver"
	"internal/sqlwire"
)

// one runs statements on one connection.
type one struct {
	db *DB
	c  *pooled
}

func (o *one) run(ctx context.Context, query string, args []any) (*sqlwire.Result, error) {
	values, err := prepared(args, o.c.wire.Options.Wide)
	if err != nil {
		return nil, err
	}
	return o.c.wire.Run(ctx, query, values)
}

func (db *DB) hold(ctx context.Context) (*one, error) {
	for {
		c, used, err := db.take(ctx)
		if err != nil {
			return nil, err
		}
		if used {
			if _, err := c.wire.Run(ctx, "SELECT 1", nil); err == driver.ErrBadConn {
				db.give(c)
				continue
			}
		}
		return &one{db, c}, nil
	}
}

type Conn struct {
	o    *one
	done bool
}

func (db *DB) Conn(ctx context.Context) (*Conn, error) {
	o, err := db.hold(ctx)
	if err != nil {
		return nil, err
	}
	return &Conn{o: o}, nil
}
func (c *Conn) Close() error {
	if c.done {
		return ErrConnDone
	}
	c.done = true
	c.o.db.give(c.o.c)
	return nil
}
func (c *Conn) PingContext(ctx context.Context) error {
	_, err := c.ExecContext(ctx, "SELECT 1")
	return err
}
func (c *Conn) ExecContext(ctx context.Context, query string, args ...any) (Result, error) {
	if c.done {
		return nil, ErrConnDone
	}
	result, err := c.o.run(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return result, nil
}
func (c *Conn) QueryContext(ctx context.Context, query string, args ...any) (*Rows, error) {
	if c.done {
		return nil, ErrConnDone
	}
	result, err := c.o.run(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return &Rows{result: result, at: -1}, nil
}
func (c *Conn) QueryRowContext(ctx context.Context, query string, args ...any) *Row {
	rows, err := c.QueryContext(ctx, query, args...)
	return &Row{rows, err}
}
func (c *Conn) BeginTx(ctx context.Context, opts *TxOptions) (*Tx, error) {
	return begin(ctx, c.o, opts, false)
}

type Tx struct {
	o     *one
	ctx   context.Context
	owned bool
	done  bool
}

var levels = map[IsolationLevel]string{LevelReadUncommitted: "READ UNCOMMITTED", LevelReadCommitted: "READ COMMITTED", LevelRepeatableRead: "REPEATABLE READ", LevelSerializable: "SERIALIZABLE"}

func begin(ctx context.Context, o *one, opts *TxOptions, owned bool) (*Tx, error) {
	words := "BEGIN"
	if o.c.wire.Options.Kind == "mysql" {
		words = "START TRANSACTION"
	}
	if opts != nil && levels[opts.Isolation] != "" {
		if o.c.wire.Options.Kind == "mysql" {
			if _, err := o.run(ctx, "SET TRANSACTION ISOLATION LEVEL "+levels[opts.Isolation], nil); err != nil {
				return nil, err
			}
		} else {
			words += " ISOLATION LEVEL " + levels[opts.Isolation]
		}
	}
	if opts != nil && opts.ReadOnly {
		words += " READ ONLY"
	}
	if _, err := o.run(ctx, words, nil); err != nil {
		if owned {
			o.db.give(o.c)
		}
		return nil, err
	}
	return &Tx{o: o, ctx: ctx, owned: owned}, nil
}

func (db *DB) BeginTx(ctx context.Context, opts *TxOptions) (*Tx, error) {
	o, err := db.hold(ctx)
	if err != nil {
		return nil, err
	}
	return begin(ctx, o, opts, true)
}
func (db *DB) Begin() (*Tx, error) { return db.BeginTx(context.Background(), nil) }

func (tx *Tx) end(words string) error {
	if tx.done {
		return ErrTxDone
	}
	if words == "COMMIT" && tx.ctx.Err() != nil {
		tx.end("ROLLBACK")
		return tx.ctx.Err()
	}
	tx.done = true
	result, err := tx.o.run(context.Background(), words, nil)
	if tx.owned {
		tx.o.db.give(tx.o.c)
	}
	if err == nil && words == "COMMIT" && result.Tag == "ROLLBACK" {
		return tx.o.c.wire.Options.Failed(&sqlwire.Failure{Severity: "ROLLBACK", Message: "Could not complete operation in a failed transaction"})
	}
	return err
}
func (tx *Tx) Commit() error   { return tx.end("COMMIT") }
func (tx *Tx) Rollback() error { return tx.end("ROLLBACK") }
func (tx *Tx) ExecContext(ctx context.Context, query string, args ...any) (Result, error) {
	if tx.done {
		return nil, ErrTxDone
	}
	result, err := tx.o.run(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return result, nil
}
func (tx *Tx) Exec(query string, args ...any) (Result, error) {
	return tx.ExecContext(context.Background(), query, args...)
}
func (tx *Tx) QueryContext(ctx context.Context, query string, args ...any) (*Rows, error) {
	if tx.done {
		return nil, ErrTxDone
	}
	result, err := tx.o.run(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return &Rows{result: result, at: -1}, nil
}
func (tx *Tx) Query(query string, args ...any) (*Rows, error) {
	return tx.QueryContext(context.Background(), query, args...)
}
func (tx *Tx) QueryRowContext(ctx context.Context, query string, args ...any) *Row {
	rows, err := tx.QueryContext(ctx, query, args...)
	return &Row{rows, err}
}
func (tx *Tx) QueryRow(query string, args ...any) *Row {
	return tx.QueryRowContext(context.Background(), query, args...)
}
func (tx *Tx) PrepareContext(ctx context.Context, query string) (*Stmt, error) {
	if tx.done {
		return nil, ErrTxDone
	}
	return &Stmt{tx, query, false}, nil
}
func (tx *Tx) Prepare(query string) (*Stmt, error) {
	return tx.PrepareContext(context.Background(), query)
}
func (tx *Tx) Stmt(s *Stmt) *Stmt                                     { return &Stmt{tx, s.query, false} }
func (tx *Tx) StmtContext(ctx context.Context, s *Stmt) *Stmt          { return tx.Stmt(s) }
