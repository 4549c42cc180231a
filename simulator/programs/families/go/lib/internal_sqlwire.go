package sqlwire

import (
	"context"
	"database/sql/driver"
	"time"
)

// Connections to SQL servers, shared by database/sql's drivers and pgx (library/databases.py).

func nextSession() string
func Address(host string) string
func request(session, host string, port int, auth []string, sql string, values []any, kind string, limit int64) (columns, types []string, rows [][]any, tag string, count, last int64, wrong []string, why string)
func hangUp(session, host string, port int)
func Wanted(sql, kind string) int
func Second(sql, kind string) string
func ArrayText(v any) (string, bool)

// Fields of an error as the server sent them.
type Failure struct {
	Severity, State, Number, Message, Detail, Hint, Position string
}

// Options say where to connect and how a driver words what goes wrong.
type Options struct {
	Kind                             string
	Host                             string
	Port                             int
	User, Password, Database         string
	Timeout                          time.Duration
	Before                           func() error
	Refused                          func(o *Options, why string) error
	Denied                           func(o *Options, f *Failure) error
	Failed                           func(f *Failure) error
	Counted                          func(have, want int) error
	Lost                             error
	Many                             bool
	Wide                             bool
	Expired                          func(err error) error
	Convert                          func(v any, kind string) any
}

type Result struct {
	Columns, Types []string
	Rows           [][]any
	Tag            string
	Count, Last    int64
}

func (r *Result) LastInsertId() (int64, error) { return r.Last, nil }
func (r *Result) RowsAffected() (int64, error) { return r.Count, nil }

type Conn struct {
	Options *Options
	name    string
	Bad     bool
	Used    bool
}

func limit(ctx context.Context, most time.Duration) int64 {
	left := int64(most)
	if d, ok := ctx.Deadline(); ok {
		if until := int64(time.Until(d)); left == 0 || until < left {
			left = until
		}
	}
	return left
}

func failure(f []string) *Failure {
	return &Failure{f[0], f[1], f[2], f[3], f[4], f[5], f[6]}
}

func Connect(ctx context.Context, o *Options) (*Conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	c := &Conn{Options: o, name: nextSession()}
	_, _, _, _, _, _, wrong, why := request(c.name, o.Host, o.Port, []string{o.User, o.Password, o.Database}, "", nil, o.Kind, limit(ctx, o.Timeout))
	if why == "closed" && o.Lost != nil {
		return nil, o.Lost
	}
	if why != "" {
		return nil, o.Refused(o, why)
	}
	if o.Before != nil {
		if err := o.Before(); err != nil {
			c.Close()
			return nil, err
		}
	}
	if wrong != nil {
		return nil, o.Denied(o, failure(wrong))
	}
	return c, nil
}

func (c *Conn) Run(ctx context.Context, sql string, values []any) (*Result, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	o := c.Options
	if want := Wanted(sql, o.Kind); (want > 0 && len(values) > 0 || o.Kind == "mysql" && len(values)+want > 0) && want != len(values) {
		return nil, o.Counted(len(values), want)
	}
	if !o.Many {
		if rest := Second(sql, o.Kind); rest != "" {
			return nil, o.Failed(second(o.Kind, rest, len(values)))
		}
	}
	columns, types, rows, tag, count, last, wrong, why := request(c.name, o.Host, o.Port, nil, sql, values, o.Kind, limit(ctx, 0))
	if why == "timeout" {
		c.Close()
		if o.Expired != nil {
			return nil, o.Expired(context.DeadlineExceeded)
		}
		return nil, context.DeadlineExceeded
	}
	if why != "" {
		c.Bad = true
		return nil, driver.ErrBadConn
	}
	if wrong != nil {
		return nil, o.Failed(failure(wrong))
	}
	if o.Convert != nil {
		for _, row := range rows {
			for i, v := range row {
				row[i] = o.Convert(v, types[i])
			}
		}
	}
	return &Result{columns, types, rows, tag, count, last}, nil
}

func second(kind, rest string, values int) *Failure {
	if kind == "mysql" {
		if len(rest) > 80 {
			rest = rest[:80]
		}
		return &Failure{"ERROR", "42000", "1064", "You have an error in your SQL syntax; check the manual that corresponds to your MySQL server version for the right syntax to use near '" + rest + "' at line 1", "", "", ""}
	}
	return &Failure{"ERROR", "42601", "", "cannot insert multiple commands into a prepared statement", "", "", ""}
}

func (c *Conn) Close() error {
	if !c.Bad {
		c.Bad = true
		hangUp(c.name, c.Options.Host, c.Options.Port)
	}
	return nil
}
