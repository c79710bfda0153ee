// Package notation reads numbers and dates as people write them.
package notation
