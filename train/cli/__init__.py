"""The commands of `python -m train`, one a file; each imports what it needs when it runs."""
