package web

import "context"

// Relay passes events on between processes that serve one deployment: a page is connected to one of them, and its reply may be sent by another.
type Relay interface {
	// Tell hands an event to the other processes. It may get lost: a page reads what it missed when it connects again.
	Tell(ctx context.Context, chat string, event []byte) error

	// Listen calls heard with what the others tell, until the context ends.
	Listen(ctx context.Context, heard func(chat string, event []byte))
}

// publish shows an event to the chat's pages, here and wherever else they are connected.
func (c *Channel) publish(ctx context.Context, chat string, event []byte) {
	c.hub.publish(chat, event)
	if c.Relay != nil {
		if err := c.Relay.Tell(ctx, chat, event); err != nil {
			c.Logger.Debug("an event did not reach the other processes", "error", err)
		}
	}
}

// listening reports whether a page of the chat may be connected.
func (c *Channel) listening(chat string) bool { return c.Relay != nil || c.hub.listening(chat) }
