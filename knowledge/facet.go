package knowledge

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// facetWords are how people ask about a side of a thing, the most telling first.
var facetWords = []struct {
	facet Facet
	words []string
}{
	{FacetWho, []string{"代办", "代领", "代为", "帮我妈", "能替", "谁能办", "本人去", "别人去", "委托"}},
	{FacetMaterials, []string{"带什么", "带啥", "什么材料", "哪些材料", "啥材料", "要材料", "准备什么", "哪些证件", "什么证件", "what documents", "documents"}},
	{FacetTime, []string{"多久", "几天", "多长时间", "几个工作日", "什么时候能办好", "how long"}},
	{FacetFee, []string{"多少钱", "收费", "费用", "要钱", "花钱", "how much", "fee"}},
	{FacetPhone, []string{"电话", "号码是多少", "联系方式", "phone"}},
	{FacetHours, []string{"几点", "周末上班", "上班时间", "开门", "下班", "hours"}},
	{FacetBasis, []string{"依据", "哪条规定", "什么规定", "哪个文件", "法律规定"}},
	{FacetWhere, []string{"找哪", "去哪", "到哪", "在哪", "哪里", "哪儿", "哪个窗口", "哪个部门", "找谁", "谁管", "谁负责", "归谁", "where"}},
	{FacetStamp, []string{"盖章", "盖个章", "社区能开", "居委会能开", "居委会开", "社区开", "社区给开", "居委会给开", "能不能开"}},
	{FacetSteps, []string{"怎么办", "如何办", "流程", "步骤", "怎么申请", "怎样办", "how to"}},
}

// facetOf is the side that the question asks about; "" if it doesn't say.
func facetOf(normal string) Facet {
	for _, f := range facetWords {
		for _, w := range f.words {
			if strings.Contains(normal, w) {
				return f.facet
			}
		}
	}
	return ""
}

// filler is what people say around a question: it says nothing about the subject.
var filler = strings.Fields(`我妈 我爸 我奶奶 我爷爷 代办 请问 你好 您好 麻烦 谢谢 我想 我要 想要 问一下 咨询 一下 帮我 需要 怎么办理 怎么办 如何 办理 办个 怎么 怎样 哪里 哪儿 找哪 去哪 到哪 在哪 找谁 什么 带什么 材料 多久
	多少钱 费用 盖章 盖个章 居委会 社区 可以 能不能 能 吗 呢 啊 呀 的 了 要 去 到 是 在 有 我 你 您 他 她 现在 这个 那个 申请 开 办 谁管 谁负责 归谁 管 几天 多长时间 流程 步骤 电话 依据`)

// subjectOf takes the filler away.
func subjectOf(normal string) string {
	for _, w := range filler {
		if len(w) > 3 { // of single characters only what stands alone would be safe
			normal = strings.ReplaceAll(normal, w, " ")
		}
	}
	// What is left over as a single character is a scrap of what was taken away.
	parts := slices.DeleteFunc(strings.Fields(normal), func(part string) bool { return utf8.RuneCountInString(part) == 1 })
	return strings.Join(parts, " ")
}
