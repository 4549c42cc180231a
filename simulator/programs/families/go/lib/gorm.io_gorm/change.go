package gorm

import (
	"database/sql"
	"internal/shapes"
	"strings"
	"time"
)

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
