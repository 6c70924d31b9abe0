package intents

import "regexp"

// What tells that a trouble is not here and now: it is over, it is told of, it is praise. It has to be said in so many words;
// the rest is left to the classifier.
var (
	overNow   = regexp.MustCompile(`(修|弄|处理|换|清理|搞|疏通|补)好了|(已经|早就|都|全|自己|昨天|刚刚|总算|终于)(.{0,4})(修好|弄好|通|解决|换新|恢复|清理|清运|拉走|搬走|挪走)了|不(漏|吵|堵|臭|响)了|(水|电|气|灯)(来|亮)了|就好了|搞定|恢复(正常|供水|供电|通行)|(换|清|拆|搬|拉|拖|铲)(走|掉|完|干净)了|(换|装)(上|成)?了?新的`)
	calm      = regexp.MustCompile(`虚惊|误会|看错了|弄错了|没事了|不用(再)?(来|修|派人)`)
	butNot    = regexp.MustCompile(`但|可是|结果|又|还是`)
	toldOf    = regexp.MustCompile(`听说|据说|新闻|电视(上|里|剧)|广播里|报纸|抖音|视频|朋友圈|网上|小说|电影|梦(见|到)|小时候|(前|去|那)年|从前|当年|老早|以前|老家|娘家|别的小区|外地|外省|隔壁市|国外|表扬|点赞|夸一夸|演练|演习`)
	stillHere = regexp.MustCompile(`没|未|又|还|但|可是|结果|现在|正在|一直|今天|刚才|天天|每天|怎么|什么时候|啥时候|坏|麻烦|赶紧|投诉|处理下|处理一下|来人|派人|又是`)
	better    = regexp.MustCompile(`(现在|如今|今年|后来).{0,10}(好多了|不会了|没有了|不了|好了|有了|舒服|干净)`)
)

// settled reports whether the text tells of a trouble that nobody has now.
func settled(text string) bool {
	if better.MatchString(text) || calm.MatchString(text) && !butNot.MatchString(text) {
		return true
	}
	return (overNow.MatchString(text) || toldOf.MatchString(text)) && !stillHere.MatchString(text)
}
