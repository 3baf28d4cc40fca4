"""A browser of dialogues: a local page to search, see, hear and mark what a run holds."""
