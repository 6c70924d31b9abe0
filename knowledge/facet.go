package knowledge

import "strings"

// facetWords are how people ask about a side of a thing, the most telling first.
var facetWords = []struct {
	facet Facet
	words []string
}{
	{FacetWho, []string{"代办", "代领", "代为", "帮我妈", "帮我爸", "能替", "替我", "替他", "替她", "谁能办", "谁可以办", "本人去", "本人到", "本人办", "亲自", "别人去", "别人帮", "委托", "who can"}},
	{FacetMaterials, []string{"带什么", "带啥", "带哪些", "带些什么", "带户口", "带身份证", "什么材料", "哪些材料", "啥材料", "材料清单", "需要材料", "要材料", "准备什么", "准备啥", "准备哪些", "哪些证件", "什么证件", "什么资料", "哪些资料",
		"提供什么", "提交什么", "交什么", "documents", "bring", "paperwork"}},
	{FacetTime, []string{"多久", "几天", "多长时间", "几个工作日", "几个月", "什么时候能办好", "什么时候能拿", "什么时候办好", "多少天", "办理时限", "要等多", "how long", "how many days"}},
	{FacetFee, []string{"多少钱", "收费", "费用", "要钱", "花钱", "免费吗", "要不要钱", "交钱", "工本费", "how much", "cost", "fee"}},
	{FacetPhone, []string{"电话", "号码是多少", "联系方式", "怎么联系", "phone", "telephone"}},
	{FacetHours, []string{"几点", "周末上", "周末开", "周六", "周日", "星期六", "星期天", "上班时间", "办公时间", "上不上班", "上班吗", "开门", "开到", "下班", "中午休息", "opening hours", "what time"}},
	{FacetBasis, []string{"依据", "哪条规定", "什么规定", "哪个文件", "法律规定", "哪条法", "哪部法", "谁规定"}},
	{FacetWhere, []string{"找哪", "去哪", "到哪", "在哪", "上哪", "往哪", "哪里", "哪儿", "哪边", "哪个窗口", "哪个部门", "哪个单位", "什么地方", "什么部门", "找谁", "谁管", "谁来管", "谁负责", "归谁", "归哪", "谁修", "地址", "where", "which office"}},
	{FacetStamp, []string{"盖章", "盖个章", "盖公章", "社区能开", "居委会能开", "居委能开", "居委会开", "社区开", "社区给开", "居委会给开", "能不能开", "社区可以开", "居委会可以开", "给开吗", "能开吗", "给盖", "出具吗", "stamp"}},
	{FacetSteps, []string{"怎么办", "如何办", "流程", "步骤", "怎么申请", "如何申请", "怎样办", "怎么弄", "怎么走", "咋办", "手续", "how to", "how do"}},
}

// told are words that tell when something was, though they look like a question.
var told = strings.NewReplacer("前几天", "", "这几天", "", "过几天", "", "好几天", "", "那几天", "", "前几个月", "", "这几个月", "", "好几个月", "", "好多天", "")

// facetOf is the side that the question asks about; "" if it doesn't say.
func facetOf(normal string) Facet {
	normal = told.Replace(normal)
	for _, f := range facetWords {
		for _, w := range f.words {
			if strings.Contains(normal, w) {
				return f.facet
			}
		}
	}
	return ""
}
