package bot

import "time"

// Reply is what Linli says, written once; each channel renders what it can and falls back to numbered text.
type Reply struct {
	// Text is the message, in light markup: lines, **bold**, and "- " lists. The first line answers.
	Text string `json:"text"`
	// Fields are shown as a small table below the text: what was understood of a report, of a meeting.
	Fields []Field `json:"fields,omitempty"`
	// Choices are buttons. On a channel without buttons they are numbered, and their number or label is understood as the choice.
	Choices []Choice `json:"choices,omitempty"`
	// Files are photos and the like, by the attachments that people sent.
	Files []Attachment `json:"files,omitempty"`
	// Link is one address to open.
	Link *Link `json:"link,omitempty"`
	// AskLocation offers to send the current position.
	AskLocation bool `json:"ask_location,omitempty"`
	// Sources are where the facts are from, one quiet last line.
	Sources []Source `json:"sources,omitempty"`
	// Urgent is for emergencies: the channel shows it so that nobody misses it.
	Urgent bool `json:"urgent,omitempty"`
	// Personal marks what others in a group should not read: said in a group, it goes to the private chat of who asked.
	Personal bool `json:"personal,omitempty"`
}

// Field is a name and a value.
type Field struct {
	Name  string `json:"name"`
	Value string `json:"value"`
}

// Choice is a button.
type Choice struct {
	Label  string `json:"label"`
	Action string `json:"action"` // at most 64 bytes, "skill:verb:argument"; comes back in Message.Action
}

// Link is an address to open.
type Link struct {
	Label string `json:"label"`
	URL   string `json:"url"`
}

// Source is where a fact is from.
type Source struct {
	Title     string `json:"title"`                // 依据: the law or the page
	URL       string `json:"url,omitempty"`        // where it was read
	CheckedOn string `json:"checked_on,omitempty"` // 核对日期, 2026-11-20
	Sample    bool   `json:"sample,omitempty"`     // 示例: invented or not yet checked by a person
}

// Delivery is a reply on its way to a chat: the body of an outbox job.
type Delivery struct {
	To    Chat      `json:"to"`
	Reply Reply     `json:"reply"`
	Line  string    `json:"line"`           // ID of the transcript's line that it belongs to
	Index int       `json:"index"`          // which of the line's deliveries it is, from 0; Line and Index together are the key by which a second copy is known
	Kind  string    `json:"kind,omitempty"` // reply, notice, alert, amendment: decides what happens after an unknown outcome
	At    time.Time `json:"at"`
	Until time.Time `json:"until,omitzero"`  // after this it no longer helps and is reported instead of sent
	Draft string    `json:"draft,omitempty"` // the name by which it may be amended
}
