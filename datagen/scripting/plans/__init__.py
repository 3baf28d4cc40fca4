"""What is decided of a dialogue before a word of it is written."""
