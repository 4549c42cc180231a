package pgx

import (
	"context"
	"github.com/jackc/pgx/v5/pgconn"
)

type TxIsoLevel string
type TxAccessMode string
type TxDeferrableMode string

const (
	Serializable    TxIsoLevel       = "serializable"
	RepeatableRead  TxIsoLevel       = "repeatable read"
	ReadCommitted   TxIsoLevel       = "read committed"
	ReadUncommitted TxIsoLevel       = "read uncommitted"
	ReadWrite       TxAccessMode     = "read write"
	ReadOnly        TxAccessMode     = "read only"
	Deferrable      TxDeferrableMode = "deferrable"
	NotDeferrable   TxDeferrableMode = "not deferrable"
)

type TxOptions struct {
	IsoLevel       TxIsoLevel
	AccessMode     TxAccessMode
	DeferrableMode TxDeferrableMode
	BeginQuery     string
}
type Tx interface {
	Begin(ctx context.Context) (Tx, error)
	Commit(ctx context.Context) error
	Rollback(ctx context.Context) error
	Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error)
	Query(ctx context.Context, sql string, args ...any) (Rows, error)
	QueryRow(ctx context.Context, sql string, args ...any) Row
	SendBatch(ctx context.Context, b *Batch) BatchResults
	CopyFrom(ctx context.Context, table Identifier, columns []string, src CopyFromSource) (int64, error)
	Conn() *Conn
}
type tx struct {
	c      *Conn
	done   func()
	closed bool
	inner  bool
}

func BeginOn(ctx context.Context, c *Conn, o TxOptions, done func()) (Tx, error) {
	sql := "begin"
	if o.IsoLevel != "" {
		sql += " isolation level " + string(o.IsoLevel)
	}
	if o.AccessMode != "" {
		sql += " " + string(o.AccessMode)
	}
	if _, err := Carry(ctx, c.wire, sql, nil); err != nil {
		if done != nil {
			done()
		}
		return nil, err
	}
	return &tx{c: c, done: done}, nil
}
func (t *tx) Conn() *Conn { return t.c }
func (t *tx) Begin(ctx context.Context) (Tx, error) {
	if t.closed {
		return nil, ErrTxClosed
	}
	if _, err := Carry(ctx, t.c.wire, "savepoint sp_1", nil); err != nil {
		return nil, err
	}
	return &tx{c: t.c, inner: true}, nil
}
func (t *tx) end(ctx context.Context, sql string) error {
	if t.closed {
		return ErrTxClosed
	}
	t.closed = true
	if t.inner {
		sql = map[string]string{"commit": "release savepoint sp_1", "rollback": "rollback to savepoint sp_1"}[sql]
	}
	result, err := Carry(ctx, t.c.wire, sql, nil)
	if t.done != nil {
		t.done()
	}
	if err == nil && sql == "commit" && result.Tag == "ROLLBACK" {
		return ErrTxCommitRollback
	}
	return err
}
func (t *tx) Commit(ctx context.Context) error   { return t.end(ctx, "commit") }
func (t *tx) Rollback(ctx context.Context) error { return t.end(ctx, "rollback") }
func (t *tx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if t.closed {
		return pgconn.CommandTag{}, ErrTxClosed
	}
	return t.c.Exec(ctx, sql, args...)
}
func (t *tx) Query(ctx context.Context, sql string, args ...any) (Rows, error) {
	if t.closed {
		return NewRows(nil, ErrTxClosed, nil), ErrTxClosed
	}
	return t.c.Query(ctx, sql, args...)
}
func (t *tx) QueryRow(ctx context.Context, sql string, args ...any) Row {
	rows, _ := t.Query(ctx, sql, args...)
	return &row{rows}
}
func (t *tx) SendBatch(ctx context.Context, b *Batch) BatchResults { return t.c.SendBatch(ctx, b) }
func (t *tx) CopyFrom(ctx context.Context, table Identifier, columns []string, src CopyFromSource) (int64, error) {
	return t.c.CopyFrom(ctx, table, columns, src)
}

type beginner interface {
	Begin(ctx context.Context) (Tx, error)
}
type txBeginner interface {
	BeginTx(ctx context.Context, o TxOptions) (Tx, error)
}

func BeginFunc(ctx context.Context, db beginner, fn func(Tx) error) error {
	t, err := db.Begin(ctx)
	if err != nil {
		return err
	}
	return within(ctx, t, fn)
}
func BeginTxFunc(ctx context.Context, db txBeginner, o TxOptions, fn func(Tx) error) error {
	t, err := db.BeginTx(ctx, o)
	if err != nil {
		return err
	}
	return within(ctx, t, fn)
}
func within(ctx context.Context, t Tx, fn func(Tx) error) error {
	defer t.Rollback(ctx)
	if err := fn(t); err != nil {
		return err
	}
	return t.Commit(ctx)
}
