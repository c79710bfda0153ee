package cli

import (
	"fmt"

	"github.com/relift/relift/network/foreign"
	"github.com/relift/relift/problem/loss"
	"github.com/relift/relift/table/recipe"
)

// assumed is the objective that the network of another program is audited with, and the coding of the classes.  The loss is
// what --loss says, else what the network's last operator does, else the squared one, which is said where it is a guess;
// whether two classes share an output, the network decides.  Biases of the second layer that were not decayed are an intercept.
func (f *auditFlags) assumed(name string, n *foreign.Network, p *prepared, changed func(string) bool) (o objective, coding recipe.Coding, remark string, err error) {
	o = f.data.objective
	o.Intercept = !f.decayedBiases && n.A != nil
	_, d := p.train.X.Dims()
	classes := len(p.encoding.Classes)
	shared := classes == 2 && len(oriented(n, f.orientation, d, 1)) > 0
	said := changed("loss") && f.data.Loss != autoLoss
	if !said {
		o.Loss = loss.Squared{}.Name()
	}
	const guess = "%s is audited with the %s loss, %s; --loss says otherwise"
	softmax, logistic := loss.Softmax{}.Name(), loss.Logistic{}.Name()
	switch {
	case said || classes == 0:
	case n.Loss == softmax && !shared, n.Loss == logistic && shared:
		o.Loss = n.Loss
		remark = fmt.Sprintf(guess, name, n.Loss, "by the operator that ends it")
	case shared:
		return o, coding, "", badInputf("%s: has one output for the two classes of %s; expected --loss logistic (a logit), --loss squared (numbers that are to be −1 and 1), or --task regression (the numbers of the column)", name, p.source)
	default:
		remark = fmt.Sprintf(guess, name, o.Loss, "on outputs that are to be 1 for the class of a row and 0 for the others")
	}
	if classes == 2 && (o.Loss == logistic || shared && o.Loss != softmax) {
		coding = recipe.CodingSign
	}
	return o, coding, remark, nil
}
