package redis

import (
	"context"
	"strconv"
	"strings"
)

// Tell hands a message about a topic to the other processes that use the deployment. It may get lost.
func (s *Store) Tell(ctx context.Context, topic string, message []byte) error {
	if err := s.usable(ctx); err != nil {
		return err
	}
	_, err := s.telling.ask(ctx, tell(s.node, topic, message))
	return err
}

// tellAll publishes what was told at the same time.
func (s *Store) tellAll(messages []string) ([]struct{}, error) {
	return try(context.Background(), s, once, func(ctx context.Context) ([]struct{}, error) {
		pipe := s.client.Pipeline()
		for _, m := range messages {
			pipe.SPublish(ctx, s.tag.tell(), m)
		}
		_, err := pipe.Exec(ctx)
		return make([]struct{}, len(messages)), err
	})
}

// Listen calls heard with what other processes tell, until the context ends.
func (s *Store) Listen(ctx context.Context, heard func(topic string, message []byte)) {
	s.follow(ctx, s.tag.tell(), func(payload string) {
		if from, topic, message, ok := untell(payload); ok && from != s.node {
			heard(topic, []byte(message))
		}
	}, func() {})
}

// tell writes who tells what about which topic: the first two with their lengths.
func tell(from, topic string, message []byte) string {
	return strconv.Itoa(len(from)) + ":" + from + strconv.Itoa(len(topic)) + ":" + topic + string(message)
}

func untell(payload string) (from, topic, message string, ok bool) {
	cut := func(s string) (string, string, bool) {
		length, rest, ok := strings.Cut(s, ":")
		n, err := strconv.Atoi(length)
		if !ok || err != nil || n < 0 || n > len(rest) {
			return "", "", false
		}
		return rest[:n], rest[n:], true
	}
	if from, payload, ok = cut(payload); !ok {
		return "", "", "", false
	}
	topic, message, ok = cut(payload)
	return from, topic, message, ok
}
