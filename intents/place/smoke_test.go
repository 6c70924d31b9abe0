package place

import "testing"

func TestSmoke(t *testing.T) {
	g := NewGazetteer([]Unit{{ID: "z", Name: "珠山区", Level: District}, {ID: "l", Name: "里村街道", Parent: "z", Level: Street}, {ID: "m", Name: "马鞍山社区", Parent: "l", Level: Community}, {ID: "m1", Name: "第一网格", Parent: "m", Level: GridLevel, Places: []Place{{Range: "1-6"}}}, {ID: "n", Name: "新村街道", Parent: "z", Level: Street}, {ID: "nb", Name: "北路社区", Parent: "n", Level: Community}})
	for _, in := range []string{"马鞍山社区3栋2单元下水道堵了,污水漫出来了", "新村北路邮局门口井盖没了", "3栋楼下路灯不亮", "我家楼上漏水", "3-2-501", "三栋二单元停电", "5号楼东侧", "12栋楼下水道堵", "新村北路与珠山大道交叉口红绿灯坏了", "里村三路中段", "昌江大道128号", "沃尔玛门口", "第一小学后门", "人民广场", "菜市场门口", "公交站", "第3网格", "3号开会", "12号案件", "一路平安", "明天上午9点半在二楼会议室开联席会", "马路边", "三栋都没水", "居委会在哪", "翠竹苑小区北门垃圾桶旁边有死猫"} {
		t.Logf("%s → %+v", in, Find(in, g))
	}
}
