"""Which runs of letters are words that are said as they are written.

A run without a vowel is a short form that somebody has to know ("bpm"), but for capitals that are
letters ("MLK") and for what people murmur ("hmm"). So is a run of two to four small letters that no
dictionary has ("omw", "inv"), and a longer one that begins or ends as no word does ("custmr").
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

from datagen.text.mixed import is_mixed, is_mixed_word

LATIN = r"A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f"
WORD = re.compile(rf"[{LATIN}]+(?:['-][{LATIN}]+)*'?")
"""A word, with hyphens and apostrophes inside."""
_PARTS = re.compile(r"['-]")
_VOWEL = re.compile(r"[aeiouyAEIOUY\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u024f]")
_SHORTENED = re.compile(r"[b-df-hj-np-tv-xz]{4,}ys?|[b-df-hj-np-tv-xz]{3,}ly", re.IGNORECASE)
"""Letters whose only vowel is a y at their end, and more than a word has: "qtrly"."""
_CLIPPED = re.compile(
    r"^(?!(?:i|he|she|we|they|you|it|who|that|this|there|here|what|where|how|when|why|these|those"
    r"|mom|mum|dad|somebody|someone|everyone|everybody|anyone|anybody|nobody|people|one|not|god"
    r"|nothing|something|everything|\w{6,})'d$)[a-z]+'d$|[a-z]'(?:[lyg]|(?<!n')t)$|(?:req|rec|ref|del|auth|exp|conf|est|rev|compl|incl|proc|prod"
    r"|trans|sub|cert|guar|insp|appt|disc|canc)'d$"
)
"""The end of a word whose middle is left out: "int'l", "ass't", "conf'd"."""
_LETTERS = re.compile(r"[A-Z]{2,6}s?|[A-Z]|[A-Z][a-z]?[A-Z]{1,4}s?")
_MURMURED = re.compile(r"(?i:h+m+|m+|m+h+m+|s+h+|p+ss+t+|b+r+|z+|t+s+k+|p+f+t+|g+r+|p+h+)")
KNOWN = frozenset((
    "git", "vous", "nous", "tal", "hoy", "mais", "avec", "pour", "bien", "sont", "eres", "ella",
    "nth", "ng", "Ng", "PhD", "PhDs", "PCs", "s", "t", "d", "m", "ll", "c'mon", "n", "th", "p", "x",
    "k", "b", "cwm", "wye", "koi", "ziti", "orzo", "mage", "mages", "nerf", "noob", "meme", "memes",
    "hon", "emoji", "TVs", "Hz", "olds", "coli",
    "bio", "bios", "rex", "capo", "dev", "devs", "mega", "gif", "gifs", "bruh", "alt", "fam", "umm",
    "uhh", "uhm", "ohh", "ooh", "oooh", "aww", "awww", "ahh", "ahhh", "yeh", "eco", "emo", "sim",
    "ipad", "ipod", "imac", "lego", "java", "etsy", "ebay", "miso", "boba", "nori", "dojo", "coco",
    "deco", "demi", "neo", "nano", "noir", "ska", "dino", "tele", "vino", "cred", "pug", "orca",
    "croc", "geo", "econ", "sci", "fi", "fav", "fave", "uni", "vape", "xmas", "yah", "repo", "tiki",
    "dal", "aux", "def", "abs", "lats", "cert", "certs", "comp", "comps", "crit", "dang", "dawg",
    "glam", "goth", "kung", "fu", "tai", "feng", "shui", "thai", "mani", "pedi", "poo", "pee",
    "rec", "sus", "tat", "tats", "tux", "veg", "quo", "vis", "rata", "se", "jour", "au", "jus",
    "deja", "vu", "faux", "pas", "bon", "bona", "fide", "hola", "ser", "yo", "je", "tu", "il",
    "elle", "ich", "uno", "dos", "tres", "pero", "por", "que", "como", "casa", "amo", "muy", "una",
    "yuan", "kobo", "rand", "baht", "dong", "kuna",
    "birr", "cedi", "fils", "lei", "leu", "lev", "leva", "rial", "taka",
    "les", "des", "une", "ou", "oui", "non", "yea", "ya", "gen", "lil", "merv", "togo", "sux",
))  # fmt: skip
"""Parts of words, words without a vowel, and short ones that dictionaries leave out."""
_FILE = Path(__file__).with_name("short_words.txt")
ENDS_SENTENCES = frozenset(
    line for line in _FILE.read_text("utf-8").splitlines() if not line.startswith("#")
)
"""Whole words of at most five letters that can end a sentence: their stop is no abbreviation's."""
_ENDS_NONE = frozenset((
    "al", "amp", "amps", "app", "cam", "cap", "coda", "col", "con", "cot", "cum", "de", "del",
    "deli", "demo", "den", "doc", "docs", "dorm", "dos", "el", "era", "ex", "fig", "frat", "gel",
    "grad", "grads", "hex", "hoc", "info", "inn", "la", "labs", "le", "lit", "mar", "max", "med",
    "meds", "meta", "mid", "mini", "mono", "net", "nil", "nit", "nun", "obit", "op", "ops", "par",
    "perm", "pic", "pics", "ply", "pro", "prof", "prom", "pub", "quad", "rep", "reps", "rib",
    "rig", "rod", "sac", "sat", "sec", "semi", "sic", "sims", "sis", "spec", "specs", "stat",
    "stats", "sub", "subs", "sun", "sup", "tab", "tabs", "tan", "tech", "temp", "tram", "vat",
    "vets", "vid", "vids", "von", "wed", "nth", "ref", "refs", "et",
))  # fmt: skip
"""Short words that with a stop may be short for something else ("pub. 1982")."""
_JOINED_TEXT = """
bi bitty blah boo chit co com coms cross de dis doo drive dum duper e ed ee em er ers ex flam
flim flip flops hanky hi hush i im ing itty lil lo mcc mex mid mis nilly non op panky patter
jabr pepto pitter post pre raff riff rom sitcom sub super t ta tac teeny teeter tete tex thru tic
toe totter tri u un weeny wi willy x y ya yang yin yo z zag zig
"""
_JOINED = frozenset(_JOINED_TEXT.split())
"""Parts that are joined to words by hyphens, and are none by themselves."""
_MURMURS = frozenset((
    "uh-oh", "uh-uh", "mm-mm", "no-no", "so-so", "yo-yo", "go-go", "ha-ha", "he-he", "ho-ho",
    "n-no", "i-i", "w-we", "s-so", "hi-fi", "lo-fi", "wi-fi", "la-la", "da-da", "ta-da", "go-to",
    "no-go", "do-it", "bi-bi", "t-to", "b-but", "on-off", "in-in", "up-to", "oh-no", "ah-ha",
    "oh-oh",
    "a-ha", "i-it", "y-no", "to-do", "to-go", "am-pm", "x-y", "p-p", "hm-mm", "mm-hm",
    "m-hm", "uh-hm",
))  # fmt: skip
"""What is joined of nothing but parts of one or two letters."""
_SHORT = re.compile(r"[a-z]{2,4}")
_LONG = re.compile(r"[a-z]{5,}")
_DRAWN_OUT = re.compile(r"([a-z])\1{2,}")
_BEGINS_TEXT = """
bh bj bl br ch chl chr cl cr cz dh dj dm dr dv dw fj fl fr gh gl gm gn gr gw hm hw jq kh kj kl
km kn kr kv kw ll mn ng nv pf ph phl phr pl pn pr ps psh pt rh sb sc sch schl schm schn schr
schw scl scr sh shl shm shr sht sj sk skr sl sm sn sp sph spl spr sq st str sv sw sz tch th
thr thw tr ts tsch tw tz vl vr wh wr xb zh zw
"""
_BEGINS = frozenset(_BEGINS_TEXT.split())
"""The consonants, two or more, that words begin with."""
_ENDS_TEXT = """
bb bbs bs bst bt bts ch chs cht chts ck cks cs ct cts dd dds dl ds dst dt dth dths ff ffs fs
ft fth fths fts gg ggs gh ghs ght ghth ghths ghts gm gms gn gns gs hl hls hm hn hns hs jj kh
khs ks lb lbs lch lck lcs lct ld lds ldt lf lfs lfth lfths lk lks ll lls lm lms ln lns lp lph lphs
lps lpt lpts ls lsh lst lt lth lths lts ltz lx lz mb mbs mm mms mn mns mp mph mphs mps mpt
mpts ms nc nch nck ncs nct ncts nd nds ndt ndth ndths nft ng ngh ngs ngst ngth ngths nh nk
nks nn nns ns nsch nst nt nth nths nts ntz nx nz pf ph phs pp pps ps pt pth pths pts rb rbs rc
rch rchs rcks rcs rct rcts rd rds rdt rf rff rfs rg rgh rghs rgs rk rks rl rld rlds rls rm rms
rmth rn rns rnt rp rph rphs rps rpt rpts rr rrh rrs rs rsch rsh rst rsts rt rth rths rts rtz
rv rx rz sc sch scht scs sh sht sk sks sm sms sp sps ss st sts tch th thm thms ths ts tsch
tt tts tz vs wd wds wk wks wl wls wn wns wnst ws wt wth wths wts xt xth xths xts zz
"""
_ENDS = frozenset(_ENDS_TEXT.split())
"""The consonants, two or more, that words end with."""
_MANY = re.compile(r"[b-df-hj-np-tv-xz]{2,}")
_ODD = frozenset((
    "didnt", "isnt", "wasnt", "doesnt", "hasnt", "hadnt", "couldnt", "wouldnt", "shouldnt",
    "mustnt", "neednt", "whatd", "howd", "thatd", "theyd", "youd", "whod", "whered",
    "dreamt", "undreamt", "flickr", "tumblr", "phpmyadmin", "xscape", "zloty", "zlotys", "grosz",
    "hryvnia", "hryvnias",
))  # fmt: skip
"""Words that begin or end as no other does, and those whose apostrophe was not typed."""
_HELD = re.compile(r"([a-z])\1+")


_LONG_NUMERAL = re.compile(r"M{1,3}[DCLXVI]{2,}")
_NO_NUMERALS = frozenset(("MIX", "MILD", "MILL", "MIDI", "MIXX"))


def is_known(written: str) -> bool:
    """Tell whether a run of letters is no short one that is in no dictionary; "sooo" is "so".

    What has a capital inside is one that a voice reads ("iPhone"), and not "NaCl".
    """
    if not written[1:].islower() and not all(map(_is_case_known, _PARTS.split(written))):
        return False
    if _LONG_NUMERAL.fullmatch(written):
        return written in _NO_NUMERALS
    if "-" in written and written.islower():
        parts = written.split("-")
        if max(map(len, parts)) < 3 and written not in _MURMURS:
            return False
        return all(part in _JOINED or is_known(part) for part in parts)
    if not _SHORT.fullmatch(written) or written in ENDS_SENTENCES or written in _ENDS_NONE:
        return _is_shaped(written)
    if written in KNOWN or _MURMURED.fullmatch(written):
        return True
    return len(written) > 2 and _HELD.sub(r"\1", written) in ENDS_SENTENCES


def _is_shaped(written: str) -> bool:
    """Tell whether small letters, five or more, begin and end as words do."""
    if not _LONG.fullmatch(written) or written in _ODD:
        return True
    plain = _DRAWN_OUT.sub(r"\1", written)
    runs = list(_MANY.finditer(plain))
    for run in (*runs[:1], *runs[-1:]):
        if run.start() == 0 and run[0] not in _BEGINS and run[0][:2] != "mc":
            return run.end() == len(plain)
        if run.end() == len(plain) and run[0] not in _ENDS:
            return False
    return True


def _is_case_known(part: str) -> bool:
    """Tell whether a part of a word has no capital inside, or one that a voice reads right."""
    return not is_mixed(part) or is_mixed_word(part)


def is_word(written: str) -> bool:
    """Tell whether a run of letters is said as it is written."""
    if "'" in written and any(map(_CLIPPED.search, written.split("-"))):
        return False
    return all(map(_is_part, _PARTS.split(written)))


def _is_part(part: str) -> bool:
    if len(part) < 2 or part in KNOWN or _LETTERS.fullmatch(part):
        return True
    if _SHORTENED.fullmatch(part):
        return False
    return bool(_VOWEL.search(part) or _MURMURED.fullmatch(part))


@lru_cache(maxsize=1 << 15)
def is_said(written: str) -> bool:
    """Tell whether a word is said as it is written: a short one is in a dictionary."""
    return is_word(written) and is_known(written)
