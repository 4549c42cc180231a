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
