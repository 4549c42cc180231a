package gorm

import (
	"database/sql"
	"fmt"
	"internal/shapes"
	"strconv"
	"strings"
	"time"
)

func scanInto(rows *sql.Rows, one any) error {
	columns, err := rows.Columns()
	if err != nil {
		return err
	}
	if _, kind := shapes.TypeName(shapes.Value(one)); kind != "struct" {
		return rows.Scan(one)
	}
	fs, into := fields(one), []any{}
	for _, c := range columns {
		var p any = new(any)
		for _, f := range fs {
			if f.column == c {
				p = f.pointer
				break
			}
		}
		_, scans := p.(sql.Scanner)
		if text, kind := shapes.TypeName(p); kind == "pointer" && !scans && text != "*interface {}" && text != "*time.Time" && !strings.HasPrefix(text, "**") {
			p = &lenient{p}
		}
		into = append(into, p)
	}
	return rows.Scan(into...)
}

// lenient leaves a variable as it is at NULL, as GORM does.
type lenient struct{ p any }

func (l *lenient) Scan(v interface{}) error {
	if v == nil {
		return nil
	}
	if why := shapes.Assign(l.p, v, false); why != "" {
		return fmt.Errorf("%s", why)
	}
	return nil
}
func (db *DB) query(dest any, text string, args []any, most int) {
	began := time.Now()
	bound, values := db.bind(text, args)
	rows, err := db.run.QueryContext(db.ctx, bound, values...)
	if err != nil {
		db.fail(err, began, text, args)
		return
	}
	defer rows.Close()
	_, kind := shapes.TypeName(shapes.Value(dest))
	if kind == "slice" {
		shapes.Empty(dest)
	}
	for rows.Next() {
		one := dest
		if kind == "slice" {
			one = shapes.ElemNew(dest)
		}
		if err = scanInto(rows, one); err != nil {
			break
		}
		db.RowsAffected++
		if kind == "slice" {
			shapes.Append(dest, one)
		} else {
			break
		}
	}
	db.fail(err, began, text, args)
}
func (db *DB) selection(dest any) (string, []any) {
	model := dest
	if db.model != nil {
		model = db.model
	}
	if db.raw != nil {
		return db.raw.text, db.raw.args
	}
	columns := "*"
	if db.columns != "" {
		columns = db.columns
	}
	condition, args := db.condition(model, fields(single(model)))
	text := "SELECT " + columns + " FROM " + db.quote(db.tableOf(model)) + condition
	if len(db.order) > 0 {
		text += " ORDER BY " + strings.Join(db.order, ",")
	}
	if db.limit > 0 {
		text += " LIMIT " + strconv.Itoa(db.limit)
	}
	if db.offset > 0 {
		text += " OFFSET " + strconv.Itoa(db.offset)
	}
	return text, args
}
func (db *DB) with(conds []any) *DB {
	if len(conds) > 0 {
		return db.add(conds[0], conds[1:], false)
	}
	return db.begin()
}
func (db *DB) Find(dest interface{}, conds ...interface{}) *DB {
	c := db.with(conds)
	text, args := c.selection(dest)
	c.query(dest, text, args, 0)
	return c
}
func (db *DB) Scan(dest interface{}) *DB { return db.Find(dest) }
func (db *DB) one(dest any, order string, conds []any) *DB {
	c := db.with(conds)
	fs := fields(dest)
	if p := primary(fs); p != nil {
		if v := shapes.Value(p.pointer); !shapes.IsZero(v) {
			c.wheres = append(c.wheres, where{c.quote(c.tableOf(dest)) + "." + c.quote(p.column) + " = ?", []any{v}, false})
		}
		if order != "" {
			c.order = append(c.order, c.quote(c.tableOf(dest))+"."+c.quote(p.column)+strings.TrimRight(order, " "))
		}
	}
	c.limit = 1
	text, args := c.selection(dest)
	began := time.Now()
	c.query(dest, text, args, 1)
	if c.Error == nil && c.RowsAffected == 0 {
		c.fail(ErrRecordNotFound, began, text, args)
	}
	return c
}
func (db *DB) First(dest interface{}, conds ...interface{}) *DB { return db.one(dest, " ", conds) }
func (db *DB) Take(dest interface{}, conds ...interface{}) *DB  { return db.one(dest, "", conds) }
func (db *DB) Last(dest interface{}, conds ...interface{}) *DB  { return db.one(dest, " DESC", conds) }
func (db *DB) Count(n *int64) *DB {
	c := db.begin()
	c.columns, c.order, c.limit, c.offset = "count(*)", nil, 0, 0
	text, args := c.selection(c.model)
	c.query(n, text, args, 1)
	return c
}
func (db *DB) Pluck(column string, dest interface{}) *DB {
	c := db.begin()
	c.columns = column
	text, args := c.selection(c.model)
	c.query(dest, text, args, 0)
	return c
}
func (db *DB) FirstOrCreate(dest interface{}, conds ...interface{}) *DB {
	c := db.with(conds)
	c.limit = 1
	text, args := c.selection(dest)
	c.query(dest, text, args, 1)
	if c.Error == nil && c.RowsAffected == 0 {
		return db.Create(dest)
	}
	return c
}
func now(db *DB) time.Time {
	if db.NowFunc != nil {
		return db.NowFunc()
	}
	return time.Now()
}
func (db *DB) insert(v any) {
	fs := fields(v)
	columns, marks, args := []string{}, []string{}, []any{}
	p := primary(fs)
	for _, f := range fs {
		value := shapes.Value(f.pointer)
		zero := shapes.IsZero(value)
		if (f.name == "CreatedAt" || f.name == "UpdatedAt") && zero && f.text == "time.Time" {
			shapes.Assign(f.pointer, now(db), false)
			value = shapes.Value(f.pointer)
		} else if zero && (f == p || has(f, "DEFAULT")) || db.omit[f.name] {
			continue
		}
		columns = append(columns, db.quote(f.column))
		marks = append(marks, "?")
		args = append(args, value)
	}
	text := "INSERT INTO " + db.quote(db.tableOf(v)) + " (" + strings.Join(columns, ",") + ") VALUES (" + strings.Join(marks, ",") + ")"
	if len(columns) == 0 {
		text = "INSERT INTO " + db.quote(db.tableOf(v)) + " DEFAULT VALUES"
	}
	if db.kind == "postgres" {
		back := []string{}
		for _, f := range fs {
			if f == p || has(f, "DEFAULT") {
				back = append(back, db.quote(f.column))
			}
		}
		if len(back) > 0 {
			db.query(v, text+" RETURNING "+strings.Join(back, ","), args, 1)
			return
		}
	}
	result := db.exec(text, args)
	if db.Error == nil && p != nil && shapes.IsZero(shapes.Value(p.pointer)) {
		id, _ := result.LastInsertId()
		shapes.Assign(p.pointer, id, false)
	}
}
func (db *DB) Create(v interface{}) *DB {
	c := db.begin()
	if _, kind := shapes.TypeName(shapes.Value(v)); kind != "slice" {
		c.insert(v)
		return c
	}
	total := int64(0)
	for _, one := range shapes.Items(v) {
		c.RowsAffected = 0
		if c.insert(one); c.Error != nil {
			return c
		}
		total++
	}
	c.RowsAffected = total
	return c
}
func (db *DB) CreateInBatches(v interface{}, size int) *DB { return db.Create(v) }
func (db *DB) Save(v interface{}) *DB {
	c := db.begin()
	fs := fields(v)
	p := primary(fs)
	if p == nil || shapes.IsZero(shapes.Value(p.pointer)) {
		c.insert(v)
		return c
	}
	sets, args := []string{}, []any{}
	for _, f := range fs {
		if f == p {
			continue
		}
		if f.name == "UpdatedAt" && f.text == "time.Time" {
			shapes.Assign(f.pointer, now(c), false)
		}
		sets = append(sets, c.quote(f.column)+"=?")
		args = append(args, shapes.Value(f.pointer))
	}
	c.wheres = append(c.wheres, where{c.quote(p.column) + " = ?", []any{shapes.Value(p.pointer)}, false})
	condition, more := c.condition(v, fs)
	c.exec("UPDATE "+c.quote(c.tableOf(v))+" SET "+strings.Join(sets, ",")+condition, append(args, more...))
	if c.Error == nil && c.RowsAffected == 0 {
		c.insert(v)
	}
	return c
}
func (db *DB) set(values []where) *DB {
	c := db.begin()
	fs := fields(single(c.model))
	if p := primary(fs); p != nil {
		if _, kind := shapes.TypeName(shapes.Value(c.model)); kind == "struct" {
			if v := shapes.Value(primary(fields(c.model)).pointer); !shapes.IsZero(v) {
				c.wheres = append(c.wheres, where{c.quote(p.column) + " = ?", []any{v}, false})
			}
		}
	}
	if len(c.wheres) == 0 && !c.AllowGlobalUpdate {
		c.fail(ErrMissingWhereClause, time.Now(), "UPDATE "+c.quote(c.tableOf(c.model)), nil)
		return c
	}
	sets, args := []string{}, []any{}
	for _, one := range values {
		column := one.text
		for _, f := range fields(c.model) {
			if f.name == one.text || f.column == one.text {
				column = f.column
				if _, raw := one.args[0].(expression); !raw {
					shapes.Assign(f.pointer, one.args[0], false)
				}
			}
		}
		if e, ok := one.args[0].(expression); ok {
			sets = append(sets, c.quote(column)+"="+e.text)
			args = append(args, e.args...)
			continue
		}
		sets = append(sets, c.quote(column)+"=?")
		args = append(args, one.args[0])
	}
	for _, f := range fs {
		if f.name == "UpdatedAt" && f.text == "time.Time" {
			sets = append(sets, c.quote(f.column)+"=?")
			args = append(args, now(c))
		}
	}
	condition, more := c.condition(c.model, fs)
	c.exec("UPDATE "+c.quote(c.tableOf(c.model))+" SET "+strings.Join(sets, ",")+condition, append(args, more...))
	return c
}

type expression struct {
	text string
	args []any
}

func Expr(text string, args ...interface{}) expression { return expression{text, args} }
func (db *DB) Update(column string, value interface{}) *DB {
	return db.set([]where{{column, []any{value}, false}})
}
func (db *DB) Updates(v interface{}) *DB {
	values := []where{}
	if m, ok := v.(map[string]interface{}); ok {
		for k, one := range m {
			values = append(values, where{k, []any{one}, false})
		}
		return db.set(values)
	}
	for _, f := range fields(v) {
		if one := shapes.Value(f.pointer); !shapes.IsZero(one) && f != primary(fields(v)) && f.name != "UpdatedAt" {
			values = append(values, where{f.column, []any{one}, false})
		}
	}
	c := db
	if db.model == nil {
		c = db.Model(v)
	}
	return c.set(values)
}
func (db *DB) Delete(v interface{}, conds ...interface{}) *DB {
	c := db.with(conds)
	fs := fields(single(v))
	if _, kind := shapes.TypeName(shapes.Value(v)); kind == "struct" {
		if p := primary(fields(v)); p != nil && !shapes.IsZero(shapes.Value(p.pointer)) {
			c.wheres = append(c.wheres, where{c.quote(p.column) + " = ?", []any{shapes.Value(p.pointer)}, false})
		}
	}
	if len(c.wheres) == 0 && !c.AllowGlobalUpdate {
		c.fail(ErrMissingWhereClause, time.Now(), "DELETE FROM "+c.quote(c.tableOf(v)), nil)
		return c
	}
	condition, args := c.condition(v, fs)
	for _, f := range fs {
		if f.text == "gorm.DeletedAt" && !c.unscoped {
			c.exec("UPDATE "+c.quote(c.tableOf(v))+" SET "+c.quote(f.column)+"=?"+condition, append([]any{now(c)}, args...))
			return c
		}
	}
	c.exec("DELETE FROM "+c.quote(c.tableOf(v))+condition, args)
	return c
}
func (db *DB) Exec(text string, args ...interface{}) *DB {
	c := db.begin()
	c.exec(text, args)
	return c
}
func (db *DB) Raw(text string, args ...interface{}) *DB {
	c := db.begin()
	c.raw = &where{text, args, false}
	return c
}
func (db *DB) Begin(opts ...*sql.TxOptions) *DB {
	c := db.begin()
	tx, err := db.pool.BeginTx(db.ctx, nil)
	c.Error, c.run, c.chained = err, tx, false
	return c
}
func (db *DB) Commit() *DB {
	if tx, ok := db.run.(*sql.Tx); ok {
		db.Error = tx.Commit()
	} else {
		db.Error = ErrInvalidTransaction
	}
	return db
}
func (db *DB) Rollback() *DB {
	if tx, ok := db.run.(*sql.Tx); ok {
		db.Error = tx.Rollback()
	} else {
		db.Error = ErrInvalidTransaction
	}
	return db
}
func (db *DB) Transaction(fn func(tx *DB) error, opts ...*sql.TxOptions) error {
	tx := db.Begin()
	if tx.Error != nil {
		return tx.Error
	}
	done := false
	defer func() {
		if !done {
			tx.Rollback()
		}
	}()
	if err := fn(tx); err != nil {
		return err
	}
	done = true
	return tx.Commit().Error
}

func (db *DB) columnType(f *field, key bool) string {
	if t := f.settings["TYPE"]; t != "" {
		return t
	}
	my := db.kind == "mysql"
	number := strings.TrimPrefix(strings.TrimPrefix(f.text, "*"), "sql.Null")
	switch {
	case number == "time.Time" || number == "Time" || number == "gorm.DeletedAt":
		if my {
			return "datetime(3)"
		}
		return "timestamptz"
	case number == "bool" || number == "Bool":
		return "boolean"
	case f.text == "[]uint8":
		return map[bool]string{true: "longblob", false: "bytea"}[my]
	case strings.HasPrefix(number, "float") || number == "Float64":
		return map[bool]string{true: "double", false: "decimal"}[my]
	case strings.HasPrefix(number, "int") || strings.HasPrefix(number, "uint") || strings.HasPrefix(number, "Int"):
		if key && my {
			return "bigint AUTO_INCREMENT"
		}
		if key {
			return "bigserial"
		}
		if strings.HasSuffix(number, "32") {
			return map[bool]string{true: "int", false: "integer"}[my]
		}
		if strings.HasSuffix(number, "16") || strings.HasSuffix(number, "t8") {
			return "smallint"
		}
		return "bigint"
	}
	if size := f.settings["SIZE"]; size != "" {
		return "varchar(" + size + ")"
	}
	if my && (key || has(f, "UNIQUE") || has(f, "UNIQUEINDEX") || has(f, "INDEX")) {
		return "varchar(191)"
	}
	return map[bool]string{true: "longtext", false: "text"}[my]
}

type Migrator struct{ db *DB }

func (db *DB) Migrator() *Migrator { return &Migrator{db} }
func (m *Migrator) HasTable(v interface{}) bool {
	c := m.db.begin()
	name, ok := v.(string)
	if !ok {
		name = c.tableOf(v)
	}
	var n int64
	c.query(&n, "SELECT count(*) FROM information_schema.tables WHERE table_name = ?", []any{name}, 1)
	return n > 0
}
func (m *Migrator) DropTable(all ...interface{}) error {
	for _, v := range all {
		name, ok := v.(string)
		if !ok {
			name = m.db.tableOf(v)
		}
		if c := m.db.Exec("DROP TABLE IF EXISTS " + m.db.quote(name)); c.Error != nil {
			return c.Error
		}
	}
	return nil
}
func (m *Migrator) CreateTable(all ...interface{}) error { return m.db.AutoMigrate(all...) }
func (db *DB) AutoMigrate(all ...interface{}) error {
	for _, v := range all {
		c := db.begin()
		table := c.tableOf(v)
		fs := fields(v)
		if len(fs) == 0 {
			return fmt.Errorf("unsupported data type: %v", v)
		}
		p := primary(fs)
		exists := (&Migrator{db}).HasTable(v)
		parts, after := []string{}, []string{}
		for _, f := range fs {
			row := c.quote(f.column) + " " + c.columnType(f, f == p && !has(f, "DEFAULT"))
			if has(f, "NOTNULL") || has(f, "NOT NULL") {
				row += " NOT NULL"
			}
			if has(f, "UNIQUE") {
				row += " UNIQUE"
			}
			if d, ok := f.settings["DEFAULT"]; ok {
				if strings.HasPrefix(c.columnType(f, false), "text") && !strings.HasPrefix(d, "'") && !strings.HasSuffix(d, ")") {
					d = "'" + d + "'"
				}
				row += " DEFAULT " + d
			}
			parts = append(parts, row)
			unique := map[bool]string{true: "UNIQUE ", false: ""}[has(f, "UNIQUEINDEX")]
			if has(f, "INDEX") || has(f, "UNIQUEINDEX") {
				after = append(after, "CREATE "+unique+"INDEX "+c.quote("idx_"+table+"_"+f.column)+" ON "+c.quote(table)+" ("+c.quote(f.column)+")")
			}
			if exists {
				var n int64
				c.query(&n, "SELECT count(*) FROM information_schema.columns WHERE table_name = ? AND column_name = ?", []any{table, f.column}, 1)
				if n == 0 && c.Error == nil {
					c.exec("ALTER TABLE "+c.quote(table)+" ADD "+row, nil)
				}
			}
		}
		if !exists {
			if p != nil {
				parts = append(parts, "PRIMARY KEY ("+c.quote(p.column)+")")
			}
			c.exec("CREATE TABLE "+c.quote(table)+" ("+strings.Join(parts, ",")+")", nil)
			for _, one := range after {
				if c.Error == nil {
					c.exec(one, nil)
				}
			}
		}
		if c.Error != nil {
			return c.Error
		}
	}
	return nil
}
