"""What dialogues are about: lessons, small talk, names, templates, and what is held out."""
