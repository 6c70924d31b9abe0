package lark

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	larkcore "github.com/larksuite/oapi-sdk-go/v3/core"

	"linli/bot"
)

// The platform's codes that mean something other than never. They are from its pages for sending, replying and updating.
var (
	appLimit   = []int{99991400, 11232}                                                  // of the app or the tenant: everybody waits
	chatLimit  = []int{230020, 230049}                                                   // of one chat; the same message is being sent still
	threadGone = []int{230011, 230019, 230050, 230071, 230072, 230110, 230111}           // the message that is replied to
	cardFailed = []int{230099, 230025, 230001, 230054, 230055}                           // the card, not the words
	settings   = []int{230006, 230027, 99991672, 99991679, 99991661, 99991668, 99991669} // the app's set-up
)

// classify says what became of a delivery that failed.
func classify(err error) *bot.SendError {
	out := &bot.SendError{Outcome: bot.Unknown, Err: err}
	var (
		token    *tokenError
		refused  *apiError
		noDial   *larkcore.DialFailedError
		tooEarly *larkcore.IllegalParamError
	)
	switch {
	case errors.As(err, &token):
		// Nothing was sent, and nothing can be until there is a token.
		out.Outcome, out.App, out.After = bot.Retry, true, 5*time.Second
		if token.credentials() {
			out.After = time.Minute
		}
	case errors.As(err, &refused):
		refused.classify(out)
	case errors.As(err, &noDial):
		out.Outcome = bot.Retry
	case errors.As(err, &tooEarly):
		out.Outcome = bot.Never
	}
	return out
}

func (e *apiError) classify(out *bot.SendError) {
	switch {
	case e.status == http.StatusTooManyRequests && !slices.Contains(chatLimit, e.code), slices.Contains(appLimit, e.code):
		out.Outcome, out.App, out.After = bot.Retry, true, max(e.reset(), time.Second)
	case slices.Contains(chatLimit, e.code):
		out.Outcome, out.After = bot.Retry, max(e.reset(), time.Second)
	case staleToken(e.code):
		out.Outcome, out.App, out.After = bot.Retry, true, 5*time.Second
	case e.status >= 500:
		out.Outcome = bot.Unknown
	case e.code == 0: // something before the API: a gateway of a private deployment
		out.Outcome = bot.Retry
	default:
		out.Outcome = bot.Never
	}
}

// hasCode reports whether the platform refused with one of the codes.
func hasCode(err error, codes []int) bool {
	var refused *apiError
	return errors.As(err, &refused) && slices.Contains(codes, refused.code)
}

// kindOf says what an error of a call means to the engine where nothing was sent.
func kindOf(err error) bot.Kind {
	var refused *apiError
	switch {
	case errors.Is(err, context.Canceled), !errors.As(err, &refused), refused.status >= 500, refused.code == 0:
		return bot.Unavailable
	case refused.status == http.StatusTooManyRequests, slices.Contains(appLimit, refused.code), slices.Contains(chatLimit, refused.code):
		return bot.Busy
	}
	return bot.Invalid
}
