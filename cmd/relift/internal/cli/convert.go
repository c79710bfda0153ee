package cli

import (
	"fmt"
	"path/filepath"
	"strings"

	"github.com/relift/relift/network"
	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/network/onnx"
	"github.com/spf13/cobra"
)

const convertLong = `Convert a network between relift's model file (.json) and ONNX (.onnx).

To ONNX: the graph works on the columns of the table as they are, with the
scaling, the categories and the choice of the class inside; its outputs are
scores and, for a classification, label. γ, the bounds and where the model comes
from are in its metadata, so that it can be converted back without loss. With
--precision single it computes in single precision, for runtimes that take
nothing else.

From ONNX: any graph of two layers with a Relu between them, such as PyTorch,
scikit-learn and Keras write; or weights in an .npz, .safetensors or PyTorch file,
whose layers --weights names. Such a file does not say what its numbers mean: the
model then has the features x1, x2, … and the targets y1, y2, …, and --reg has to
say which weight decay it was trained with.`

func newConvert() *cobra.Command {
	var reg float64
	var quiet bool
	var precision, orientation string
	var names []string
	c := &cobra.Command{
		Use:     "convert FROM TO",
		Short:   "Convert a network to ONNX or from it",
		Long:    convertLong,
		Example: "  relift convert iris.model.json iris.onnx\n  relift convert torch.onnx torch.model.json --reg 0.1",
		GroupID: "main",
		Args:    arguments(2, 2, "FROM", "TO"),
		RunE: func(c *cobra.Command, args []string) error {
			from, to := args[0], args[1]
			if err := checkModelName("", to); err != nil {
				return err
			}
			if !isONNX(to) && precision == "single" {
				return badInputf("--precision single: a model file holds double precision; expected a file whose name ends in .onnx")
			}
			if sameFile(from, to) {
				return badInputf("%s: this file is also the input; expected another file", to)
			}
			if err := writable(output{"output", to}); err != nil {
				return err
			}
			m, warnings, err := convertible(from, names, orientation, reg, c.Flags().Changed("reg"))
			if err != nil {
				return err
			}
			if !quiet {
				for _, text := range warnings {
					fmt.Fprintln(c.ErrOrStderr(), "warning: "+oneLine(text))
				}
			}
			return writeModel(to, m, precisions[precision])
		},
	}
	bind(c, "reg", &reg)
	bind(c, "precision", &precision)
	bind(c, "weights", &names)
	bind(c, "orientation", &orientation)
	bind(c, "quiet", &quiet)
	return c
}

// precisions are the choices of --precision.
var precisions = map[string]onnx.Precision{"double": onnx.Double, "single": onnx.Single}

// convertible reads a network of any format as a model.
func convertible(path string, names []string, orientation string, reg float64, given bool) (*network.Model, []string, error) {
	n, err := loadNetwork([]string{path}, names)
	if err != nil {
		return nil, nil, err
	}
	if orientation != "auto" && (n.Model != nil || isONNX(path)) {
		return nil, nil, badInputf("--orientation: %s says how its weights lie; expected no such flag", path)
	}
	if n.Model == nil && !given {
		return nil, nil, badInputf("%s: does not say its weight decay γ; expected --reg (see relift help reg)", path)
	}
	if n.Model == nil {
		if n, err = unambiguous(path, n, orientation); err != nil {
			return nil, nil, err
		}
	}
	m, err := n.ToModel(reg)
	return m, n.Warnings, badInput(err)
}

// unambiguous returns the network as m×d and m×c, in the orientation that is
// asked for, or the only one that its shapes allow.
func unambiguous(path string, n *foreign.Network, asked string) (*foreign.Network, error) {
	candidates := foreign.Orientations()
	switch {
	case asked != "auto":
		candidates = []foreign.Orientation{foreign.Orientation(asked)}
	case n.Orientation != foreign.OrientationUnknown:
		candidates = []foreign.Orientation{n.Orientation}
	}
	var fits []*foreign.Network
	var which []string
	for _, o := range candidates {
		if d, c, ok := n.Sizes(o); ok {
			turned, _ := n.Oriented(o, d, c, false)
			fits, which = append(fits, turned), append(which, string(o))
		}
	}
	switch len(fits) {
	case 1:
		return fits[0], nil
	case 0:
		m, k := n.U.Dims()
		rows, cols := n.V.Dims()
		return nil, badInputf("%s: the layers are %d×%d and %d×%d, which do not fit each other; expected width×inputs and width×outputs", path, m, k, rows, cols)
	}
	return nil, badInputf("%s: the shapes of U and V fit in several orientations (%s); expected --orientation", path, strings.Join(which, ", "))
}

// checkModelName refuses the name of a model's file, given by that flag or "" for an argument, that does not say
// its format.
func checkModelName(flag, path string) error {
	if extension := strings.ToLower(filepath.Ext(path)); path == "" || extension == ".json" || extension == ".onnx" {
		return nil
	}
	if flag != "" {
		flag = "--" + flag + " "
	}
	return badInputf("%s%s: expected a file whose name ends in .onnx or .json", flag, path)
}

// writeModel writes the model in the format of the path's extension.
func writeModel(path string, m *network.Model, precision onnx.Precision) error {
	save := m.Save
	if isONNX(path) {
		save = func(path string) error { return onnx.Save(path, m, precision) }
	}
	if err := save(path); err != nil {
		return internal(fmt.Errorf("%s: %w", path, err))
	}
	return nil
}
