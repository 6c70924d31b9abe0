package bot

// Teller is a skill that tells what it has on record of something that a person names, for a skill that drafts about it.
type Teller interface {
	// Tell returns the story of what the words name and nothing else, as far as the turn's person may read it and a model too; or why it
	// cannot be told, in words for the person. Both are empty if the words name nothing of the skill's.
	Tell(t *Turn, words string) (story, refusal string, err error)
}
