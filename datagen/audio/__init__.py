"""Sound as numbers and as files: loudness, speech or not, filters, mixing, what a channel holds."""
