"""Stage 3 in its own rooms: floor, barge-in, backchannel, loudness, mixing."""
