package pgx

import (
	"context"
	"database/sql/driver"
	"errors"
	"fmt"
	"github.com/jackc/pgx/v5/pgconn"
	"internal/sqlwire"
	"strconv"
	"strings"
)

var ErrNoRows = errors.New("no rows in result set")
var ErrTooManyRows = errors.New("too many rows in result set")
var ErrTxClosed = errors.New("tx is closed")
var ErrTxCommitRollback = errors.New("commit unexpectedly resulted in rollback")
var errClosed = errors.New("conn closed")

type QueryExecMode int32

const (
	_ QueryExecMode = iota
	QueryExecModeCacheStatement
	QueryExecModeCacheDescribe
	QueryExecModeDescribeExec
	QueryExecModeExec
	QueryExecModeSimpleProtocol
)

type QueryTracer interface{}
type ConnConfig struct {
	pgconn.Config
	Tracer                 QueryTracer
	StatementCacheCapacity int
	DefaultQueryExecMode   QueryExecMode
	text                   string
}

func (c *ConnConfig) ConnString() string { return c.text }
func (c *ConnConfig) Copy() *ConnConfig  { d := *c; return &d }
func ParseConfig(text string) (*ConnConfig, error) {
	c, err := pgconn.ParseConfig(text)
	if err != nil {
		return nil, err
	}
	return &ConnConfig{Config: *c, text: text, StatementCacheCapacity: 512}, nil
}

type Conn struct {
	wire   *sqlwire.Conn
	config *ConnConfig
}

func Connect(ctx context.Context, text string) (*Conn, error) {
	c, err := ParseConfig(text)
	if err != nil {
		return nil, err
	}
	return ConnectConfig(ctx, c)
}
func ConnectConfig(ctx context.Context, c *ConnConfig) (*Conn, error) {
	wire, err := sqlwire.Connect(ctx, c.Config.Options())
	if err != nil {
		return nil, err
	}
	return &Conn{wire, c}, nil
}
func Wrap(wire *sqlwire.Conn) *Conn          { return &Conn{wire, &ConnConfig{}} }
func (c *Conn) Config() *ConnConfig             { return c.config }
func (c *Conn) IsClosed() bool                  { return c.wire.Bad }
func (c *Conn) Close(ctx context.Context) error { return c.wire.Close() }
func (c *Conn) Ping(ctx context.Context) error {
	_, err := c.Exec(ctx, "-- ping")
	return err
}

type NamedArgs map[string]any
type StrictNamedArgs map[string]any

// rewritten replaces @name by $1 and so on, as NamedArgs does.
func rewritten(sql string, args []any) (string, []any) {
	for len(args) > 0 {
		if _, ok := args[0].(QueryExecMode); !ok {
			break
		}
		args = args[1:]
	}
	if len(args) != 1 {
		return sql, args
	}
	named, ok := args[0].(NamedArgs)
	if strict, is := args[0].(StrictNamedArgs); is {
		named, ok = NamedArgs(strict), true
	}
	if !ok {
		return sql, args
	}
	out, values, numbers := "", []any{}, map[string]int{}
	quote := byte(0)
	for i := 0; i < len(sql); i++ {
		c := sql[i]
		if quote != 0 {
			if c == quote {
				quote = 0
			}
		} else if c == '\'' || c == '"' {
			quote = c
		} else if c == '@' && i+1 < len(sql) && letter(sql[i+1]) {
			j := i + 1
			for j < len(sql) && (letter(sql[j]) || '0' <= sql[j] && sql[j] <= '9') {
				j++
			}
			name := sql[i+1 : j]
			if numbers[name] == 0 {
				values = append(values, named[name])
				numbers[name] = len(values)
			}
			out += "$" + strconv.Itoa(numbers[name])
			i = j - 1
			continue
		}
		out += sql[i : i+1]
	}
	return out, values
}
func letter(c byte) bool { return c == '_' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' }

func valued(args []any) ([]any, error) {
	values := []any{}
	for i, a := range args {
		if v, ok := a.(driver.Valuer); ok {
			made, err := v.Value()
			if err != nil {
				return nil, fmt.Errorf("failed to encode args[%d]: %w", i, err)
			}
			a = made
		}
		values = append(values, a)
	}
	return values, nil
}

// Carry runs a statement on a connection, as all of pgx's calls do.
func Carry(ctx context.Context, wire *sqlwire.Conn, sql string, args []any) (*sqlwire.Result, error) {
	if wire.Bad {
		return nil, errClosed
	}
	sql, args = rewritten(sql, args)
	values, err := valued(args)
	if err != nil {
		return nil, err
	}
	if len(values) == 0 && sqlwire.Wanted(sql, "pgx") > 0 {
		return nil, fmt.Errorf("expected %d arguments, got 0", sqlwire.Wanted(sql, "pgx"))
	}
	result, err := wire.Run(ctx, sql, values)
	if err == driver.ErrBadConn {
		return nil, errors.New("unexpected EOF")
	}
	return result, err
}

func (c *Conn) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	result, err := Carry(ctx, c.wire, sql, args)
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	return pgconn.NewCommandTag(result.Tag), nil
}
func (c *Conn) Query(ctx context.Context, sql string, args ...any) (Rows, error) {
	result, err := Carry(ctx, c.wire, sql, args)
	return NewRows(result, err, nil), err
}
func (c *Conn) QueryRow(ctx context.Context, sql string, args ...any) Row {
	rows, _ := c.Query(ctx, sql, args...)
	return &row{rows}
}
func (c *Conn) Prepare(ctx context.Context, name, sql string) (*pgconn.FieldDescription, error) {
	return &pgconn.FieldDescription{Name: name}, nil
}
func (c *Conn) Begin(ctx context.Context) (Tx, error) { return c.BeginTx(ctx, TxOptions{}) }
func (c *Conn) BeginTx(ctx context.Context, o TxOptions) (Tx, error) {
	return BeginOn(ctx, c, o, nil)
}
func (c *Conn) SendBatch(ctx context.Context, b *Batch) BatchResults {
	return b.send(func(sql string, args []any) (*sqlwire.Result, error) { return Carry(ctx, c.wire, sql, args) })
}
func (c *Conn) CopyFrom(ctx context.Context, table Identifier, columns []string, src CopyFromSource) (int64, error) {
	return copyIn(ctx, c.wire, table, columns, src)
}

type Identifier []string

func (id Identifier) Sanitize() string {
	parts := []string{}
	for _, one := range id {
		parts = append(parts, "\""+strings.ReplaceAll(one, "\"", "\"\"")+"\"")
	}
	return strings.Join(parts, ".")
}

type CopyFromSource interface {
	Next() bool
	Values() ([]any, error)
	Err() error
}
type copyRows struct {
	count int
	next  func(int) ([]any, error)
	at    int
}

func (c *copyRows) Next() bool             { c.at++; return c.at < c.count }
func (c *copyRows) Values() ([]any, error) { return c.next(c.at) }
func (c *copyRows) Err() error             { return nil }
func CopyFromRows(rows [][]any) CopyFromSource {
	return &copyRows{len(rows), func(i int) ([]any, error) { return rows[i], nil }, -1}
}
func CopyFromSlice(n int, next func(int) ([]any, error)) CopyFromSource {
	return &copyRows{n, next, -1}
}
func copyIn(ctx context.Context, wire *sqlwire.Conn, table Identifier, columns []string, src CopyFromSource) (int64, error) {
	quoted, marks := []string{}, []string{}
	for i, one := range columns {
		quoted = append(quoted, Identifier{one}.Sanitize())
		marks = append(marks, "$"+strconv.Itoa(i+1))
	}
	sql := "INSERT INTO " + table.Sanitize() + " (" + strings.Join(quoted, ", ") + ") VALUES (" + strings.Join(marks, ", ") + ")"
	n := int64(0)
	for src.Next() {
		values, err := src.Values()
		if err != nil {
			return n, err
		}
		if _, err := Carry(ctx, wire, sql, values); err != nil {
			return 0, err
		}
		n++
	}
	return n, src.Err()
}

type queued struct {
	sql  string
	args []any
}
type Batch struct{ QueuedQueries []*queued }

func (b *Batch) Queue(sql string, args ...any) *queued {
	q := &queued{sql, args}
	b.QueuedQueries = append(b.QueuedQueries, q)
	return q
}
func (b *Batch) Len() int { return len(b.QueuedQueries) }

type BatchResults interface {
	Exec() (pgconn.CommandTag, error)
	Query() (Rows, error)
	QueryRow() Row
	Close() error
}
type batchResults struct {
	results []*sqlwire.Result
	err     error
	at      int
}

func (b *Batch) send(run func(sql string, args []any) (*sqlwire.Result, error)) BatchResults {
	made := &batchResults{}
	for _, one := range b.QueuedQueries {
		result, err := run(one.sql, one.args)
		if err != nil {
			made.err = err
			break
		}
		made.results = append(made.results, result)
	}
	return made
}
func (b *batchResults) next() (*sqlwire.Result, error) {
	b.at++
	if b.at > len(b.results) {
		if b.err == nil {
			return nil, errors.New("no more results in batch")
		}
		return nil, b.err
	}
	return b.results[b.at-1], nil
}
func (b *batchResults) Exec() (pgconn.CommandTag, error) {
	result, err := b.next()
	if err != nil {
		return pgconn.CommandTag{}, err
	}
	return pgconn.NewCommandTag(result.Tag), nil
}
func (b *batchResults) Query() (Rows, error) {
	result, err := b.next()
	return NewRows(result, err, nil), err
}
func (b *batchResults) QueryRow() Row {
	rows, _ := b.Query()
	return &row{rows}
}
func (b *batchResults) Close() error { return b.err }
