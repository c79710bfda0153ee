package dispatch

import "container/heap"

// queue holds jobs that wait: the largest priority first, of equal ones the first that was submitted.
type queue []*waiting

func (q queue) Len() int { return len(q) }

func (q queue) Less(i, j int) bool {
	if a, b := q[i].job.Priority, q[j].job.Priority; a != b {
		return a > b
	}
	return q[i].order < q[j].order
}

func (q queue) Swap(i, j int) { q[i], q[j] = q[j], q[i] }

// Push implements heap.Interface.
func (q *queue) Push(x any) { *q = append(*q, x.(*waiting)) }

// Pop implements heap.Interface.
func (q *queue) Pop() any {
	last := len(*q) - 1
	w := (*q)[last]
	(*q)[last] = nil
	*q = (*q)[:last]
	return w
}

// add puts a job into the queue.
func (q *queue) add(w *waiting) { heap.Push(q, w) }

// next takes the first job out.
func (q *queue) next() *waiting { return heap.Pop(q).(*waiting) }
