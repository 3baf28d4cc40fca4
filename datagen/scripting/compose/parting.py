"""How two people part: why one leaves, what it thanks or wishes for, the last words.

Chat, Wording --Parting--> the last turns
"""

from __future__ import annotations

from collections.abc import Iterable

from datagen.scripting.compose.grammar import capital
from datagen.scripting.compose.hearing import Hearing
from datagen.types import Speaker

LATER = 0.6
"""Chance that who says goodbye comes back to what the other said."""
WISHES = (("", "bye"), ("wish", "bye.wish"), ("wish", "bye.wish"), ("wish.again", "bye.again"))
"""What who leaves adds, nothing, a wish or that they should talk again, and how that is taken."""


class Parting(Hearing):
    """A chat being worded, as far as it ends."""

    def _close(self) -> None:
        """Say why one leaves, with a word on what the other said, and hear what that one says."""
        wish, bye = self._draws.pick(WISHES)
        leaving = self._chat.leaving
        speaker = self._other()
        said = [self._reaction(speaker, is_said=True), leaving.say, self._remembering(speaker)]
        kind = [self._act(speaker, name) for name in ("leave", wish) if name]
        last = next(filter(None, reversed(kind)), "")
        self._say(speaker, "close", " ".join(filter(None, (*said, *kind))))
        speaker = self._other()
        said = [self._pick(leaving.reply), self._act(speaker, bye) if last else ""]
        said.append(self._remembering(speaker))
        said.append(self._parting(speaker, (last or leaving.say, *said)))
        self._say(speaker, "bye", " ".join(filter(None, said)))

    def _remembering(self, speaker: Speaker) -> str:
        """Say, or do not say, something on what the other told long enough ago."""
        later = self._later(speaker)
        return later if later and self._draws.chance(LATER) else ""

    def _parting(self, speaker: Speaker, before: Iterable[str]) -> str:
        """Return the last word, which opens like nothing that was said or wished just before.

        Nor does it open with what that ended with ("Thanks for the talk. Talk soon.").
        """
        said = [one.split() for one in before if one]
        openings = tuple(word for one in said for word in (one[0], capital(one[-1].rstrip("."))))
        (choices,) = self._acts[speaker]["part"]
        return self._pick([one for one in choices if not one.startswith(openings)])

    def _later(self, speaker: Speaker) -> str:
        """Return how a speaker comes back to something that the other said long enough ago."""
        fits = [
            text
            for since, who, text in self._remembered
            if who == speaker and since <= len(self._lines)
        ]
        return self._draws.pick(fits) if fits else ""
