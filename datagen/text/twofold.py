"""Short forms that are words as well ("sat", "diff", "ups"), and what tells them apart: data alone.

`classes.shorthand` reads them; those of one meaning are in `shorthand`.
"""

from __future__ import annotations

from typing import NamedTuple


class Twofold(NamedTuple):
    """A reading of a word that has several, and what stands beside it then, as patterns."""

    words: str
    """The forms that are written so, with blanks between them."""
    said: str
    """Empty if it is the word that is written."""
    before: str = ""
    after: str = ""


STAFF = r"(?:dept|department|guys?|desk|help ?desk|tech|ticket|admin|staff)\b"
_END = r"(?=[.,?!;)]|$)"
_ANY_DAY = r"mon|tues?|weds?|thu(?:rs?)?|fri|sat|sun|[a-z]+day|tmrw|tomorrow|weekdays|weekends?"
_OF_DAY = (
    r"(?= ?(?:(?:after|before|around|by) \d"
    r"|\d{1,2}(?::\d\d)? ?(?:[ap]\.?m?\b|-|to\b|or\b|works?\b|and\b|til+\b|thru\b|[.,?!]|$)"
    r"|\d{1,2}:\d\d\b|@|at \d|[ap]m\b|mornings?\b|afternoons?\b|evenings?\b|nights?\b|noon\b"
    r"|works?\b"
    r"|the \d))"
)
"""What follows the name of a day."""
_ON_DAY = (
    rf"(?:open(?:s|ed)?|closed?|on|this|next|last|every|til+|until|thru|through|{_ANY_DAY})"
    r"(?:,| and| or| &| to)? "
)
"""What stands before the name of a day."""
_ENDS_DAY = r"(?=[.,?!;)]|$| (?:and|or|&|to|thru|through|instead|too|only|if|[ap]m|for|from)\b)"
_ABOUT = r"(?:in|since|until|til|till|thru|through|by|from|last|next|this|early|late|mid|of) "
_A_VERB = (
    r"(?=(?: (?:also|just|probably|never|always|still|then|only|try to|have to|need to"
    r"|be able to))?"
    r" (?:add|ask|be|bring|buy|call|cancel|change|check|come|confirm|contact|cover|do|drive|drop"
    r"|email"
    r"|file|find|fix|follow|get|give|go|grab|handle|have|hold|keep|leave|let|look|mail|make|meet"
    r"|move"
    r"|need|note|open|order|pass|pay|pick|place|process|pull|put|refund|reschedule|return|run"
    r"|schedule"
    r"|see|send|set|ship|show|sign|stay|stop|submit|take|talk|tell|text|transfer|try|turn|update"
    r"|use"
    r"|wait|walk|want|write)\b(?! (?:people|person|days?|feeling)))"
)
_DOES = r"(?= (?:be|call|need|have|send|get|let|come|take|do|pick|meet|see|bring|pay)\b)"
_WISHES = r"(?= (?:like|love|rather|prefer|appreciate|say|recommend|suggest)\b)"
_THING = r"(?= (?!(?:of|in|between|is|was|and|or|for|check|file|tool|view|command|to)\b)[a-z]{3,})"
_MONTH = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
SCORED = (
    r"(?= (?:was|is|of) (?:an? )?(?:1[2-9]|2\d|3[0-6])(?=[.,?!;]|$| (?:and|but|so|w/|with|on)\b))"
)
"""What follows a test whose points go to 36."""
_AUXILIARY = (
    r"(?:do|does|did|will|would|can|could|should|must|doesn'?t|don'?t|didn'?t|won'?t|wouldn'?t"
    r"|can'?t|cannot)"
)
_SUBJECT = (
    r"(?:it|that|this|they|we|you|u|i|these|those|everything"
    r"|(?:the|your|ur|my|our|that|this|any)(?: [a-z]+){1,2})"
)
READINGS = (
    # Days.
    Twofold("sat", "Saturday", _ON_DAY, _ENDS_DAY),
    Twofold("sat", "Saturday", "", _OF_DAY),
    *(
        Twofold(short, name, "", rf"(?=,? (?:&|and|or|to|thru|through) (?:{_ANY_DAY})\b)")
        for short, name in (("sat", "Saturday"), ("sun", "Sunday"), ("wed", "Wednesday"))
    ),
    Twofold(
        "sat", "", "",
        r"(?= (?:down|in|on|there|here|by|up|back|around|with|beside|next to|behind|across|outside"
        r"|inside|still|for|idle|empty|unused|alone|quietly|waiting|under|over|near|together"
        r"|through"
        r"|between|too|out|at (?!noon\b)[a-z]+|like|so|unopened|too|a)\b"
        r"(?! (?:\d|afternoon|evening)))",
    ),
    Twofold("sat", "", r"(?:i|he|she|we|they|you|who|it|just|has|have|had|and) ", _END),
    Twofold("sun", "Sunday", _ON_DAY, _ENDS_DAY),
    Twofold("sun", "Sunday", r"(?<!the )", _OF_DAY),
    Twofold("sun", "", r"(?:the|in|of|full|direct|some|any|no|much|little|more|under|hot|a|and) ",
            r"(?! ?\d)"),
    Twofold("sun", "", "", r"(?= (?:damage|screen|block|light|protection|exposure|hat|porch|room"
            r"|visor|deck"
            r"|shade|roof|spots?|allergy|tea|came|comes|rises|sets|went|goes|burn\w*|glasses"
            r"|dress|salutation"
            r"|is (?:out|up|hot|bright|shining|down))\b)"),
    Twofold("sun", "", r"(?:our|your|its|another|bright|morning|evening|afternoon|winter) ",
        r"(?! ?\d)"),
    Twofold("sun", "", "", r"(?=,? (?:and|or) (?:the|moon|rain|wind|stars?|sand|sea|shade|fun"
            r"|planets?"
            r"|earth|water|air|heat)\b)"),
    Twofold("wed weds", "Wednesday", _ON_DAY, _ENDS_DAY),
    Twofold("wed weds", "Wednesday", "", _OF_DAY),
    Twofold("wed weds", "Wednesday", r"(?:is|are|was|for|works|from) ", _END),
    Twofold("wed", "we'd", "", r"(?= (?:like|love|rather|prefer|appreciate|need|want|be|have"
            r"|get)\b)"),
    Twofold("wed", "", r"(?:let's|lets|we|they|will) ", r"(?= (?:in|at the)\b)"),
    Twofold("wed", "", r"(?:to|got|get|getting|newly) ", r"(?! ?\d)"),
    Twofold("wed", "", r"(?:were|was|be|been|are) ", r"(?= (?:in|at the|to)\b)"),
    Twofold("am", "a.m.", rf"(?:{_ANY_DAY}|tonight|the|this|every|in the|early|late|each) ", ""),
    Twofold("am", "a.m.", r"\d(?:-|/)\d ", ""),
    Twofold("pm", "p.m.", rf"(?:{_ANY_DAY}|tonight|the|this|every|in the|early|late|each) ",
            r"(?! (?:me|him|her|us)\b)"),
    Twofold("mar", "March", _ABOUT, r"(?! (?:the|my|his|her|your|its|our|an?|it)\b)(?! ?\d)"),
    Twofold("mar", "", r"(?:to|not|may|will|would|could|can|then|ll|you|it|i|we|they|don't|didn't"
            r"|or) ",
        r"(?= (?:the|my|his|her|your|its|our|an?|it)\b)"),
    *(
        Twofold(short, name, _ABOUT, r"(?! ?\d)")
        for short, name in (
            ("jan", "January"), ("feb", "February"), ("jun", "June"), ("jul", "July"),
            ("aug", "August"), ("sep sept", "September"), ("oct", "October"), ("nov", "November"),
            ("dec", "December"),
        )
    ),
    Twofold("apr", "April", r"(?:since|until|til|till|thru|through|last|next|early|late) ",
        r"(?! ?\d)"),
    Twofold("apr", "APR", r"(?:the|my|your|ur|what|whats|what's|%|percent|intro|purchase|fixed"
            r"|variable|an?"
            r"|high|low|lower|higher|our) ", ""),
    Twofold("tom", "", r"", r"(?! (?:am|pm|morning|night|afternoon|evening|at \d|@)\b)"
            r"(?<!u tom)(?<!you tom)(?<!til tom)(?<!till tom)(?<!until tom)(?<!due tom)(?<!open"
            r" tom)"
            r"(?<!ready tom)(?<!closed tom)(?<!back tom)(?<!there tom)"),
    # Tests, services, parts.
    Twofold("sat", "S A T", "", r"(?= (?:scores?|prep|subscores?|(?:and|or|&) act)\b)"),
    Twofold("sat", "S A T", "", r"(?= (?:was|is|of) (?:an? )?(?:[4-9]\d0|1[0-6]\d0)\b)"),
    Twofold("act", "A C T", "", r"(?= (?:scores?|prep|subscores?|composite|(?:and|or|&) sat)\b)"),
    Twofold("act", "A C T", r"(?:^|[,;] ?|(?:my|his|her|ur|your|their|and|sat|but) )", SCORED),
    Twofold("act", "A C T", r"(?:took|take|taking|retake|retook|retaking|stud(?:y|ying) for"
            r"|prep for) the ", r"(?=[.,?!]|$| (?:again|twice|in|test|and|or|last|this|next)\b)"),
    Twofold("dos", "date of service", "",
            rf"(?=(?: (?:was|is|of|on|for))?:? ?(?:\d{{1,2}}[/-]\d|(?:{_MONTH})[a-z]*\.? \d))"),
    Twofold("dos", "date of service", r"(?:the|wrong|correct|same|which|each|claim) ",
            r"(?=[.,?!]|$| (?:on|is|was|for|does)\b)"),
    Twofold("dos", "", "", r"(?= (?:and|&|or) don'?t'?s\b|,? tres\b"
            r"| (?:equis|amigos|leches|prompt|mode|games?|command)\b)"),
    Twofold("dos", "", r"uno,? ", ""),
    Twofold("sec", "section", r"(?<!\d )(?<!\ba )(?<!one )(?<!every )(?<!per )(?<!last )(?<!each )"
            r"(?<!half )(?<!few )", r"(?= #?\d{1,3}\b(?! ?(?:sec|min|hr|late|ago)))"),
    Twofold("sec", "section", r"(?<=[a-z]{3} \d{3} )", r"(?= #?\d)"),
    Twofold("sec", "section", r"row \w{1,3},? ", r"(?= \w{1,3}\b)"),
    Twofold("sec", "section", r"(?<!\d )(?<!\ba )(?<!one )", r"(?= [a-z]{1,2},? (?:row|seats?)\b)"),
    Twofold("sec", "security", "", r"(?= deposit\b)"),
    Twofold("sec", "SEC", "", r"(?= (?:filings?|rules?|reports?|investigation|disclosures?)\b)"),
    Twofold("incl", "include",
            rf"(?:{_AUXILIARY}(?: {_SUBJECT})?|to|pls|please|we|they|you|u) ", ""),
    Twofold("incl", "included", "", r"(?=[?!])"),
    # What is a word as well.
    Twofold("err", "error", r"(?:getting|got|gets?|this|same|that|an?|the|any|no|with|says?"
            r"|shows?|shown"
            r"|throws?|see|seeing|what|another|which) ", ""),
    Twofold("err", "error", "", r"(?= ?(?:#|code|msg|message|\d|[A-Z]+-?\d|log\b))"),
    Twofold("err", "", "", r"(?=,|\.\.\.| on the| is human| toward)"),
    Twofold("err", "", r"(?:to|and|may|can|will|i|we|people) ", _END),
    Twofold("diff", "different", r"(?:an?|any|some|no|two|three|\d|try|use|is|are|was|its|it's"
            r"|from|with"
            r"|completely|totally|same or|for) ", _THING),
    Twofold("diff", "", r"(?:the|whats the|what's the|git|price|big|no|huge|code|any|a|this|that) ",
            r"(?=[.,?!]|$| (?:of|in|between|is|was|and|or|for|check|file|tool|view|command|to)\b)"),
    Twofold("disc", "discount", r"(?:%|\$\d+|military|mil|senior|student|aaa|employee|emp|veteran"
            r"|bulk|cash"
            r"|loyalty|multi-car|bundle|percent|early-?bird|autopay|promo) ", ""),
    Twofold("disc", "", r"(?:[LCT]\d-?[LCTS]?\d?|the|a|small|bad|my|slipped|herniated"
            r"|bulging|hard|compact|brake|new|this|that"
            r"|game|old|golf"
            r"|install|blank|each|second|two|\d|bad|of|second|ejects?|play|eject) ", r""),
    Twofold("disc", "", "", r"(?= (?:brakes?|golf|drive|jockey|bulge\w*|space|height|degeneration"
            r"|is|was|in|tray|herniation|rotor"
            r"|surgery)\b)"),
    Twofold("ph Ph", "phone", "", r"(?= ?(?:#|:|no\b|number))"),
    Twofold("ph", "P H", "", r"(?= (?:levels?|balance|of|is|test|meter|strips?|scale|value"
            r"|neutral)\b)"),
    Twofold("ph", "P H", r"(?:pool|soil|water|low|high|skin) ", r"(?! ?(?:#|:|no\b"
            r"|number))"),
    Twofold("er", "ER", r"(?:the|an|to|at|from|via|in|our|local|nearest|my|any|through|er) ",
        r"(?!,|\.\.\.)"),
    Twofold("er", "ER", "", r"(?= (?:visits?|copay|doctors?|bills?|nurses?|wait|room|trip|dr|doc"
            r"|docs|physician"
            r"|staff|charges?)\b)"),
    Twofold("er", "", "", r"(?=,|\.\.\.)"),
    Twofold("ups", "UPS", r"(?:via|by|with|thru|through|from|use|using|the|at|a|any|to|called"
            r"|call|or|fedex|usps|and) ",
            r"(?! and downs\b)"),
    Twofold("ups", "UPS", "", r"(?= (?:store|ground|label|tracking|driver|truck|guy|drop"
            r"|delivered|says|has|lost|is"
            r"|will|account|pickup|delivery|package|box|shipping|or)\b)"),
    Twofold("ups", "", "", r"(?= and downs\b)"),
    Twofold("ups", "", r"(?:grown|push|pull|sit|check|start|follow|warm|pick|line|set|close|mix"
            r"|tune"
            r"|touch|catch|pin|dress) ", ""),
    Twofold("or", "OR", r"(?<=in the )", _END),
    Twofold("us", "US", r"(?<=\bthe )", r"(?! (?:two|three|both|all)\b)"),
    Twofold("it", "IT", "", rf"(?= {STAFF})"),
    Twofold("ms", "Miz", r"(?<!\d )", r"(?=\.? [a-z]{3,}\b)(?! (?:word|office|teams|excel|outlook"
            r"|paint|is|and|or"
            r"|patients?|symptoms|degree|in|for|with|windows|project|drugs?|meds)\b)"),
    Twofold("ms", "M S", r"", r"(?= (?:word|office|teams|excel|outlook|paint|patients?|symptoms"
            r"|degree|windows"
            r"|project|drugs?|meds)\b)"),
    Twofold("cos", "", "", r"(?= (?:i|it|its|it's|we|they|he|she|you|u|my|the|im|of|that"
            r"|there)\b)"),
    Twofold("cod", "C O D", r"(?:pay|paid|via|by|is it|do|take|accept) ", ""),
    Twofold("cod", "", r"(?:the|fried|baked|of|cape|fresh|atlantic|black|some|a|with|or|and"
            r"|grilled|lb|pound"
            r"|frozen|salt|pacific) ", ""),
    Twofold("cod", "", "", r"(?= (?:fillets?|liver|fish|is|tacos?|and|sandwich|dinner|with"
            r"|loins?)\b)"),
    Twofold("opt", "option", "", r"(?= #?\d)"),
    Twofold("opt", "", "", r"(?! ?#?\d)"),
    Twofold("del", "", r"(?:costa|rio|playa|casa|sierra|villa|hotel|palo|plaza|punta|via|marina) "),
    Twofold("del", "", "", r"(?= (?:mar|sol|rio|taco|monte|norte|sur|rey|carmen|key|button)\b)"),
    Twofold("fob", "", r"(?<!ship )(?<!ships )(?<!shipped )(?<!freight )(?<!terms )(?<!price"
            r" )(?<=\w )"),
    Twofold("fob", "", "", r"(?= (?:is|was|battery|key)\b)"),
    Twofold("la", "L A", r"(?:in|to|from|around|near|of) ", r"(?=[.,?!]|$| (?:area|on|at|for|this"
            r"|and|tomorrow|tonight"
            r"|today|by|to|from|office|county|traffic|time|next|last|in)\b)"),
    Twofold("la", "", r"(?<!in )(?<!to )(?<!from )(?<!around )(?<!near )(?<!of )", ""),
    Twofold("la", "", "", r"(?= (?!(?:area|on|at|for|this|and|tomorrow|tonight|today|by|to|from"
            r"|office|county|traffic"
            r"|time|next|last|in)\b)[a-z])"),
    Twofold("se", "", r"per ", ""),
    Twofold("se", "Southeast", r"(?:the|on|at|from) ", r"(?= (?:corner|side|end|part|entrance)\b)"),
    Twofold("bus", "business", "", r"(?= days?\b)"),
    Twofold("np", "no problem", r"^", r"(?=[.,!?]|$| (?:at all|have|man|dude|bro|ill|i|we|just"
            r"|see|thx"
            r"|thanks|enjoy|call|ty|u|you|take|glad|anytime|let|it)\b)"),
    Twofold("np", "no problem", r"(?:[.,!] ?|(?:ok|yes|yep|sure|its|it's|thats|that's|yeah|thx"
            r"|thanks|lol"
            r"|is) )", _END),
    Twofold("rn", "right now", r"(?<=\w )(?<!the )(?<!an )(?<!a )(?<!my )(?<!ur )(?<!your )"
            r"(?<!charge )"
            r"(?<!triage )(?<!per )(?<!by )(?<!from )(?<!with )(?<!w/ )(?<!nurse )(?<!are )",
            r"(?=[.,!?]|$| (?:but|so|and|bc|cuz|because|i|we|its|it's|it|at|on|in|for|sorry|lol"
            r"|if)\b)"),
    Twofold("ofc", "of course", r"(?<!the )(?<!at )(?<!my )(?<!our )(?<!ur )(?<!your )(?<!main )"
            r"(?<!home )(?<!back )(?<!front )(?<!drs )(?<!dr )(?<!doctors )(?<!in )(?<!to"
            r" )(?<!from )",
            r"(?! (?:hours|hrs|phone|mgr|manager|visit|staff|number|#|supplies|is|was)\b)"),
    Twofold("hw", "homework", "", r"(?! (?:heater|tank|temp|line|issue)\b)"),
    # What is no word, and has several meanings.
    Twofold("mon", "Monday"), Twofold("tue tues", "Tuesday"), Twofold("thu thur thurs", "Thursday"),
    Twofold("fri", "Friday"),
    Twofold("prob", "problem", r"(?:no|the|a|any|this|that|big|same|another|main|one|real|your|ur"
            r"|my|not a) ", ""),
    Twofold("prob", "probably", r"(?:will|ill|i'll|is|was|are|can|should|would|its|it's|that's"
            r"|thats|they|we|i|you|u"
            r"|im|i'm|he|she|it|they're|theyre|and|or|but|yes|yeah|most) ", r"(?= [a-z\d])"),
    Twofold("prob", "probably", r"^", r"(?= (?:the|a|not|just|at|in|on|around|about|gonna|going"
            r"|will|be|like|need|take"
            r"|tomorrow|tmrw|\d|some|can|have|should|more|too|because|something|next|this)\b)"),
    Twofold("pd", "paid", "", r"(?= (?:cash|in full|by|with|off|\$|w/|the|it|already|on|for|via"
            r"|up|online)(?!\w))"),
    Twofold("blk", "black", "", r"(?= (?:or|and|&) [a-z]+)"),
    Twofold("blk", "black", r"(?:in|brn|wht|white|brown|red|blue|gray|or|color) ", r"(?! of\b)"),
    Twofold("blk", "black", "", r"(?= (?:leather|shoes?|paint|shirt|pants|jacket|pls|please|one"
            r"|jeans|dress|bag|socks)\b)"),
    Twofold("bp", "blood pressure", "", r"(?= (?:meds?|medication|medicine|pills?|cuff|monitor"
            r"|readings?|checks?|check"
            r"|machine|was|is|high|low|\d{2,3}/\d))"),
    Twofold("bp", "blood pressure", r"(?:high|low|my|her|his|your|ur|the|for|check|take) ", _END),
    Twofold("os", "O S", r"(?:what|which|the|my|your|ur|new|latest|mac|update) ", ""),
    Twofold("os", "O S", "", r"(?= (?:version|update|is|\d))"),
    Twofold("ip", "I P", "", r"(?= (?:address|addr|addresses|is|\d|camera|phone|config))"),
    Twofold("sn", "serial number", r"(?:the|whats the|what's the|your|ur|my|its|send|new|old|need"
            r"|and) ", ""),
    Twofold("sn", "serial number", "", r"(?= ?(?:#|:|is\b))"),
    Twofold("sig", "signature", r"(?:no|need|needs|your|ur|the|a|w/o|without|my|adult|email) ", ""),
    Twofold("sig", "signature", "", r"(?= (?:needed|required|req|on file|line|page"
            r"|confirmation)\b)"),
    Twofold("diag", "diagnostic", "", r"(?= (?:fee|charge|test|visit|code|codes|tool|report|mode"
            r"|center|call|scan)\b)"),
    Twofold("bal", "balance", r"(?:the|my|your|ur|whats my|a|acct|account|current|remaining|min"
            r"|open|new|total|zero"
            r"|full|due|outstanding|past due|and|of|pay|prev|card) ", r"(?! (?:harbour|harbor)\b)"),
    Twofold("bal", "balance", "", r"(?= (?:is|was|due|of|on|owed|transfer|forward|\$))"),
    Twofold("min", "minimum", r"(?:an?|the|any|no) ", r"(?= (?:for|on|order|charge|to)\b)"),
    Twofold("min", "minimum", "", r"(?= (?:due|payment|pmt|pymt|balance|bal|deposit|order"
            r"|purchase|wage|age|amount|amt"
            r"|charge|stay|bid|spend|requirement|height|credit)\b)"),
    Twofold("elec", "electric", "", r"(?= (?:bill|range|stove|heat|heater|co|company|panel|meter"
            r"|service|oven|dryer)\b)"),
    Twofold("est", "estimated", "", r"(?= (?:total|time|cost|value|delivery|arrival|wait|price"
            r"|completion|tax|date|hours)\b)"),
    Twofold("est", "estimate", r"(?:an|your|ur|my|free|written|rough|quick|the) ",
        r"(?=[.,?!]|$| (?:for|of|was|is|on)\b)"),
    Twofold("avail", "available", r"(?:is|are|not|any|no longer|still|now|be|was|were|units?"
            r"|appts?|times?|slots?|u|you"
            r"|when|what's|whats|first|next|if|them) ", ""),
    Twofold("avail", "available", "", r"(?= (?:now|today|tmrw|tomorrow|at|after|before|units?"
            r"|times?|appts?|slots?|from"
            r"|until|mon|tues?|wed|thu|fri|sat|sun|this|next|soon)\b)"),
    Twofold("avail", "", r"(?:to no|to little|to) ", ""),
    Twofold("ins", "insurance", "", r"(?= (?:id|card|co|company|policy|plan|info|agent|is|claim"
            r"|through|coverage|carrier"
            r"|covers|paid|wont|won't|will)\b)"),
    Twofold("ins", "insurance", r"(?:my|your|ur|the|health|car|auto|home|dental|life|her|his|new"
            r"|no|have) ", r"(?! and outs\b)"),
    Twofold("inc", "included", r"(?:is|are|not|tax|tip|utilities|water|all|trash|parking) ", _END),
    Twofold("rm", "room", r"(?:what|whats the|what's the|the|my|your|ur|which|living|dining"
            r"|waiting|exam|conf|front) ", ""),
    Twofold("rm", "room", "", r"(?= (?:#|service|number|no\b|rate|key|\d))"),
    Twofold("rd", "road", r"(?:county|country|dirt|gravel|the|state|service|access|frontage|main"
            r"|side|our|my|private"
            r"|farm|mill|river|lake) ", ""),
    Twofold("po", "P O", "", r"(?= (?:box|boxes|#|number|num)\b| #)"),
    Twofold("wo", "work order", "", r"(?= ?#)"),
    Twofold("pk", "pack", r"\d[ -]?", ""),
    Twofold("pt", "patient", r"^", r"(?= (?:c/o|is|was|has|states|stated|reports|denies|called"
            r"|says|said|here|needs|seen"
            r"|wants|refused|not|to be)\b)"),
    Twofold("pt", "patient", r"(?:the|this|new|my|our|your|that|each|no|every|established) ",
            r"\.?(?= [a-z])"),
    Twofold("pt", "patient", r"(?:the|this|new|my|our|your|that|each|no|every|established) ",
            r"(?!\.| \()"),
    Twofold("pt", "point", "", r"\.?(?= \(-?\d)"),
    Twofold("c/o", "complaining of", r"(?<=pt )", ""),
    Twofold("mr", "mister", "", r"\.?(?= [a-z]{2,}\b)(?! (?:is|was|and|or)\b)"),
    Twofold("mr", "mister", "", r"\.?(?= [a-z]\.? [a-z]{2,}\b)"),
    Twofold("mrs", "missus", "", r"\.?(?= [a-z]{2,}\b)(?! (?:is|was|and|or)\b)"),
    Twofold("dr", "doctor", r"(?:my|your|ur|his|her|our|which|what|new|another|primary|eye|family"
            r"|er|foot|good|eye|the"
            r"|see|a|reg|regular|heart|kids|ask) ", r"(?! (?:\d|is on\b))"),
    Twofold("dr", "doctor", r"(?:^|,|with|for|from|by|w/|under|at|is|see|and|called|call|hello|hi"
            r"|thanks|yes|if|when|that|in) ?",
            r"\.?(?= (?!(?:is|was|has|on|in|at|and|or|of|apt|unit|near|by|to|the"
            r"|ste)\b)[a-z]{3,}\b)"),
    Twofold("drs", "doctor's", r"(?:my|your|ur|his|her|the|a|our) ", r"(?= (?:office|appt"
            r"|appointment|note|name|number|orders)\b)"),
    Twofold("f/u", "follow up", "", r"(?= (?:in|with|w/|on|by|after|needed|at|for|when"
            r"|again)(?!\w))"),
    Twofold("f/u", "follow-up", r"(?:a|the|for|his|her|my|your|ur|no|need|needs|sched|schedule"
            r"|next|post-op|any) ", ""),
    Twofold("f/u", "follow-up", "", r"(?= (?:appt|appointment|visit|call|appts|calls|email"
            r"|care)\b)"),
    Twofold("w/d", "washer and dryer", "", r"(?= (?:hook-?ups?|included|incl|in unit|in-unit"
            r"|connections?|on site|combo)\b)"),
    Twofold("w/d", "washer and dryer", r"(?:there an?|have an?|has an?|w/|with an?|with|in-unit"
            r"|in unit|unit|br|apt"
            r"|included|new|shared|stackable) ", r"(?! fees?\b)"),
    Twofold("ins", "", "", r"(?= and outs\b)"),
    Twofold("apt", "apartment", r"(?:my|your|ur|our|his|her|their|which|what|new|same|old|this|that"
            r"|the|each|every|empty|whole|studio|br|bedroom) ", r"(?! (?:to|description|name)\b)"),
    Twofold("apt", "", "", r"(?= (?:to|description|name|comparison|metaphor|analogy|pupil)\b)"),
    Twofold("apt", "", r"(?:is|more|most|very|so|quite|as|seems|pretty) ", r"(?! ?#?\d)"),
    # An apostrophe that was not typed.
    Twofold("im Im", "I'm"), Twofold("ive", "I've"),
    Twofold("ill", "I'll", r"(?:^|[,.;] ?|(?:and|so|but|then|maybe|ok|okay|yes|yeah|yep|if not"
            r"|sure|thanks|that|think"
            r"|thx|no|well|or|when|tomorrow|now|later|guess|say|please|hope|sat|fri|k|cool|great"
            r"|fine|it) )", _A_VERB),
    Twofold("ill", "", r"(?!(?:and|so|but|then|maybe|ok|okay|yes|yeah|yep|sure|thanks|that|think"
            r"|thx|no"
            r"|well|or|when|tomorrow|now|later|guess|say|please|hope|k|cool|great|fine|it|if"
            r"|because"
            r"|bc|cuz|sat|fri)\b)[a-z']+ ", rf"(?!{_A_VERB})"),
    Twofold("ill", "", r"(?:feel|got|get|was|is|are|were) .{1,24} (?:and|or|so) ",
        rf"(?!{_A_VERB})"),
    Twofold("id", "I'd", r"(?:^|[,.;] ?|(?:and|so|but|then|ok|yes|yeah|sure|no|well|think|thanks"
            r"|thx|that) )", _WISHES),
    Twofold("hell", "he'll", "", _DOES),
    Twofold("shell", "she'll", "", _DOES),
)  # fmt: skip
DOUBTED = (
    "sat", "sun", "wed", "weds", "mar", "err", "diff", "disc", "er", "ups", "ms", "cod", "del",
    "la",
    "se", "tom", "apr", "ill", "prob", "sig", "diag", "os", "f/u", "w/d", "opt", "ph", "np",
    "rn", "ofc",
    "hw", "pcs", "fob", "ins", "apt", "dos",
)  # fmt: skip
"""Those that are refused where nothing beside them tells."""
