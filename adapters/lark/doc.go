// Package lark is the channel of Feishu (飞书) and of Lark, its edition outside of China: private chats, groups and threads, in by a webhook or
// by the long connection, out as texts and cards.
//
// The platform's SDK brings the models and the calls. Receiving is done here, by other rules than the SDK's: an event is verified in constant
// time, made durable, and only then acknowledged; one that could not be made durable is refused, so that the platform sends it again.
//
//	webhook:          POST ─▶ unseal ─▶ event ─▶ take ─▶ receive ─▶ 200
//	long connection:  frame ─▶ join ─▶ event ─▶ take ─▶ receive ─▶ frame with code 200
//
// What fails how: bad signature, token or padding 401; not an event 400; too big 413; receive failed or not running 503 (a frame with code 500);
// an event that nobody here needs 200. A pressed button is never sent again by the platform, so its answer is always 200 with a sentence
// for the one who pressed.
//
// Sending is a function of Delivery.Line and Index: they make the platform's uuid, so that within an hour the same delivery is shown once.
// Nothing is retried here but a call whose access token the platform no longer accepts, once, with a new token and the same uuid.
package lark
