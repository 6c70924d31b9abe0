package holiday

import "time"

// Calendar is what the counting functions ask; Table is one.
type Calendar interface {
	Workday(day time.Time) (work, announced bool)
}

// AddWorkdays moves n working days on from day (back if n is negative) and returns the start of that day. The day
// itself is not counted, as the law counts periods: three working days from Friday end on Wednesday. With n = 0 it is
// the day itself if people work then, else the next working day. announced is false when some year on the
// way has no announcement.
func AddWorkdays(c Calendar, day time.Time, n int) (t time.Time, announced bool) {
	step, announced := 1, true
	if n < 0 {
		step, n = -1, -n
	}
	t = midnight(day, 0)
	if n == 0 {
		work, known := c.Workday(t)
		if work {
			return t, known
		}
		n, announced = 1, known
	}
	for n > 0 {
		t = midnight(t, step)
		work, known := c.Workday(t)
		announced = announced && known
		if work {
			n--
		}
	}
	return t, announced
}

// NextWorkday is the first working day after day.
func NextWorkday(c Calendar, day time.Time) (t time.Time, announced bool) {
	return AddWorkdays(c, day, 1)
}

// Office are the working hours of a day as distances from midnight, with one break.
type Office struct {
	Open, Close           time.Duration
	BreakStart, BreakStop time.Duration // equal: no break
}

// AddWorkingHours moves d of working time on from start, counting office hours of working days only.
func AddWorkingHours(c Calendar, start time.Time, d time.Duration, office Office) (t time.Time, announced bool) {
	announced = true
	parts := [][2]time.Duration{{office.Open, office.Close}}
	if office.BreakStop > office.BreakStart {
		parts = [][2]time.Duration{{office.Open, office.BreakStart}, {office.BreakStop, office.Close}}
	}
	if office.Close <= office.Open {
		return start, true // no hours at all: nothing can be counted
	}
	for day := midnight(start, 0); ; day = midnight(day, 1) {
		work, known := c.Workday(day)
		announced = announced && known
		if !work {
			continue
		}
		for _, part := range parts {
			from, to := clock(day, part[0]), clock(day, part[1])
			if from.Before(start) {
				from = start
			}
			if free := to.Sub(from); free > 0 {
				if d <= free {
					return from.Add(d), announced
				}
				d -= free
			}
		}
	}
}

func midnight(t time.Time, days int) time.Time {
	y, m, d := t.Date()
	return time.Date(y, m, d+days, 0, 0, 0, 0, t.Location())
}

func clock(day time.Time, d time.Duration) time.Time {
	y, m, dd := day.Date()
	return time.Date(y, m, dd, int(d/time.Hour), int(d%time.Hour/time.Minute), 0, 0, day.Location())
}
