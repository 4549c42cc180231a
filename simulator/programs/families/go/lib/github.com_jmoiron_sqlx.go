package sqlx

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"internal/shapes"
	"strconv"
	"strings"
)

type DB struct {
	*sql.DB
	name string
}
type Tx struct {
	*sql.Tx
	name string
}
type Queryer interface {
	Query(query string, args ...interface{}) (*sql.Rows, error)
}

func NewDb(db *sql.DB, name string) *DB { return &DB{db, name} }
func Open(name, dsn string) (*DB, error) {
	db, err := sql.Open(name, dsn)
	if err != nil {
		return nil, err
	}
	return &DB{db, name}, nil
}
func Connect(name, dsn string) (*DB, error) { return ConnectContext(context.Background(), name, dsn) }
func ConnectContext(ctx context.Context, name, dsn string) (*DB, error) {
	db, err := Open(name, dsn)
	if err != nil {
		return nil, err
	}
	if err := db.PingContext(ctx); err != nil {
		db.Close()
		return nil, err
	}
	return db, nil
}
func MustConnect(name, dsn string) *DB {
	db, err := Connect(name, dsn)
	if err != nil {
		panic(err)
	}
	return db
}
func MustOpen(name, dsn string) *DB {
	db, err := Open(name, dsn)
	if err != nil {
		panic(err)
	}
	return db
}
func (db *DB) DriverName() string { return db.name }

func find(target any, column string) any {
	names, tags, _, kinds, pointers := shapes.Fields(target)
	for i, name := range names {
		tag, _, _ := strings.Cut(shapes.Tag(tags[i], "db"), ",")
		if kinds[i] != "embedded" && (tag == column || tag == "" && strings.ToLower(name) == column) {
			return pointers[i]
		}
	}
	return nil
}
func simple(target any) bool {
	text, _ := shapes.TypeName(target)
	_, kind := shapes.TypeName(shapes.Value(target))
	_, scans := target.(sql.Scanner)
	return kind != "struct" || text == "*time.Time" || scans
}
func scan(rows *sql.Rows, target any) error {
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	if simple(target) {
		if len(columns) > 1 {
			return fmt.Errorf("scannable dest type %s with >1 columns (%d) in result", "value", len(columns))
		}
		return rows.Scan(target)
	}
	into := []any{}
	for _, c := range columns {
		p := find(target, c)
		if p == nil {
			text, _ := shapes.TypeName(target)
			return fmt.Errorf("missing destination name %s in %s", c, text)
		}
		into = append(into, p)
	}
	return rows.Scan(into...)
}

type runner interface {
	QueryContext(ctx context.Context, query string, args ...interface{}) (*sql.Rows, error)
	ExecContext(ctx context.Context, query string, args ...interface{}) (sql.Result, error)
}

func get(ctx context.Context, r runner, dest any, query string, args []any) error {
	rows, err := r.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	if !rows.Next() {
		return sql.ErrNoRows
	}
	return scan(rows, dest)
}
func all(ctx context.Context, r runner, dest any, query string, args []any) error {
	if _, kind := shapes.TypeName(shapes.Value(dest)); kind != "slice" {
		text, _ := shapes.TypeName(dest)
		return errors.New("expected slice but got " + strings.TrimPrefix(text, "*"))
	}
	rows, err := r.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		one := shapes.ElemNew(dest)
		if err := scan(rows, one); err != nil {
			return err
		}
		shapes.Append(dest, one)
	}
	return rows.Err()
}
func bound(name string) string {
	if name == "mysql" || name == "sqlite3" {
		return "?"
	}
	return "$"
}
func rebind(name, query string) string {
	if bound(name) == "?" {
		return query
	}
	out, n := "", 0
	for i := 0; i < len(query); i++ {
		if query[i] == '?' {
			n++
			out += "$" + strconv.Itoa(n)
		} else {
			out += query[i : i+1]
		}
	}
	return out
}
func named(name, query string, arg any) (string, []any, error) {
	out, values := "", []any{}
	for i := 0; i < len(query); i++ {
		if query[i] != ':' || i+1 >= len(query) || query[i+1] == ':' || i > 0 && query[i-1] == ':' {
			out += query[i : i+1]
			continue
		}
		j := i + 1
		for j < len(query) && (query[j] == '_' || query[j] == '.' || '0' <= query[j] && query[j] <= '9' || 'a' <= query[j] && query[j] <= 'z' || 'A' <= query[j] && query[j] <= 'Z') {
			j++
		}
		key := query[i+1 : j]
		if m, ok := arg.(map[string]interface{}); ok {
			v, has := m[key]
			if !has {
				return "", nil, fmt.Errorf("could not find name %s in %#v", key, arg)
			}
			values = append(values, v)
		} else {
			p := find(arg, key)
			if p == nil {
				return "", nil, fmt.Errorf("could not find name %s in %#v", key, arg)
			}
			values = append(values, shapes.Value(p))
		}
		out += "?"
		i = j - 1
	}
	return rebind(name, out), values, nil
}
func Named(query string, arg interface{}) (string, []interface{}, error) {
	return named("mysql", query, arg)
}
func In(query string, args ...interface{}) (string, []interface{}, error) {
	out, values, n := "", []any{}, 0
	for i := 0; i < len(query); i++ {
		if query[i] != '?' {
			out += query[i : i+1]
			continue
		}
		if n >= len(args) {
			return "", nil, errors.New("number of bindVars exceeds arguments")
		}
		if _, kind := shapes.TypeName(args[n]); kind == "slice" {
			items := shapes.Items(args[n])
			if len(items) == 0 {
				return "", nil, errors.New("empty slice passed to 'in' query")
			}
			out += strings.TrimSuffix(strings.Repeat("?, ", len(items)), ", ")
			values = append(values, items...)
		} else {
			out += "?"
			values = append(values, args[n])
		}
		n++
	}
	return out, values, nil
}
func exec(ctx context.Context, r runner, name, query string, arg any) (sql.Result, error) {
	text, values, err := named(name, query, arg)
	if err != nil {
		return nil, err
	}
	return r.ExecContext(ctx, text, values...)
}

type Rows struct{ *sql.Rows }

func (r *Rows) StructScan(dest interface{}) error { return scan(r.Rows, dest) }
func (r *Rows) MapScan(dest map[string]interface{}) error {
	columns, err := r.Columns()
	values := make([]any, len(columns))
	into := []any{}
	for i := range values {
		into = append(into, &values[i])
	}
	if err == nil {
		err = r.Scan(into...)
	}
	for i, c := range columns {
		dest[c] = values[i]
	}
	return err
}

type Row struct {
	rows *sql.Rows
	err  error
}

func (r *Row) one(f func() error) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		return sql.ErrNoRows
	}
	return f()
}
func (r *Row) StructScan(dest interface{}) error { return r.one(func() error { return scan(r.rows, dest) }) }
func (r *Row) Scan(dest ...interface{}) error    { return r.one(func() error { return r.rows.Scan(dest...) }) }
func (r *Row) Err() error                        { return r.err }

func (db *DB) Rebind(query string) string { return rebind(db.name, query) }
func (db *DB) Get(dest interface{}, query string, args ...interface{}) error {
	return get(context.Background(), db.DB, dest, query, args)
}
func (db *DB) GetContext(ctx context.Context, dest interface{}, query string, args ...interface{}) error {
	return get(ctx, db.DB, dest, query, args)
}
func (db *DB) Select(dest interface{}, query string, args ...interface{}) error {
	return all(context.Background(), db.DB, dest, query, args)
}
func (db *DB) SelectContext(ctx context.Context, dest interface{}, query string, args ...interface{}) error {
	return all(ctx, db.DB, dest, query, args)
}
func (db *DB) NamedExec(query string, arg interface{}) (sql.Result, error) {
	return exec(context.Background(), db.DB, db.name, query, arg)
}
func (db *DB) NamedExecContext(ctx context.Context, query string, arg interface{}) (sql.Result, error) {
	return exec(ctx, db.DB, db.name, query, arg)
}
func (db *DB) NamedQuery(query string, arg interface{}) (*Rows, error) {
	text, values, err := named(db.name, query, arg)
	if err != nil {
		return nil, err
	}
	return db.Queryx(text, values...)
}
func (db *DB) MustExec(query string, args ...interface{}) sql.Result {
	result, err := db.Exec(query, args...)
	if err != nil {
		panic(err)
	}
	return result
}
func (db *DB) Queryx(query string, args ...interface{}) (*Rows, error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	return &Rows{rows}, nil
}
func (db *DB) QueryRowx(query string, args ...interface{}) *Row {
	rows, err := db.Query(query, args...)
	return &Row{rows, err}
}

func (db *Tx) Rebind(query string) string { return rebind(db.name, query) }
func (db *Tx) Get(dest interface{}, query string, args ...interface{}) error {
	return get(context.Background(), db.Tx, dest, query, args)
}
func (db *Tx) GetContext(ctx context.Context, dest interface{}, query string, args ...interface{}) error {
	return get(ctx, db.Tx, dest, query, args)
}
func (db *Tx) Select(dest interface{}, query string, args ...interface{}) error {
	return all(context.Background(), db.Tx, dest, query, args)
}
func (db *Tx) SelectContext(ctx context.Context, dest interface{}, query string, args ...interface{}) error {
	return all(ctx, db.Tx, dest, query, args)
}
func (db *Tx) NamedExec(query string, arg interface{}) (sql.Result, error) {
	return exec(context.Background(), db.Tx, db.name, query, arg)
}
func (db *Tx) NamedExecContext(ctx context.Context, query string, arg interface{}) (sql.Result, error) {
	return exec(ctx, db.Tx, db.name, query, arg)
}
func (db *Tx) NamedQuery(query string, arg interface{}) (*Rows, error) {
	text, values, err := named(db.name, query, arg)
	if err != nil {
		return nil, err
	}
	return db.Queryx(text, values...)
}
func (db *Tx) MustExec(query string, args ...interface{}) sql.Result {
	result, err := db.Exec(query, args...)
	if err != nil {
		panic(err)
	}
	return result
}
func (db *Tx) Queryx(query string, args ...interface{}) (*Rows, error) {
	rows, err := db.Query(query, args...)
	if err != nil {
		return nil, err
	}
	return &Rows{rows}, nil
}
func (db *Tx) QueryRowx(query string, args ...interface{}) *Row {
	rows, err := db.Query(query, args...)
	return &Row{rows, err}
}

func (db *DB) BeginTxx(ctx context.Context, opts *sql.TxOptions) (*Tx, error) {
	tx, err := db.BeginTx(ctx, opts)
	if err != nil {
		return nil, err
	}
	return &Tx{tx, db.name}, nil
}
func (db *DB) Beginx() (*Tx, error) { return db.BeginTxx(context.Background(), nil) }
func (db *DB) MustBegin() *Tx {
	tx, err := db.Beginx()
	if err != nil {
		panic(err)
	}
	return tx
}
