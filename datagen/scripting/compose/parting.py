"""How two people part: why one leaves, what it thanks or wishes for, the last words.

Chat, Wording --Parting--> the last turns
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from datagen.scripting.compose.grammar import capital
from datagen.scripting.compose.hearing import Hearing
from datagen.types import Speaker

LATER = 0.85
"""Chance that who says goodbye comes back to what the other said."""
WISHES = (("", "bye"), ("wish", "bye.wish"), ("wish", "bye.wish"), ("wish.again", "bye.again"))
"""What who leaves adds, nothing, a wish or that they should talk again, and how that is taken."""
WAITS, ANSWERS = 0.4, 0.25
"""Chances that who leaves hears what the other says to it first, and that it has the last word."""
TAKES_LAST = 0.85
"""Chance that who leaves takes what the other has told of itself with more than a nod."""
_DAY = re.compile(r"\b(?:day|today)\b")
"""What nobody wishes in the evening."""
_OKAY = re.compile(r"\b(?:okay|alright|right|well|got it)\b", re.IGNORECASE)


class Parting(Hearing):
    """A chat being worded, as far as it ends."""

    def _close(self) -> None:
        """Say why one leaves, with a word on what the other said, and hear what that one says.

        Who is in no hurry waits for that before it says thanks or wishes anything, or answers the
        last word. Nobody sends somebody off twice in a turn: who comes back to what it heard has
        said before that it lets the other go.
        """
        wish, bye = self._draws.pick(WISHES)
        leaving = self._chat.leaving
        is_hurried = leaving.hurried
        speaker, other = self._other(), self._lines[-1].speaker
        taken = self._taken(speaker, leaving.say)
        leaves = self._on_from(taken, leaving.say)
        later = "" if is_hurried else self._remembering(speaker)
        names = (wish or "leave",) if is_hurried else ("leave", wish)
        kind = [self._wish(speaker, name) for name in names if name]
        last = next(filter(None, reversed(kind)), "")
        reply = self._pick(self._chat.let_go)
        at = 1.0 if is_hurried else self._draws.uniform()
        others = "" if is_hurried or not (last or later) else self._remembering(other)
        waits = later or (last and (at < WAITS or others))
        if waits:  # the reply is to why it leaves, not to what it adds
            self._say(speaker, "close", leaves)
            self._say(other, "let.go", reply)
            self._say(speaker, "close", " ".join(filter(None, (later, *kind))))
            reply = ""
        else:
            self._say(speaker, "close", " ".join(filter(None, (leaves, *kind))))
        said = [reply, self._act(other, bye) if last else "", others]
        is_last = bool(later) or not WAITS <= at < WAITS + ANSWERS
        before = (last or later or leaving.say, *said)
        parted = self._parting(other, before, may_wish=is_last and wish != "wish")
        self._say(other, "bye", " ".join(filter(None, (*said, parted))))
        if not is_last:
            self._say(speaker, "bye", self._parting(speaker, (parted,)))

    def _taken(self, speaker: Speaker, leaving: str) -> str:
        """Return how the last turn was taken, not with a word for "okay" before another.

        What somebody has just told of itself is mostly taken with more than a nod.
        """
        heard = self._heard
        is_nod = heard is not None and heard.tone == "plain" and not heard.take
        is_of_self = self._lines[-3].act == "tell.trait"
        if is_nod and is_of_self and self._draws.chance(TAKES_LAST):
            self._heard = None
            return self._act(speaker, "react.last")
        if heard is None or heard.take or not _OKAY.match(leaving):
            return self._reaction(speaker, is_said=True)
        self._heard = None
        (choices,) = self._acts[speaker][f"react.{heard.tone}"]
        return self._pick([one for one in choices if not _OKAY.search(one)])

    def _on_from(self, taken: str, leaving: str) -> str:
        """Return why one leaves after how the last turn was taken, which it does not swallow.

        It loses a word that both open with ("Oh, nice." "Oh, look at the time.").
        """
        text = f"{taken} {leaving}".strip()
        if taken and not self._filled(text)[0].startswith(taken):
            _, rest = leaving.split(" ", 1)
            return f"{taken} {capital(rest)}"
        return text

    def _wish(self, speaker: Speaker, name: str) -> str:
        """Return what is said at the end that fits the time of day."""
        if not (self._chat.is_late or _DAY.search(self._chat.leaving.say)):
            return self._act(speaker, name)
        choices = [one for one in self._acts[speaker][name][0] if not _DAY.search(one)]
        if choices[0]:
            return self._pick(choices)
        return self._pick(choices[1:]) if self._draws.chance(self._optional[speaker]) else ""

    def _remembering(self, speaker: Speaker) -> str:
        """Say, or do not say, something on what the other told long enough ago."""
        later = self._later(speaker)
        return later if later and self._draws.chance(LATER) else ""

    def _parting(self, speaker: Speaker, before: Iterable[str], *, may_wish: bool = False) -> str:
        """Return the last word, which opens like nothing that was said or wished just before.

        Nor does it open with what that ended with ("Thanks for the talk. Talk soon."). It is a
        wish where nobody has wished anything, and nobody has to answer it.
        """
        said = [one.split() for one in before if one]
        openings = tuple(word for one in said for word in (one[0], capital(one[-1].rstrip("."))))
        choices = [*self._acts[speaker]["part"][0]]
        if may_wish:
            choices += self._acts[speaker]["part.wish"][0]
        fits = [one for one in choices if not one.startswith(openings)]
        if self._chat.is_late:
            fits = [one for one in fits if not _DAY.search(one)]
        return self._pick(fits)

    def _later(self, speaker: Speaker) -> str:
        """Return how a speaker comes back to something that the other said long enough ago."""
        fits = [
            text
            for since, who, text in self._remembered
            if who == speaker and since <= len(self._lines)
        ]
        return self._draws.pick(fits) if fits else ""
