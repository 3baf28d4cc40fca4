"""Models that listen to clips (T2 of the gates)."""
