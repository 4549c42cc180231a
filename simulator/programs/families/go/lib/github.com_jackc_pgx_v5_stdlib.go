package stdlib

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"
	"internal/sqlwire"
)

type Driver struct{}

func (d *Driver) Open(name string) (driver.Conn, error) {
	c, err := d.OpenConnector(name)
	if err != nil {
		return nil, err
	}
	return c.Connect(context.Background())
}
func (d *Driver) OpenConnector(name string) (driver.Connector, error) { return &connector{name, nil}, nil }

type connector struct {
	name   string
	config *pgx.ConnConfig
}

func (k *connector) Connect(ctx context.Context) (driver.Conn, error) {
	if k.config == nil {
		c, err := pgx.ParseConfig(k.name)
		if err != nil {
			return nil, err
		}
		k.config = c
	}
	made, err := sqlwire.Connect(ctx, k.config.Config.Options())
	if err != nil {
		return nil, err
	}
	return made, nil
}
func (k *connector) Driver() driver.Driver { return &Driver{} }

func GetDefaultDriver() driver.Driver           { return &Driver{} }
func OpenDB(c pgx.ConnConfig) *sql.DB           { return sql.OpenDB(&connector{"", &c}) }
func GetConnector(c pgx.ConnConfig) driver.Connector { return &connector{"", &c} }
func OpenDBFromPool(p *pgxpool.Pool) *sql.DB    { return sql.OpenDB(&connector{"", p.Config().ConnConfig}) }

func init() {
	sql.Register("pgx", &Driver{})
	sql.Register("pgx/v5", &Driver{})
}
