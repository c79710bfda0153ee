package settings

// models are the settings about networks in files of other programs.
func models() []Setting {
	return []Setting{
		{
			Name: "precision", Kind: Choice, Choices: []string{"double", "single"}, Default: "double", Commands: []string{"convert"},
			Help:   "precision of the numbers in an ONNX file",
			Detail: "relift computes in double precision. single is for runtimes that take nothing else: the weights are rounded, and the file cannot be converted back into the model.",
		},
	}
}
