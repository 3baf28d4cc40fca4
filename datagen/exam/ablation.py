"""The paper's table 5 beside ours: how much of the data does how much.

    config, run, shares --train_share--> checkpoints --Trained--> answers --score--> scores.json
    {share in per cent: scores.json} --lines--> a row a share, ours and PersonaPlex's

0 % is the model before its first step. A share is the beginning of a larger one, and all train for
as many steps.
"""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from datagen.exam import result as results
from datagen.exam.answers import Answers
from datagen.exam.ask import ask
from datagen.exam.examinees.trained import Trained
from datagen.exam.hearing import Detector, Ear
from datagen.exam.items import SERVICE, Exam, ExamItem
from datagen.exam.sound_ears import LIKENESS, SoundEars
from datagen.exam.tables import published
from datagen.types import RunFailed, UserError

SHARES = (0, 25, 50, 100)
"""The paper's, in per cent."""
Tell = Callable[[int, int], None]


@dataclass(frozen=True, kw_only=True)
class AblationPlan:
    """What is trained, on what, and where it goes."""

    config: str
    """A config of `python -m train`: a file, or a shipped one's name."""
    overrides: Sequence[str] = ()
    run: str
    """The run whose shards are shared out."""
    out: Path
    trainer: str
    batch: int = 16
    seed: int = 0

    def answers(self, share: int) -> Path:
        """Return where a share's answers are."""
        return self.out / f"answers-{share}"

    def words(self, share: int) -> list[str]:
        """Return config and settings of a share's training."""
        settings = [
            *self.overrides,
            f"data.shards=[{self.run}]",
            f"out={self.out / f'share-{share}'}",
            *([f"data.fraction={share / 100:g}"] if share else []),
        ]
        return [self.config, *(word for one in settings for word in ("--set", one))]


def train_share(plan: AblationPlan, share: int) -> None:
    """Train on a share, or go on; what was trained is not trained again. Raises UserError."""
    words = [*shlex.split(plan.trainer), *plan.words(share)]
    try:
        made = subprocess.run(words, check=False, stdout=subprocess.DEVNULL)
    except OSError as error:
        raise UserError(f"--trainer: {words[0]} cannot be started ({error})") from error
    if made.returncode:
        raise RunFailed(
            f"training on {share} % ended with {made.returncode}; the same command goes on:"
            f" {shlex.join(words)}"
        )


def examine(
    plan: AblationPlan, share: int, exam: Exam, items: Sequence[ExamItem], tell: Tell
) -> Answers:
    """Put the exam to a share's model; what is answered already is kept."""
    out = plan.answers(share)
    checkpoint = plan.out / f"share-{share}" if share else None
    model = Trained(
        checkpoint,
        plan.run,
        out / "trained",
        untrained=() if share else plan.words(0),
        trainer=plan.trainer,
        batch=plan.batch,
        seed=plan.seed,
    )
    answers = Answers.begin(out, exam, f"{share} %", model.name, dict(model.settings))
    ask(exam, items, model, answers, tell)
    return answers


def score_share(
    answers: Answers,
    exam: Exam,
    items: Sequence[ExamItem],
    ear: Ear,
    detect: Detector,
    listeners: SoundEars,
) -> dict[str, Any]:
    """Score a share's answers, and write the scores beside them."""
    found = results.by_rules(exam, answers, items, ear, detect, None, listeners)
    results.write(answers.folder, found)
    return found


def lines(scored: Mapping[int, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the table; what was not scored (a judge, likeness of voices) is a dash."""
    yield (
        f"{'data':>6}  {'role adherence':>15} {'judge':>7} {'likeness':>8} {'taken':>7}"
        f" {'latency s':>10}   the paper: likeness, judges on Full- and on Service-Duplex-Bench"
    )
    theirs = published()["data_scale"]
    for share in sorted(scored, reverse=True):
        result = scored[share]
        adherence = result["role_adherence"].get(SERVICE)
        interval = (
            f"{adherence['value']:.3f} ±{(adherence['high'] - adherence['low']) / 2:.3f}"
            if adherence
            else "-"
        )
        row = theirs.get(str(share))
        names = ("similarity", "interruption_judge", "service_judge")
        paper = ", ".join(f"{row[name]:.2f}" for name in names) if row else "-"
        yield (
            f"{share:>5}%  {interval:>15} {_judge(result):>7} {_likeness(result):>8}"
            f" {_figure(result, 'turn_taking/taken@corrected'):>7}"
            f" {_figure(result, 'turn_taking/latency@corrected'):>10}   {paper}"
        )


def _judge(result: Mapping[str, Any]) -> str:
    judge = result.get("judge")
    if not judge or judge["objections"]:
        return "-"
    return f"{np.mean(list(judge['questions'].values())):.2f}"


def _likeness(result: Mapping[str, Any]) -> str:
    """Return the likeness by WavLM, as the paper has it, or by the other ear."""
    for name in ("wavlm", "resemblyzer"):
        mean = result["sound"].get(f"{LIKENESS}{name}")
        if mean is not None:
            return f"{mean['value']:.3f}{'' if name == 'wavlm' else 'r'}"
    return "-"


def _figure(result: Mapping[str, Any], name: str) -> str:
    mean = result["turn_taking"].get(name)
    return "-" if mean is None else f"{mean['value']:.3f}"
