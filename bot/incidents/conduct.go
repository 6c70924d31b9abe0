package incidents

import (
	"regexp"

	"linli/bot"
)

// About whom a complaint may be, and of what: of the conduct of those who would be given it here. That neither order nor distance is fixed makes
// it two patterns and not one.
var (
	officials  = regexp.MustCompile(`书记|居委会(?:的人|主任|干部|工作人员)|社区(?:的人|主任|干部|工作人员)|街道(?:的人|主任|干部|领导|工作人员)|窗口(?:的人|人员|工作人员)|网格员|干部|公务员|工作人员|办事员|城管队?员|执法(?:人员|队员)|民警|领导|局长|科长|所长|镇长|村主任`)
	misconduct = regexp.MustCompile(`收(?:了|过)?(?:[^,，。]{0,6})?(?:钱|红包|好处|回扣|礼)|受贿|行贿|索贿|贪(?:污|了)|索要|勒索|吃拿卡要|吃回扣|挪用|截留|克扣|套取|冒领|优亲厚友|徇私|以权谋私|滥用职权|渎职|打击报复|报复我|公款|打人|骂人|骂我|骂了|打了我|推诿|刁难|态度(?:很|太|非常|特别|极其|十分)?(?:差|恶劣|不好|蛮横)|不作为|乱作为|违纪|作风`)
)

// ofConduct reports whether the words complain of staff. Such a complaint must not land on the desk of those whom it is about.
func ofConduct(text string) bool {
	return officials.MatchString(text) && misconduct.MatchString(text)
}

// conduct names who hears complaints of staff, and keeps nothing of this one.
func (s *Skill) conduct(t *bot.Turn) bool {
	if t.Person.Staff() || praise.MatchString(t.Text()) || !ofConduct(t.Text()) {
		return false
	}
	t.Say(s.say("conduct", nil))
	return true
}

var praise = regexp.MustCompile(`表扬|感谢|谢谢|没有?(?:收|态度不好|骂)|不收`)
