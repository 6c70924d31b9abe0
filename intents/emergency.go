package intents

import (
	"cmp"
	"regexp"
	"slices"
	"strings"
)

// emergencies are what somebody must be called for at once: the number, the code of the incident, and how people say it. Of several that fit the first
// counts: who is in a fire calls the fire brigade, also if somebody is hurt.
var emergencies = []struct {
	number, code string
	hints        []string // one of them is in all that fits: most messages need not be looked at closely
	words        *regexp.Regexp
}{
	{"120", "G3-01", strings.Fields("救护车 120"), regexp.MustCompile(`(快|赶紧|赶快|马上|麻烦|帮忙|需要|要)(帮忙)?(叫|打|喊|派)(个|辆|一下)?(救护车|120)|(叫|喊)救护车`)},
	{"119", "G2-09", strings.Fields("梯 轿厢"), regexp.MustCompile(`电梯.{0,10}(困|卡住|卡在|关在|关住|出不来|被关|有人喊|掉下去|下坠)|(困|卡|关)(在|到)?.{0,3}(电梯|轿厢)|(人|孩子|老人).{0,8}电梯(里|间).{0,6}(出不|困|卡)`)},
	{"119", "G2-05", strings.Fields("气 一氧化碳 烧炭 瓦斯"), regexp.MustCompile(`(煤气|燃气|天然气|液化气|瓦斯|煤气罐).{0,10}(味|漏|泄|臭|爆|中毒|嘶嘶|报警)|(闻到|一股|有股).{0,6}(煤气|燃气|天然气|液化气)|一氧化碳|烧炭.{0,8}(晕|昏|没醒)`)},
	{"119", "G2-04", strings.Fields("火 烟 烧 自燃 爆炸 炸"), regexp.MustCompile(`(着|起|失)了?火|火灾|冒(着|出|起|了)?.{0,2}(浓|黑|白|大|火)?烟|烧(起来|着了)|(大|火)火|火(很|好|越来越|特别|太)大|火苗|冒火花|自燃|爆炸|电瓶.{0,6}(炸|冒烟)|(全|都|满屋|屋里)是烟`)},
	{"119", "04-99", strings.Fields("落 溺 掉 跌 摔 滑 栽 沉 救命 压 埋 砸 卡在 塌 倒"), regexp.MustCompile(`落水|溺水|(掉|跌|摔|滑|栽)(进|到|下|在|落)?.{0,6}(河|江|湖|水塘|池塘|水库|井|沟|坑|粪池)里?|(河|江|湖|水库|水)里.{0,8}(救命|淹|沉下去|喊救)|被(压|埋|砸).{0,4}(在|住|下面|里面)|埋在|压在.{0,4}(下面|底下)|卡在.{0,6}(防盗窗|护栏|栏杆|窗户|洞|缝)|(楼|房子|屋顶|房顶|楼板|阳台|围墙|墙|天花板|脚手架|塔吊|桥).{0,4}(塌|倒)(了|下|掉|方)|(压|砸|埋)(到|着|住|了).{0,4}(人|孩子|老人|我|工人)|(快|要|马上).{0,2}(塌|倒)(了)?$|坍塌|山体滑坡`)},
	{"110", "G3-05", strings.Fields("跳 自杀 轻生 活 想死 割 药 敌敌畏 上吊 遗书 生命 天台 楼顶 窗台 塔吊 阳台 桥栏"), regexp.MustCompile(`跳(楼|河|江|桥|下去)|自杀|轻生|不想活|想死|活不下去|割(腕|了?手腕)|喝(了)?(农药|敌敌畏)|吞(了|下)?.{0,4}(药|安眠药)|上吊|遗书|结束(自己)?.{0,3}生命|(爬|站|坐)(到|在|上)?.{0,6}(楼顶|天台|窗台|阳台外|塔吊|桥栏).{0,10}(跳|不下来|要)`)},
	{"110", "G3-04", strings.Fields("虐待 猥亵 性侵 拐 绑架 被 遭 打孩子 打小孩"), regexp.MustCompile(`(虐待|猥亵|性侵|拐(卖|走|骗)|绑架)|(孩子|小孩|儿童|女孩|男孩|女儿|儿子|学生).{0,10}(被|遭).{0,6}(打|欺负|侵害|关起来|锁在|抢走|带走)|打(孩子|小孩).{0,8}(狠|血|伤|死)`)},
	{"110", "G1-05", strings.Fields("家暴 打 揍 掐 踢 砍"), regexp.MustCompile(`家暴|(老公|丈夫|老婆|男人|男朋友|前夫|我爸|他爸|公公|儿子|他|她).{0,6}(打|揍|掐|踢|砍)(我|人|老婆|孩子|老人|他妈|她|伤)|(被|挨).{0,6}(打|揍)(了|伤|得|的)?|打我|动手打`)},
	{"110", "G2-10", strings.Fields("刀 枪 棍 斧 砍 捅 杀 抢 偷 贼 强盗 撬 踹 砸 闯 打起来 打架 打群架 斗殴 跟踪 尾随 劫 救命"), regexp.MustCompile(`(持|拿|提|挥|带)(着|了)?.{0,3}(刀|枪|砍刀|棍|斧)|砍(人|伤)|捅(人|伤|了)|杀人|要杀|抢(劫|了我|我的?包|走)|(有|来|进|抓|是|家里|楼里|屋里).{0,4}(小偷|贼|强盗)|(撬|踹|砸)(着|我|人|我家)?.{0,3}(门|锁)|闯(进|入)|打起来|打群架|打架|斗殴|跟踪我|尾随|被.{0,4}(偷了|抢了|绑|劫)|救命`)},
	{"110", "G2-11", strings.Fields("转 汇 款 钱 充值 买卡 银行 柜"), regexp.MustCompile(`(骗子|诈骗|冒充|自称|假公安|假客服|公检法|被骗|网恋|刷单|客服|领导).{0,20}(转账|转钱|转款|汇款|汇钱|打款|打钱|取钱|要钱|充值|买卡|银行)|(要|让|叫|正|在|给).{0,16}(转账|转钱|转款|汇款|汇钱|打款|打钱|取钱).{0,16}(骗|可疑|不对劲|不听|劝不|陌生人|自称|公检法)|(老人|我妈|我爸|妈妈|爸爸|奶奶|爷爷|老太太|老头).{0,12}(非要|正要|要去|在|正在).{0,10}(转账|汇款|转钱|打款|打钱|汇钱)|(银行|柜台|柜员机|取款机).{0,24}(劝不|(都|也|怎么)劝|不听|拦住|拦下)`)},
	{"110", "G3-02", strings.Fields("丢 失 不见 找不到 没回 联系不上 迷路"), regexp.MustCompile(`(老人|孩子|小孩|女儿|儿子|孙子|孙女|我妈|我爸|奶奶|爷爷|外公|外婆|老伴|痴呆|娃|妈妈|爸爸|学生).{0,14}(走丢|走失|丢了|不见了|找不到|没(回来|回家)|失踪|联系不上|迷路)`)},
	{"110", "G3-03", strings.Fields("精神 疯子 发病"), regexp.MustCompile(`(精神病|疯子|精神(有问题|异常|失常)|发病).{0,12}(砸|打|砍|杀|追|拿|伤|放火)`)},
	{"120", "G3-01", strings.Fields("独居 晕 昏 反应 呼吸 心跳 知觉 意识 不省 喘 胸 心口 心痛 心疼 心脏 心梗 脑梗 中风 半边 白沫 抽搐 抽风 血 倒 摔 跌 叫 敲 喊 拍 躺 趴 瘫 没见 没看 没出 没下楼 没动静 没人影 触电 电到 电晕 毒 噎 卡 羊水 要生 快生 中暑 误食 误吃 误喝 偷吃 偷喝 烫 烧伤 车祸 撞"), regexp.MustCompile(`晕(倒|过去|死)|昏(倒|迷|过去)|没(了)?(反应|呼吸|心跳|知觉|意识)|不省人事|喘不(上|过)(来)?气|呼吸困难|(胸|心)(口)?(很|好|特别)?(痛|疼|闷)得|心脏病|心梗|脑梗|中风|半边.{0,6}(动不了|没知觉|麻)|口吐白沫|抽(搐|风)|(大|流|好多|一直|满地).{0,4}(出血|血不止|都?是血)|(流|出)(了)?(好多|很多)血|止不住血|倒(在)?地|(摔|跌).{0,10}(起不来|动不了|爬不起|不动|断|昏)|叫不(醒|应)|(敲|喊|叫|拍).{0,8}(没人|不|没|都没)(有)?(人)?(应|开|答|回|动静|反应)|(躺|趴|倒|瘫)(在)?.{0,8}(不动|动不了|没动静|不醒|起不来|没气)|(好|几|三|两|多)天.{0,8}没(见|看到|出|下楼|动静).{0,10}(老人|老太|大爷|奶奶|爷爷|独居)|独居.{0,12}(不应门|不开门|不应).{0,16}(关机|打不通|联系不上|没人接|没看|没见|开锁)|(独居|老人|老太太|大爷|奶奶|爷爷).{0,16}(好|几|三|两|多)天.{0,4}(没见|没看到|没出|没下楼|没动静|没人影)|触电|电(到|晕)了|中毒|噎(住|着)|卡(住|着)?(喉咙|嗓子)|羊水破|要生了|快生了|中暑.{0,6}(倒|昏|晕|不行)|(误|偷)(食|吃|喝)了|(烫|烧)伤.{0,6}(大|严重|全身)|车祸|撞(了|到|倒)(人|老人|孩子|小孩)|(人|孩|娃|爸|妈|爷|奶|老太|他|她|我|学生|同学|叔|姨).{0,6}被.{0,6}车撞|被.{0,4}车撞(伤|飞)`)},
}

// What shows that nobody is in danger now: it is over, it is told of, it is an exercise, or the word means something else.
var (
	over    = regexp.MustCompile(`处理完|已经(处理|扑灭|灭|修好|好了|救|送医|送医院|找到|没事|出院|报警)|扑灭了|救出来了|找到了|没事了|虚惊|误会|还以为|不用来|解决了|抓到了|误报`)
	past    = regexp.MustCompile(`昨(天|晚)|前(天|几天|阵|年)|上(次|周|个?月|回)|去年|以前|小时候|那年|当年|曾经|之前`)
	told    = regexp.MustCompile(`辟谣|演练|演习|宣传|讲座|培训|课|电视(上|里|剧|新闻|台)|新闻|电影|小说|视频|抖音|听说|据说|网上(说|看|传|有)|梦|预防|怎么防|防范|知识|手册|应急预案|如何|会不会|万一|如果|要是|假如|比如|保险|规定|责任|赔偿标准|通行证|证明|补贴|申请|怎么办理|职责|归谁|谁管`)
	another = regexp.MustCompile(`拍(照|摄|视频|了照)|火锅|上火|火车|火爆|很火|发火|火腿|恼火|红火|生意.{0,3}火|抽烟|吸烟|烟头|油烟|二手烟|烟花|禁烟|烟囱|笑死|饿死|困死|热死|气死|累死|吓死|烦死|抢购|抢(票|红包|车位)|打(电话|车|印|扫|卡|包|折|针|牌|球|听|算|工|麻将)|跳(舞|绳|闸|槽)|灭火器|消防栓|杀(毒|价|虫)|流浪`)
	ongoing = regexp.MustCompile(`现在|正在|还在|快来|救命|赶紧|马上|不行了|不醒|快点|急`)
)

// mayBeCalm is how probable it may be that nobody is in danger, by the number to call, where no rule names the emergency.
var mayBeCalm = map[string]float64{"119": .6, "110": .4, "120": .4}

const (
	hardlyUrgent = .99 // from this probability that nobody is in danger on, a rule may be overruled
	doubtful     = .5  // … a question is one, and words of what is over count
	urgentKind   = .3  // how likely it is at least that the incident is of a kind for which somebody is called
	likelyKind   = .4  // from which probability on a kind is taken, whatever the rule says
)

// Emergency reports whether somebody must be called at once, whom, and the code of the incident.
func (m *Model) Emergency(text string) (number, code string, ok bool) {
	normal := Normalize(text)
	return m.emergency(normal, normal, m.intents.Predict(normal))
}

// emergency asks the rules, which name what nobody may miss, and the classifiers, which know more ways to say it; bare is the text without its place,
// intents what it may be otherwise.
func (m *Model) emergency(text, bare string, intents []Scored) (number, code string, ok bool) {
	number, code = named(text)
	byRule := number != ""
	learned := m.urgent.Predict(text)
	calm := chance(learned, notUrgent)
	if !byRule {
		if number = learned[0].Label; number == notUrgent {
			number = learned[1].Label
		}
	}
	switch {
	case !byRule && calm > mayBeCalm[number]:
		return "", "", false
	case byRule && calm > doubtful && chance(intents, "ask") > doubtful: // what one should do if
		return "", "", false
	}
	kinds := m.categories.Predict(bare)
	unlikely := urgency(kinds) < urgentKind
	switch {
	case unlikely && (!byRule || calm > hardlyUrgent && !ongoing.MatchString(text)):
		return "", "", false
	case calm > doubtful && calmed(text):
		return "", "", false
	}
	if kinds[0].Label != noCategory && (kinds[0].Score >= likelyKind || code == "") {
		code = kinds[0].Label
	}
	return number, cmp.Or(code, otherEmergency), true
}

// chance is the probability of the label.
func chance(scored []Scored, label string) float64 {
	for _, s := range scored {
		if s.Label == label {
			return s.Score
		}
	}
	return 0
}

// otherEmergency is the code of accidents that have none of their own.
const otherEmergency = "04-99"

// urgency is how likely it is that the incident is of a kind for which somebody is called.
func urgency(kinds []Scored) float64 {
	sum := 0.0
	for _, k := range kinds {
		if urgent[k.Label] != "" || k.Label == otherEmergency {
			sum += k.Score
		}
	}
	return sum
}

// named is what the rules find.
func named(text string) (number, code string) {
	bare := ""
	for _, e := range emergencies {
		if !slices.ContainsFunc(e.hints, func(hint string) bool { return strings.Contains(text, hint) }) {
			continue
		}
		if bare == "" {
			bare = another.ReplaceAllString(text, "")
		}
		if e.words.MatchString(bare) {
			return e.number, e.code
		}
	}
	return "", ""
}

// calmed reports whether it is over, told of or an exercise.
func calmed(text string) bool {
	now := ongoing.MatchString(text)
	return over.MatchString(text) || told.MatchString(text) && !now || past.MatchString(text) && !now
}
