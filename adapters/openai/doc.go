// Package openai is the optional language model: any server that speaks OpenAI's chat and embeddings over HTTP (a province's shared one, vLLM,
// Ollama, DeepSeek, Qwen).
//
// A question passes three layers. Client chooses how to ask for JSON by what the server can do (a schema, a tool, a JSON object, plain words),
// checks what comes against the schema, and has it mended once. The breaker lets nobody wait for a server that was dead a moment ago. The
// transport tries again what may succeed, as often and as long as the deadline allows, and not before the server's Retry-After.
//
// Nothing is shown before all of it has come and was checked; streaming is only how it travels: a server that thinks for long sends signs of
// life, and a stream that ends without a finish_reason was cut. Errors are in our own words: a server's may repeat the key or the question.
package openai
