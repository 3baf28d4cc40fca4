"""Alignment data from the ledger: clips on four axes of turn-taking, and preference pairs."""
