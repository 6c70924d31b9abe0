// Package redis is a bot.Store in Redis, for many processes at a time.
package redis
