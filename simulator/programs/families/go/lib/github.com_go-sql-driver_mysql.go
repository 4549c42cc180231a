package mysql

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"internal/shapes"
	"internal/sqlwire"
	"net/url"
	"sort"
	"strconv"
	"strings"
	"time"
)

var (
	ErrInvalidConn    = errors.New("invalid connection")
	ErrMalformPkt     = errors.New("malformed packet")
	errInvalidDSNUnescaped       = errors.New("invalid DSN: did you forget to escape a param value?")
	errInvalidDSNAddr            = errors.New("invalid DSN: network address not terminated (missing closing brace)")
	errInvalidDSNNoSlash         = errors.New("invalid DSN: missing the slash separating the database name")
)

type MySQLError struct {
	Number   uint16
	SQLState [5]byte
	Message  string
}

func (e *MySQLError) Error() string {
	return fmt.Sprintf("Error %d (%s): %s", e.Number, string(e.SQLState[:]), e.Message)
}
func (e *MySQLError) Is(err error) bool {
	if other, ok := err.(*MySQLError); ok {
		return other.Number == e.Number
	}
	return false
}

type NullTime = sql.NullTime

type Config struct {
	User, Passwd, Net, Addr, DBName, Collation, TLSConfig                          string
	Params                                                                          map[string]string
	ConnectionAttributes                                                            string
	Loc                                                                             *time.Location
	Timeout, ReadTimeout, WriteTimeout                                              time.Duration
	MaxAllowedPacket                                                                int
	AllowAllFiles, AllowCleartextPasswords, AllowFallbackToPlaintext                bool
	AllowNativePasswords, AllowOldPasswords, CheckConnLiveness, ClientFoundRows     bool
	ColumnsWithAlias, InterpolateParams, MultiStatements, ParseTime, RejectReadOnly bool
}

func NewConfig() *Config {
	return &Config{Loc: time.UTC, MaxAllowedPacket: 64 << 20, AllowNativePasswords: true, CheckConnLiveness: true}
}
func (c *Config) Clone() *Config { d := *c; return &d }
func (c *Config) FormatDSN() string {
	out := ""
	if c.User != "" {
		out = c.User
		if c.Passwd != "" {
			out += ":" + c.Passwd
		}
		out += "@"
	}
	if c.Net != "" {
		out += c.Net
		if c.Addr != "" {
			out += "(" + c.Addr + ")"
		}
	}
	out += "/" + url.PathEscape(c.DBName)
	words := []string{}
	if !c.AllowNativePasswords {
		words = append(words, "allowNativePasswords=false")
	}
	if !c.CheckConnLiveness {
		words = append(words, "checkConnLiveness=false")
	}
	if c.Collation != "" {
		words = append(words, "collation="+c.Collation)
	}
	if c.MultiStatements {
		words = append(words, "multiStatements=true")
	}
	if c.ParseTime {
		words = append(words, "parseTime=true")
	}
	if c.Timeout > 0 {
		words = append(words, "timeout="+c.Timeout.String())
	}
	names := []string{}
	for k := range c.Params {
		names = append(names, k)
	}
	sort.Strings(names)
	for _, k := range names {
		words = append(words, k+"="+url.QueryEscape(c.Params[k]))
	}
	if len(words) > 0 {
		out += "?" + strings.Join(words, "&")
	}
	return out
}

func ParseDSN(dsn string) (*Config, error) {
	c := NewConfig()
	at := strings.LastIndex(dsn, "/")
	if at < 0 {
		if dsn != "" {
			return nil, errInvalidDSNNoSlash
		}
		return c, c.normalize()
	}
	head, tail := dsn[:at], dsn[at+1:]
	if i := strings.LastIndex(head, "@"); i >= 0 {
		c.User, c.Passwd, _ = strings.Cut(head[:i], ":")
		head = head[i+1:]
	}
	if i := strings.Index(head, "("); i >= 0 {
		if !strings.HasSuffix(head, ")") {
			if strings.Contains(head[i:], ")") {
				return nil, errInvalidDSNUnescaped
			}
			return nil, errInvalidDSNAddr
		}
		c.Addr = head[i+1 : len(head)-1]
		head = head[:i]
	}
	c.Net = head
	name, query, _ := strings.Cut(tail, "?")
	var err error
	if c.DBName, err = url.PathUnescape(name); err != nil {
		return nil, err
	}
	if err := c.params(query); err != nil {
		return nil, err
	}
	return c, c.normalize()
}
func (c *Config) params(query string) error {
	for _, part := range strings.Split(query, "&") {
		k, v, ok := strings.Cut(part, "=")
		if !ok {
			continue
		}
		yes, err := strconv.ParseBool(v)
		switch k {
		case "parseTime":
			c.ParseTime = yes
		case "multiStatements":
			c.MultiStatements = yes
		case "allowNativePasswords":
			c.AllowNativePasswords = yes
		case "interpolateParams":
			c.InterpolateParams = yes
		case "timeout":
			if c.Timeout, err = time.ParseDuration(v); err != nil {
				return err
			}
			continue
		case "readTimeout", "writeTimeout", "loc", "tls", "collation", "charset", "maxAllowedPacket", "clientFoundRows", "columnsWithAlias", "checkConnLiveness", "rejectReadOnly", "allowCleartextPasswords", "allowAllFiles", "allowOldPasswords", "serverPubKey":
			continue
		default:
			if c.Params == nil {
				c.Params = map[string]string{}
			}
			if c.Params[k], err = url.QueryUnescape(v); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return errors.New("invalid bool value: " + v)
		}
	}
	return nil
}
func (c *Config) normalize() error {
	if c.Net == "" {
		c.Net = "tcp"
	}
	if c.Addr == "" {
		switch c.Net {
		case "tcp":
			c.Addr = "127.0.0.1:3306"
		case "unix":
			c.Addr = "/tmp/mysql.sock"
		default:
			return errors.New("default addr for network '" + c.Net + "' unknown")
		}
	} else if c.Net == "tcp" && !strings.Contains(c.Addr, ":") {
		c.Addr += ":3306"
	}
	return nil
}

func wrong(f *sqlwire.Failure) error {
	n, _ := strconv.Atoi(f.Number)
	e := &MySQLError{Number: uint16(n), Message: f.Message}
	for i := 0; i < 5 && i < len(f.State); i++ {
		e.SQLState[i] = f.State[i]
	}
	return e
}
func denied(o *sqlwire.Options, f *sqlwire.Failure) error  { return wrong(f) }
func refused(o *sqlwire.Options, why string) error         { return errors.New(why) }
func counted(have, want int) error {
	return fmt.Errorf("sql: expected %d arguments, got %d", want, have)
}
func moment(v any, kind string) any {
	if b, ok := v.([]byte); ok && (kind == "datetime" || kind == "timestamp" || kind == "date") {
		if t, ok := shapes.ParseMoment(string(b)); ok {
			return t
		}
	}
	return v
}

type MySQLDriver struct{}

func (d MySQLDriver) Open(dsn string) (driver.Conn, error) {
	c, err := d.OpenConnector(dsn)
	if err != nil {
		return nil, err
	}
	return c.Connect(context.Background())
}
func (d MySQLDriver) OpenConnector(dsn string) (driver.Connector, error) {
	c, err := ParseDSN(dsn)
	if err != nil {
		return nil, err
	}
	return NewConnector(c)
}

type connector struct {
	o   *sqlwire.Options
	net string
}

func NewConnector(c *Config) (driver.Connector, error) {
	c = c.Clone()
	if err := c.normalize(); err != nil {
		return nil, err
	}
	host, port, _ := strings.Cut(c.Addr, ":")
	o := &sqlwire.Options{Kind: "mysql", Host: host, User: c.User, Password: c.Passwd, Database: c.DBName, Timeout: c.Timeout, Refused: refused, Denied: denied, Failed: wrong, Counted: counted, Lost: driver.ErrBadConn, Many: c.MultiStatements}
	o.Port, _ = strconv.Atoi(port)
	if c.ParseTime {
		o.Convert = moment
	}
	return &connector{o, c.Net}, nil
}
func (c *connector) Connect(ctx context.Context) (driver.Conn, error) {
	if c.net == "unix" {
		return nil, errors.New("dial unix /tmp/mysql.sock: connect: no such file or directory")
	}
	if c.net != "tcp" && c.net != "tcp4" {
		return nil, errors.New("dial " + c.net + ": unknown network " + c.net)
	}
	made, err := sqlwire.Connect(ctx, c.o)
	if err != nil {
		return nil, err
	}
	return made, nil
}
func (c *connector) Driver() driver.Driver { return MySQLDriver{} }

func init() { sql.Register("mysql", &MySQLDriver{}) }

type Logger interface{ Print(v ...any) }

func SetLogger(l Logger) error { return nil }
