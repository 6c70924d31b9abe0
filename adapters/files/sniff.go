package files

import (
	"net/http"
	"path/filepath"
	"strings"
)

// sniff returns what the bytes are: image, audio, video or file, and their media type; "" if they are of none that is taken. The name only tells
// apart what the bytes can't: a Word from an Excel, a recording from a video.
func sniff(name string, data []byte) (kind, mime string) {
	mime, _, _ = strings.Cut(http.DetectContentType(data), ";")
	extension := strings.ToLower(filepath.Ext(name))
	switch mime {
	case "image/jpeg", "image/png", "image/webp", "image/gif":
		return "image", mime
	case "audio/mpeg", "audio/wave":
		return "audio", mime
	case "application/ogg":
		return "audio", "audio/ogg"
	case "video/mp4":
		if extension == ".m4a" || has(data[4:], "ftypM4A") {
			return "audio", "audio/mp4"
		}
		return "video", mime
	case "application/pdf":
		return "file", mime
	case "application/zip":
		if office, ok := offices[extension]; ok {
			return "file", office
		}
	case "text/plain":
		if extension == ".txt" || extension == ".csv" || extension == ".md" {
			return "file", mime
		}
	}
	if has(data, "#!AMR") {
		return "audio", "audio/amr"
	}
	return "", ""
}

var offices = map[string]string{
	".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
	".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
	".pptx": "application/vnd.openxmlformats-officedocument.presentationml.presentation",
}
