"""Real conversations on two channels become rows of the same shards."""
