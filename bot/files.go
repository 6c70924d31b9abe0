package bot

import (
	"context"
	"encoding/json"
	"io"
	"time"
)

// Files keeps the bytes of what people send. Records say whose they are and what they belong to.
type Files interface {
	// Save keeps the bytes and says what they are. It refuses (Invalid) what is too big or of a kind that isn't taken, and takes out of photos what
	// tells of the camera and the place. When it returns they are durable.
	Save(ctx context.Context, name string, r io.Reader) (File, error)

	// Open returns the bytes; NotFound if they aren't there.
	Open(ctx context.Context, id string) (io.ReadSeekCloser, error)

	// Remove forgets the bytes. Removing what isn't there is nothing.
	Remove(ctx context.Context, id string) error
}

// File describes bytes that are kept.
type File struct {
	ID    string    `json:"id"`   // in Files; nobody can guess it
	Kind  string    `json:"kind"` // image, audio, video, file
	Type  string    `json:"type"` // image/jpeg, by the bytes themselves
	Name  string    `json:"name,omitempty"`
	Size  int64     `json:"size"`            // bytes
	Taken *Location `json:"taken,omitempty"` // where a photo was taken, as it said before that was taken out
}

// KindFile is the kind of record that says that the bytes of an attachment are kept: a KeptFile under Attachment.Key; keys by=, the person, and
// from=, the account.
const KindFile = "file"

// FileLife is how long files are kept.
const FileLife = 3 * 365 * 24 * time.Hour

// KeptFile is an attachment whose bytes are here, or the reason why they can't be.
type KeptFile struct {
	File
	From    string `json:"from"`              // key of the account that sent it
	Problem string `json:"problem,omitempty"` // it was refused: in words for the reader
}

// Fetcher is the ability of a channel to bring the bytes of an attachment of its own. Its errors say by their kind whether to try again.
type Fetcher interface {
	Fetch(ctx context.Context, a Attachment) (io.ReadCloser, error)
}

// Key names the attachment among those of all channels.
func (a Attachment) Key() string { return a.Channel + ":" + a.Ref }

// fetchJob is the body of a job in QueueFetch: bytes to bring, or to remove.
type fetchJob struct {
	Attachment Attachment `json:"attachment,omitzero"`
	From       Account    `json:"from,omitzero"`
	Person     string     `json:"person,omitempty"`
	Remove     string     `json:"remove,omitempty"` // ID in Files
}

// FileRecord is the record of a file.
func FileRecord(a Attachment, k KeptFile, person string, at time.Time) (Record, error) {
	body, err := json.Marshal(k)
	return Record{Kind: KindFile, ID: a.Key(), Time: at, Keys: []string{"by=" + person, "from=" + k.From}, Body: body}, err
}

// claimFiles notes which channel the attachments are of, and adds jobs that bring their bytes where the channel can.
func (e *Engine) claimFiles(t *Turn) {
	if t.Message == nil || e.Files == nil {
		return
	}
	if _, ok := e.channels[t.Message.Chat.Channel].(Fetcher); !ok {
		return
	}
	for _, a := range t.Message.Attachments {
		body, err := json.Marshal(fetchJob{Attachment: a, From: t.Message.From, Person: t.Person.ID})
		if err != nil {
			continue // it was read from JSON
		}
		t.jobs = append(t.jobs, Job{Queue: QueueFetch, ID: a.Key(), Due: t.Now, Body: body})
	}
}

// removeFile has the bytes of a file removed after its record.
func (t *Turn) removeFile(r Record) error {
	var kept KeptFile
	if err := json.Unmarshal(r.Body, &kept); err != nil || kept.ID == "" {
		return err
	}
	body, err := json.Marshal(fetchJob{Remove: kept.ID})
	if err != nil {
		return err
	}
	t.jobs = append(t.jobs, Job{Queue: QueueFetch, ID: "remove/" + kept.ID, Due: t.Now, Body: body})
	return nil
}

// fetch brings the bytes of an attachment, or removes some.
func (e *Engine) fetch(ctx context.Context, job Job) (Change, error) {
	var f fetchJob
	if err := json.Unmarshal(job.Body, &f); err != nil {
		return Change{}, Because(Invalid, err, "")
	}
	if f.Remove != "" {
		return Change{}, e.Files.Remove(ctx, f.Remove)
	}
	if _, err := e.Store.Get(ctx, KindFile, f.Attachment.Key()); KindOf(err) != NotFound {
		return Change{}, err // it is here
	}
	kept := KeptFile{From: f.From.Key()}
	file, err := e.bring(ctx, f.Attachment)
	switch {
	case err == nil:
		kept.File = file
	case permanent(err):
		kept.Kind, kept.Name, kept.Problem = f.Attachment.Kind, f.Attachment.Name, MessageOf(err)
		e.Logger.Warn("file refused", "attachment", f.Attachment.Kind, "channel", f.Attachment.Channel, "error", err)
	default:
		return Change{}, err
	}
	r, err := FileRecord(f.Attachment, kept, f.Person, e.Now())
	return Change{Put: []Record{r}}, err
}

func (e *Engine) bring(ctx context.Context, a Attachment) (File, error) {
	channel, ok := e.channels[a.Channel].(Fetcher)
	if !ok {
		return File{}, Errorf(Invalid, "这个渠道的文件取不到")
	}
	r, err := channel.Fetch(ctx, a)
	if err != nil {
		return File{}, err
	}
	defer r.Close()
	return e.Files.Save(ctx, a.Name, r)
}
