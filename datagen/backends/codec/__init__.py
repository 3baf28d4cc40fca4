"""Stage 4: ways to turn sound into tokens."""
