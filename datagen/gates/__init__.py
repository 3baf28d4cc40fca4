"""Is a clip somebody saying its line? T0 asks each turn, T1 the dialogue, T2 models that listen."""
