"""Stage 1 in its own rooms: worlds, plans, wording, spoken form and checks."""
