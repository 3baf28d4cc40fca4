"""Full-Duplex-Bench items from the ledger: what a user does, cut out of its channel.

    v1_0/TASK/ID/{input.wav, pause|turn_taking|interrupt.json, transcription.json}
    v1_5/TASK/ID/{input.wav, clean_input.wav, metadata.json}, and items.jsonl

Read at DanielLin94144/Full-Duplex-Bench d7336bd (v1_v1.5/dataset, evaluation/*.py): ids are digits,
and a task's folder holds items only. A model's answer goes beside input.wav as output.wav.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from datagen.export.archive import wav
from datagen.export.dialogue import ExportedDialogue, Pcm, to_pcm
from datagen.export.folder import ExportFolder, to_json
from datagen.export.formats.bench_items import BenchItem, items_of
from datagen.export.plan import ExportPart
from datagen.export.protocol import ExportFormat, Line, PartReport
from datagen.export.receipt import ExportSummary
from datagen.types import SPEAKERS

DISTRIBUTION = "v1_0/icc_gt_distribution.json"
"""What `eval_backchannel.py` reads from the folder that it is started in."""
_USER = SPEAKERS.index("user")


class FullDuplexBench(ExportFormat):
    """The layouts of Full-Duplex-Bench 1.0 and 1.5."""

    name = "full-duplex-bench"
    layout = "input.wav is the user alone, mono at 24,000 Hz; times in seconds of input.wav"
    columns = ("turns", "words", "events")

    def write(
        self, part: ExportPart, dialogues: Iterable[ExportedDialogue], out: ExportFolder
    ) -> PartReport:
        """Write the items of a part's dialogues."""
        report = PartReport()
        for one in dialogues:
            for number, item in enumerate(items_of(one.turns(), one["events"], one.num_samples)):
                id_ = f"{part.number_of(one.dialog_id)}{number:02d}"
                _write(one, item, f"{item.task}/{id_}", out)
                report.note(f"items of {item.task}")
                report.lines.append({"id": id_, "dialog_id": one.dialog_id} | item.line())
        return report

    def finish(
        self, summary: ExportSummary, lines: Mapping[str, Iterable[Line]], out: ExportFolder
    ) -> None:
        """Write where each item comes from, and where people's nods would be."""
        nods: dict[str, list[float]] = {}

        def items() -> Iterable[Line]:
            for found in lines.values():
                for line in found:
                    if line["distribution"]:
                        nods[line["id"]] = line["distribution"]
                    yield {name: value for name, value in line.items() if name != "distribution"}

        out.put_lines("items.jsonl", iter(items()))
        if nods:
            out.put_json(DISTRIBUTION, nods)


def _write(one: ExportedDialogue, item: BenchItem, folder: str, out: ExportFolder) -> None:
    user = one.pcm[:, _USER:]
    out.put(f"{folder}/input.wav", wav(user[item.start : item.stop]))
    for name, value in item.texts.items():
        out.put(f"{folder}/{name}", to_json(value).encode())
    for name, (start, stop) in item.pieces.items():
        out.put(f"{folder}/{name}", wav(user[start:stop]))
    if item.without:
        clean: Pcm = to_pcm(one.stereo(without=item.without))[:, _USER:]
        out.put(f"{folder}/clean_input.wav", wav(clean[item.start : item.stop]))
