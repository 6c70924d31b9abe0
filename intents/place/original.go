package place

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// Original returns the words of a match as they stand in the text that was sent, of which normal, in which the match was found, is the normalised form:
// 新廠路老年公寓 for 新厂路老年公寓. If the two can't be laid side by side it returns the match's own words.
//
// Normalising is taken to compose characters (NFKC), to put a simplified character for a traditional one, and to leave out spaces and repeated marks.
func Original(text, normal string, m Match) string {
	if m.Pos < 0 || m.End > len(normal) || m.Pos >= m.End || strings.Contains(text, m.Text) {
		return m.Text
	}
	from, to := -1, -1 // bytes of the text
	at := 0            // in normal
	var last rune
	for i, next := 0, 0; i < len(text); i = next {
		_, length := utf8.DecodeRuneInString(text[i:])
		next = i + length
		for _, piece := range norm.NFKC.String(text[i:next]) {
			want, size := utf8.DecodeRuneInString(normal[at:])
			switch {
			case size > 0 && (piece == want || isHan(piece) && isHan(want)):
				if at >= m.Pos && from < 0 {
					from = i
				}
				if at < m.End {
					to = next
				}
				at += size
			case piece != last && piece != ' ' && piece != '\n' && piece != '\t':
				return m.Text
			}
			last = piece
		}
	}
	if at != len(normal) || from < 0 {
		return m.Text
	}
	return text[from:to]
}
