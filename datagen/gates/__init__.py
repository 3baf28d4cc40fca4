"""Checks that a clip is somebody saying its line: T0 by turn, T1 by dialogue, T2 by listening
models."""
