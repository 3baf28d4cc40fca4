"""One dialogue for people: to read, to see on two lanes, to hear."""

from datagen.show.page import show, transcript
from datagen.show.sound import listen, save_audio

__all__ = ["listen", "save_audio", "show", "transcript"]
