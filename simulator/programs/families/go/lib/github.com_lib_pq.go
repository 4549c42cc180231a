package pq

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"internal/pgdsn"
	"internal/shapes"
	"internal/sqlwire"
	"io"
	"strconv"
	"strings"
	"time"
)

var ErrSSLNotSupported = errors.New("pq: SSL is not enabled on the server")

const (
	Efatal   = "FATAL"
	Epanic   = "PANIC"
	Ewarning = "WARNING"
)

type ErrorCode string
type ErrorClass string

var names = map[ErrorCode]string{"23000": "integrity_constraint_violation", "23502": "not_null_violation", "23503": "foreign_key_violation", "23505": "unique_violation", "23514": "check_violation", "42P01": "undefined_table", "42703": "undefined_column", "42601": "syntax_error", "42P07": "duplicate_table", "42P04": "duplicate_database", "3D000": "invalid_catalog_name", "28P01": "invalid_password", "28000": "invalid_authorization_specification", "22P02": "invalid_text_representation", "22001": "string_data_right_truncation", "22003": "numeric_value_out_of_range", "22012": "division_by_zero", "25P02": "in_failed_sql_transaction", "40001": "serialization_failure", "40P01": "deadlock_detected", "42501": "insufficient_privilege", "42804": "datatype_mismatch", "42883": "undefined_function", "42P02": "undefined_parameter", "53300": "too_many_connections", "57P01": "admin_shutdown", "57P03": "cannot_connect_now", "57014": "query_canceled"}

func (c ErrorCode) Name() string       { return names[c] }
func (c ErrorCode) Class() ErrorClass  { return ErrorClass(c[:2]) }
func (c ErrorClass) Name() string      { return names[ErrorCode(c+"000")] }

type Error struct {
	Severity                                                                                     string
	Code                                                                                         ErrorCode
	Message, Detail, Hint, Position, InternalPosition, InternalQuery, Where                       string
	Schema, Table, Column, DataTypeName, Constraint, File, Line, Routine                          string
}

func (e *Error) Error() string    { return "pq: " + e.Message }
func (e *Error) SQLState() string { return string(e.Code) }
func (e *Error) Fatal() bool      { return e.Severity == Efatal }

func wrong(f *sqlwire.Failure) error {
	if f.Severity == "ROLLBACK" {
		return errors.New("pq: " + f.Message)
	}
	e := &Error{Severity: f.Severity, Code: ErrorCode(f.State), Message: f.Message, Detail: f.Detail, Hint: f.Hint, Position: f.Position}
	if _, after, ok := strings.Cut(f.Message, "constraint \""); ok {
		e.Constraint, _, _ = strings.Cut(after, "\"")
	}
	if _, after, ok := strings.Cut(f.Message, "relation \""); ok {
		e.Table, _, _ = strings.Cut(after, "\"")
	}
	return e
}
func denied(o *sqlwire.Options, f *sqlwire.Failure) error {
	if f.Severity == "CLIENT" {
		return &Error{Severity: Efatal, Code: "28P01", Message: fmt.Sprintf("password authentication failed for user %q", o.User)}
	}
	return wrong(f)
}
func refused(o *sqlwire.Options, why string) error { return errors.New(why) }
func counted(have, want int) error {
	return fmt.Errorf("pq: got %d parameters but the statement requires %d", have, want)
}

type Driver struct{}

func (d *Driver) Open(name string) (driver.Conn, error) { return Open(name) }
func (d *Driver) OpenConnector(name string) (driver.Connector, error) {
	c, err := NewConnector(name)
	if err != nil {
		return nil, err
	}
	return c, nil
}

type Connector struct{ o *sqlwire.Options }

func (c *Connector) Connect(ctx context.Context) (driver.Conn, error) {
	made, err := sqlwire.Connect(ctx, c.o)
	if err != nil {
		return nil, err
	}
	return made, nil
}
func (c *Connector) Driver() driver.Driver { return &Driver{} }

func NewConnector(dsn string) (*Connector, error) {
	if scheme, _, ok := strings.Cut(dsn, "://"); ok && scheme != "postgres" && scheme != "postgresql" {
		return nil, fmt.Errorf("invalid connection protocol: %s", scheme)
	}
	row, err := pgdsn.Parse(dsn)
	if err != nil {
		return nil, err
	}
	o := &sqlwire.Options{Kind: "pq", Host: "localhost", Port: 5432, User: row["user"], Password: row["password"], Database: row["dbname"], Refused: refused, Denied: denied, Failed: wrong, Counted: counted, Lost: io.EOF}
	o.Many = true
	o.Expired = func(err error) error {
		return &Error{Severity: "ERROR", Code: "57014", Message: "canceling statement due to user request"}
	}
	if row["host"] != "" {
		o.Host = row["host"]
	}
	if row["port"] != "" {
		if o.Port, err = strconv.Atoi(row["port"]); err != nil {
			return nil, err
		}
	}
	if o.User == "" {
		o.User = "root"
	}
	if s, err := strconv.Atoi(row["connect_timeout"]); err == nil {
		o.Timeout = time.Duration(s) * time.Second
	}
	switch mode := row["sslmode"]; mode {
	case "disable", "allow", "prefer":
	case "", "require", "verify-ca", "verify-full":
		o.Before = func() error { return ErrSSLNotSupported }
	default:
		return nil, fmt.Errorf("pq: unsupported sslmode %q; only \"require\" (default), \"verify-full\", \"verify-ca\", and \"disable\" supported", mode)
	}
	return &Connector{o}, nil
}
func Open(dsn string) (driver.Conn, error) {
	c, err := NewConnector(dsn)
	if err != nil {
		return nil, err
	}
	return c.Connect(context.Background())
}

func init() { sql.Register("postgres", &Driver{}) }

func ParseURL(text string) (string, error) {
	row, err := pgdsn.Parse(text)
	if err != nil {
		return "", err
	}
	out := []string{}
	for _, k := range []string{"dbname", "host", "password", "port", "sslmode", "user"} {
		if row[k] != "" {
			out = append(out, k+"="+row[k])
		}
	}
	return strings.Join(out, " "), nil
}
func QuoteIdentifier(name string) string { return "\"" + strings.ReplaceAll(name, "\"", "\"\"") + "\"" }
func QuoteLiteral(text string) string    { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

type array struct{ target any }

func Array(a any) *array { return &array{a} }
func (a *array) Value() (driver.Value, error) {
	text, ok := sqlwire.ArrayText(a.target)
	if !ok {
		return nil, nil
	}
	return text, nil
}
func (a *array) Scan(src any) error {
	shapes.Empty(a.target)
	if src == nil {
		return nil
	}
	text := ""
	switch v := src.(type) {
	case []byte:
		text = string(v)
	case string:
		text = v
	default:
		return fmt.Errorf("pq: cannot convert %T to %T", src, a.target)
	}
	return fill(a.target, text)
}
func fill(target any, text string) error {
	for _, one := range elements(text) {
		made := shapes.ElemNew(target)
		if s, ok := made.(sql.Scanner); ok {
			if err := s.Scan(one); err != nil {
				return err
			}
		} else if why := shapes.Assign(made, one, false); why != "" {
			return errors.New("pq: parsing array element: " + why)
		}
		shapes.Append(target, made)
	}
	return nil
}
func elements(text string) []any {
	found := []any{}
	text = strings.TrimSuffix(strings.TrimPrefix(text, "{"), "}")
	for i := 0; i < len(text); i++ {
		word := ""
		quoted := text[i] == '"'
		if quoted {
			for i++; i < len(text) && text[i] != '"'; i++ {
				if text[i] == '\\' {
					i++
				}
				word += text[i : i+1]
			}
			i++
		}
		for i < len(text) && text[i] != ',' {
			word += text[i : i+1]
			i++
		}
		if word == "NULL" && !quoted {
			found = append(found, nil)
		} else {
			found = append(found, word)
		}
	}
	return found
}

type StringArray []string

func (a StringArray) Value() (driver.Value, error) { return Array([]string(a)).Value() }
func (a *StringArray) Scan(src any) error {
	out := []string{}
	err := Array(&out).Scan(src)
	*a = out
	return err
}

type Int64Array []int64

func (a Int64Array) Value() (driver.Value, error) { return Array([]int64(a)).Value() }
func (a *Int64Array) Scan(src any) error {
	out := []int64{}
	err := Array(&out).Scan(src)
	*a = out
	return err
}

type NullTime = sql.NullTime
