package intents

import (
	"regexp"
	"slices"
	"strings"
	"unicode/utf8"
)

const longestTitle = 16 // runes

var (
	// What a meeting's name ends with, beside 会.
	meetingEnds = []string{"说事日", "议事日", "接待日", "恳谈", "碰头"}
	// What follows 会 where it is no meeting: a word of its own (会计) or the verb (会派人).
	noMeetingNext = words("会计 会员 会长 会场:会场地 会商 会客 会址 会展 会所 会馆 会谈 会诊 会面 会师 会务 会费 会签 会审 会同 会派 会给 会跟 会把 会被 会让 会议室 会议厅 会联系 会安排 会处理 会尽 会按 会有 会出 会再 会通知 会提醒")
	// What stands before the name: a verb, a determiner, a particle, whoever speaks. Most may be part of other words.
	titleBounds = words("召开 不搞 开:公开,开发,开放,开学,开工,开荒 举行 举办 组织:组织生活,组织部 召集 安排 通知 参加 出席 取消 撤销 撤掉 推迟 延期 发起 新建 预定 预约 定于 定在 原定 讨论 ",
		"说:说明,说事,说法 个:个体,个税,个人 一场 这场 那场 本场 一次 这次 那次 本次 上次 下次 首次 此次 的 了:了解 在:在建,存在 到 于 把 将 我 你 他 们 大家 各位 全体 一下 让:转让 请:申请,邀请,请示 叫 喊 给:供给,给水 ",
		"想:思想,理想 要:主要,重要,要素 去 来:来访,来信,未来,外来,往来 是 改成 换成 跟 因为 看:看护 查:检查,督查,核查,排查,调查,巡查,普查,抽查,审查,清查,联查,自查,互查,复查 哪些 几场 几次 几个 什么 有没有 还有")
	// What still stands before it when nothing of these does: 搞院坝会, 本例会.
	titleLeads = words("下:下水,下岗,下沉 先 再 就 帮忙 帮:帮扶,帮教,帮困 麻烦 给 约:约谈 排:排水,排查,排污,排涝,排危,排班 搞 弄 办:办公,办事,办证 设:设计,设施,设备 定:定点,定期 挂:挂点,挂牌 建:建设,建筑,建议,建党,建材 拟 需 改:改造,改革,改建 ",
		"本 该 那 这 一 和:和谐 与 及 也 都 关于 有关 记得 上午 下午 晚上")
	// Bodies of people, and words that happen to end with 会.
	noMeeting = words("人员会 委会 委员会 理事会 监事会 工会 协会 商会:协商会,会商会,磋商会 学会 联合会 基金会 促进会 社会 机会 误会 体会 一会 不会 才会 还会 就会 都会 也会 能会 我会 么会 啥会 些会 哪会 没会 有会 与会 参会 到会 上会 散会 开会 代会:职代会,人代会,党代会 等会 这会")
	// 党委会 is a meeting of the 党委.
	boardMeetings = []string{"党委会", "支委会", "常委会"}
	// The names of two characters; all others (机会, 等会) are none.
	shortTitles = regexp.MustCompile(`^[例早晨晚夕短班年周月季小大全茶]会$`)
)

// title is what the meeting is called: the noun phrase that ends in 会, without the time, the place and the verb before it.
func title(text string) string {
	for at := 0; ; {
		head, end := meetingHead(text, at)
		if head < 0 {
			return ""
		}
		name := titleBefore(text, head, end)
		for name != "" { // 业主大会 may only be the beginning of 业主大会筹备会
			if head, end = meetingHead(text, end); head < 0 {
				return name
			}
			longer := titleBefore(text, head, end)
			rest, ok := strings.CutPrefix(longer, name)
			if !ok || otherMeeting.at(rest, 0) > 0 {
				return name
			}
			name = longer
		}
		at = end
	}
}

// otherMeeting is what stands between two meetings, not within the name of one.
var otherMeeting = words("那 这 该 和 与 及 或 改 换 移 调 不 要 前 后 取消 并 跟 同 推 延")

// meetingHead is where a word that a meeting's name may end with begins and ends, from the position on; -1 if there is none.
func meetingHead(text string, from int) (head, end int) {
	for {
		next := strings.Index(text[from:], "会")
		for _, w := range meetingEnds {
			limit := len(text)
			if next >= 0 {
				limit = from + next
			}
			if i := strings.Index(text[from:limit], w); i >= 0 && !strings.HasPrefix(text[from+i+len(w):], "会") {
				return from + i, from + i + len(w)
			}
		}
		if next < 0 {
			return -1, -1
		}
		head = from + next
		end = head + len("会")
		if noMeetingNext.at(text[head:], 0) > 0 {
			from = end
			continue
		}
		if rest, ok := strings.CutPrefix(text[end:], "议"); ok && agendaRest.at(rest, 0) == 0 {
			end += len("议")
		}
		return head, end
	}
}

// agendaRest is what makes 议 the beginning of another word: 例会议题 is no 例会议.
var agendaRest = words("题 程 案 定:定在,定于 决 一下 一议")

// titleBefore is the name that ends there; "" if it is no meeting's.
func titleBefore(text string, head, end int) string {
	start := head
	for n := end - head; n > 0 && utf8.RuneCountInString(text[start:end]) < longestTitle; {
		r, size := utf8.DecodeLastRuneInString(text[:start])
		if size == 0 || !inName(r) || titleBounds.before(text, start) > 0 {
			break
		}
		start -= size
	}
	name := trimFront(text[start:end], titleLeads)
	switch n := utf8.RuneCountInString(name); {
	case start >= head && end-head < len("说事日"), name == "会议", name == "会", n < 2:
		return ""
	case n == 2:
		return shortTitles.FindString(name)
	case slices.Contains(boardMeetings, name):
		return name
	case noMeeting.before(name, len(name)) > 0, strings.HasSuffix(name, "碰头") && venue(strings.TrimSuffix(name, "碰头"), allVenues):
		return ""
	}
	return name
}

// sureVenueWords are what nothing but a place ends with.
const sureVenueWords = "室:教研室 厅 堂 楼 层 中心 站 院子里 院子 院坝 亭 馆 广场 党校 学校 小学 中学 夜校 花园 公园 操场 球场 舞台 戏台 门口 楼下 之家 旧址 文化宫 仓库 车棚 空地 路口 树下 门前 坪 架空层 楼顶 家里 屋里 用房 房间 门房 板房 大院 祠堂 阁 基地 驿站 展厅 食堂 报告厅 项目部 指挥部 物业办 门卫 传达室"

var (
	// What a place's name ends with: what nothing but a place ends with, and what people and offices end with too.
	sureVenues = words(sureVenueWords)
	allVenues  = words(sureVenueWords, "办 公司 队 家:大家,专家,商家,人家 所 局 社区 街道 小区 部:全部,干部 院:法院,检察院 店 园 居委会 村委会 工地 现场 场:市场监管 银行 超市 酒店 宾馆 村 镇 学院 苑 城 那里")
	// What a place's name doesn't have in it.
	noVenue = regexp.MustCompile(`开|(?:^|[^自未往])来(?:[^访信]|$)|[去到都在]|[不没了的得是把将请]|提醒|提前|通知|研究|讨论|议题|(?:^|[^委])会$|说|参加|负责|推迟|改|换|和|与`)
	// What stands before and behind it in a clause that says nothing else.
	placeLeads = words("到达 地点 地址 地方 会址 集合点 会场 定在 设在 放在 改在 改到 改成 改为 换到 换在 换成 换为 定为 安排在 选在 就 都 还 还是 是 为 在:在建 到 去 来:来访 于 借用 借 老地方 老规矩 仍 依旧 请 大家 集中 统一 移到 挪到 定 改 换")
	placeTails = words("见 见面 集合 碰头 碰面 开 开会 举行 召开 那 那儿 那边 那里 用 用一下 吧 进行 里面 集中 参加")
	// What leads to a place within a clause, and what follows on it there.
	placeWithin = regexp.MustCompile(`(在|到达|到|去|来|于|借)([\p{Han}A-Za-z0-9]{2,14}?)(?:召开|合开|开|举行|举办|碰|见|参加|集合|集中|搞|办个|说|$)`)
)

// venue reports whether a text is nothing but a place, by its ending.
func venue(name string, ends wordList) bool {
	n := utf8.RuneCountInString(name)
	kind := strings.TrimRight(name, "0123456789") // 政务中心304
	return n >= 2 && n <= 12 && ends.before(kind, len(kind)) > 0 && !noVenue.MatchString(name)
}

// meetingPlace is where a meeting is: what package place has found, unless that is only something spoken of while a room stands at one of the usual positions:
// in a clause of its own, or after 在 or 到.
func meetingPlace(text, found string) string {
	best, led := "", false
	if utf8.RuneCountInString(found) <= 2 && !ledHere(text, found) { // 楼栋, 社区: whose they are
		found = ""
	}
	if ledHere(text, found) {
		found = trimFront(found, restOfLead)
	}
	for _, c := range clauses(text) {
		name := trimBack(trimFront(c.text, placeLeads), placeTails)
		ends, said := sureVenues, name != c.text
		if said {
			ends = allVenues
		}
		switch within := placeWithin.FindStringSubmatch(c.text); {
		case found != "" && (name == found || strings.Contains(c.text, found) && ledHere(c.text, found)):
			return found
		case venue(name, ends):
			if strings.HasSuffix(name, found) && found != "" || best == "" || said && !led {
				best, led = name, said
			}
		case within != nil && !led && (venue(within[2], allVenues) || within[1] == "在" && !noVenue.MatchString(within[2])):
			best, led = within[2], true
		}
	}
	if best == "" {
		return strings.TrimPrefix(found, "老地方")
	}
	return best
}

// restOfLead is what package place takes for the beginning of a name: 地方就定社区警务室.
var restOfLead = words("定 在 达")

// ledHere reports whether one of the words that lead to a place stands before it.
func ledHere(text, found string) bool {
	at := strings.Index(text, found)
	return found != "" && at >= 0 && placeLeads.before(text, at) > 0
}

var (
	// A topic is announced: 加个议题,X; 议程里加上X; 多一项内容,X.
	topicAfter = regexp.MustCompile(`(?:议题|议程|题目|内容|上会[:,]|(?:加|添|增加|多|补|补充|提|报|申报)(?:上|了)?(?:一?[条项个](?:内容|题)|一[条项]|题))(?:报送|征集|申报|就一个|想上会|是|为|里加|中加|[里中]?加[上个]|里|中|上|再|追加|增加|有|一[条项个]|[我们]*[报提](?:的是)?:|[:,])*[\s:,]*([^。;!?,]{2,40})`)
	// Somebody wants it spoken about: 讨论X, 议一下X.
	topicOf = regexp.MustCompile(`(?:讨论|研究|议一议|议议|议一下|要议|说说|说一说|商量|聊聊|谈谈|提一?下|我[要想]提|明确一?下|审议|协商一下)(?:一下|一次|下|解决)?([^。,;!?]{2,30})`)
	// It stands first: 把X列入议题, X放到会上议一议, X想提交联席会讨论.
	topicBefore = regexp.MustCompile(`^([^。;!?]{2,40}?)[,也再]*(?:想|请|希望|建议|能不能|能否|可以|要|应该)*(?:写进|写入|列入|列为|列进|纳入|放进|放到|加进|加到|加入|作为|提交|提到|拿到|报到|上会|议一议|议议|议一下|讨论一下|讨论下|研究一下)`)
	// What belongs to the asking.
	topicLeads = words("能把 能将 1. 1、 一、 讨论 研究 关于 有关 就 把 将 建议 提议 提请 申请 希望 我想 我们想 请 对 想 是 一下 能不能 帮我 一是")
	topicTails = words("这个事儿 这事儿 这件事儿 这一问题 的情况 的问题 的事情 的事 的事儿 这个问题 这个事 这件事 这事 问题 吧 呗 行不行 好不好 可以吗 行吗 吗 一下 也 请")
	// What is no topic where one would stand: it is done something with the topics, or asked about them.
	noTopic = words("交:交通,交警,交接 撤 删 取消 几 哪 到哪 有 收集 征集 汇总 情况 议题 会议")
	asking  = regexp.MustCompile(`议题|议程|题目|讨论|研究|议一|要议|[提报加]个`)
)

// topic is what is to be spoken about.
func topic(normal string) string {
	for _, pattern := range []*regexp.Regexp{topicAfter, topicOf, topicBefore} {
		found := pattern.FindStringSubmatch(normal)
		if found == nil {
			continue
		}
		name := strings.Trim(trimBack(trimFront(strings.Trim(found[1], " ,:"), topicLeads), topicTails), " ,:")
		if utf8.RuneCountInString(name) >= 2 && noTopic.at(name, 0) == 0 && !(pattern == topicBefore && asking.MatchString(name)) {
			return name
		}
	}
	return ""
}
