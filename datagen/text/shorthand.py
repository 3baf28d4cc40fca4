"""Short forms of chats and call logs ("cust", "xfer"), and what is said for them: data alone.

`classes.shorthand` has those that are words as well ("sat", "diff"), with what tells them apart.
"""

from __future__ import annotations

_SAID = """
abt about|abv above|accnt account|acctg accounting|acnt account|addl additional|addnl additional
addtl additional|adjmt adjustment|afk away from keyboard|agmt agreement|agrmt agreement|amex Amex
amirite am I right|amnt amount|amt amount|amts amounts|ansd answered|apmt appointment
appmt appointment|apptmt appointment|aprox approximately|arrvd arrived|assts assistants
atty attorney|attys attorneys|avg average|bcoz because|bcuz because|bdrms bedrooms|bedrm bedroom
bhnd behind|bldgs buildings|bldng building|brkfst breakfast|brn brown|bsmt basement
cancld canceled|chk check|chkd checked|chks checks|ckd checked|clsd closed|cnfrm confirm
cnfrmd confirmed|cntct contact|commn commission|confd confirmed|crdt credit|cstmr customer
cust customer|custmr customer|custs customers|cxl cancel|cxld canceled|cxled canceled|cya see ya
dbl double|dbld doubled|delvd delivered|delvry delivery|depts departments|dlvd delivered
dlvr deliver|dlvrd delivered|dlvry delivery|docmt document|dwn down|dwnld download
dwnstrs downstairs|eg for example|elig eligible|emerg emergency|emplr employer|emply employee
engr engineer|equipt equipment|evng evening|exch exchange|frnd friend|frnds friends|fwd forward
fwded forwarded|grn green|gtd guaranteed|handld handled|hbd happy birthday|hndl handle|hrly hourly
hwh hot water heater|ie that is|impt important|incld included|inclg including|incls includes
itll it'll|knw know|lmt limit|lrg large|luv love|maint maintenance|mdse merchandise|mgd managed
mgrs managers|misc miscellaneous|mktg marketing|mlg mileage|mnth month|mnths months|mtge mortgage
mtgs meetings|mtn mountain|mvmt movement|nbrhd neighborhood|nthg nothing|ntwk network|nxt next
obv obviously|obvs obviously|offc office|offcr officer|ordrd ordered|origl original|otw on the way
outsd outside|ovr over|passwd password|paymt payment|pchs purchase|pkup pickup|pmnt payment
prchs purchase|prev previous|prgm program|pswd password|pw password|pwd password|pwds passwords
pymts payments|qstn question|qstns questions|quan quantity|ques question|rcpt receipt
rcpts receipts|rcv receive|rcvg receiving|recpt receipt|recvd received|refnd refund
regd registered|remdr remainder|replcd replaced|replcmt replacement|reqd required|reqst request
retd returned|retn return|rgds regards|rlly really|rly really|rmdr reminder|rmv remove
rnwl renewal|rpr repair|rprd repaired|rqst request|rsn reason|rsvd reserved|rsvn reservation
rtnd returned|rtns returns|rx prescription|shd should|shld should|shpd shipped|shpg shipping
shpmt shipment|shpmts shipments|shppd shipped|sked schedule|smthg something|sndg sending
soln solution|spkr speaker|spvr supervisor|srsly seriously|stmt statement|stmts statements
sumry summary|supvr supervisor|svc service|svcd serviced|svcs services|svgs savings|swtch switch
synd synced|tckt ticket|thatll that'll|thks thanks|thnks thanks|thnx thanks|tks thanks|tkt ticket
tkts tickets|tlkd talked|tmw tomorrow|tnx thanks|tomo tomorrow|trmt treatment|trnsfr transfer
tstat thermostat|tyia thank you in advance|tyvm thank you very much|ull you'll|undr under
updt update|updtd updated|usu usually|veh vehicle|vehs vehicles|verfd verified|vm voicemail
vms voicemails|vndr vendor|vndrs vendors|voicemsg voice message|vrfd verified|vrfy verify|vry very
wbu what about you|whse warehouse|wkday weekday|wkdays weekdays|wkdy weekday|wkdys weekdays
wndw window|wrk work|wrnty warranty|wtr water|wty warranty|xfer transfer|xfered transferred
xferred transferred|xfers transfers|xfr transfer|xtra extra|yday yesterday|yrly yearly
ytd year to date|yw you're welcome
"""
_SPELLED = """
ach adhd ama apy bcbs bff bmw bwi cbd cdl clt cnc copd cpa csr cvs dfw dhl dhs dui dvr dvt eft epo
ewr fha fml fsa gmc hmo hsa hud ibm jfk kfc lax lga lmao lmfao mco mfa nda nyc ocd oem oj otc pcp
pdx ppo ptsd rfp rofl roi sfo slc ssdi ssid stfu tmi tsa uhf usps uti vhs vod vw wpa wtf
"""
_LEFT = """
appl assoc assocs compl compt confid descr determ discon disconn docum empl estab explan guarant
icymi illus immed incorp indep indiv inst insur interv laund memb minim negot notif occas oppty
permis photog polcy pract presc prescr princ produc reimb reimburs reloc resch resched restr resub
resv statist subm subscr subst suffic suppl transf typic unauth unavail undeliv verfy verif voidd
volun warr yesty
"""
SAID = dict(row.split(" ", 1) for row in _SAID.strip().replace("\n", "|").split("|"))
SAID |= {short: short.upper() for short in _SPELLED.split()} | {"aaa": "triple A", "phd": "PhD"}
SAID |= {
    short.capitalize(): said[0].upper() + said[1:]
    for short, said in SAID.items()
    if short.capitalize() not in ("Ie", "Eg", "Rx", "Tomo")
}
"""Short forms of one meaning, small or at the start of a sentence."""
LEFT = tuple(form for short in _LEFT.split() for form in (short, short.capitalize()))
"""Those that look like words and have several meanings, or several endings: they are refused."""
