"""What makes scripts, speech, word times and tokens; loaded by name, through `registry`."""
