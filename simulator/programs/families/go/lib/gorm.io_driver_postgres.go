package postgres

import (
	"database/sql"
	_ "github.com/jackc/pgx/v5/stdlib"
	"gorm.io/gorm"
)

type Config struct {
	DSN, DriverName                             string
	PreferSimpleProtocol, WithoutReturning      bool
	DefaultStringSize                           uint
	DisableDatetimePrecision, DontSupportRenameIndex, SkipInitializeWithVersion bool
	Conn                                        *sql.DB
}
type Dialector struct{ c Config }

func Open(dsn string) gorm.Dialector { return &Dialector{Config{DSN: dsn}} }
func New(c Config) gorm.Dialector    { return &Dialector{c} }
func (d *Dialector) Name() string    { return "postgres" }
func (d *Dialector) open() (*sql.DB, error) {
	if d.c.Conn != nil {
		return d.c.Conn, nil
	}
	return sql.Open("pgx", d.c.DSN)
}
