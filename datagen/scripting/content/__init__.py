"""What dialogues are about: packs, names, templates, and what is held out."""
