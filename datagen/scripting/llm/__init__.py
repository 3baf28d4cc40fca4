"""Scripts worded by a language model: prompt, reply, checks and retries, whatever serves it."""
