"""Dialogues of finished runs in the forms that other people's programs read."""
