package openai

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"golang.org/x/text/language"
	"golang.org/x/text/message"
)

// compiled is a schema that is ready to check with.
type compiled struct {
	source json.RawMessage
	schema *jsonschema.Schema
}

// schemas are those that were used: a handful, one for each task.
type schemas struct {
	mu   sync.Mutex
	held map[string]*compiled
}

func (s *schemas) get(source json.RawMessage) (*compiled, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if c := s.held[string(source)]; c != nil {
		return c, nil
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(source))
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("mem:///result.json", doc); err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	schema, err := compiler.Compile("mem:///result.json")
	if err != nil {
		return nil, fmt.Errorf("schema: %w", err)
	}
	if s.held == nil || len(s.held) > 100 { // a schema with lists in it changes with them
		s.held = map[string]*compiled{}
	}
	c := &compiled{source, schema}
	s.held[string(source)] = c
	return c, nil
}

// read finds the JSON object in what a model said and checks it.
func (c *compiled) read(text string) (json.RawMessage, error) {
	object, err := extract(text)
	if err != nil {
		return nil, err
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(object))
	if err != nil {
		return nil, errors.New("不是完整的 JSON")
	}
	if err := c.schema.Validate(value); err != nil {
		return nil, errors.New(complaint(err))
	}
	return object, nil
}

// complaint says what is wrong with the first few places.
func complaint(err error) string {
	var invalid *jsonschema.ValidationError
	if !errors.As(err, &invalid) {
		return "不符合 JSON Schema"
	}
	printer := message.NewPrinter(language.English)
	var places []string
	var walk func(e *jsonschema.ValidationError)
	walk = func(e *jsonschema.ValidationError) {
		if len(e.Causes) == 0 && len(places) < 5 {
			places = append(places, "/"+strings.Join(e.InstanceLocation, "/")+" "+e.ErrorKind.LocalizedString(printer))
		}
		for _, cause := range e.Causes {
			walk(cause)
		}
	}
	walk(invalid)
	return strings.Join(places, "; ")
}

// thought is what some models say before they answer.
var thought = regexp.MustCompile(`(?s)^\s*<think>.*?</think>`)

// extract returns the first whole JSON object of the text: models put words and fences around it.
func extract(text string) (json.RawMessage, error) {
	text = thought.ReplaceAllString(text, "")
	if strings.TrimSpace(text) == "" {
		return nil, errors.New("输出是空的")
	}
	for from := strings.IndexByte(text, '{'); from >= 0; {
		var object json.RawMessage
		if err := json.NewDecoder(strings.NewReader(text[from:])).Decode(&object); err == nil {
			return object, nil
		}
		next := strings.IndexByte(text[from+1:], '{')
		if next < 0 {
			return nil, errors.New("JSON 不完整")
		}
		from += 1 + next
	}
	return nil, errors.New("没有 JSON 对象")
}
