"""Synthetic two-channel dialogues for full-duplex speech models, as Mimi-shaped token shards."""

__version__ = "0.1.0"
