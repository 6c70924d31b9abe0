package timexeval

import (
	"os"
	"testing"
)

func TestScratch(t *testing.T) {
	for _, d := range []string{os.Getenv("TX")} {
		r, err := Recognizers(d[:len(d)] + "recognizers" + os.Getenv("SET"))
		if err != nil {
			t.Fatal(err)
		}
		r.Write(os.Stdout, true)
		r, err = JioNLP(d + "jionlp" + os.Getenv("SET"))
		if err != nil {
			t.Fatal(err)
		}
		r.Write(os.Stdout, true)
	}
}
