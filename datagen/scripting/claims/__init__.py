"""Find what an agent claims, and look for what licenses it, in the text alone.

Script --unlicensed--> claims without a licence

Shares no code with what composes: it reads turns, the role prompt and results as a stranger.
"""

from datagen.scripting.claims.check import Unlicensed, unlicensed
from datagen.scripting.claims.lexicon import Lexicon, load_lexicon

__all__ = ["Lexicon", "Unlicensed", "load_lexicon", "unlicensed"]
