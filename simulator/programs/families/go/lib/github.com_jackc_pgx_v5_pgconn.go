package pgconn

import (
	"context"
	"errors"
	"internal/pgdsn"
	"internal/sqlwire"
	"io"
	"net/url"
	"os"
	"strconv"
	"strings"
	"time"
)

type PgError struct {
	Severity, SeverityUnlocalized, Code, Message, Detail, Hint                             string
	Position, InternalPosition                                                             int32
	InternalQuery, Where, SchemaName, TableName, ColumnName, DataTypeName, ConstraintName  string
	File                                                                                   string
	Line                                                                                   int32
	Routine                                                                                string
}

func (e *PgError) Error() string    { return e.Severity + ": " + e.Message + " (SQLSTATE " + e.Code + ")" }
func (e *PgError) SQLState() string { return e.Code }

type ConnectError struct {
	Config *Config
	err    error
}

func (e *ConnectError) Error() string {
	head := "failed to connect to `user=" + e.Config.User + " database=" + e.Config.Database + "`:"
	text := e.err.Error()
	if strings.Contains(text, "\n") {
		return head + "\n\t" + strings.ReplaceAll(text, "\n", "\n\t")
	}
	return head + " " + text
}
func (e *ConnectError) Unwrap() error { return e.err }

type ParseConfigError struct {
	ConnString string
	msg        string
	err        error
}

func (e *ParseConfigError) Error() string {
	return "cannot parse `" + e.ConnString + "`: " + e.msg + " (" + e.err.Error() + ")"
}
func (e *ParseConfigError) Unwrap() error { return e.err }

type wrapped struct {
	head string
	err  error
}

func (w *wrapped) Error() string { return w.head + w.err.Error() }
func (w *wrapped) Unwrap() error { return w.err }

type Config struct {
	Host           string
	Port           uint16
	Database       string
	User           string
	Password       string
	TLSConfig      any
	ConnectTimeout time.Duration
	RuntimeParams  map[string]string
	sslmode        string
}

func (c *Config) Copy() *Config { d := *c; return &d }

func masked(text string) string {
	u, err := url.Parse(text)
	if err == nil && u.User != nil {
		if p, ok := u.User.Password(); ok {
			return strings.Replace(text, ":"+p+"@", ":xxxxx@", 1)
		}
	}
	return text
}

func ParseConfig(text string) (*Config, error) {
	row, err := pgdsn.Parse(text)
	if err != nil {
		msg := "failed to parse as keyword/value"
		if strings.HasPrefix(text, "postgres") && strings.Contains(text, "://") {
			msg = "failed to parse as URL"
		}
		return nil, &ParseConfigError{masked(text), msg, err}
	}
	c := &Config{Host: "localhost", Port: 5432, Database: row["dbname"], User: row["user"], Password: row["password"], RuntimeParams: map[string]string{}, sslmode: row["sslmode"]}
	if row["host"] != "" {
		c.Host = row["host"]
	}
	if c.User == "" {
		c.User = "root"
		if u := os.Getenv("USER"); u != "" {
			c.User = u
		}
	}
	if p := row["port"]; p != "" {
		n, err := strconv.Atoi(p)
		if err != nil || n < 1 || n > 65535 {
			return nil, &ParseConfigError{masked(text), "invalid port", errors.New("strconv.ParseUint: parsing " + strconv.Quote(p) + ": invalid syntax")}
		}
		c.Port = uint16(n)
	}
	if s, err := strconv.Atoi(row["connect_timeout"]); err == nil {
		c.ConnectTimeout = time.Duration(s) * time.Second
	}
	switch c.sslmode {
	case "":
		c.sslmode = "prefer"
	case "disable", "allow", "prefer", "require", "verify-ca", "verify-full":
	default:
		return nil, &ParseConfigError{masked(text), "failed to configure TLS", errors.New("sslmode is invalid")}
	}
	return c, nil
}

func Wrong(f *sqlwire.Failure) error {
	if f.Severity == "ROLLBACK" {
		return errors.New("commit unexpectedly resulted in rollback")
	}
	p, _ := strconv.Atoi(f.Position)
	e := &PgError{Severity: f.Severity, SeverityUnlocalized: f.Severity, Code: f.State, Message: f.Message, Detail: f.Detail, Hint: f.Hint, Position: int32(p)}
	if _, after, ok := strings.Cut(f.Message, "constraint \""); ok {
		e.ConstraintName, _, _ = strings.Cut(after, "\"")
	}
	if _, after, ok := strings.Cut(f.Message, "relation \""); ok {
		e.TableName, _, _ = strings.Cut(after, "\"")
	}
	if _, after, ok := strings.Cut(f.Message, "column \""); ok {
		e.ColumnName, _, _ = strings.Cut(after, "\"")
	}
	return e
}

func (c *Config) places() []string {
	port := strconv.Itoa(int(c.Port)) + " (" + c.Host + "): "
	if c.Host == "localhost" {
		return []string{"[::1]:" + port, "127.0.0.1:" + port}
	}
	address := sqlwire.Address(c.Host)
	if address == "" {
		address = c.Host
	}
	return []string{address + ":" + port}
}

const noTLS = "tls error: server refused TLS connection"

// tries lists what each attempt came to: with TLS where it is wanted, then without.
func (c *Config) tries(last error, reached bool) error {
	found := []error{}
	if c.sslmode != "disable" && c.sslmode != "allow" {
		for _, place := range c.places() {
			if reached {
				found = append(found, errors.New(place+noTLS))
			} else {
				found = append(found, &wrapped{place, last})
			}
		}
	}
	if c.sslmode == "disable" || c.sslmode == "allow" || c.sslmode == "prefer" {
		for i, place := range c.places() {
			if !reached || i == 0 {
				found = append(found, &wrapped{place, last})
			}
		}
	}
	return &ConnectError{c, errors.Join(found...)}
}

func (c *Config) Options() *sqlwire.Options {
	o := &sqlwire.Options{Kind: "pgx", Host: c.Host, Port: int(c.Port), User: c.User, Password: c.Password, Database: c.Database, Timeout: c.ConnectTimeout, Lost: io.ErrUnexpectedEOF, Failed: Wrong, Many: true, Wide: true}
	o.Refused = func(o *sqlwire.Options, why string) error {
		if strings.Contains(why, ": lookup ") {
			return &ConnectError{c, errors.New("hostname resolving error: " + strings.TrimPrefix(why, "dial tcp: "))}
		}
		if why == "timeout" {
			return c.tries(&wrapped{"dial error: timeout: ", context.DeadlineExceeded}, false)
		}
		return c.tries(errors.New("dial error: "+why), false)
	}
	if c.sslmode != "disable" && c.sslmode != "allow" && c.sslmode != "prefer" {
		o.Before = func() error { return c.tries(nil, true) }
	}
	o.Denied = func(o *sqlwire.Options, f *sqlwire.Failure) error {
		e := Wrong(f)
		head := "server error: "
		if f.State == "28P01" {
			head = "failed SASL auth: "
		}
		if f.Severity == "CLIENT" {
			e = &PgError{Severity: "FATAL", Code: "28P01", Message: "password authentication failed for user \"" + o.User + "\""}
		}
		return c.tries(&wrapped{head, e}, true)
	}
	o.Counted = func(have, want int) error {
		return errors.New("expected " + strconv.Itoa(want) + " arguments, got " + strconv.Itoa(have))
	}
	o.Expired = func(err error) error { return &wrapped{"timeout: ", err} }
	return o
}

type CommandTag struct{ s string }

func NewCommandTag(s string) CommandTag { return CommandTag{s} }
func (t CommandTag) String() string     { return t.s }
func (t CommandTag) RowsAffected() int64 {
	n, _ := strconv.ParseInt(t.s[strings.LastIndex(t.s, " ")+1:], 10, 64)
	return n
}
func (t CommandTag) Insert() bool { return strings.HasPrefix(t.s, "INSERT") }
func (t CommandTag) Update() bool { return strings.HasPrefix(t.s, "UPDATE") }
func (t CommandTag) Delete() bool { return strings.HasPrefix(t.s, "DELETE") }
func (t CommandTag) Select() bool { return strings.HasPrefix(t.s, "SELECT") }

type FieldDescription struct {
	Name                 string
	DataTypeOID          uint32
	TableAttributeNumber uint16
}

func Timeout(err error) bool { return errors.Is(err, context.DeadlineExceeded) }
