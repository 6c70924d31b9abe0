package incidents

import "testing"

// The words that decide by themselves, each with some that must not.
func TestWordsThatDecide(t *testing.T) {
	for _, c := range []struct {
		name    string
		matches func(string) bool
		yes, no []string
	}{
		{
			"a yes", yes.MatchString,
			[]string{"是", "是的", "对,加入", "好的。", "一起的", "我家也是", "就是这件", "同一个", "有"},
			[]string{"是三楼", "对了还有一件事", "好像不是", "要不要钱", "有人受伤了"},
		},
		{
			"a no with its reason", refused.MatchString,
			[]string{"不是,我说的是地下室", "不一样,是5栋"},
			[]string{"不是3栋是5栋", "没有人来"},
		},
		{
			"words of an end", finished.MatchString,
			[]string{"修好了", "清走了,通道畅通", "已更换灯头", "双方签了协议,劝好了", "办结", "问题解决"},
			[]string{"接单", "已接单", "已在路上", "改成垃圾清运", "马上去", "我来处理", "在路上"},
		},
		{
			"a report by its own account", reporting.MatchString,
			[]string{"我要投诉物业乱收费", "反映一下3栋楼顶漏水", "我想匿名举报有人群租", "报修:电梯按键失灵", "您好,我要反映小区没路灯"},
			[]string{"投诉", "怎么投诉物业", "上次反映的事呢", "你们反映一下"},
		},
		{
			"what has been", over.MatchString,
			[]string{"昨天有人打架", "电梯已经修好了", "担心会着火"},
			[]string{"着火了", "有人打架"},
		},
		{
			"for mediators", heated.MatchString,
			[]string{"能不能来人调解", "打580", "他们吵起来了", "请来几个人帮忙调解"},
			[]string{"邻居太吵", "调解室在哪"},
		},
		{
			"where a case stands", progressWords.MatchString,
			[]string{"5号怎么样了", "5号修好了吗", "5号处理得如何", "查下5号", "5号到哪一步了"},
			[]string{"5号已经修好", "5号退单"},
		},
		{
			"anonymously", anonymously.MatchString,
			[]string{"匿名反映", "不要说是我报的", "把我名字隐去", "请替我保密", "不留名"},
			[]string{"我叫王芳", "名字写错了"},
		},
		{
			"an item of a list", listed.MatchString,
			[]string{"一是路灯不亮", "2、下水道堵了", "第二,电梯坏了", "①路灯不亮"},
			[]string{"一楼漏水", "2栋路灯不亮", "第二网格积水"},
		},
	} {
		for _, text := range c.yes {
			if !c.matches(text) {
				t.Errorf("%s: %s isn't read as one", c.name, text)
			}
		}
		for _, text := range c.no {
			if c.matches(text) {
				t.Errorf("%s: %s is read as one", c.name, text)
			}
		}
	}
}

func TestNamesAreAbbreviated(t *testing.T) {
	for _, c := range []struct {
		name, words string
		want        bool
	}{
		{"珠山区城市照明管理所", "照明所", true}, {"珠山公安分局", "公安局", true}, {"3栋楼道堆了好多杂物", "楼道堆物", true},
		{"珠山区城市照明管理所", "所照明", false}, {"珠山区环卫所", "照明所", false}, {"环卫所", "环环卫", false},
	} {
		if got := inOrder(c.name, c.words); got != c.want {
			t.Errorf("%s in %s: %t", c.words, c.name, got)
		}
	}
}
