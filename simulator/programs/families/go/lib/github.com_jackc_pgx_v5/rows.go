package pgx

import (
	"errors"
	"fmt"
	"github.com/jackc/pgx/v5/pgconn"
	"internal/shapes"
	"internal/sqlwire"
	"strings"
)

type Rows interface {
	Close()
	Err() error
	CommandTag() pgconn.CommandTag
	FieldDescriptions() []pgconn.FieldDescription
	Next() bool
	Scan(dest ...any) error
	Values() ([]any, error)
	Conn() *Conn
}
type Row interface{ Scan(dest ...any) error }
type CollectableRow interface {
	FieldDescriptions() []pgconn.FieldDescription
	Scan(dest ...any) error
	Values() ([]any, error)
}
type scanner interface{ Scan(src any) error }
type rows struct {
	result *sqlwire.Result
	err    error
	at     int
	closed bool
	done   func()
}

func NewRows(result *sqlwire.Result, err error, done func()) Rows {
	r := &rows{result: result, err: err, at: -1, done: done}
	if err != nil {
		r.Close()
	}
	return r
}
func (r *rows) Close() {
	if !r.closed {
		r.closed = true
		if r.done != nil {
			r.done()
		}
	}
}
func (r *rows) Err() error  { return r.err }
func (r *rows) Conn() *Conn { return nil }
func (r *rows) CommandTag() pgconn.CommandTag {
	if r.result == nil {
		return pgconn.CommandTag{}
	}
	return pgconn.NewCommandTag(r.result.Tag)
}
func (r *rows) FieldDescriptions() []pgconn.FieldDescription {
	found := []pgconn.FieldDescription{}
	if r.result != nil {
		for _, name := range r.result.Columns {
			found = append(found, pgconn.FieldDescription{Name: name})
		}
	}
	return found
}
func (r *rows) Next() bool {
	if r.closed {
		return false
	}
	r.at++
	if r.at >= len(r.result.Rows) {
		r.Close()
		return false
	}
	return true
}
func (r *rows) Values() ([]any, error) {
	if r.at < 0 || r.at >= len(r.result.Rows) {
		return nil, errors.New("rows is closed")
	}
	found := []any{}
	for i, v := range r.result.Rows[r.at] {
		if n, ok := v.(int64); ok {
			switch r.result.Types[i] {
			case "int4", "integer", "serial":
				v = int32(n)
			case "int2", "smallint":
				v = int16(n)
			}
		}
		found = append(found, v)
	}
	return found, nil
}
func (r *rows) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	if r.at < 0 || r.at >= len(r.result.Rows) {
		return errors.New("no rows in result set")
	}
	row := r.result.Rows[r.at]
	if len(dest) != len(row) {
		r.err = fmt.Errorf("number of field descriptions must equal number of destinations, got %d and %d", len(row), len(dest))
		r.Close()
		return r.err
	}
	for i, d := range dest {
		if d == nil {
			continue
		}
		if err := put(d, row[i], r.result.Types[i]); err != nil {
			r.err = fmt.Errorf("can't scan into dest[%d] (col: %s): %w", i, r.result.Columns[i], err)
			r.Close()
			return r.err
		}
	}
	return nil
}

var oids = map[string]int{"bool": 16, "bytea": 17, "int8": 20, "bigint": 20, "int2": 21, "smallint": 21, "int4": 23, "integer": 23, "text": 25, "json": 114, "float4": 700, "real": 700, "float8": 701, "double precision": 701, "bpchar": 1042, "varchar": 1043, "date": 1082, "time": 1083, "timestamp": 1114, "timestamptz": 1184, "interval": 1186, "numeric": 1700, "uuid": 2950, "jsonb": 3802}
var short = map[string]string{"integer": "int4", "bigint": "int8", "smallint": "int2", "real": "float4", "double precision": "float8", "boolean": "bool"}

func put(d, v any, kind string) error {
	if s, ok := d.(scanner); ok {
		return s.Scan(v)
	}
	text, _ := shapes.TypeName(d)
	why := shapes.Assign(d, v, true)
	if why == "" && v != nil && (text == "*int" || text == "*int32" || text == "*int64" || text == "*bool") {
		if _, is := v.(string); is {
			why = "text"
		}
	}
	if why == "" {
		return nil
	}
	if v == nil {
		return fmt.Errorf("cannot scan NULL into %s", text)
	}
	if n := short[kind]; n != "" {
		kind = n
	}
	return fmt.Errorf("cannot scan %s (OID %d) in binary format into %s", kind, oids[kind], text)
}

type row struct{ rows Rows }

func (r *row) Scan(dest ...any) error {
	defer r.rows.Close()
	if err := r.rows.Err(); err != nil {
		return err
	}
	if !r.rows.Next() {
		if err := r.rows.Err(); err != nil {
			return err
		}
		return ErrNoRows
	}
	return r.rows.Scan(dest...)
}
func NewRow(r Rows) Row { return &row{r} }

type RowToFunc[T any] func(row CollectableRow) (T, error)

func CollectRows[T any](rows Rows, fn func(row CollectableRow) (T, error)) ([]T, error) {
	return AppendRows([]T{}, rows, fn)
}
func AppendRows[T any](slice []T, rows Rows, fn func(row CollectableRow) (T, error)) ([]T, error) {
	defer rows.Close()
	for rows.Next() {
		value, err := fn(rows)
		if err != nil {
			return nil, err
		}
		slice = append(slice, value)
	}
	if err := rows.Err(); err != nil {
		return nil, err
	}
	return slice, nil
}
func CollectOneRow[T any](rows Rows, fn func(row CollectableRow) (T, error)) (T, error) {
	defer rows.Close()
	var value T
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return value, err
		}
		return value, ErrNoRows
	}
	value, err := fn(rows)
	return value, err
}
func CollectExactlyOneRow[T any](rows Rows, fn func(row CollectableRow) (T, error)) (T, error) {
	defer rows.Close()
	var value T
	if !rows.Next() {
		if err := rows.Err(); err != nil {
			return value, err
		}
		return value, ErrNoRows
	}
	value, err := fn(rows)
	if err == nil && rows.Next() {
		return value, ErrTooManyRows
	}
	return value, err
}
func ForEachRow(rows Rows, scans []any, fn func() error) (pgconn.CommandTag, error) {
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(scans...); err != nil {
			return pgconn.CommandTag{}, err
		}
		if err := fn(); err != nil {
			return pgconn.CommandTag{}, err
		}
	}
	return rows.CommandTag(), rows.Err()
}
func RowTo[T any](row CollectableRow) (T, error) {
	var value T
	err := row.Scan(&value)
	return value, err
}
func RowToAddrOf[T any](row CollectableRow) (*T, error) {
	var value T
	err := row.Scan(&value)
	return &value, err
}
func RowToMap(row CollectableRow) (map[string]any, error) {
	values, err := row.Values()
	found := map[string]any{}
	for i, one := range row.FieldDescriptions() {
		if i < len(values) {
			found[one.Name] = values[i]
		}
	}
	return found, err
}
func RowToStructByPos[T any](row CollectableRow) (T, error) {
	var value T
	err := byPos(row, &value)
	return value, err
}
func RowToAddrOfStructByPos[T any](row CollectableRow) (*T, error) {
	value := new(T)
	return value, byPos(row, value)
}
func RowToStructByName[T any](row CollectableRow) (T, error) {
	var value T
	err := byName(row, &value, false)
	return value, err
}
func RowToAddrOfStructByName[T any](row CollectableRow) (*T, error) {
	value := new(T)
	return value, byName(row, value, false)
}
func RowToStructByNameLax[T any](row CollectableRow) (T, error) {
	var value T
	err := byName(row, &value, true)
	return value, err
}
func RowToAddrOfStructByNameLax[T any](row CollectableRow) (*T, error) {
	value := new(T)
	return value, byName(row, value, true)
}
func byPos(row CollectableRow, target any) error {
	names, tags, _, kinds, pointers := shapes.Fields(target)
	into := []any{}
	for i := range names {
		if shapes.Tag(tags[i], "db") != "-" && kinds[i] != "embedded" {
			into = append(into, pointers[i])
		}
	}
	if n := len(row.FieldDescriptions()); n > len(into) {
		return fmt.Errorf("got %d values, but dst struct has only %d fields", n, len(into))
	}
	return row.Scan(into[:len(row.FieldDescriptions())]...)
}
func plain(s string) string { return strings.ReplaceAll(strings.ToLower(s), "_", "") }
func byName(row CollectableRow, target any, lax bool) error {
	names, tags, _, kinds, pointers := shapes.Fields(target)
	columns := row.FieldDescriptions()
	into := make([]any, len(columns))
	for i, name := range names {
		tag, _, _ := strings.Cut(shapes.Tag(tags[i], "db"), ",")
		if tag == "-" || kinds[i] == "embedded" {
			continue
		}
		hit := false
		for j, one := range columns {
			if into[j] == nil && (tag != "" && one.Name == tag || tag == "" && plain(one.Name) == plain(name)) {
				into[j] = pointers[i]
				hit = true
				break
			}
		}
		if !hit && !lax {
			if tag != "" {
				name = tag
			}
			return fmt.Errorf("cannot find field %s in returned row", name)
		}
	}
	for j, one := range columns {
		if into[j] == nil {
			return fmt.Errorf("struct doesn't have corresponding row field %s", one.Name)
		}
	}
	return row.Scan(into...)
}
