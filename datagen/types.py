"""Everything that crosses a stage boundary, in the order it is made. Read this first.

    Job --script--> Script --speech--> Speech --timeline--> Dialogue --tokens--> ShardRow

What is text is a frozen pydantic record with a JSON Schema; what is sound is a frozen dataclass of
arrays. Time is an ``int`` count of 24 kHz samples; seconds appear only in text for people.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Literal, NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field

SAMPLE_RATE = 24_000
"""Sample rate in Hz. Every backend resamples to this at its own edge (Mimi's rate)."""
FRAME = 1_920
"""Samples per codec frame: 80 ms, 12.5 frames a second (Mimi's)."""
FRAME_RATE = 12.5
"""Frames per second."""
NUM_CODEBOOKS = 8
"""Codebooks kept per stream, K (Moshi and PersonaPlex use the first 8 of Mimi's 32)."""
CARDINALITY = 2_048
"""Entries in each codebook."""

Audio: TypeAlias = NDArray[np.float32]
"""Mono waveform [S] in [-1, 1] at 24 kHz."""
Stereo: TypeAlias = NDArray[np.float32]
"""Two channels [C, S]: 0 is the agent, 1 is the user."""
Codes: TypeAlias = NDArray[np.int16]
"""Codec tokens [K, T], undelayed."""

Speaker: TypeAlias = Literal["agent", "user"]
Onset: TypeAlias = Literal["after", "overlap", "barge_in", "backchannel"]
Split: TypeAlias = Literal["train", "validation"]
Direction: TypeAlias = Literal["inbound", "outbound", "assistant"]
"""Who calls: the user, the agent, or the agent for somebody else."""
ProbeType: TypeAlias = Literal["Q0", "Q1", "Q2", "Q3", "Q4", "Q5", "Q6"]
SPEAKERS: tuple[Speaker, Speaker] = ("agent", "user")
"""The two speakers, in channel order."""


class UserError(ValueError):
    """The user asked for what cannot be: one sentence of what, where and how to mend it."""


class RunFailed(Exception):
    """The run cannot go on, and not because of what the user asked."""


class AllRejected(RunFailed):
    """Every dialogue so far was rejected: no more are tried, since none would be better."""


class Rejected(Exception):
    """Raised by a stage when a dialogue is not good enough; it becomes a `Reject`."""

    def __init__(self, reason: str, evidence: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        self.evidence = evidence


class Record(BaseModel):
    """Base of everything that is written as JSON: frozen, and strict about unknown keys."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class DialogId(NamedTuple):
    """The name of a dialogue, e.g. ``service-0000042``: its kind, and its number in the plan."""

    kind: str
    number: int

    def __str__(self) -> str:
        return f"{self.kind}-{self.number:07d}"

    @classmethod
    def parse(cls, text: str) -> DialogId | None:
        """Read an id as it is written, or with fewer zeros; None if it is none."""
        kind, _, digits = text.rpartition("-")
        if not kind or not (digits.isascii() and digits.isdecimal()):
            return None
        return cls(kind, int(digits))


class Job(Record):
    """One dialogue to be made. The id and the run's seed decide every random choice."""

    dialog_id: str
    kind: str
    index: Annotated[int, Field(ge=0)]
    seed: int


class Reject(Record):
    """A dialogue that a stage refused, with its reason: data, not a log line."""

    dialog_id: str
    stage: str
    attempt: int = 1
    reason: str
    evidence: str = ""


class Fact(Record):
    """A name or value that is spoken of, ``written`` in a role or a result and ``spoken`` aloud."""

    id: str
    type: str
    """Money, date, time, count, percent, duration, phone, ssn, code, name, text or another kind."""
    written: str
    spoken: str


class Probe(Record):
    """A question that tests the role, of a kind of Service-Duplex-Bench (PersonaPlex, table 3)."""

    type: ProbeType
    act: str
    """What the agent must do: state, correct, confirm, decline, deescalate, unknown, redirect."""
    user_turn: int
    agent_turn: int
    expects: tuple[str, ...] = ()
    """Spoken strings the agent's turn must contain."""
    forbids: tuple[str, ...] = ()
    """Spoken strings it must not contain."""
    verdict: Literal["pass", "fail", "unchecked"] = "unchecked"


class Behaviour(Record):
    """How a person talks; each level is 0 (none), 1 (some) or 2 (much), as in Behavior-SD."""

    fillers: Annotated[int, Field(ge=0, le=2)] = 1
    backchannels: Annotated[int, Field(ge=0, le=2)] = 1
    interruptions: Annotated[int, Field(ge=0, le=2)] = 1
    length: Annotated[int, Field(ge=0, le=2)] = 1


class Persona(Record):
    """A speaker, as far as casting needs it to find a plausible voice."""

    name: str
    gender: Literal["female", "male"]
    emotion: str = "neutral"
    patience: Annotated[int, Field(ge=0, le=2)] = 1
    behaviour: Behaviour = Behaviour()


class Pause(Record):
    """A silence inside a turn, wanted by the script; the timeline draws how long."""

    after_word: Annotated[int, Field(ge=1)]
    """How many spoken words of the turn come before it."""
    kind: Literal["clause", "thinking"] = "clause"


class Emotion(Record):
    """What a turn sounds like, on Russell's circumplex."""

    label: str
    """Feeling: angry, annoyed, worried, disappointed, tired, neutral, calm, friendly, cheerful or
    relieved."""
    valence: Annotated[float, Field(ge=-1, le=1)]
    """How pleasant it is, from -1 (unpleasant) to 1."""
    arousal: Annotated[float, Field(ge=-1, le=1)]
    """How excited it is, from -1 (drowsy) to 1."""


class WorldItem(Record):
    """One thing that is so in the world of a call, and where it is known."""

    id: str
    visibility: str
    """Where it is known: prompt (in the agent's role), tool:NAME (a tool returns it), agent (known
    to it beside its role, as to a teacher), user or nobody."""
    text: str
    """A third-person sentence; of an item known to nobody, the question that it would answer."""


class Tool(Record):
    """What the agent can call."""

    name: str
    description: str
    """A verb phrase: it follows "You can"."""
    arguments: tuple[str, ...]
    is_action: bool
    """The tool changes the world; if not, it only reads."""
    latency: tuple[float, float]
    """Fewest and most seconds until it answers."""


ActionStatus: TypeAlias = Literal["ok", "no_match", "failed", "timed_out", "cancelled"]
"""How a call of a tool ends; a cancelled one ends as the agent takes it back."""


class Action(Record):
    """One call of a tool."""

    id: str
    tool: str
    arguments: dict[str, str]
    turn: Annotated[int, Field(ge=0)]
    """Index in Script.turns of the agent's turn that covers the wait."""
    result: str
    """Sentences; what is said later may be licensed by them."""
    status: ActionStatus = "ok"
    latency: Annotated[float, Field(ge=0)] = 0.0
    """Seconds from the call to the result."""


InterruptionKind: TypeAlias = Literal[
    "question", "pause", "known", "protest", "early", "correction", "slot", "collision", "cancel"
]
"""What somebody interrupts for.

A caller asks something, wants the agent to wait, knows that already, does not believe it, answers
before the end, corrects what is said, or takes an order back; an agent asks a caller who rambles
for a slot; in a collision both begin at once, and one of them stops.
"""
Uptake: TypeAlias = Literal["resume", "repeat", "summarise", "drop"]
"""What an interrupted speaker does later: goes on from the phrase that was cut, says all of it
again, says it in short, or leaves it."""


class Interruption(Record):
    """How a turn that barges in came about, and what comes of it."""

    kind: InterruptionKind
    answer: Literal["yield", "hold", "override"] | None = None
    """How the interrupted speaker stops: at once, after the clause, not at all; None: as the
    timeline's preset draws it."""
    uptake: Uptake | None = None
    """What the interrupted speaker does afterwards; None if nobody planned it."""


class Turn(Record):
    """One line of one speaker.

    A ``barge_in`` or ``backchannel`` begins during the floor turn before it (the last turn that is
    not a backchannel), once ``at_word`` of that turn's spoken words have been said.
    """

    speaker: Speaker
    text: Annotated[str, Field(min_length=1)]
    """The line as written: the canonical text."""
    spoken: Annotated[str, Field(min_length=1)]
    """The line as said: numbers, money, dates, ids in words. Blanks divide it into its words."""
    onset: Literal["after", "barge_in", "backchannel"] = "after"
    at_word: Annotated[int, Field(ge=1)] | None = None
    pauses: tuple[Pause, ...] = ()
    act: str = ""
    """Dialogue act; in a simulated call one of ISO 24617-2, e.g. setQuestion, inform, offer."""
    fact_ids: tuple[str, ...] = ()
    licence: tuple[str, ...] = ()
    """What the agent's claims rest on: prompt.ITEM, result.ACTION, user.VALUE; empty: no claim."""
    emotion: Emotion | None = None
    calls: tuple[str, ...] = ()
    """Ids of the actions that the agent issues with this turn."""
    repairs: Annotated[int, Field(ge=0)] | None = None
    """Index of the turn that this one mends: asks to repeat, corrects, spells, says again."""
    interruption: Interruption | None = None
    """What a turn barges in for, if it does and the script knows it."""
    meanwhile: bool = False
    """The agent says it while a tool works: it rests on no result, and waits for none."""


class Script(Record):
    """A dialogue as text: what stage 1 makes."""

    dialog_id: str
    kind: str
    split: Split
    language: str = "en"
    domain: str
    scenario: str
    call_direction: Direction = "inbound"
    prompt_level: str
    role_prompt: Annotated[str, Field(min_length=1)]
    """The agent's role as the model reads it, without tags."""
    user_role_prompt: str | None = None
    agent: Persona
    user: Persona
    facts: tuple[Fact, ...] = ()
    probes: tuple[Probe, ...] = ()
    turns: Annotated[tuple[Turn, ...], Field(min_length=2)]
    writer: str
    model: str = ""
    attempts: Annotated[int, Field(ge=1)] = 1
    """Number of wordings until it was good."""
    scores: dict[str, Annotated[int, Field(ge=1, le=5)]] = Field(default_factory=dict)
    """Scores of a judge: role_adherence, naturalness, goal_completion; 5 is best, empty if nobody
    judged."""
    judge: str = ""
    """The model that scored it."""
    world: tuple[WorldItem, ...] = ()
    tools: tuple[Tool, ...] = ()
    actions: tuple[Action, ...] = ()
    """Calls of tools, in their order."""
    outcome: str = ""
    """How it ended: solved, partly, refused, handed_on, failed or broken_off; empty without a
    task."""


class Voice(Record):
    """Somebody's voice: a reference recording, or a synthetic speaker that ``id`` alone defines."""

    id: str
    source: str
    license: str
    synthetic: bool
    gender: Literal["female", "male"]
    path: str | None = None
    """Path of the reference audio; None for a synthetic speaker."""


@dataclass(frozen=True, slots=True)
class Line:
    """What a synthesizer is asked to say."""

    spoken: str
    voice: Voice
    speaker: Speaker
    emotion: str = "neutral"
    speed: float = 1.0
    """Pace relative to the voice's own; a backend that cannot change its pace ignores it."""


class SpokenWord(Record):
    """When a word is said, in samples from the start of its clip; ``end`` is exclusive."""

    text: str
    start: int
    end: int
    confidence: float | None = None
    """How well the sound fits the word, on its aligner's scale; None if nobody listened for it."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What a synthesizer answers: one clip, and word times if it knows them."""

    audio: Audio
    words: tuple[SpokenWord, ...] | None


@dataclass(frozen=True, slots=True)
class Clip:
    """One turn's sound and what was measured on it."""

    turn: int
    """Index in Script.turns."""
    num_samples: int
    words: tuple[SpokenWord, ...] | None
    loudness: float
    """Loudness in LUFS (ITU-R BS.1770), of the clip as stored."""
    peak: float
    """Level of the largest sample, in dBFS."""
    audio: Audio | None
    """Samples of the clip; None when only the measurements were loaded."""
    said: str | None = None
    """What was said in place of the script's line, a backchannel that its voice cannot make; None
    if the line was said as written."""


class Fault(NamedTuple):
    """What is wrong with a take: a reason to count, and evidence to read."""

    reason: str
    evidence: str


class Attempt(Record):
    """A take that was not good enough."""

    name: str
    """Name of the take, as `take_name` says it."""
    step: str
    """Step that made it: first, new seed, slower, calmer, split or other backend."""
    reason: str
    evidence: str


def take_name(turn: int | None, speaker: Speaker) -> str:
    """Return what a turn's takes are called, or (None) those of a speaker's reference."""
    return f"reference ({speaker})" if turn is None else f"turn {turn} ({speaker})"


@dataclass(frozen=True, slots=True)
class Speech:
    """A dialogue's clips in turn order, its voices, and a reference of each: what stage 2 makes."""

    dialog_id: str
    voices: dict[Speaker, Voice]
    clips: tuple[Clip, ...]
    references: dict[Speaker, Audio | None]
    """Sound [S] of each voice for the voice prompt: 3-5 s that are not in the dialogue."""
    attempts: tuple[Attempt, ...] = ()
    """Takes that the gates refused, in order; kept to be counted, and not read back."""


class Segment(Record):
    """One cut of an edit list: samples [start, end) of a turn's clip, placed at ``at``."""

    turn: int
    start: int
    end: int
    at: int
    """Sample of the dialogue where it begins."""
    gain: float
    """Gain in dB."""
    fade_in: int = 0
    fade_out: int = 0
    """Samples of raised-cosine fade inside the segment."""


class PlacedTurn(Record):
    """A turn on the dialogue's clock; ``unsaid`` is what of ``spoken`` a barge-in cut off."""

    speaker: Speaker
    text: str
    spoken: str
    onset: Onset
    unsaid: str = ""
    start: int
    end: int


class Word(Record):
    """A word as heard, on the dialogue's clock."""

    speaker: Speaker
    text: str
    start: int
    end: int
    turn: int
    confidence: float | None = None
    """Confidence of the aligner, as in `SpokenWord`; not in shards."""


class PlacedAction(Record):
    """A call of a tool on the dialogue's clock; both of its times are multiples of FRAME."""

    id: str
    tool: str
    arguments: dict[str, str]
    turn: int
    """Index in Script.turns of the agent's turn that covers the wait."""
    issued: int
    """Sample where the agent calls the tool."""
    answered: int
    """Sample where the result is there: nothing the agent says before it rests on the result."""
    result: str
    status: ActionStatus = "ok"


class Event(Record):
    """One line of the ledger of what happened between the speakers.

    Types: gap, overlap, lapse, dead_air, wait, barge_in, interruption, cut, unsaid, false_barge_in,
    false_interruption, backchannel, pause, dropped, slot, effect (`timing.events` says what each
    is).
    """

    type: str
    speaker: Speaker
    cause: str
    text: str = ""
    start: int
    end: int


class Dialogue(Record):
    """Both speakers on one clock, as metadata: what stage 3 makes. `audio.mix` renders it."""

    dialog_id: str
    num_samples: int
    """Number of samples, a multiple of FRAME."""
    segments: tuple[Segment, ...]
    turns: tuple[PlacedTurn, ...]
    words: tuple[Word, ...]
    """Words that are heard, sorted by start."""
    events: tuple[Event, ...]
    """Events sorted by start."""
    actions: tuple[PlacedAction, ...] = ()
    """Calls of tools, in the order in which they were issued."""


@dataclass(frozen=True, slots=True)
class ShardRow:
    """One training example: what stage 4 makes. The columns are `shards.layout.SCHEMA`."""

    script: Script
    dialogue: Dialogue
    voices: dict[Speaker, Voice]
    codes: dict[Speaker, Codes]
    """Codes of each channel, [K, T]."""
    voice_codes: dict[Speaker, Codes]
    """Codes of each voice reference, [K, Tv]."""
    text: dict[Speaker, NDArray[np.int16]]
    """Text tokens of each speaker, [T]."""
    prompt_tokens: tuple[int, ...]
    hygiene: dict[str, float]
    provenance: dict[str, str | int]
