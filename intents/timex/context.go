package timex

import "strings"

// What is not a time is told by its neighbours. Each rule here says which neighbour rules a reading out, and why.

// idioms hold words of time but name none, in groups by their first rune.
var idioms = func() (groups struct {
	of   [1 << 16]uint8 // the group of a rune; group 0 is empty
	list [][][]rune
}) {
	groups.list = make([][][]rune, 1)
	for w := range strings.FieldsSeq(`
		一日之计 一年之计 一天到晚 一日三餐 一日游 一时半会 一时半刻 一年四季 一年到头 一夜之间 一点点 一朝一夕 一分一秒 一周岁 一刻不停 一刻也 一秒钟都 一分钟都
		一日为师 一日千里 一年一度 一夜暴富 一二九运动
		三天两头 三年五载 三天打鱼 三长两短 三点水 三点一线 三秒胶 三更半夜 三月街 三日不见 三八线 两三点建议 两点一线 两点之间
		四季 五一路 五一大道 五月花号 六月飞雪 七年之痒 七夕阳红 七天无理由 七七事变 八一路 九年义务 九年制 九一八事变
		十年如一日 十月围城 十月怀胎 十年寒窗 十年树木 百年好合 百年大计
		日复一日 年复一年 年月日 年年有余 有朝一日 半天 半夜鸡叫 大半天 大家晚上好
		今天头条 今日头条 今非昔比 今生今世 今朝有酒 明日之星 明日复明日 昨日重现 后天性
		早上好 上午好 中午好 下午好 晚上好 早晚 度日如年 周年 周到 改天 哪天 平日里 天天向上 每日优鲜 朝九晚五 朝三暮四`) {
		r := []rune(w)
		k := &groups.of[r[0]]
		if *k == 0 {
			*k, groups.list = uint8(len(groups.list)), append(groups.list, nil)
		}
		groups.list[*k] = append(groups.list[*k], r)
	}
	return groups
}()

// idiom returns the end of an idiom at i, else -1.
func (p *parser) idiom(i int) int {
next:
	for _, w := range idioms.list[idioms.of[p.src[i]]] {
		for k, r := range w {
			if p.at(i+k) != r {
				continue next
			}
		}
		if p.src[i] == '半' && (p.lengthsOnly || p.in(i+2, "后前内之以")) || p.src[i] == '四' && p.at(i+2) == '度' {
			return -1 // 提前半天, 四季度
		}
		return i + len(w)
	}
	return -1
}

// placeSuffix ends the name of a place: 社区3号 is a house, 国庆路 a road.
const placeSuffix = "路街道弄巷村区楼栋幢座里园苑庭院城厦门号室厅库馆坊湾府邸桥站"

// placeFollows says whether the word before i is the name of a road or an estate.
func (p *parser) placeFollows(i int) bool {
	return p.in(i, "路街巷弄村桥") || p.oneOf(i, "新村", "大道", "大桥", "东路", "西路", "南路", "北路", "中路", "家园", "小区", "社区", "广场", "公园", "小学", "中学", "花园", "大厦", "幼儿园", "大街", "南街", "北街", "大院", "医院", "宾馆", "酒店", "大学") >= 0
}

// dayInContext says whether 5号 or 5日 at [i, j) is a day of the month. A house, a line, a case or a window
// has a number too: the word before ends a place name, or the word behind is the thing that is numbered.
func (p *parser) dayInContext(i, j int, n number) bool {
	prev := p.at(i - 1)
	if i == p.joint {
		prev = 0
	}
	if prev == ')' || prev == ']' || prev == '】' || p.at(i) == '壹' { // (2006)13号 is a paper, 壹号 an estate
		return false
	}
	if p.at(j) == '日' && p.lengthBefore(i) { // 长达三日
		return false
	}
	if p.at(j) == '日' && p.oneOf(j+1, "内", "之内", "以内") >= 0 { // 15日内 is a length
		return false
	}
	if p.daysApart(j, n) {
		return false
	}
	if p.before(i, "住", "住在", "家在", "门牌", "位于") { // 住在8号
		return false
	}
	if letter(prev) || prev == '第' || prev == '-' && !han(p.at(i-2)) || prev == '#' || prev == '$' || prev == '.' {
		return false
	}
	if han(prev) && i != p.done && p.in(i-1, placeSuffix) && p.oneOf(i-2, "这里", "那里", "家里", "夜里") < 0 {
		return false
	}
	if p.at(j) == '日' {
		return !p.in(j+1, "子本常报用游语元均式历照光") && (n.arabic || n.int() > 1 && n.digits != 1 || han(p.at(j+1)) && p.in(j+1, "上下早晚前后以之到至开召截中凌起") || p.at(j+1) == 0)
	}
	if n.arabic && n.digits == 2 && n.int() < 1 {
		return false
	}
	next := j + 1
	if p.in(next, "楼线院门房厅案机桥馆库车位柜令室单井船店厂岗站台塔炉窗店铺床墙柱梯坑桩泵灯杆棚洞池墓文项球选种字片段码员病棉铁仓公地电") &&
		!(p.at(next) == '开' || p.at(next) == '地' && p.at(next+1) == '点') && p.oneOf(next, "停车", "公布", "公示", "公开", "电影", "文艺", "选举", "单位") < 0 {
		return false
	}
	return p.oneOf(next, "小区", "社区", "别墅", "公馆", "大院", "通知书", "会议室", "会客室", "教室", "办公室", "活动室", "病房", "检票", "出口", "入口", "通道", "家园", "主任", "选手", "技师", "业主家") < 0
}

// daysApart says whether 日 at j is counted rather than named: 五日后, 两日前.
func (p *parser) daysApart(j int, n number) bool {
	if p.at(j) != '日' || n.arabic || n.digits != 1 || n.int() < 2 {
		return false
	}
	e := p.oneOf(j+1, "之后", "以后", "后", "之前", "以前", "前")
	return e >= 0 && !p.in(e, "台门后前往")
}

// hourInContext says whether a bare hour with 点 at [i, e) is a time of day rather than a count of points.
func (p *parser) hourInContext(i, e int, n number) bool {
	if p.at(e-1) == '钟' {
		return true
	}
	prev := p.at(i - 1)
	if prev == '快' && n.int() > 1 { // 快十点了
		return true
	}
	if p.in(i-1, "第有提说讲这那几快慢早晚多少好差大小高低远近轻重早些") && !(prev == '早' || prev == '晚') || letter(prev) {
		return false
	}
	if p.oneOf(e, "建议", "投诉", "咨询", "请示", "疑惑", "困惑", "意见", "要求", "原因", "问题", "理由", "说明", "内容", "需要", "希望", "想法", "疑问", "好处", "诉求", "方案", "注意", "请求", "感想", "体会",
		"事项", "措施", "不同", "困难", "事实", "看法", "经验", "教训", "质疑", "共识", "钱", "心意", "声音", "反应", "作用", "关系", "信心", "办法", "优势", "特点") >= 0 {
		return false
	}
	if n.int() != 1 || n.arabic {
		return !(n.arabic && p.in(e, "0123456789个%％"))
	}
	// 一点 means a little, unless what is around it needs a time.
	if p.in(i-1, "在到至从于约-~") {
		return true
	}
	return p.in(e, "前后之以左到至-~开见集出截准多") || i == 0 && e == len(p.src)
}

// lengthBefore says whether the word before i asks for a length: 长达三日, 提前3天.
func (p *parser) lengthBefore(i int) bool {
	return p.before(i, "达", "历时", "为期", "耗时", "超过", "不到", "不足", "提前", "延后", "推迟", "延长", "顺延", "未来", "缩短")
}

// lengthInContext says whether the number and unit at [i, e) measure time.
func (p *parser) lengthInContext(i, e int, l *length) bool {
	if i == p.joint {
		return true
	}
	if p.in(i-1, "*×") || p.at(i-1) == 'x' && digit(p.at(i-2)) || !digit(p.at(i)) && i > p.done && p.at(i-1) != '万' && p.numberBefore(i) { // 7x24小时
		return false
	}
	if p.in(i-1, "第") || letter(p.at(i-1)) || p.at(i-1) == '-' && digit(p.at(i-2)) || p.at(i-1) == '.' {
		return false
	}
	if l.units == 1 {
		switch {
		case l.unit == Hour && l.seconds == 24*3600 && p.at(e-2) == '小' && p.at(e-3) != '个' && !p.in(i-1, "来去近后前隔后内的") && p.at(e) != 0 && !p.in(e, "内后前以之左未还的,。;!?,.~-到 "):
			return false // 24小时便利店: round the clock
		case l.unit == Year && p.in(e, "级代轻龄老纪生"), l.unit == Week && p.in(e, "岁边年"), l.unit == OneDay && p.in(e, "井台花气空下线窗桥生才堂涯使连酒超") && !p.in(e, "下午"):
			return false
		case p.in(i-1, "有那这哪某") && l.value == 1 && l.unit == OneDay:
			return false // 有一天
		case l.unit == Second && p.in(e, "杀懂"):
			return false
		}
	}
	return true
}
