package mysql

import (
	"database/sql"
	_ "github.com/go-sql-driver/mysql"
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
func (d *Dialector) Name() string    { return "mysql" }
func (d *Dialector) open() (*sql.DB, error) {
	if d.c.Conn != nil {
		return d.c.Conn, nil
	}
	return sql.Open("mysql", d.c.DSN)
}
