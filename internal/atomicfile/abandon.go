package atomicfile

import (
	"os"
	"sync"
)

// Abandon removes the temporary files of all calls of Write that have not ended, which then fail, for a process that is about to end at once.
func Abandon() {
	underWay.lock.Lock()
	defer underWay.lock.Unlock()
	for name := range underWay.names {
		os.Remove(name)
	}
}

// temporaries are the files that calls of Write have open.
type temporaries struct {
	lock  sync.Mutex
	names map[string]bool
}

// underWay are those of the process: a signal that ends it ends all of them.
var underWay = temporaries{names: map[string]bool{}}

// begin makes a new file.
func (t *temporaries) begin(name string) (*os.File, error) {
	t.lock.Lock()
	defer t.lock.Unlock()
	file, err := os.OpenFile(name, os.O_RDWR|os.O_CREATE|os.O_EXCL, newFileMode)
	if err == nil {
		t.names[name] = true
	}
	return file, err
}

// end forgets a file, which has another name now or is no more.
func (t *temporaries) end(name string) {
	t.lock.Lock()
	defer t.lock.Unlock()
	delete(t.names, name)
}
