"""Stage 4: ways to turn text into tokens."""
