package cli

import (
	"github.com/relift/relift"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table/recipe"
)

// objective says what is minimised, beside γ and the weights of the rows.
type objective struct {
	Loss      string  `json:"loss,omitempty"`        // "" is squared
	Delta     float64 `json:"huber_delta,omitempty"` // of the Huber loss
	Intercept bool    `json:"intercept,omitempty"`
}

// plan is what files state: how the table became X and Y, and what is minimised.
type plan struct {
	recipe.Plan
	objective
}

// stated is the objective as files state it, without what is the default.
func (o objective) stated() objective {
	o.Delta = o.delta()
	if o.lossName() == (loss.Squared{}).Name() {
		o.Loss = ""
	}
	return o
}

// lossName is the name of the loss.
func (o objective) lossName() string {
	if o.Loss == "" {
		return loss.Squared{}.Name()
	}
	return o.Loss
}

// delta is that of the Huber loss, 0 for the others.
func (o objective) delta() float64 {
	if o.Loss == (loss.Huber{}).Name() {
		return o.Delta
	}
	return 0
}

// coding is that of the classes: two of them share an output with the logistic loss, and where an intercept makes −1 and 1 as good as any other
// pair of numbers.  That of autoLoss is the one of every loss that it stands for.
func (o objective) coding() recipe.Coding {
	if o.Loss == (loss.Logistic{}).Name() || o.Intercept && o.Loss != (loss.Softmax{}).Name() {
		return recipe.CodingSign
	}
	return recipe.CodingOneHot
}

// autoLoss stands for the loss that suits the targets.
const autoLoss = "auto"

// settleLoss puts a loss in the place of autoLoss: that which makes probabilities, for classes; the squared one, for numbers and, as the paper has
// it, without an intercept.
func (o *objective) settleLoss(e *recipe.Recipe) {
	switch {
	case o.Loss != autoLoss:
	case e.Task != recipe.TaskClassification || !o.Intercept:
		o.Loss = loss.Squared{}.Name()
	case len(e.Classes) == 2:
		o.Loss = loss.Logistic{}.Name()
	default:
		o.Loss = loss.Softmax{}.Name()
	}
}

// pose sets the loss and the intercept, after checking that the loss is for the targets.
func (p *prepared) pose(o objective) error {
	e := p.encoding
	switch classes := len(e.Classes); o.Loss {
	case loss.Logistic{}.Name():
		switch {
		case e.Task != recipe.TaskClassification:
			return badInputf("--loss logistic: %s has a number to predict; expected two classes (--task classification), or --loss squared or huber", p.source)
		case classes != 2:
			return badInputf("--loss logistic: %s has %d classes; expected two, or --loss softmax", p.source, classes)
		}
	case loss.Softmax{}.Name():
		if e.Task != recipe.TaskClassification {
			return badInputf("--loss softmax: %s has a number to predict; expected classes (--task classification), or --loss squared or huber", p.source)
		}
	}
	p.free = o.Intercept
	if o.lossName() == (loss.Squared{}).Name() {
		return nil
	}
	var err error
	p.loss, err = loss.Named(o.Loss, o.Delta)
	return badInput(err)
}

// objectiveOf is the objective of a problem.
func objectiveOf(p relift.Problem) objective {
	l := loss.OrSquared(p.Loss)
	return objective{Loss: l.Name(), Delta: loss.Delta(l), Intercept: p.Intercept}
}

// problem is the training problem of the prepared table.
func (p *prepared) problem(gamma float64) relift.Problem { return p.posed(p.train, gamma) }

// posed is the training problem of encoded rows.
func (p *prepared) posed(rows *recipe.Encoded, gamma float64) relift.Problem {
	problem := rows.Problem(gamma)
	problem.Loss, problem.Intercept = p.loss, p.free
	return problem
}
