package lark

import "sync"

// recent remembers the last so many things that were put into it. What is forgotten costs a call more, never a message.
type recent[K comparable, V any] struct {
	mu   sync.Mutex
	size int
	now  map[K]V
	old  map[K]V // what is forgotten next, as a whole
}

func newRecent[K comparable, V any](size int) *recent[K, V] {
	return &recent[K, V]{size: size, now: map[K]V{}, old: map[K]V{}}
}

func (r *recent[K, V]) put(k K, v V) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if len(r.now) >= r.size {
		r.old, r.now = r.now, map[K]V{}
	}
	r.now[k] = v
}

func (r *recent[K, V]) get(k K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if v, ok := r.now[k]; ok {
		return v, true
	}
	v, ok := r.old[k]
	return v, ok
}

// take returns the value and forgets it.
func (r *recent[K, V]) take(k K) (V, bool) {
	r.mu.Lock()
	defer r.mu.Unlock()
	v, ok := r.now[k]
	if !ok {
		v, ok = r.old[k]
	}
	delete(r.now, k)
	delete(r.old, k)
	return v, ok
}
