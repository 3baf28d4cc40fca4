"""The exam of role adherence and turn-taking: items, answers, scores."""
