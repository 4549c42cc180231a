package driver

import (
	"context"
	"errors"
)

type Value any

type Valuer interface{ Value() (Value, error) }

type Driver interface{ Open(name string) (Conn, error) }
type DriverContext interface {
	OpenConnector(name string) (Connector, error)
}
type Connector interface {
	Connect(context.Context) (Conn, error)
	Driver() Driver
}
type Conn interface{ Close() error }
type Result interface {
	LastInsertId() (int64, error)
	RowsAffected() (int64, error)
}
type NamedValue struct {
	Name    string
	Ordinal int
	Value   Value
}

var ErrBadConn = errors.New("driver: bad connection")
var ErrSkip = errors.New("driver: skip fast-path; continue as if unimplemented")
var ErrRemoveArgument = errors.New("driver: remove argument from query")
