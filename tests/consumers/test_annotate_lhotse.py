"""Where lhotse has a recipe for a corpus, our reading agrees with it, utterance by utterance."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest

from datagen.annotate.call import CorpusCall
from datagen.annotate.readers.registry import open_reader
from tests.fixtures import tiny_corpora as tiny

pytest.importorskip("lhotse")
pytestmark = pytest.mark.integration
TALK = tiny.talk()


@pytest.fixture(autouse=True)
def _reads_sphere() -> Iterator[None]:
    """Have lhotse read .sph by libsndfile: by itself it wants sph2pipe, whatever is inside."""
    from lhotse.audio.backend import audio_backend

    with audio_backend("LibsndfileBackend"):
        yield


def ours(name: str, root: Path, call_id: str | None = None) -> CorpusCall:
    reader = open_reader(name, [root])
    return reader.read(call_id or reader.ids()[0])


def spans(supervisions: Any, channel: int) -> list[tuple[float, float, str]]:
    """Return start, end and words of lhotse's supervisions of a channel."""
    return sorted(
        (round(one.start, 2), round(one.end, 2), one.text.strip())
        for one in supervisions
        if one.channel == channel
    )


def said(call: CorpusCall, side: str) -> list[tuple[float, float, str]]:
    return sorted(
        (round(one.start, 2), round(one.end, 2), one.text)
        for one in call.supervisions
        if one.side == side
    )


def check(call: CorpusCall, supervisions: Sequence[Any]) -> None:
    assert len(supervisions) == len(call.supervisions) > 10
    for channel, side in enumerate("ab"):
        assert said(call, side) == spans(supervisions, channel)


def test_fisher(tmp_path: Path) -> None:
    from lhotse.recipes import prepare_fisher_english

    root = tiny.fisher(tmp_path / "corpus", TALK)
    found = prepare_fisher_english(
        root,
        tmp_path / "manifests",
        audio_dirs=["LDC2004S13-Part1"],
        transcript_dirs=["LDC2004T19/fe_03_p1_tran"],
        absolute_paths=True,
    )
    call, supervisions = ours("fisher", root), list(found["supervisions"])
    check(call, supervisions)
    speakers = {one.channel: one.speaker for one in supervisions}
    assert speakers == {0: call.people["a"].id, 1: call.people["b"].id}
    (recording,) = found["recordings"]
    assert recording.sampling_rate == 8_000
    assert [recording.sources[0].channels, Path(recording.sources[0].source)] == [
        [call.sound["a"].channel, call.sound["b"].channel],
        call.sound["a"].path,
    ]


def test_switchboard(tmp_path: Path) -> None:
    from lhotse.recipes import prepare_switchboard

    root = tiny.switchboard(tmp_path, TALK)
    found = prepare_switchboard(root / "swb1", root / "swb_ms98_transcriptions")
    check(ours("switchboard", root), list(found["supervisions"]))


def test_callhome(tmp_path: Path) -> None:
    from lhotse.recipes import prepare_callhome_english

    root = tiny.callhome(tmp_path, TALK)
    for split in ("devtest", "evltest"):  # the recipe wants all three
        folder = root / "ch" / "data" / split
        folder.mkdir(parents=True)
        name = f"en_{len(split)}.sph"
        (folder / name).write_bytes((root / "ch/data/train/en_4065.sph").read_bytes())
        text = root / "tr" / "transcrpt" / split.replace("evl", "eval") / name
        text.parent.mkdir(parents=True)
        transcript = (root / "tr/transcrpt/train/en_4065.txt").read_text()
        text.with_suffix(".txt").write_text(transcript)
    found = prepare_callhome_english(root / "ch", transcript_dir=root / "tr", absolute_paths=True)
    check(ours("callhome", root, "en_4065"), list(found["train"]["supervisions"]))


def test_ami(tmp_path: Path) -> None:
    from lhotse.recipes.ami import parse_ami_annotations

    root = tiny.ami(tmp_path, TALK, third=[("yes", 2.0, 2.3)])
    found = parse_ami_annotations(root / "ann", normalize="none")
    call = ours("ami", root, "ES2002a-A-B")
    people = {("FEE005", 0): "a", ("MEE006", 1): "b"}
    for (_, speaker, channel), segments in found.items():
        theirs = [
            (word.symbol, round(word.start, 2), round(word.end, 2))
            for segment in segments
            for word in segment.words
        ]
        side = people.get((speaker, channel))
        if side is None:
            assert [(start, end) for _, start, end in theirs] == list(call.others)
            continue
        mine = [
            (word.text, round(word.start, 2), round(word.end, 2))
            for one in call.supervisions
            if one.side == side
            for word in one.words
        ]
        assert mine == theirs
        assert segments[0].gender[0] == speaker[0]
