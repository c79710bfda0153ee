"""Docstrings of the estimators, in the form of numpydoc: sections that several share."""

REG = """
    reg : float or "auto"
        Weight decay γ > 0 of the objective
        (sum of losses) + (γ/2)·(sum of squared weights); for a mean loss with weight
        decay λ, γ = n·λ.  "auto": chosen by cross-validation (see `ReliftClassifierCV`)."""

FOLDS = """
    cv : int
        Number of folds, divided class by class for a classifier; fit takes groups.
    metric : str
        What is best on the rows left out: "deviance" (the mean squared error, or twice the log
        loss); of classes "accuracy", "balanced-accuracy", "f1", "auc" or "log-loss"; of
        numbers "rmse", "mae" or "r2".
    one_standard_error : bool
        Take the largest γ within a standard error of the best."""

LOSS = """
    loss : {"auto", "squared", "huber", "logistic", "softmax"}
        "huber" is squared up to huber_delta and linear beyond; "logistic" (two classes) and
        "softmax" have probabilities.  All are certified.  "auto": logistic or softmax
        for classes, squared for numbers and without an intercept.
    huber_delta : float
        Residual from which on the Huber loss is linear.
    fit_intercept : bool
        Add a free constant to each output, which is not decayed.  reg=0.1,
        fit_intercept=False is the problem of the paper."""

CLASS_WEIGHT = """
    class_weight : None, "balanced" or dict
        "balanced": every class counts as much as any other.  A dictionary has what the rows
        of each class count."""

SETTINGS = """
    bias : bool
        Append a column of ones to the features.
    scale : {"standard", "none"}
        "standard": subtract each feature's mean and divide by its deviation.
    missing : {"error", "drop", "mean", "indicator"}
        What becomes of missing values, NaN in an array: "drop" leaves the rows out of the training;
        "mean" is the mean of the training rows, or their most frequent category; "indicator" is
        that, and a feature that says where.
    unknown : {"error", "ignore", "most-frequent"}
        What becomes of categories that fit never saw: "ignore" takes none, "most-frequent" the
        most frequent one of fit.
    width : int
        Largest number of neurons; 0: as many as help.
    method : {"auto", "sdp", "exact", "signs", "descent"}
        How bound and network are found; of losses that are not squared, and with an intercept,
        "auto", "signs" or "descent".
    relaxation : {"auto", "published"}
        "published": the paper's semidefinite relaxation alone.
    time_limit : float
        Seconds after which the best network and bound so far are taken; 0: none.
    gap : float
        Stop when (upper − lower)/upper is at most this.
    seed : int
        Of every random choice.
    threads : int
        Processor threads; 0: all.
    effort : int, optional
        Work after which each training ends, in passes over the data for the gradient of 400
        neurons; 0: none.  None: 400 without a time limit, else 0.  Fits that an effort ends
        are repeatable, number for number; a time limit gives better bounds.
    binary : str or path-like, optional
        The program.  None: the environment variable RELIFT_BINARY, then the program of the
        wheel, then relift on the PATH, then ``go run`` in a checkout of the sources."""

FITTED = """
    reg_ : float
        γ, that of reg or the one that was chosen.
    lower_bound_ : float
        Certified; no two-layer ReLU network of any width has a smaller objective on the
        training data, after scaling.
    upper_bound_ : float
        Objective of this network.
    relative_gap_ : float
        (upper_bound_ − lower_bound_)/upper_bound_.
    coefs_ : list of ndarray
        U (d×m) and V (m×c), the weights of f(z) = (zU)₊V + b on z = encode(X).
    intercept_ : ndarray of shape (c,)
        b, zeros without fit_intercept.
    certificate_ : bytes or None
        The certificate's file; None where the bound is 0, which needs no proof.
    summary_ : dict
        What the program reports: status, settings, warnings, …
    model_ : Model
        The network; model_.content is the model file's JSON object.
    n_features_in_ : int
        Number of features.
    feature_names_in_ : ndarray of str
        Their names, where X has column names."""

CLASSES = """
    classes_ : ndarray
        The labels."""

CHOSEN = """
    reg_per_row_ : float
        reg_/n, which suits more rows of the same kind, too.
    regs_ : ndarray of shape (p,)
        The path, from the largest γ to the least.
    metric_path_ : ndarray of shape (p, cv)
        The metric of each γ and fold.
    metric_, metric_deviation_ : float
        Its mean and its deviation at reg_.
    widths_ : ndarray of shape (p,)
        Mean number of neurons for each γ."""


def document(summary, parameters, attributes):
    """Returns the docstring of a class with sections that begin with a line break."""
    sections = (("Parameters", parameters), ("Attributes", attributes))
    return summary + "".join(f"\n\n    {title}\n    {'-' * len(title)}{''.join(parts)}" for title, parts in sections) + "\n    "
