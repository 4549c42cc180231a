package gorm

import (
	"fmt"
	"strings"
)

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
