// Package knowledge answers questions from a catalogue: files become entries, entries an index, and a question finds the entry that answers
// it, with a probability, or is declined. It is a library: it knows nothing of conversations.
package knowledge

// Entry is one thing that can be asked about. The JSON names are the columns of catalogue files.
type Entry struct {
	ID         string   `json:"id"`
	Kind       string   `json:"kind"` // service, duty, unit, rule, faq, place
	Title      string   `json:"title"`
	Aliases    []string `json:"aliases,omitempty"`
	Questions  []string `json:"questions,omitempty"`
	Answer     string   `json:"answer,omitempty"`
	Office     string   `json:"office,omitempty"`
	Level      string   `json:"level,omitempty"`
	Stamps     Stamp    `json:"stamps,omitempty"`
	Materials  string   `json:"materials,omitempty"`
	Steps      string   `json:"steps,omitempty"`
	TimeLimit  string   `json:"time_limit,omitempty"`
	Fee        string   `json:"fee,omitempty"`
	Phone      string   `json:"phone,omitempty"`
	Address    string   `json:"address,omitempty"`
	Hours      string   `json:"hours,omitempty"`
	Basis      string   `json:"basis,omitempty"`
	Source     string   `json:"source,omitempty"`
	Instead    string   `json:"instead,omitempty"` // what to do instead of a stamp that may not be given
	Unit       string   `json:"unit,omitempty"`    // where it holds; empty: everywhere
	ValidFrom  string   `json:"valid_from,omitempty"`
	ValidTo    string   `json:"valid_to,omitempty"`
	CheckedOn  string   `json:"checked_on,omitempty"`
	CheckedBy  string   `json:"checked_by,omitempty"`
	Confidence string   `json:"confidence,omitempty"`
	Sample     bool     `json:"sample,omitempty"`
}

// Stamp says whether the community may stamp it.
type Stamp string

// The three colours, and "not needed".
const (
	StampYes        Stamp = "yes"
	StampNo         Stamp = "no"
	StampNegotiable Stamp = "negotiable"
	StampProhibited Stamp = "prohibited"
)

// Facet is the side of an entry that a question asks about.
type Facet string

// The facets.
const (
	FacetWhere     Facet = "where"
	FacetMaterials Facet = "materials"
	FacetSteps     Facet = "steps"
	FacetTime      Facet = "time_limit"
	FacetFee       Facet = "fee"
	FacetWho       Facet = "who"
	FacetStamp     Facet = "stamp"
	FacetPhone     Facet = "phone"
	FacetHours     Facet = "hours"
	FacetBasis     Facet = "basis"
)

// Verdict is what is to be done with what was found.
type Verdict string

// The verdicts.
const (
	VerdictAnswer  Verdict = "answer"  // the first hit answers it
	VerdictClarify Verdict = "clarify" // one of the hits may; ask which
	VerdictDecline Verdict = "decline" // the catalogue does not have it
)
