"""What the user's channel goes through before it is encoded."""
