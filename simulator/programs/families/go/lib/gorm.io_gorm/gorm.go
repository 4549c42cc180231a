package gorm

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"gorm.io/gorm/logger"
	"internal/shapes"
	"log"
	"os"
	"runtime"
	"strconv"
	"strings"
	"time"
)

// Simplified: Of GORM a program's own tables are followed: AutoMigrate, Create, Save, Find, First, Where, Order, Update, Delete, transactions and raw SQL; associations are not.
var (
	ErrRecordNotFound     = errors.New("record not found")
	ErrInvalidTransaction = errors.New("invalid transaction")
	ErrMissingWhereClause = errors.New("WHERE conditions required")
	ErrPrimaryKeyRequired = errors.New("primary key required")
	ErrDuplicatedKey      = errors.New("duplicated key not allowed")
	ErrInvalidDB          = errors.New("invalid db")
)

type DeletedAt sql.NullTime

func (n *DeletedAt) Scan(v interface{}) error            { return (*sql.NullTime)(n).Scan(v) }
func (n DeletedAt) Value() (driver.Value, error) {
	if !n.Valid {
		return nil, nil
	}
	return n.Time, nil
}
func (n DeletedAt) MarshalJSON() ([]byte, error) {
	if n.Valid {
		return n.Time.MarshalJSON()
	}
	return []byte("null"), nil
}

type Model struct {
	ID        uint `gorm:"primarykey"`
	CreatedAt time.Time
	UpdatedAt time.Time
	DeletedAt DeletedAt `gorm:"index"`
}
type Config struct {
	SkipDefaultTransaction, PrepareStmt, TranslateError, DisableForeignKeyConstraintWhenMigrating, AllowGlobalUpdate, DryRun bool
	Logger  logger.Interface
	NowFunc func() time.Time
}
type Option interface{ apply(*Config) }

func (c *Config) apply(to *Config) { *to = *c }

type Dialector interface {
	Name() string
	open() (*sql.DB, error)
}
type runner interface {
	ExecContext(ctx context.Context, query string, args ...any) (sql.Result, error)
	QueryContext(ctx context.Context, query string, args ...any) (*sql.Rows, error)
}
type where struct {
	text string
	args []any
	or   bool
}
type DB struct {
	*Config
	Error        error
	RowsAffected int64
	pool         *sql.DB
	run          runner
	kind         string
	ctx          context.Context
	model        any
	table        string
	wheres       []where
	order        []string
	columns      string
	omit         map[string]bool
	limit        int
	offset       int
	unscoped     bool
	raw          *where
	chained      bool
}
type Tabler interface{ TableName() string }

func Open(d Dialector, opts ...Option) (*DB, error) {
	db := &DB{Config: &Config{}, kind: d.Name(), ctx: context.Background()}
	for _, o := range opts {
		o.apply(db.Config)
	}
	pool, err := d.open()
	if err == nil {
		err = pool.Ping()
	}
	if err != nil {
		log.New(os.Stdout, "\r\n", log.LstdFlags).Printf("\x1b[35m%s\n\x1b[0m\x1b[31m[error] \x1b[0mfailed to initialize database, got error %v", place(), err)
		return db, err
	}
	db.pool, db.run = pool, pool
	return db, nil
}
func place() string {
	_, file, line := runtime.place()
	return file + ":" + strconv.Itoa(line)
}
func (db *DB) DB() (*sql.DB, error) { return db.pool, nil }
func (db *DB) begin() *DB {
	c := *db
	if !db.chained {
		c.Error, c.RowsAffected, c.chained = nil, 0, true
	}
	c.wheres = append([]where{}, db.wheres...)
	c.order = append([]string{}, db.order...)
	return &c
}

type Session struct{ NewDB, DryRun bool }

func (db *DB) Session(s *Session) *DB               { c := db.begin(); c.chained = false; return c }
func (db *DB) WithContext(ctx context.Context) *DB  { c := db.begin(); c.ctx, c.chained = ctx, false; return c }
func (db *DB) Debug() *DB                           { return db.begin() }
func (db *DB) Model(v interface{}) *DB              { c := db.begin(); c.model = v; return c }
func (db *DB) Table(name string, a ...interface{}) *DB { c := db.begin(); c.table = name; return c }
func (db *DB) Unscoped() *DB                        { c := db.begin(); c.unscoped = true; return c }
func (db *DB) Limit(n int) *DB                      { c := db.begin(); c.limit = n; return c }
func (db *DB) Offset(n int) *DB                     { c := db.begin(); c.offset = n; return c }
func (db *DB) Order(v interface{}) *DB              { c := db.begin(); c.order = append(c.order, fmt.Sprint(v)); return c }
func (db *DB) Omit(names ...string) *DB {
	c := db.begin()
	c.omit = map[string]bool{}
	for _, n := range names {
		c.omit[n] = true
	}
	return c
}
func (db *DB) Select(v interface{}, args ...interface{}) *DB {
	c := db.begin()
	if list, ok := v.([]string); ok {
		c.columns = strings.Join(list, ", ")
	} else {
		c.columns = fmt.Sprint(v)
		for _, a := range args {
			c.columns += ", " + fmt.Sprint(a)
		}
	}
	return c
}
func (db *DB) Where(q interface{}, args ...interface{}) *DB { return db.add(q, args, false) }
func (db *DB) Or(q interface{}, args ...interface{}) *DB    { return db.add(q, args, true) }
func (db *DB) Not(q interface{}, args ...interface{}) *DB {
	c := db.add(q, args, false)
	last := len(c.wheres) - 1
	c.wheres[last].text = "NOT (" + c.wheres[last].text + ")"
	return c
}
func (db *DB) add(q any, args []any, or bool) *DB {
	c := db.begin()
	switch x := q.(type) {
	case string:
		if len(args) == 0 {
			if _, err := strconv.Atoi(x); err == nil {
				c.wheres = append(c.wheres, where{"id = ?", []any{x}, or})
				return c
			}
		}
		c.wheres = append(c.wheres, where{x, args, or})
	case map[string]interface{}:
		for k, v := range x {
			c.wheres = append(c.wheres, where{c.quote(k) + " = ?", []any{v}, or})
		}
	default:
		if _, kind := shapes.TypeName(shapes.Value(q)); kind == "struct" {
			for _, f := range fields(q) {
				if !shapes.IsZero(shapes.Value(f.pointer)) {
					c.wheres = append(c.wheres, where{c.quote(f.column) + " = ?", []any{shapes.Value(f.pointer)}, or})
				}
			}
		} else if kind == "slice" {
			c.wheres = append(c.wheres, where{"id IN ?", []any{q}, or})
		} else {
			c.wheres = append(c.wheres, where{"id = ?", []any{q}, or})
		}
	}
	return c
}

type field struct {
	name, column, kind, text string
	settings                 map[string]string
	pointer                  any
}

func snake(s string) string {
	out := ""
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= 'A' && c <= 'Z' {
			before := i > 0 && !(s[i-1] >= 'A' && s[i-1] <= 'Z')
			after := i > 0 && i+1 < len(s) && s[i+1] >= 'a' && s[i+1] <= 'z'
			if before || after {
				out += "_"
			}
			c += 32
		}
		out += string([]byte{c})
	}
	return out
}
func plural(s string) string {
	switch {
	case strings.HasSuffix(s, "person"):
		return strings.TrimSuffix(s, "person") + "people"
	case strings.HasSuffix(s, "child"):
		return s + "ren"
	case strings.HasSuffix(s, "y") && len(s) > 1 && !strings.ContainsRune("aeiou", rune(s[len(s)-2])):
		return s[:len(s)-1] + "ies"
	case strings.HasSuffix(s, "s"), strings.HasSuffix(s, "x"), strings.HasSuffix(s, "ch"), strings.HasSuffix(s, "sh"):
		return s + "es"
	}
	return s + "s"
}
func fields(v any) []*field {
	names, tags, types, kinds, pointers := shapes.Fields(v)
	found := []*field{}
	for i, name := range names {
		tag := shapes.Tag(tags[i], "gorm")
		if kinds[i] == "embedded" || tag == "-" {
			continue
		}
		t := types[i]
		plain := strings.TrimPrefix(t, "*")
		special := plain == "time.Time" || strings.HasPrefix(plain, "sql.Null") || plain == "gorm.DeletedAt" || plain == "uuid.UUID"
		if !special && (kinds[i] == "struct" || kinds[i] == "map" || kinds[i] == "slice" && t != "[]uint8" || kinds[i] == "pointer" && strings.Contains(t, ".")) {
			continue
		}
		f := &field{name, snake(name), kinds[i], t, map[string]string{}, pointers[i]}
		for _, part := range strings.Split(tag, ";") {
			k, value, _ := strings.Cut(part, ":")
			if k = strings.ToUpper(strings.TrimSpace(k)); k != "" {
				f.settings[strings.ReplaceAll(k, "_", "")] = value
			}
		}
		if c := f.settings["COLUMN"]; c != "" {
			f.column = c
		}
		found = append(found, f)
	}
	return found
}
func has(f *field, key string) bool { _, ok := f.settings[key]; return ok }
func primary(fs []*field) *field {
	for _, f := range fs {
		if has(f, "PRIMARYKEY") {
			return f
		}
	}
	for _, f := range fs {
		if f.name == "ID" {
			return f
		}
	}
	return nil
}
func single(v any) any {
	_, kind := shapes.TypeName(shapes.Value(v))
	if kind == "slice" {
		return shapes.ElemNew(v)
	}
	if kind == "pointer" {
		return shapes.Value(v)
	}
	return v
}
func (db *DB) tableOf(v any) string {
	if db.table != "" {
		return db.table
	}
	one := single(v)
	if t, ok := one.(Tabler); ok {
		return t.TableName()
	}
	text, _ := shapes.TypeName(one)
	return plural(snake(text[strings.LastIndex(text, ".")+1:]))
}
func (db *DB) quote(name string) string {
	if strings.ContainsAny(name, ".( ") {
		return name
	}
	if db.kind == "mysql" {
		return "`" + name + "`"
	}
	return "\"" + name + "\""
}

// bind spreads slices and numbers the places of a statement.
func (db *DB) bind(sql string, args []any) (string, []any) {
	out, values, n := "", []any{}, 0
	quoted := byte(0)
	for i := 0; i < len(sql); i++ {
		if quoted != 0 {
			if sql[i] == quoted {
				quoted = 0
			}
		} else if sql[i] == '\'' || sql[i] == '"' {
			quoted = sql[i]
		} else if sql[i] == '?' && n < len(args) {
			list := []any{args[n]}
			text, kind := shapes.TypeName(args[n])
			many := kind == "slice" && text != "[]uint8"
			if many {
				list = shapes.Items(args[n])
			}
			n++
			marks := []string{}
			for _, one := range list {
				values = append(values, one)
				if db.kind == "postgres" {
					marks = append(marks, "$"+strconv.Itoa(len(values)))
				} else {
					marks = append(marks, "?")
				}
			}
			if many && len(list) == 0 {
				marks = []string{"NULL"}
			}
			if many {
				out += "(" + strings.Join(marks, ",") + ")"
			} else {
				out += marks[0]
			}
			continue
		}
		out += sql[i : i+1]
	}
	return out, values
}
func (db *DB) shown(sql string, args []any) string {
	for _, a := range args {
		text := fmt.Sprint(a)
		name, kind := shapes.TypeName(a)
		if t, ok := a.(time.Time); ok {
			text = "'" + t.Format("2006-01-02 15:04:05.999") + "'"
		} else if kind == "string" {
			text = "'" + text + "'"
		} else if kind == "pointer" && shapes.IsZero(a) || name == "gorm.DeletedAt" && shapes.IsZero(a) || a == nil {
			text = "NULL"
		}
		sql = strings.Replace(sql, "?", text, 1)
	}
	return sql
}
func (db *DB) fail(err error, began time.Time, sql string, args []any) {
	db.Error = err
	if err != nil && !(db.Logger != nil && logger.Quiet(db.Logger, err == ErrRecordNotFound)) {
		log.New(os.Stdout, "\r\n", log.LstdFlags).Printf("\x1b[31;1m%s \x1b[35;1m%s\n\x1b[0m\x1b[33m[%.3fms] \x1b[34;1m[rows:%d]\x1b[0m %s", place(), err, float64(time.Since(began).Microseconds())/1000, db.RowsAffected, db.shown(sql, args))
	}
}
func (db *DB) exec(sql string, args []any) sql.Result {
	began := time.Now()
	text, values := db.bind(sql, args)
	result, err := db.run.ExecContext(db.ctx, text, values...)
	if err == nil {
		db.RowsAffected, _ = result.RowsAffected()
	}
	db.fail(err, began, sql, args)
	return result
}
func (db *DB) condition(v any, fs []*field) (string, []any) {
	out, args := "", []any{}
	for _, w := range db.wheres {
		text := w.text
		if out != "" {
			if w.or {
				out += " OR "
			} else {
				out += " AND "
			}
		}
		if len(db.wheres) > 1 && strings.Contains(strings.ToUpper(text), " OR ") {
			text = "(" + text + ")"
		}
		out += text
		args = append(args, w.args...)
	}
	if !db.unscoped {
		for _, f := range fs {
			if f.text == "gorm.DeletedAt" {
				if strings.Contains(strings.ToUpper(out), " OR ") {
					out = "(" + out + ")"
				}
				if out != "" {
					out += " AND "
				}
				out += db.quote(db.tableOf(v)) + "." + db.quote(f.column) + " IS NULL"
			}
		}
	}
	if out != "" {
		out = " WHERE " + out
	}
	return out, args
}
