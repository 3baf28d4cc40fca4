"""Published rules on cases worked out by hand, in both modes."""

from __future__ import annotations

import math

import numpy as np
import pytest

from datagen.exam.rules import eva, humdial, mtr, overlap, tau_voice, turnbench
from datagen.exam.rules import full_duplex_bench as fdb
from datagen.exam.rules.channel import Channel, HeardWord, TimeSpan, merged

TEXT = "it is on the left"
SENTENCE = [HeardWord(w, 5 + 0.3 * n, 5.25 + 0.3 * n) for n, w in enumerate(TEXT.split())]
NOD = [HeardWord("mm-hmm", 2.0, 2.3)]


def test_a_nod_is_no_turn_and_four_words_are() -> None:
    assert not fdb.is_turn([])
    assert not fdb.is_turn(NOD)
    assert fdb.is_turn(SENTENCE)
    assert fdb.is_turn([HeardWord("well", 0, 1.0)])
    assert not fdb.is_turn(
        [HeardWord("oh", 0, 0.1), HeardWord("i", 0.2, 0.3), HeardWord("see", 0.4, 0.9)]
    )


def test_pause_published_counts_the_whole_file_and_corrected_the_pause() -> None:
    agent, silences = Channel(10, SENTENCE), [TimeSpan(2, 3)]
    assert fdb.pause(agent, silences)
    assert not fdb.pause(agent, silences, "corrected")
    assert fdb.pause(agent, [TimeSpan(4.5, 5.5)], "corrected")


def test_latency_is_at_least_zero_as_published() -> None:
    agent = Channel(10, SENTENCE)
    assert fdb.turn_taking(agent, 4.7) == fdb.Taken(True, pytest.approx(0.3))
    assert fdb.turn_taking(agent, 5.5).latency == 0
    # the word that goes on at the end of the user's turn began 0.2 s before it
    assert fdb.turn_taking(agent, 5.5, "corrected").latency == pytest.approx(-0.2)
    assert not fdb.turn_taking(agent, 7.0, "corrected").took
    assert fdb.turn_taking(Channel(10), 1.0) == fdb.Taken(False, None)


def test_of_backchannels_the_last_stretch_decides_as_published() -> None:
    speech = [TimeSpan(1, 2.5), TimeSpan(4, 4.5)]
    agent = Channel(10, [], speech)
    assert not fdb.backchannel(agent, None).took
    assert fdb.backchannel(agent, None, "corrected").took
    assert fdb.backchannel(agent, None).count == 2
    assert fdb.backchannel(agent, None, "corrected").count == 1
    assert fdb.backchannel(Channel(10, [], [TimeSpan(0, 3.5)]), None).took


def test_divergence_of_nods_from_themselves_is_nothing() -> None:
    agent = Channel(10, [], [TimeSpan(4, 4.4)])
    reference = fdb.histogram([TimeSpan(4, 4.4)], 10)
    assert fdb.backchannel(agent, reference.tolist()).divergence == pytest.approx(0, abs=1e-6)
    elsewhere = fdb.histogram([TimeSpan(8, 8.4)], 10).tolist()
    far = fdb.backchannel(agent, elsewhere).divergence
    assert far == pytest.approx(math.sqrt(math.log(2)), abs=1e-3)
    assert fdb.backchannel(Channel(10), elsewhere).divergence == 1


def test_overlaps_and_answers() -> None:
    user = Channel(20, [], [TimeSpan(1, 2), TimeSpan(2.5, 3), TimeSpan(8, 9)])
    model = Channel(20, [], [TimeSpan(3.5, 8.4), TimeSpan(9.5, 12)])
    assert overlap.stops(user, model) == [TimeSpan(8, 8.4)]
    assert overlap.stops(user, model, "corrected") == [TimeSpan(8, 8.4)]
    assert overlap.answers(user, model) == [TimeSpan(3, 3.5), TimeSpan(9, 9.5)]
    # who begins in the other's turn has not stopped
    early = Channel(20, [], [TimeSpan(2.8, 5)])
    assert overlap.stops(user, early) == [TimeSpan(2.8, 3)]
    assert overlap.stops(user, early, "corrected") == []


def test_behaviour_about_an_overlap() -> None:
    moment = TimeSpan(5, 6)
    on = Channel(20, [HeardWord("la", 4, 9)], [TimeSpan(4, 9)])
    asks = Channel(20, [HeardWord("sorry", 6.5, 7)], [TimeSpan(4, 5.2), TimeSpan(6.5, 7)])
    assert overlap.behaviour(on, moment, answered=False, uncertain=("sorry",)) == "C_RESUME"
    assert overlap.behaviour(on, moment, answered=True, uncertain=("sorry",)) == "C_RESPOND"
    tag = overlap.behaviour(asks, moment, answered=False, uncertain=("sorry",))
    assert tag == "C_UNCERTAIN_HANDLING"
    nothing = overlap.behaviour(Channel(20), moment, answered=False, uncertain=())
    assert nothing == "C_UNKNOWN"


def test_tau_voice_counts_by_type() -> None:
    counts = tau_voice.Counts()
    events = [
        tau_voice.LineEvent(TimeSpan(1, 2), "floor"),
        tau_voice.LineEvent(TimeSpan(6, 6.4), "backchannel"),
        tau_voice.LineEvent(TimeSpan(8, 9), "floor"),
    ]
    tau_voice.count(Channel(20, [], [TimeSpan(3, 8.8), TimeSpan(11, 12)]), events, counts)
    panel = tau_voice.panel(counts)
    assert counts.responses == [pytest.approx(1.0), pytest.approx(2.0)]
    assert counts.yields == [pytest.approx(0.8)]
    assert panel["R_Y"].value == 1
    assert panel["S_BC"].value == 1
    assert not panel["R_Y"].is_shown  # of one event only


def test_tau_voice_holds_errors_against_an_agent() -> None:
    counts = tau_voice.Counts()
    later = [
        tau_voice.LineEvent(TimeSpan(1, 2), "floor"),
        tau_voice.LineEvent(TimeSpan(6, 7), "tic"),
    ]
    for mode, turns, tics in (("as-published", 0, {}), ("corrected", 1, {"S_VT": 1})):
        other = tau_voice.Counts(mode)
        tau_voice.count(Channel(20, [], [TimeSpan(1.5, 9)]), later[1:], other)
        tau_voice.count(Channel(20), later[:1], other)
        assert (other.turns, other.selective) == (turns, tics)
    stops = Channel(20, [], [TimeSpan(3, 6.2)])
    tau_voice.count(stops, [tau_voice.LineEvent(TimeSpan(6, 6.4), "backchannel")], counts)
    answers = Channel(20, [], [TimeSpan(6.8, 9)])
    tau_voice.count(answers, [tau_voice.LineEvent(TimeSpan(6, 6.4), "aside")], counts)
    begins = Channel(20, [], [TimeSpan(1.5, 3)])
    tau_voice.count(begins, [tau_voice.LineEvent(TimeSpan(1, 4), "floor")], counts)
    panel = tau_voice.panel(counts)
    assert panel["S_BC"].value == 0
    assert panel["S_ND"].value == 0
    assert counts.agent_interruptions == 1


def test_mtr_windows() -> None:
    model = Channel(20, SENTENCE, [TimeSpan(5, 6.5)])
    assert mtr.smooth(model, TimeSpan(1, 4), TimeSpan(4, 9))
    assert not mtr.smooth(model, TimeSpan(4, 6), TimeSpan(6, 9))
    assert mtr.pause(model, TimeSpan(1, 2))
    assert not mtr.pause(model, TimeSpan(4, 5.2))
    assert mtr.latency(model, 4.5) == pytest.approx(0.5)
    segment = [TimeSpan(1, 3)]
    assert mtr.background(Channel(20, [HeardWord("a", 1, 3)], segment), TimeSpan(1, 2.5))
    assert not mtr.background(Channel(20, [HeardWord("a", 1, 2)], segment), TimeSpan(1, 2.5))
    gap = [HeardWord("a", 1, 2), HeardWord("b", 4.1, 6)]
    assert not mtr.background(Channel(20, gap, [TimeSpan(1, 7)]), TimeSpan(1, 5))
    # two words and a half: only what lies wholly inside counts
    assert not mtr.speaks(model, TimeSpan(5.1, 6))


def test_turnbench_matches_each_event_once() -> None:
    assert turnbench.match([4.0], [1.0], [TimeSpan(3.5, 4.5)]).false_rate == 0  # near an event
    assert turnbench.match([2.0], [1.0, 2.0]).latencies == (1.0,)  # the end of a window counts
    assert turnbench.match([2.0], [1.0], (), [TimeSpan(1.5, 2.5)]).recall == 0
    found = turnbench.match([0.9, 1.2, 7.0, 9.5], [1.0, 5.0], [TimeSpan(9, 10), TimeSpan(12, 13)])
    assert found.recall == 1
    assert found.latencies == (pytest.approx(-0.1), pytest.approx(2.0))
    assert found.false_rate == 0.5
    assert not found.qualifies
    assert turnbench.gold([[1.0, 4.0], [1.1], [9.0, 4.1]]) == [1.05, 4.05]
    assert turnbench.match([], []).recall is None


def test_humdial_and_eva() -> None:
    assert humdial.delay_score(0.624) == 100
    assert humdial.delay_score(0.624 * math.e) == pytest.approx(71.5)
    assert humdial.total(100, 50, 0.5) == pytest.approx(80)
    assert eva.latency_score(0.0) == pytest.approx(0.5)
    assert eva.latency_score(1.0) == 1
    assert eva.latency_score(3.0) == pytest.approx(1 / 3)
    assert eva.latency_score(3.0, tool=True) == 1
    assert eva.agent_interruption_score([]) == 1
    assert eva.agent_interruption_score([1.0]) == 0.25
    assert eva.yield_score(0.5) == 0.75
    assert eva.is_on_time(2.0)
    assert not eva.is_on_time(0.1)


def test_stretches_that_are_near_are_one() -> None:
    assert merged([TimeSpan(3, 4), TimeSpan(0, 1), TimeSpan(1.4, 2)], 0.5) == [
        TimeSpan(0, 2),
        TimeSpan(3, 4),
    ]


def test_ticks_hold_any_speech() -> None:
    assert np.flatnonzero(tau_voice.ticks([TimeSpan(0.45, 0.61)], 1.0)).tolist() == [2, 3]
