package validator

import (
	"internal/binding"
	"internal/shapes"
	"strings"
)

type FieldError interface {
	error
	Tag() string
	ActualTag() string
	Namespace() string
	StructNamespace() string
	Field() string
	StructField() string
	Param() string
	Value() interface{}
}
type fieldError struct{ e *binding.FieldError }

func (f *fieldError) Error() string           { return f.e.Error() }
func (f *fieldError) Tag() string             { return f.e.Rule }
func (f *fieldError) ActualTag() string       { return f.e.Rule }
func (f *fieldError) Namespace() string       { return f.e.Space }
func (f *fieldError) StructNamespace() string { return f.e.Space }
func (f *fieldError) Field() string           { return f.e.Name }
func (f *fieldError) StructField() string     { return f.e.Name }
func (f *fieldError) Param() string           { return f.e.Param }
func (f *fieldError) Value() interface{}      { return nil }

type ValidationErrors []FieldError

func (v ValidationErrors) Error() string {
	lines := []string{}
	for _, one := range v {
		lines = append(lines, one.Error())
	}
	return strings.Join(lines, "\n")
}

type InvalidValidationError struct{ text string }

func (e *InvalidValidationError) Error() string { return "validator: (nil " + e.text + ")" }

type Option func(*Validate)
type Validate struct{ tag string }

func New(options ...Option) *Validate                 { return &Validate{"validate"} }
func WithRequiredStructEnabled() Option               { return func(*Validate) {} }
func (v *Validate) SetTagName(name string)            { v.tag = name }

// Result makes an error of what does not hold, as gin does for its binding.
func Result(found []*binding.FieldError) error {
	if len(found) == 0 {
		return nil
	}
	all := ValidationErrors{}
	for _, one := range found {
		all = append(all, &fieldError{one})
	}
	return all
}
func (v *Validate) Struct(s interface{}) error {
	text, kind := shapes.TypeName(s)
	if kind == "invalid" {
		return &InvalidValidationError{text}
	}
	return Result(binding.Check(s, v.tag, ""))
}
