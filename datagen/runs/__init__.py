"""A run as a user has it: made, watched, summed up, listed in a manifest, cleaned."""
