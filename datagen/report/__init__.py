"""What a run came to, as figures and as a page with pictures."""
