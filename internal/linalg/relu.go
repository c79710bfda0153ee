package linalg

import (
	"math"
	"unsafe"
)

// Real is a floating-point number.
type Real interface{ float32 | float64 }

// The kernels below work on the bits of the numbers, two in single precision at a time: Go has no
// vector instructions, and comparisons of signs that are half of the time one and half of the time the
// other are what costs in a loop of branches.

const (
	signs32 = 1<<63 | 1<<31 // the sign bits of two numbers
	ones32  = 1<<32 - 1
)

// Relu replaces the negative numbers of x by 0.
func Relu[T Real](x []T) {
	switch x := any(x).(type) {
	case []float64:
		for i, v := range words(x) {
			words(x)[i] = v &^ uint64(int64(v)>>63)
		}
	case []float32:
		w := pairs(x)
		for i, v := range w {
			w[i] = v &^ (v & signs32 >> 31 * ones32)
		}
		if len(x)%2 == 1 {
			x[len(x)-1] = max(x[len(x)-1], 0)
		}
	}
}

// MaskPositive replaces x[i] by 0 where h[i], which is not negative, is 0.
func MaskPositive[T Real](x, h []T) {
	switch x := any(x).(type) {
	case []float64:
		h, w := words(any(h).([]float64)), words(x)
		h = h[:len(w)]
		for i, v := range w {
			w[i] = v & uint64(-int64(h[i])>>63)
		}
	case []float32:
		h32 := any(h).([]float32)
		h, w := pairs(h32), pairs(x)
		h = h[:len(w)]
		for i, v := range w {
			zero := (signs32 - h[i]) & signs32 >> 31 // where h is 0
			w[i] = v &^ (zero * ones32)
		}
		if last := len(x) - 1; len(x)%2 == 1 && h32[last] == 0 {
			x[last] = 0
		}
	}
}

// FillPositive sets x[i] to value where h[i], which is not negative, is positive, and to 0 elsewhere.
func FillPositive[T Real](x []T, value T, h []T) {
	switch x := any(x).(type) {
	case []float64:
		h, w, v := words(any(h).([]float64)), words(x), math.Float64bits(float64(value))
		h = h[:len(w)]
		for i := range w {
			w[i] = v & uint64(-int64(h[i])>>63)
		}
	case []float32:
		h32 := any(h).([]float32)
		h, w, v := pairs(h32), pairs(x), uint64(math.Float32bits(float32(value)))
		v |= v << 32
		h = h[:len(w)]
		for i := range w {
			zero := (signs32 - h[i]) & signs32 >> 31
			w[i] = v &^ (zero * ones32)
		}
		if last := len(x) - 1; len(x)%2 == 1 {
			x[last] = 0
			if h32[last] > 0 {
				x[last] = float32(value)
			}
		}
	}
}

// words views numbers as their bits.
func words(x []float64) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(x))), len(x))
}

// pairs views numbers as the bits of two at a time; an odd last one is left out.
func pairs(x []float32) []uint64 {
	return unsafe.Slice((*uint64)(unsafe.Pointer(unsafe.SliceData(x))), len(x)/2)
}
