"""``datagen exam``: make an exam, put it to a model, score what it answered."""

from __future__ import annotations

import json
from pathlib import Path

import click

from datagen.cli.exam_ablation import ablation
from datagen.cli.exam_options import EXAM, FOLDER, LIMIT, TRACK, bar, own_ear, sound_ears
from datagen.cli.exam_run import run
from datagen.cli.options import RECIPE, adding
from datagen.cli.place import run_folder
from datagen.cli.stopping import stoppable_between
from datagen.cli.terminal import echo
from datagen.types import UserError


@click.group()
def exam() -> None:
    """Examine a model: role adherence and turn-taking, on roles that training never sees.

    \b
    datagen exam build                          voice 900 items into ./exam
    datagen exam run --folder OUTPUTS           take answers that a model has given
    datagen exam score answers                  tables beside published figures
    """


exam.add_command(run)
exam.add_command(ablation)


@exam.command()
@adding(*RECIPE)
@click.option("--out", type=FOLDER, default="exam", show_default=True)
@TRACK
def build(
    recipe: str, overrides: tuple[str, ...], seed: int | None, out: Path, tracks: tuple[str, ...]
) -> None:
    """Voice the exam's items with the speech backend of a recipe.

    350 single questions to fifty roles (Q0 to Q6), 50 tasks, and the tracks of turn-taking.
    """
    from datagen.config import Recipe
    from datagen.exam.build import build as make

    loaded = Recipe.load("service", recipe, overrides, seed)
    with bar("items", None) as tell, stoppable_between() as look:

        def done(number: int, of: int) -> None:
            tell(number, of)
            look()

        header = make(out, loaded, tracks, done)
    stand_in = ", voiced by a stand-in" if header.stand_in else ""
    echo(f"{out}: {header.items} items, version {header.version}, {header.hash[:12]}{stand_in}")


@exam.command()
@click.argument("answers", type=run_folder)
@EXAM
@click.option(
    "--ear",
    type=click.Choice(["own", "whisper"]),
    default="own",
    show_default=True,
    help="Whose words are scored: the model's own text, or what Whisper hears.",
)
@click.option(
    "--whisper",
    default="Systran/faster-whisper-base",
    show_default=True,
    help="A folder, a downloaded model, or package:NAME,NAME.",
)
@click.option(
    "--likeness",
    type=click.Choice(["resemblyzer", "wavlm"]),
    multiple=True,
    help="Whose vectors tell whether the voice is the prompt's; may be given twice.",
)
@click.option("--wavlm", default="microsoft/wavlm-base-plus-sv", show_default=True)
@click.option("--spoken", is_flag=True, help="Hold the model's text against what Whisper hears.")
@click.option("--timing", metavar="RUN", help="Hold timing against a run's: how natural is it?")
@click.option("--transcripts", type=FOLDER, help="Words made elsewhere: ID.json with chunks.")
@click.option("--vad", type=click.Choice(["energy", "silero"]), default="energy", show_default=True)
@click.option("--compare", type=FOLDER, help="Answers of another model, scored before.")
@click.option("--judge", metavar="MODEL", help="Have a language model grade the answers, too.")
@click.option("--judge-url", default="http://127.0.0.1:8000/v1", show_default=True)
@click.option("--judge-key-env", default="OPENAI_API_KEY", show_default=True)
@click.option("--judges-at-once", type=click.IntRange(1, 256), default=8, show_default=True)
@click.option("--json", "as_json", is_flag=True, help="Print scores.json.")
@TRACK
@LIMIT
def score(
    answers: str,
    exam: Path,
    ear: str,
    whisper: str,
    likeness: tuple[str, ...],
    wavlm: str,
    spoken: bool,
    timing: str | None,
    transcripts: Path | None,
    vad: str,
    compare: Path | None,
    judge: str | None,
    judge_url: str,
    judge_key_env: str,
    judges_at_once: int,
    as_json: bool,
    tracks: tuple[str, ...],
    limit: int | None,
) -> None:
    """Score ANSWERS: tables in the papers' shape, ANSWERS/scores.json.

    ANSWERS may be a run, too: its agent is then scored as if it were the model.
    """
    from datagen.exam import result as results
    from datagen.exam import tables
    from datagen.exam.answers import HEADER, Answers
    from datagen.exam.hearing import by_energy, by_silero
    from datagen.exam.items import Exam

    if not (Path(answers) / HEADER).exists():
        listens = ear != "own" or likeness or spoken or timing or vad != "energy"
        if tracks or judge or compare or transcripts or listens:
            raise UserError(
                f"{answers} holds no answers; of a run all dialogues are scored, by rules alone:"
                " leave out --track, --ear, --transcripts, --judge, --compare, --likeness,"
                " --spoken, --timing and --vad (`datagen quality` listens to runs)"
            )
        _score_run(answers, limit, as_json)
        return
    opened, given = Exam(exam), Answers.open(Path(answers))
    items = opened.chosen(tracks, limit)
    detect = by_silero() if vad == "silero" else by_energy
    listener = own_ear(ear, whisper, transcripts)
    listeners = sound_ears(likeness, wavlm, whisper if spoken else None, timing)
    with bar("items", len(items)) as tell:
        result = results.by_rules(opened, given, items, listener, detect, tell, listeners)
    result |= {"ear": "transcripts" if transcripts else ear, "vad": vad}
    if judge is not None:
        spec = results.JudgeSpec(judge, judge_url, judge_key_env, judges_at_once)
        with bar("judged", None) as tell:
            result |= results.by_judge(spec, given, items, result, tell)
    results.write(given.folder, result)
    if as_json:
        click.echo(results.text(result))
        return
    echo(f"{given.header.model}: {result['items']} of {len(items)} items answered")
    for line in tables.lines(result):
        echo(line)
    if compare is not None:
        other = results.read(compare)
        echo(f"\n{given.header.model} less {other['model']}, item by item (exchange test)")
        for line in tables.compare(result, other):
            echo(line)


@exam.command()
@click.argument("answers", type=FOLDER)
@EXAM
@click.option("--out", type=FOLDER, required=True, help="The page's folder.")
@TRACK
@LIMIT
def page(answers: Path, exam: Path, out: Path, tracks: tuple[str, ...], limit: int | None) -> None:
    """Write a page of scored ANSWERS: each item with its sound, what was said, and why."""
    from datagen.exam import result as results
    from datagen.exam.answers import Answers
    from datagen.exam.items import Exam
    from datagen.exam.page import write_page

    opened, given = Exam(exam), Answers.open(answers)
    items = opened.chosen(tracks, limit)
    with bar("items", len(items)) as tell:
        path = write_page(opened, given, items, results.read(answers), out, tell)
    echo(f"wrote {path}")


@exam.command()
@click.argument("answers", type=FOLDER, nargs=-1)
@EXAM
@click.option("--out", type=FOLDER, help="The test's folder; give it to raters, without key.json.")
@click.option("--ratings", type=FOLDER, help="A test's folder: score raters' files in it, *.csv.")
@click.option("--seed", type=int, default=0, show_default=True)
@TRACK
@click.option("--limit", type=click.IntRange(1), default=10, show_default=True)
def listen(
    answers: tuple[Path, ...],
    exam: Path,
    out: Path | None,
    ratings: Path | None,
    seed: int,
    tracks: tuple[str, ...],
    limit: int,
) -> None:
    """Make a listening test of ANSWERS of several models, or score the raters' files of one."""
    from datagen.exam.answers import Answers
    from datagen.exam.items import Exam
    from datagen.exam.listening import ratings_of, write_test

    if (ratings is None) == (out is None):
        raise UserError("give --out to make a test of ANSWERS, or --ratings to score one")
    if ratings is not None:
        found = ratings_of(ratings, sorted(ratings.glob("[!.]*.csv")))
        for model, mean in sorted(found.means.items(), key=lambda pair: -pair[1].value):
            echo(f"{model:24} {mean.value:.2f} ({mean.low:.2f} to {mean.high:.2f}) of {mean.items}")
        alpha = "none" if found.alpha is None else f"{found.alpha:.2f}"
        echo(f"{found.raters} raters, Krippendorff's alpha {alpha}")
        if found.left_out:
            echo(f"left out, since they rated noise over 2: {', '.join(found.left_out)}")
        return
    if not answers:
        raise UserError("give the ANSWERS of one model or more")
    assert out is not None
    opened = Exam(exam)
    clips = write_test(
        opened, [Answers.open(path) for path in answers], opened.chosen(tracks, limit), out, seed
    )
    echo(f"wrote {clips} clips; open {out / 'index.html'}, keep {out / 'key.json'} to yourself")


def _score_run(run: str, limit: int | None, as_json: bool) -> None:
    from datagen.exam import tables
    from datagen.exam.own_data import score_run
    from datagen.report.own_exam import OwnExam, write_own_exam

    result = score_run(run, limit)
    found = OwnExam.model_validate(result)
    if limit is None:
        write_own_exam(run, found)
    if as_json:
        click.echo(json.dumps(result, indent=1))
    else:
        for line in tables.run_lines(result):
            echo(line)
    if found.problems:
        echo(f"{run} does not pass its own exam: {'; '.join(found.problems)}", err=True)
        raise SystemExit(1)
