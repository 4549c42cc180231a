package sql

import (
	"database/sql/driver"
	"errors"
	"fmt"
	"internal/shapes"
	"internal/sqlwire"
	"strings"
	"time"
)

type Scanner interface{ Scan(src any) error }
type RawBytes []byte

func valueOf(a any, wide bool) (any, error) {
	if n, ok := a.(NamedArg); ok {
		a = n.Value
	}
	if v, ok := a.(driver.Valuer); ok {
		if shapes.IsZero(a) && strings.HasPrefix(fmt.Sprintf("%T", a), "*") {
			return nil, nil
		}
		return v.Value()
	}
	if wide {
		return a, nil
	}
	text, kind := shapes.TypeName(a)
	switch kind {
	case "struct":
		if text == "time.Time" {
			return a, nil
		}
		return nil, fmt.Errorf("unsupported type %s, a struct", text)
	case "slice":
		if text == "[]uint8" || text == "json.RawMessage" {
			return a, nil
		}
		return nil, fmt.Errorf("unsupported type %s, a slice of %s", text, element(text[2:]))
	case "map", "func", "chan", "array":
		return nil, fmt.Errorf("unsupported type %s, a %s", text, kind)
	}
	return a, nil
}
func element(name string) string {
	if strings.Contains(name, ".") {
		return "struct"
	}
	return name
}

func convertAssign(dest, src any) error {
	if s, ok := dest.(Scanner); ok {
		return s.Scan(src)
	}
	if why := shapes.Assign(dest, src, false); why != "" {
		return errors.New(why)
	}
	return nil
}

type Rows struct {
	result *sqlwire.Result
	at     int
	closed bool
	done   func()
}

func (r *Rows) Next() bool {
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
func (r *Rows) NextResultSet() bool { r.Close(); return false }
func (r *Rows) Err() error          { return nil }
func (r *Rows) Close() error {
	if !r.closed {
		r.closed = true
		if r.done != nil {
			r.done()
		}
	}
	return nil
}
func (r *Rows) Columns() ([]string, error) {
	if r.closed {
		return nil, errors.New("sql: Rows are closed")
	}
	return r.result.Columns, nil
}

type ColumnType struct{ name, kind string }

func (c *ColumnType) Name() string { return c.name }
func (c *ColumnType) DatabaseTypeName() string {
	return strings.ToUpper(c.kind)
}
func (c *ColumnType) Nullable() (bool, bool)            { return false, false }
func (c *ColumnType) Length() (int64, bool)             { return 0, false }
func (c *ColumnType) DecimalSize() (int64, int64, bool) { return 0, 0, false }
func (r *Rows) ColumnTypes() ([]*ColumnType, error) {
	found := []*ColumnType{}
	for i, name := range r.result.Columns {
		found = append(found, &ColumnType{name, r.result.Types[i]})
	}
	return found, nil
}
func (r *Rows) Scan(dest ...any) error {
	if r.closed {
		return errors.New("sql: Rows are closed")
	}
	if r.at < 0 {
		return errors.New("sql: Scan called without calling Next")
	}
	row := r.result.Rows[r.at]
	if len(dest) != len(row) {
		return fmt.Errorf("sql: expected %d destination arguments in Scan, not %d", len(row), len(dest))
	}
	for i, d := range dest {
		if err := convertAssign(d, row[i]); err != nil {
			return fmt.Errorf("sql: Scan error on column index %d, name %q: %w", i, r.result.Columns[i], err)
		}
	}
	return nil
}

type Row struct {
	rows *Rows
	err  error
}

func (r *Row) Err() error { return r.err }
func (r *Row) Scan(dest ...any) error {
	if r.err != nil {
		return r.err
	}
	defer r.rows.Close()
	if !r.rows.Next() {
		return ErrNoRows
	}
	return r.rows.Scan(dest...)
}

type NullString struct {
	String string
	Valid  bool
}

func (n *NullString) Scan(v any) error {
	if v == nil {
		n.String, n.Valid = "", false
		return nil
	}
	n.Valid = true
	return convertAssign(&n.String, v)
}
func (n NullString) Value() (driver.Value, error) {
	if !n.Valid {
		return nil, nil
	}
	return n.String, nil
}

type NullInt64 struct {
	Int64 int64
	Valid bool
}

func (n *NullInt64) Scan(v any) error {
	if v == nil {
		n.Int64, n.Valid = 0, false
		return nil
	}
	n.Valid = true
	return convertAssign(&n.Int64, v)
}
func (n NullInt64) Value() (driver.Value, error) {
	if !n.Valid {
		return nil, nil
	}
	return n.Int64, nil
}

type NullInt32 struct {
	Int32 int32
	Valid bool
}

func (n *NullInt32) Scan(v any) error {
	if v == nil {
		n.Int32, n.Valid = 0, false
		return nil
	}
	n.Valid = true
	return convertAssign(&n.Int32, v)
}
func (n NullInt32) Value() (driver.Value, error) {
	if !n.Valid {
		return nil, nil
	}
	return int64(n.Int32), nil
}

type NullInt16 struct {
	Int16 int16
	Valid bool
}

func (n *NullInt16) Scan(v any) error {
	if v == nil {
		n.Int16, n.Valid = 0, false
		return nil
	}
	n.Valid = true
	return convertAssign(&n.Int16, v)
}
func (n NullInt16) Value() (driver.Value, error) {
	if !n.Valid {
		return nil, nil
	}
	return int64(n.Int16), nil
}

type NullFloat64 struct {
	Float64 float64
	Valid   bool
}

func (n *NullFloat64) Scan(v any) error {
	if v == nil {
		n.Float64, n.Valid = 0, false
		return nil
	}
	n.Valid = true
	return convertAssign(&n.Float64, v)
}
func (n NullFloat64) Value() (driver.Value, error) {
	if !n.Valid {
		return nil, nil
	}
	return n.Float64, nil
}

type NullBool struct {
	Bool  bool
	Valid bool
}

func (n *NullBool) Scan(v any) error {
	if v == nil {
		n.Bool, n.Valid = false, false
		return nil
	}
	n.Valid = true
	return convertAssign(&n.Bool, v)
}
func (n NullBool) Value() (driver.Value, error) {
	if !n.Valid {
		return nil, nil
	}
	return n.Bool, nil
}

type NullTime struct {
	Time  time.Time
	Valid bool
}

func (n *NullTime) Scan(v any) error {
	if v == nil {
		n.Time, n.Valid = time.Time{}, false
		return nil
	}
	n.Valid = true
	return convertAssign(&n.Time, v)
}
func (n NullTime) Value() (driver.Value, error) {
	if !n.Valid {
		return nil, nil
	}
	return n.Time, nil
}

type Null[T any] struct {
	V     T
	Valid bool
}

func (n *Null[T]) Scan(v any) error {
	if v == nil {
		var zero T
		n.V, n.Valid = zero, false
		return nil
	}
	n.Valid = true
	return convertAssign(&n.V, v)
}
func (n Null[T]) Value() (driver.Value, error) {
	if !n.Valid {
		return nil, nil
	}
	return n.V, nil
}
