package intents

import (
	"strings"
	"time"
	"unicode/utf8"
)

const longestOwner = 14 // runes

var (
	// What the name of an office, a firm or a person of office ends with. 办 is none in 办理, nor 处 in 处理.
	ownerEnds = words("公司 集团 物业 局 分局 所:所有,所以,所在 处:处理,处置,查处,惩处,处罚,处处,到处 队:队伍 大队 中队 支队 站 办:办理,办好,办完,办结,办个,办一,承办,主办,交办 办公室 办事处 中心 社区 街道 委会 委员会 委:委托 院:院子,院坝 ",
		"部:部分,全部 部门 科 组 班:班子 团 厂 店 行:银行 校 学校 大学 幼儿园 网格 方:方案,方便,方面,方式,地方 单位 管理方 商户 业主 店主 户主 房东 房主 租户 摊主 店家 车主 老板 开发商 供应商 运营商 负责人 当事人 产权人 ",
		"抢修 排水 供热 电信 移动 联通 铁塔 广电 供电 电力 水务 供水 燃气 城管 执法 住建 市监 民政 环卫 园林 市政 交警 公安 消防 妇联 残联 团委 综治 司法 信访 应急 卫健 教育 派出所 ",
		"师傅 经理 主任 书记 科长 长:长期,长效,长度,长时,增长,成长,家长,延长 网格员 网格长 主席 馆 超市 影城 商城 网吧 餐厅 会计 工程师 阿姨 大姐 大哥 大叔 姐 哥 叔 总 医生 老师 同志 志愿者 某 某某")
	// Verbs after the name, and other words that are none of it.
	ownerStops = words("包干 出资 出钱 返工 承诺 答应 保证 尽力 负责 牵头 主抓 承担 承建 承办 主办 办理 处理 处置 整改 落实 实施 解决 完成 跟进 出面 协调 协助 督促 监督:监督所,监督局,监督科,监督站,监督队 担任 代表我 配合 更换 加固 拆除 清理 清运:清运公司 清掏 修复 修补 维修:维修队,维修公司,维修部,维修站 整理 管控 ",
		"立即 尽快 马上 抓紧 随时 把 代:代表 替 顶 来:自来水,外来,新来 去 参加 出席 参会 列席 旁听 开会 接手 接单 过去 到场 到会 跟 做 接:对接,接待,接访 修:维修,修理,抢修,检修 补:补贴 盯 在 于 须 必须 应:应急,供应 的人 的同志 的师傅 派人:增派人 限:有限,权限 统一 自行 具体 去办 吧 了 一下 也 本周 本月")
	// What stands before the name and is none of it.
	ownerLeads = words("找 楼上 楼下 隔壁 对面 旁边 我们 咱们 你们 他们 本 该 相关 单位 定 就 是 为 给 到 由 决定 定了 议定 商定 明确 拍板 最后 会议 会上 那边 这边 科里 局里 所里 队里 院里 站里 均")
	// Who is nobody: 转过去, 由我, 请谁.
	noOwner = words("我 你 他 她 它 咱 谁 哪 大家 人工 个人 人选 别人 某 一下 一起 一并 一个 一次 半 各位 各自 不 没 有 什么 专人 一人 两人 一名 两名 单子 人:人社,人武,人大,人民,人保,人防,人事")
	// 小胡, 老张; not 小区.
	personLeads = words("小:小区,小学,小组,小时,小卖,小额 老:老年,老旧,老人,老干,老城,老百,老师,老板 阿")

	namedOwner = words("责任单位 责任方 责任人 责任部门 责任主体 负责单位 负责部门 牵头单位 承办单位 主责单位 整改单位")
	// What leads to an owner whoever it may be, and what does so only to one who is one by name.
	openOwner   = words("由:理由,自由,由于,由来,事由,缘由 责成 责令 委托 落实给 落实到 交给 交办给 派给 转给 分给 包给")
	strictOwner = words("交:交警,交通,交管,提交,上交,交付,交表,交接,成交,公交 归:归档,归还,回归,归集 让:转让,礼让,出让 请:申请,请示,请假,邀请 要求 通知:通知书 督促 限:限期,期限,权限,限时,限高,有限 给 叫 安排 指定")
	// The verbs that make the one before them the owner.
	ownerVerbs = words("负责 牵头 主抓 承担 承建 承办 主办 包干")
	// The verbs that do so if it is an owner by name.
	doingVerbs = words("出面 督促 立即 尽快 马上 抓紧 必须 须 应:应急 整改 处理:处理费 解决 办理 落实 跟进 协调 去办 来办 去做 去弄 出资 出钱")

	receivers = words("上交 转交给 转派给 移交给 指派给 分派给 改派给 派给 交给 转给 转到 转至 派到 转办给 退给 退回给 退回 推给 推到 流转到 流转给 流转至 移交到 移交至 移交 移送 转交 转派 改派 分派 指派 转办 转送 分给 发给 送到 划给 归到 ",
		"转:转让,周转,流转,中转,转办,转交,转派,转送,转给,转到,转至 派:派出所,派人,派单,指派,分派,改派,转派,派给,派到 给:供给,给水")
	doers  = words("请:申请,邀请,请示,请转,请派,请退,请交 让:转让 由:理由,自由,由于 叫")
	owners = words("应该:不应该,应该是,应该由,应该归 应该是:不应该是 应是 是:不是,应该是,但是,还是,可是 该:应该,该由,该单,该件 归:不归,归档,归还 属于:不属于 该由")
	stands = words("委托 换成 换 派:派出所 让 由:理由,由于 叫 安排:有安排,没安排 请:邀请,请假,请个,请半,请一,请病,请事")
	// What somebody who comes instead does.
	comes = words("顶我 替我 代我 代替我 替一下 过去:不过去 代表我")
)

// ownerAt is the office or the person whose name begins the text, cut clean of what follows. An open name may be any, if a verb or the clause ends it.
func ownerAt(text string, open bool) string {
	if i := strings.IndexFunc(text, func(r rune) bool { return !inName(r) }); i >= 0 {
		text = text[:i]
	}
	text = trimFront(strings.TrimSuffix(text[:ownerStops.find(text)], "的"), ownerLeads)
	if i := strings.LastIndex(text, "这事"); i >= 0 {
		text = text[i+len("这事"):]
	}
	if i := strings.LastIndex(text, "的"); i >= 0 && i < 8*len("的") {
		rest := trimFront(strings.TrimPrefix(strings.TrimPrefix(text[i+len("的"):], "事"), "问题"), ownerLeads)
		if rest == "" { // 供电公司的事
			rest = text[:i]
		}
		text = rest
	}
	if text == "" || noOwner.at(text, 0) > 0 {
		return ""
	}
	if name, ok := strings.CutSuffix(text, "办"); ok && givenName(name) { // 交给李敏办
		return name
	}
	end := nameEnd(text)
	if end > 0 && givenName(text[end:]) { // 办公室周敏
		end = len(text)
	}
	n := utf8.RuneCountInString(text)
	if end > 0 && n <= longestOwner && ownerEnds.before(text, len(text)) > 0 { // 街道社会事务办
		end = len(text)
	}
	switch {
	case end > 0:
		return text[:end]
	case open && n >= 2 && n <= 8:
		return text
	}
	return ""
}

// nameEnd is where the name ends by what such names end with; 0 if it has no such end. After one end there may be another: 物业+公司, 园林所+小孙, 楼长+赵阿姨.
func nameEnd(text string) int {
	end := personEnd(text)
	gap := longestOwner
	if end > 0 {
		gap = 0
	}
	for {
		next := 0
		for i, n := end, 0; i <= len(text) && n <= gap && next == 0; n++ {
			if longest := ownerEnds.at(text, i); longest > 0 && (i > 0 || longest > len("局")) {
				next = i + longest
			} else if person := personEnd(text[i:]); person > 0 && end > 0 && i == end {
				next = i + person
			}
			_, size := utf8.DecodeRuneInString(text[i:])
			i += max(size, 1)
		}
		if next == 0 {
			return end
		}
		end, gap = next, 2
	}
}

// surnames are the frequent ones that begin few other words.
const surnames = "王李张刘陈杨赵黄周吴徐孙胡朱林何郭罗梁宋郑谢韩唐冯董萧程曹袁邓傅沈曾彭吕苏卢蒋蔡贾丁魏薛叶余潘杜戴夏钟汪姜范姚谭廖邹熊陆郝孔崔邱秦顾侯邵孟段雷钱汤尹黎乔贺赖龚"

// givenName reports whether a text looks like the full name of a person.
func givenName(text string) bool {
	r, _ := utf8.DecodeRuneInString(text)
	n := utf8.RuneCountInString(text)
	return (n == 2 || n == 3) && strings.ContainsRune(surnames, r)
}

// personEnd is the length of a name such as 小胡.
func personEnd(text string) int {
	n := personLeads.at(text, 0)
	if n == 0 || n == len(text) {
		return 0
	}
	_, size := utf8.DecodeRuneInString(text[n:])
	return n + size
}

// ledTo is the first owner that one of the words leads to.
func ledTo(text string, list wordList, open bool) string {
	for from := 0; from < len(text); {
		if n := list.at(text, from); n > 0 {
			from += n
			if name := ownerAt(strings.TrimLeft(text[from:], ": 是为均"), open); name != "" {
				return name
			}
			continue
		}
		_, size := utf8.DecodeRuneInString(text[from:])
		from += size
	}
	return ""
}

// owner is who has to do what was found or decided: who is named as such, whom it is given to, or who stands alone before the deadline.
func (u *Understanding) owner(text string, now time.Time) string {
	for _, mark := range []struct {
		list wordList
		open bool
	}{{namedOwner, true}, {openOwner, true}, {strictOwner, false}} {
		if name := ledTo(text, mark.list, mark.open); name != "" {
			return name
		}
	}
	all := clauses(text)
	for _, c := range all {
		if name := doer(c.text, ownerVerbs, true); name != "" {
			return name
		}
		if name := doer(c.text, doingVerbs, false); name != "" {
			return name
		}
	}
	for _, c := range all {
		name := ownerAt(c.text, false)
		if name != "" && aloneIn(c.text, name) && u.dueAfter(text, c.end, now) {
			return name
		}
	}
	return ""
}

// aloneIn reports whether a clause says little but the name: 湘菜馆限期, 施工方返工.
func aloneIn(clause, name string) bool {
	before, rest, _ := strings.Cut(clause, name)
	return utf8.RuneCountInString(before) <= longestOwner/2 && utf8.RuneCountInString(rest) <= 2
}

// doer is who stands before one of the verbs.
func doer(clause string, verbs wordList, open bool) string {
	i := verbs.find(clause)
	if i == len(clause) {
		return ""
	}
	name := ownerAt(clause[:i], open)
	if !open && !strings.HasSuffix(clause[:i], name) {
		return ""
	}
	return name
}

// dueAfter reports whether a deadline stands right after the position, or after a comma.
func (u *Understanding) dueAfter(text string, pos int, now time.Time) bool {
	for _, t := range u.Times {
		if t.Pos >= pos && strings.Trim(text[pos:t.Pos], ", :、") == "" {
			return deadline(t, text, now) != ""
		}
	}
	return false
}

// transferTo is who gets a case: whom it is sent to, who is to do it, or whose it is.
func transferTo(text string) string {
	if name := ledTo(text, receivers, true); name != "" {
		return name
	}
	if name := ledTo(text, doers, true); name != "" {
		return name
	}
	return ledTo(text, owners, false)
}

// standIn is who comes instead of the one who speaks.
func standIn(text string) string {
	if name := ledTo(text, stands, true); name != "" {
		return name
	}
	for _, c := range clauses(text) {
		if i := comes.find(c.text); i > 0 && i < len(c.text) {
			if name := ownerAt(c.text[:i], false); name != "" {
				return name
			}
		}
	}
	return ""
}
