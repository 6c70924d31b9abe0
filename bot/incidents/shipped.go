package incidents

import (
	"strings"

	"linli/intents"
)

// shipped is the table of categories that ships with intents.
func shipped() []Category {
	var all []Category
	for _, c := range intents.Categories() {
		all = append(all, Category{
			Code: c.Code, Name: c.Name, Examples: strings.Join(c.Examples, "、"), Handler: c.Handler,
			Limit: Limit{Hours: c.LimitHours, Demo: c.LimitDemo}, Severity: c.Severity, Urgent: c.Urgent, Secret: c.Confidential,
		})
	}
	return all
}
