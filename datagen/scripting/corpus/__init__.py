"""The scripts of a run as a whole: near-duplicates, variety, figures."""
