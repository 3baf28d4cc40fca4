"""Words that British voices say in another way than PocketSphinx's American dictionary has them.

As espeak-ng's en-gb voice says them, in the dictionary's phones. Only words of which a consonant
or the stress moves, or a vowel that the dictionary's others are far from.
"""

from __future__ import annotations

BRITISH = {
    "advertisement": "AH D V ER T IH S M AH N T",
    "can't": "K AA N T",
    "clerk": "K L AA K",
    "debris": "D EH B R IY",
    "figure": "F IH G ER",
    "figures": "F IH G ER Z",
    "fragile": "F R AE JH AY L",
    "garage": "G AE R IH JH",
    "garages": "G AE R IH JH IH Z",
    "half": "HH AA F",
    "herbs": "HH ER B Z",
    "laboratory": "L AH B AO R AH T R IY",
    "massage": "M AE S AA ZH",
    "missile": "M IH S AY L",
    "mobile": "M OW B AY L",
    "patent": "P EY T AH N T",
    "privacy": "P R IH V AH S IY",
    "process": "P R OW S EH S",
    "schedule": "SH EH D Y UW L",
    "scheduled": "SH EH D Y UW L D",
    "schedules": "SH EH D Y UW L Z",
    "vitamin": "V IH T AH M IH N",
    "vitamins": "V IH T AH M IH N Z",
    "yogurt": "Y AA G ER T",
    "z": "Z EH D",
    "zebra": "Z EH B R AH",
}
"""Word -> its phones in British English."""
