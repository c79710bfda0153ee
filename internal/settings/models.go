package settings

// models are the settings about networks in files of other programs.
func models() []Setting {
	return []Setting{
		{
			Name: "weights", Kind: List, Commands: []string{"audit", "convert"}, Example: "u=fc1.weight,b1=fc1.bias,v=fc2.weight,b2=fc2.bias",
			Help:   "which arrays of an .npz, .safetensors or PyTorch file are the layers: u=NAME,v=NAME and for biases b1=NAME,b2=NAME",
			Detail: "Without it they are U, V, b1 and b2, or the two matrices and their biases where the file holds nothing else; what was taken is said.",
		},
		{
			Name: "orientation", Kind: Choice, Choices: []string{"auto", "neurons", "torch", "sklearn", "columns"}, Default: "auto", Commands: []string{"audit", "convert"},
			Help: "how the weights U and V of a file of arrays lie",
			Detail: "For d inputs, m neurons and c outputs: neurons is m×d and m×c, a row for each neuron; torch m×d and c×m; sklearn (and Keras) d×m and m×c; columns d×m and c×m. " +
				"auto goes by the arrays' names and shapes; where several fit, as with square matrices, it takes the one with the smallest objective and says so.",
		},
		{
			Name: "weight-decay", Kind: Real, Unit: "λ, the optimizer's weight_decay", Range: positive, Example: "1e-4", Commands: []string{"audit"},
			Help:   "weight decay λ that the network was trained with by another library, instead of --reg",
			Detail: "It is the λ of (λ/2)·(sum of squared weights) beside the loss that --mean-loss names, as PyTorch's SGD and Adam have it (AdamW's is not such a term).",
		},
		{
			Name: "mean-loss", Kind: Choice, Choices: []string{"elements", "rows", "none"}, Default: "elements", Commands: []string{"audit"},
			Help: "what the loss beside --weight-decay averages over",
			Detail: "With n rows and c outputs: elements is the mean that PyTorch's losses are, of the squared loss (1/nc)·‖f(X) − Y‖², so that γ = λ·n·c/2, and γ = λ·n·c of huber and logistic, λ·n of softmax; " +
				"rows is the mean of this program's losses, such as (1/n)·½‖f(X) − Y‖², so that γ = λ·n; none is PyTorch's reduction=\"sum\", so that γ = λ/2 of the squared loss and λ of the others.",
		},
		{
			Name: "decayed-biases", Kind: Bool, Default: "true", Commands: []string{"audit"},
			Help:   "whether training decayed the biases like other weights",
			Detail: "PyTorch does unless told otherwise, scikit-learn does not. With false those of the second layer are a free intercept. The audit is about the problem that decays those of the first layer in either case, and says what that means for its verdict.",
		},
		{
			Name: "precision", Kind: Choice, Choices: []string{"double", "single"}, Default: "double", Commands: []string{"convert"},
			Help:   "precision of the numbers in an ONNX file",
			Detail: "relift computes in double precision. single is for runtimes that take nothing else: the weights are rounded, and the file cannot be converted back into the model.",
		},
	}
}
