"""Stage 3: ways to find when each word is said."""
