package timex

func (p *parser) recurrence(i int) (Match, bool) { return Match{}, false }
