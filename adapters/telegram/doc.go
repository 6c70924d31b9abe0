// Package telegram connects a Telegram bot, by polling or by webhook. It uses the library for its models and calls, and receives by its own rules: an
// update is acknowledged (by the next offset, or by a 200) only after the message in it is durable, and updates are taken in order. The token stands
// in no error and no log.
//
// What the platform can't do shapes it: sending has no key, so a message whose outcome is unknown may come twice if the engine tries again; one
// chat takes a message a second, a group twenty a minute, all chats thirty a second; a 429 stops the chat for as long as it says.
//
// Facts are of the Bot API 9.2 (https://core.telegram.org/bots/api).
package telegram
