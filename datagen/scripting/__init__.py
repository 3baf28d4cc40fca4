"""Stage 1 in its own rooms: packs, blueprints, wording, spoken form and checks."""
