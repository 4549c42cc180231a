package pgtype

import (
	"database/sql/driver"
	"errors"
	"internal/shapes"
	"time"
)

func put(target, v any) error {
	if why := shapes.Assign(target, v, true); why != "" {
		return errors.New(why)
	}
	return nil
}

type Text struct {
	String string
	Valid  bool
}

func (t *Text) Scan(v any) error {
	*t = Text{Valid: v != nil}
	if v == nil {
		return nil
	}
	return put(&t.String, v)
}
func (t Text) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return t.String, nil
}

type Int4 struct {
	Int32 int32
	Valid bool
}

func (t *Int4) Scan(v any) error {
	*t = Int4{Valid: v != nil}
	if v == nil {
		return nil
	}
	return put(&t.Int32, v)
}
func (t Int4) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return int64(t.Int32), nil
}

type Int8 struct {
	Int64 int64
	Valid bool
}

func (t *Int8) Scan(v any) error {
	*t = Int8{Valid: v != nil}
	if v == nil {
		return nil
	}
	return put(&t.Int64, v)
}
func (t Int8) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return t.Int64, nil
}

type Bool struct {
	Bool  bool
	Valid bool
}

func (t *Bool) Scan(v any) error {
	*t = Bool{Valid: v != nil}
	if v == nil {
		return nil
	}
	return put(&t.Bool, v)
}
func (t Bool) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return t.Bool, nil
}

type Float8 struct {
	Float64 float64
	Valid   bool
}

func (t *Float8) Scan(v any) error {
	*t = Float8{Valid: v != nil}
	if v == nil {
		return nil
	}
	return put(&t.Float64, v)
}
func (t Float8) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return t.Float64, nil
}

type Timestamptz struct {
	Time  time.Time
	Valid bool
}

func (t *Timestamptz) Scan(v any) error {
	*t = Timestamptz{Valid: v != nil}
	if v == nil {
		return nil
	}
	return put(&t.Time, v)
}
func (t Timestamptz) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return t.Time, nil
}

type Timestamp struct {
	Time  time.Time
	Valid bool
}

func (t *Timestamp) Scan(v any) error {
	*t = Timestamp{Valid: v != nil}
	if v == nil {
		return nil
	}
	return put(&t.Time, v)
}
func (t Timestamp) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return t.Time, nil
}

type Date struct {
	Time  time.Time
	Valid bool
}

func (t *Date) Scan(v any) error {
	*t = Date{Valid: v != nil}
	if v == nil {
		return nil
	}
	return put(&t.Time, v)
}
func (t Date) Value() (driver.Value, error) {
	if !t.Valid {
		return nil, nil
	}
	return t.Time, nil
}
