package read

import (
	"time"

	"github.com/apache/arrow-go/v18/parquet/schema"
)

// How dates of binary files are written for the table, which recognises them so.
const (
	dayLayout    = "2006-01-02"
	momentLayout = "2006-01-02T15:04:05.999999999" // by the clock of a place that is not said
	zonedLayout  = momentLayout + "Z07:00"
)

const daySeconds = 24 * 60 * 60

// parquetMoment returns the dates that whole numbers of a logical type of Parquet's are,
// and how they are written; nil where they are none.
func parquetMoment(logical schema.LogicalType) (of func(v int64) time.Time, layout string) {
	switch logical := logical.(type) {
	case schema.DateLogicalType:
		return func(v int64) time.Time { return time.Unix(v*daySeconds, 0).UTC() }, dayLayout
	case schema.TimestampLogicalType:
		layout = momentLayout
		if logical.IsAdjustedToUTC() {
			layout = zonedLayout
		}
		perSecond := parquetPerSecond(logical.TimeUnit())
		return func(v int64) time.Time {
			return time.Unix(v/perSecond, v%perSecond*(int64(time.Second)/perSecond)).UTC()
		}, layout
	}
	return nil, ""
}

// parquetSeconds returns how many units of a time of the day make a second, 0 where the
// logical type is another.
func parquetSeconds(logical schema.LogicalType) int64 {
	if logical, ok := logical.(schema.TimeLogicalType); ok {
		return parquetPerSecond(logical.TimeUnit())
	}
	return 0
}

func parquetPerSecond(unit schema.TimeUnitType) int64 {
	switch unit {
	case schema.TimeUnitMillis:
		return 1e3
	case schema.TimeUnitMicros:
		return 1e6
	}
	return 1e9
}
