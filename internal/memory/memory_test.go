package memory

import (
	"os"
	"testing"
)

// TestAvailable reads the kernel's word where there is one.
func TestAvailable(t *testing.T) {
	if _, err := os.Stat("/proc/meminfo"); err == nil && Available() == 0 {
		t.Error("free memory is not known although /proc/meminfo is there")
	}
	if Encoded(1<<40, 1<<40, 1) != 1<<64-1 {
		t.Error("the estimate overflows")
	}
}
