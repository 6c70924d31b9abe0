package inspections

import (
	"regexp"
	"strings"
)

// wish is what a message about inspections asks for.
type wish string

const (
	wishNothing  wish = ""         // nothing that could be told from the words alone
	wishFinding  wish = "finding"  // to record one
	wishBulletin wish = "bulletin" // to draft one
	wishCover    wish = "cover"    // which units were not inspected
	wishOpen     wish = "open"     // which findings are not put right
	wishQuarter  wish = "quarter"  // a plan of a whole quarter
	wishRounds   wish = "rounds"   // which rounds there are
	wishMove     wish = "move"     // another day for a round
	wishCancel   wish = "cancel"   // no round
)

var (
	topicWords = regexp.MustCompile(`督查|暗访|督导检查|整改|销号|回头看`)
	roundWords = regexp.MustCompile(`督查|暗访`)
	otherTopic = regexp.MustCompile(`提醒|会议|联席会|例会|座谈会|开会|议题|决议`) // a meeting about inspections is a meeting

	foundWords = regexp.MustCompile(`(?:督查|暗访|检查)(?:时|中|组)?发现`)
	draftWords = regexp.MustCompile(`通报|专报|简报`)
	coverWords = regexp.MustCompile(`(?:督)?查了(?:多少|几)|(?:查|督查|去)过(?:没有|没|了吗|吗|了没)|覆盖(?:情况|率|面|进度|到哪)|(?:哪些|哪几个|多少|几个).{0,12}(?:没|未)(?:有)?(?:去|到|走|轮)(?:过|到)|(?:还有|哪些|哪几个|多少|几个).{0,14}(?:没|未)(?:有)?(?:被)?(?:督查|覆盖|查)|(?:没|未)(?:督查|覆盖|查)(?:过|到)?的?(?:社区|单位|街道)?.{0,4}(?:哪些|多少|有谁)`)
	openWords  = regexp.MustCompile(`(?:哪些|什么|多少|几个|几项|有没有|还有).{0,10}(?:问题|整改).{0,8}(?:没|未|逾期|到期|超期|过期)` +
		`|(?:问题|整改)(?:的)?(?:清单|台账)|(?:问题|整改).{0,8}(?:没|未)(?:有)?(?:整改|销号|完成|办完|改).{0,6}(?:哪些|多少|几个|有谁)` +
		`|(?:整改|督查).{0,12}(?:到期|逾期|超期|过期)(?:没有|了吗|了没|吗|没|的)|(?:逾期|超期|到期|过期|未整改|没整改|未销号|没销号)(?:的|没整改的|未整改的)?(?:督查)?(?:问题|整改)?(?:有)?(?:哪些|多少|几个|几项)` +
		`|(?:逾期|超期|到期|过期|未整改|没整改|未销号|没销号)的?(?:没整改的|未整改的)?(?:督查)?(?:问题|整改)[吗呢?？。]*$` +
		`|(?:还有|有没有|有多少|有几).{0,6}(?:没|未)(?:有)?(?:整改|销号)` +
		`|整改(?:情况|进展|进度)(?:怎么样|怎样|如何)|问题.{0,4}都(?:改|整改)(?:了|好|完|到位)(?:没|吗)|督查.{0,8}(?:问题|整改).{0,8}(?:哪些|什么|几个|多少)|(?:哪些|多少|几个).{0,6}(?:督查|整改).{0,6}(?:问题|没|未)`)
	lateWords    = regexp.MustCompile(`逾期|超期|过期`)
	moveWords    = regexp.MustCompile(`改到|改为|改成|改在|改期|改时间|改天|推到|移到|延到|调整(?:到|为|成)|换成|推迟|延后|延期|顺延|提前|挪到|调到|换到|往后(?:推|延)|推后`)
	byLength     = regexp.MustCompile(`(?:推迟|延后|顺延|提前|推后|延期|往后(?:推|延)|往前(?:提|调)?)了?((?:半|[一二两三四五六七八九十]{1,3}|[0-9]{1,3})个?(?:天|日|周|星期|礼拜|月|小时|钟头))`)
	everyQuarter = regexp.MustCompile(`每(?:个)?季度的?第([一二三四])个(?:周|星期|礼拜)([一二三四五六日天])`)
	earlierWords = regexp.MustCompile(`提前|往前`)
	cancelWords  = regexp.MustCompile(`取消|撤销|不(?:用)?(?:督查|去|查|搞)了|停掉`)
	quarterWords = regexp.MustCompile(`(?:制定|拟定|拟|编制|编|排|做|定|出|安排|生成).{0,8}季度.{0,8}(?:督查|计划|方案)|季度.{0,4}督查.{0,4}(?:计划|方案|安排)?.{0,3}(?:排一下|做一下|拟一下|定一下|排出来)|季度.{0,4}督查.{0,4}(?:计划|方案).{0,6}(?:排|做|拟|定)|补(?:排|查).{0,8}(?:没|未)(?:有)?(?:督查|查|覆盖)`)
	roundsWords  = regexp.MustCompile(`(?:有|是)(?:哪些|什么|几次|几个|没有).{0,4}(?:督查|暗访)|(?:督查|暗访)(?:的)?(?:计划|安排|任务|日程)?(?:有)?(?:哪些|几次|几个|什么|谁|哪里|哪儿|吗)|(?:看看|看一下|看下|查一下|查看|列一下|列出).{0,10}(?:督查|暗访)|(?:什么时候|哪天|几号|几时).{0,4}(?:督查|暗访)|(?:督查|暗访)(?:的)?(?:计划|安排|日程)[吗呢?？。]*$|哪些.{0,4}(?:督查|暗访)(?:安排|计划)?[吗呢?？。]*$`)
	askWords     = regexp.MustCompile(`什么时候|哪天|几号|几时|哪些|哪几|哪里|哪儿|哪个|什么|谁|几次|多少|怎么|吗[?？。]*$|呢[?？。]*$|[?？]$`)
	makeWords    = regexp.MustCompile(`^(?:请|帮我|麻烦)?(?:安排|新建|新增|组织|开展|计划)`)
	belowWords   = regexp.MustCompile(`各(?:个)?社区|所有社区|全部社区|每个社区`)
	streets      = regexp.MustCompile(`各(?:个)?街道|所有街道|每个街道`)
	secret       = regexp.MustCompile(`不打招呼|四不两直|暗访|突击|不通知`)
)

// wishOf reads what a message about inspections asks for.
func wishOf(text string) wish {
	text = strings.TrimSpace(text)
	switch {
	case foundWords.MatchString(text):
		return wishFinding
	case coverWords.MatchString(text) && !quarterWords.MatchString(text):
		return wishCover
	case draftWords.MatchString(text):
		return wishBulletin
	case openWords.MatchString(text):
		return wishOpen
	case moveWords.MatchString(text):
		return wishMove
	case cancelWords.MatchString(text):
		return wishCancel
	case quarterWords.MatchString(text):
		return wishQuarter
	case makeWords.MatchString(text):
		return wishNothing
	case roundsWords.MatchString(text):
		return wishRounds
	}
	return wishNothing
}

// about reports whether the text speaks of inspections at all, and of nothing else that people arrange.
func about(text string) bool {
	return topicWords.MatchString(text) && !otherTopic.MatchString(text) && (!strings.Contains(text, "责任清单") || roundWords.MatchString(text))
}
