package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/relift/relift/internal/settings"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// flagValue is a pflag.Value that a record of the settings table checks.
type flagValue[T any] struct {
	parse func(string) (T, error)
	to    *T
	text  string
	kind  string
}

// Set implements pflag.Value.
func (v *flagValue[T]) Set(text string) error {
	value, err := v.parse(text)
	if err != nil {
		return err
	}
	*v.to, v.text = value, text
	return nil
}

// String implements pflag.Value.
func (v *flagValue[T]) String() string { return v.text }

// Type implements pflag.Value.
func (v *flagValue[T]) Type() string { return v.kind }

var _ pflag.Value = (*flagValue[float64])(nil)

// bind gives command the flag of the setting called name; the value goes to
// to, which starts as the table's default.  The type of to has to be the one
// of the setting's kind.
func bind[T any](command *cobra.Command, name string, to *T) {
	s := settings.Lookup(name)
	var parse any
	switch s.Kind {
	case settings.Real:
		parse = s.ParseReal
	case settings.Integer:
		parse = s.ParseInteger
	case settings.Duration:
		parse = s.ParseDuration
	case settings.Size:
		parse = s.ParseSize
	case settings.Bool:
		parse = s.ParseBool
	case settings.Choice:
		parse = s.ParseChoice
	case settings.List:
		parse = s.ParseList
	default:
		parse = func(text string) (string, error) { return text, nil }
	}
	bindTo(command, s, parse.(func(string) (T, error)), to)
}

// bindAuto is bind for a number in whose place the command takes the word "auto".
func bindAuto(command *cobra.Command, name string, to *float64, auto *bool) {
	s := settings.Lookup(name)
	bindTo(command, s, func(text string) (v float64, err error) {
		v, *auto, err = s.ParseRealOrAuto(text)
		return v, err
	}, to)
}

// bindTo gives command the flag of a setting whose values parse reads.
func bindTo[T any](command *cobra.Command, s settings.Setting, parse func(string) (T, error), to *T) {
	v := &flagValue[T]{parse: parse, to: to, kind: placeholder(s)}
	standard := s.DefaultIn(command.Name())
	if standard != "" {
		if err := v.Set(standard); err != nil {
			panic(err) // a test reads every default
		}
	}
	help := s.Help
	if s.Kind == settings.Choice {
		help += ": " + s.ChoiceList()
	}
	flag := command.Flags().VarPF(v, s.Name, s.Short, help)
	flag.DefValue = standard
	switch s.Kind {
	case settings.Bool:
		flag.NoOptDefVal = "true"
	case settings.Choice:
		// The only error is a flag that does not exist.
		_ = command.RegisterFlagCompletionFunc(s.Name, cobra.FixedCompletions(s.Choices, cobra.ShellCompDirectiveNoFileComp))
	}
	if standard == "0" || standard == "0s" || standard == "false" {
		flag.DefValue = zeroDefault(s)
	}
}

// zeroDefault keeps "(default 0)" out of the help of settings whose help says
// what 0 means.
func zeroDefault(s settings.Setting) string {
	if s.Kind == settings.Bool {
		return "false"
	}
	return ""
}

// placeholder is what stands for the value in the help.
func placeholder(s settings.Setting) string {
	switch s.Kind {
	case settings.Bool:
		return "bool"
	case settings.Choice:
		return "choice"
	case settings.Real, settings.Integer:
		return "number"
	case settings.Duration, settings.Size, settings.List, settings.File:
		return s.Kind.String()
	default:
		return "text"
	}
}

// flagError makes one line that begins with the flag of what pflag says.
func flagError(c *cobra.Command, err error) error {
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		return unknownFlag(c, e)
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		return badInputf("%s: --%s has no value; expected --%s %s", c.CommandPath(), e.GetFlag().Name, e.GetFlag().Name, strings.ToUpper(e.GetFlag().Value.Type()))
	}
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		cause := e.Unwrap()
		if errors.Is(cause, settings.ErrValue) {
			return badInputf("--%w", cause)
		}
		return badInputf("--%s %q: %w", e.GetFlag().Name, e.GetValue(), cause)
	}
	return badInput(fmt.Errorf("%w; see --help", err))
}
