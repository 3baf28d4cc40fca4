"""Recordings of speakers -> a catalogue of 3 to 10 s references, with the rights to use them."""
