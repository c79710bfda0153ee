package cli

import "github.com/spf13/cobra"

// topics returns the help topics: commands without anything to run, which
// `relift help TOPIC` prints.
func topics() []*cobra.Command {
	return []*cobra.Command{
		{Use: "exit-status", Short: "What the exit status says", Long: topicExitStatus},
		{Use: "certificate", Short: "What a certificate proves and how to check it", Long: topicCertificate},
		{Use: "reg", Short: "The weight decay γ and the λ of a mean loss", Long: topicReg},
		{Use: "formats", Short: "Tables that can be read and files that are written", Long: topicFormats},
		{Use: "shell", Short: "Completion, scripts, colours", Long: topicShell},
		{Use: "status", Short: "How a run can end", Long: topicStatus},
	}
}

const topicExitStatus = `Exit status

  0  done. A run that a time limit or Ctrl-C ended early is done, too: its
     network and its bound are as valid as any, and its status says how it ended.
  1  internal error: the fault of the program or of the machine
  2  bad input or usage: one line on standard error says what and where
  3  a verification failed: a proof is not true, or not the one that was expected,
     or its bound contradicts the objective of a network
  130  interrupted before there was anything to show, while a table was read or a
     certificate was checked

The first Ctrl-C (or SIGTERM) ends a run cleanly with the best network and the
best certificate so far; a second one ends the process at once, and the shell
sees it killed by that signal.`

const topicReg = `The weight decay γ (--reg)

relift minimises over all widths m and all weights u_j, v_j

    ½‖Σ_j (X u_j)₊ v_jᵀ − Y‖² + (γ/2) Σ_j (‖u_j‖² + ‖v_j‖²),

a sum over the n rows of the data. Most libraries minimise a mean instead,

    (1/n)·½‖Σ_j (X u_j)₊ v_jᵀ − Y‖² + (λ/2) Σ_j (‖u_j‖² + ‖v_j‖²).

Multiplied by n the second is the first with

    γ = n·λ.

A weight decay of λ = 0.001 on 75 rows is therefore --reg 0.075. If the mean is
over the n·c entries of Y instead of over the n rows, γ = n·c·λ; if the squared
error has no factor ½, γ is half of that. relift audit computes γ of PyTorch's
weight_decay and its MSELoss: --weight-decay 1e-4, and --mean-loss where the loss
is another.

The smaller γ, the better the fit to the training rows and the harder the proof.

relift train --reg auto chooses γ by cross-validation: networks are trained on
all folds of the rows but one and judged on that one, for each γ of a path from
the largest useful one downwards. The summary shows γ/n, which suits more rows
of the same kind, too.
`

const topicStatus = `How a run can end (status)

  gap_reached  the certified gap is at most --gap
  done         every step finished; the gap that is left is the method's own
  stalled      rounding stopped the relaxation's solver before its tolerance
  time_limit   --time-limit ended the run
  interrupted  Ctrl-C or SIGTERM ended the run

Whatever the status, the lower bound is certified: it was verified, by code that
shares nothing with the solver, before it was printed.`
