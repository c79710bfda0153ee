// Command read reads a table as relift train does, and writes the one that it is measured on.
package main

import (
	"bufio"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"strconv"

	"github.com/relift/relift/table"
	"github.com/relift/relift/table/read"
)

func main() {
	rows := flag.Int("make", 0, "write a table of so many `rows` instead of reading one")
	columns := flag.Int("columns", 30, "of the table that is written")
	flag.Parse()
	if flag.NArg() != 1 {
		fmt.Fprintln(os.Stderr, "usage: read [-make ROWS [-columns COLUMNS]] TABLE.csv")
		os.Exit(2)
	}
	if err := run(flag.Arg(0), *rows, *columns); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(path string, rows, columns int) error {
	if rows > 0 {
		return write(path, rows, columns)
	}
	t, err := read.Open(path, table.FormatCSV)
	if err != nil {
		return err
	}
	fmt.Println(t.NumRows(), len(t.Columns))
	return nil
}

// write makes a table of standard normal numbers of six digits, the same every time.
func write(path string, rows, columns int) error {
	file, err := os.Create(path)
	if err != nil {
		return err
	}
	defer file.Close()
	out := bufio.NewWriterSize(file, 1<<20)
	for j := range columns {
		fmt.Fprintf(out, "x%d%c", j, separator(j, columns))
	}
	random := rand.New(rand.NewPCG(1, 1))
	var number []byte
	for range rows {
		for j := range columns {
			number = strconv.AppendFloat(number[:0], random.NormFloat64(), 'g', 6, 64)
			out.Write(append(number, separator(j, columns)))
		}
	}
	if err := out.Flush(); err != nil { // which has the error of any write before
		return err
	}
	return file.Close()
}

func separator(column, columns int) byte {
	if column == columns-1 {
		return '\n'
	}
	return ','
}
