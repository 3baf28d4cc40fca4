"""What real ears make of a finished run: words, entities, voices and sound, sampled or whole."""

from datagen.quality.figures import FILE, QualityFile, read_quality
from datagen.quality.listening import EarOptions, listen_to
from datagen.quality.stretches import WHATS

__all__ = ["FILE", "WHATS", "EarOptions", "QualityFile", "listen_to", "read_quality"]
