package meetings

import "strings"

// Kind is what sort of meeting it is. It decides whether topics are collected and by which rule it votes.
type Kind string

// The kinds: liaison meetings, the four of 四会议事 with 群众说事, and the two that decide by counting heads.
const (
	Plain        Kind = ""
	LiaisonKind  Kind = "liaison"      // 联席会议
	Talk         Kind = "talk"         // 恳谈会
	Coordination Kind = "coordination" // 协调会
	Hearing      Kind = "hearing"      // 听证会
	Review       Kind = "review"       // 评议会
	OpenDay      Kind = "openday"      // 群众说事
	Residents    Kind = "residents"    // 居民会议
	Owners       Kind = "owners"       // 业主大会
)

// kinds are the words in a title by which a kind is known, the longer ones first.
var kinds = []struct {
	word string
	kind Kind
}{
	{"联席会", LiaisonKind}, {"恳谈", Talk}, {"协调会", Coordination}, {"听证", Hearing}, {"评议", Review}, {"群众说事", OpenDay}, {"说事", OpenDay},
	{"居民会议", Residents}, {"居民代表会议", Residents}, {"居民大会", Residents}, {"业主", Owners},
}

// kindOf reads the kind from a title.
func kindOf(title string) Kind {
	for _, k := range kinds {
		if strings.Contains(title, k.word) {
			return k.kind
		}
	}
	return Plain
}

// collects reports whether topics are called for before a meeting of the kind.
func (k Kind) collects() bool { return k == LiaisonKind }

// public reports whether a meeting of the kind is for the residents, too.
func (k Kind) public() bool {
	return k == Talk || k == Hearing || k == Review || k == OpenDay || k == Residents || k == Owners
}

// votes reports whether a meeting of the kind decides by a quorum.
func (k Kind) votes() bool { return k == Residents || k == Owners }
