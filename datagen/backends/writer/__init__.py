"""Stage 1: ways to write scripts."""
