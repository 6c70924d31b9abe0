package bot

import (
	"context"
	"encoding/json"
)

// ring gives a timer to its skill.
func (e *Engine) ring(ctx context.Context, job Job) (Change, error) {
	var timer Timer
	if err := json.Unmarshal(job.Body, &timer); err != nil {
		return Change{}, Because(Invalid, err, "")
	}
	skill, ok := e.skills[timer.Skill].(Ringer)
	if !ok {
		return Change{}, Errorf(NotFound, "没有名为 %s 的功能", timer.Skill)
	}
	t := e.newTurn(ctx)
	timer.At = timer.At.In(e.Location)
	t.Timer = &timer
	if err := skill.Ring(t, timer); err != nil {
		return Change{}, err
	}
	return e.finish(t, job.ID)
}
