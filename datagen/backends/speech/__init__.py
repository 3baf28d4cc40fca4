"""Stage 2: ways to speak."""
