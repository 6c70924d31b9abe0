package timex

import (
	"testing"
	"time"
)

var benchNow = time.Date(2026, 11, 23, 10, 20, 0, 0, time.FixedZone("CST", 8*3600))

func BenchmarkFind(b *testing.B) {
	for _, c := range []struct{ name, text string }{
		{"no time, 20 runes", "我们小区门口的垃圾桶满了没人来清理"},
		{"one time, 20 runes", "请通知大家明天下午三点半到会议室开会"},
		{"range, 30 runes", "下周三下午3点到5点在社区二楼会议室召开居民代表大会请准时参加"},
		{"recurrence", "每月第一个周一上午9点在党群服务中心开党员大会"},
		{"deadline, working days", "请在国庆后第一个工作日之前把报表交上来好吗"},
		{"lunar", "正月初八开门值班表麻烦发一下谢谢您了"},
		{"long, 200 runes", "你好，我是3号楼2单元的住户，我们楼的电梯从上周五晚上开始就一直有异响，物业师傅前天来看过，说三天内会修好，但是到今天还没有人来。家里有老人，每天都要上下楼，非常不方便。昨天晚上8点多电梯还把人困在里面半个小时，真的很危险。请社区帮忙催一下物业，最晚本周五之前给个答复，也可以打电话给我，下午两点到五点我都在家。另外楼道里的灯也坏了两盏，一楼和四楼各一盏，一起修一下吧，谢谢。"},
	} {
		b.Run(c.name, func(b *testing.B) {
			o := Options{Now: benchNow}
			b.ReportAllocs()
			for b.Loop() {
				Find(c.text, o)
			}
		})
	}
}
