"""Checks that a clip is its line, said: T0 by turn, T1 by dialogue, T2 by models that listen."""
