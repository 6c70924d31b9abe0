package timex

func (p *parser) englishDate(i int, f *fields) bool { return false }
func (p *parser) english(i int) (Match, bool)       { return Match{}, false }
func (p *parser) meridiem(c *clock)                 {}
