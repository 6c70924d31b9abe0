// Package web is the channel of the browser: the resident's chat page, the JSON API below /api/v1/ and its stream of events.
//
// A visitor holds a seat: a cookie with a random token. The account is a hash of the token, so nothing has to be stored for a visitor
// and nobody can learn the token from a record. A browser can hold several seats, each with a cookie of its own, so that one
// person can be resident and secretary in two windows.
//
// The channel keeps nothing. What was said is the engine's transcript (bot.Line records); Send only wakes the pages that are
// open. A page that was away asks for what it missed, by the transcript, each time its stream starts:
//
//	POST messages ─▶ receive (durable) ─▶ 202            the page keeps a message until it has seen its 202
//	GET events    ─▶ newest lines, then each Delivery    a stream that falls behind is cut, and starts again with what it missed
//
// A page may get a reply twice, in lines and as an event; line and index name it, and the page shows it once.
package web
