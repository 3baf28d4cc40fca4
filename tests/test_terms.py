"""Terms of corpora: unknown is no, mixtures keep the strictest, sharing is refused by clause."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from click.testing import CliRunner, Result

from datagen import assets
from datagen.audit import audit
from datagen.cli import main
from datagen.export.make import export
from datagen.report.page import write_report
from datagen.runs.card import card
from datagen.runs.manifest import build, load, save
from datagen.terms import (
    FOLDER,
    USES,
    Terms,
    from_footer,
    refusals,
    require_training,
    sharing,
    strictest,
)
from datagen.terms import load as load_terms
from datagen.types import UserError
from tests.fixtures.annotated_runs import with_terms
from tests.fixtures.dummy_runs import rehearse

pytestmark = pytest.mark.slow

AMI, FISHER, CANDOR, SEAMLESS = map(load_terms, ("ami", "fisher", "candor", "seamless"))


def changed(terms: Terms, **answers: str) -> Terms:
    """Return terms with other answers."""
    data = terms.model_dump(mode="json")
    for use, answer in answers.items():
        data["clauses"][use] |= {"answer": answer}
    return Terms.model_validate(data)


def call(*arguments: str | Path) -> Result:
    return CliRunner().invoke(main, list(map(str, arguments)), catch_exceptions=False)


@pytest.fixture(scope="module")
def synthetic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return rehearse(tmp_path_factory.mktemp("synthetic") / "service", 16)


def annotated(folder: Path, *terms: Terms) -> Path:
    return with_terms(rehearse(folder, 16), *terms)


@pytest.mark.parametrize("name", assets.names(FOLDER))
def test_every_file_answers_every_use_with_a_source(name: str) -> None:
    terms = load_terms(name)
    assert terms.corpus == name
    assert terms.clauses.keys() == USES.keys()
    for clause in terms.clauses.values():
        assert clause.answer == "unknown" or (clause.source.startswith("https://") and clause.read)


def test_what_is_unknown_is_not_allowed() -> None:
    unknown = changed(AMI, share_audio="unknown")
    assert not unknown.allows("share_audio")
    assert refusals([unknown], sharing(sound=True))
    assert not refusals([unknown], sharing(sound=False))
    assert not any(load_terms("recordings").allows(use) for use in USES)


def test_the_template_holds_as_soon_as_its_answers_are_changed(tmp_path: Path) -> None:
    text = assets.find(FOLDER, "recordings").read_text()
    mine = tmp_path / "mine.yaml"
    mine.write_text(text.replace("answer: unknown", "answer: allowed"))
    terms = load_terms(str(mine))
    assert all(terms.allows(use) for use in USES)
    require_training(terms)


def test_a_clause_that_decides_needs_a_source() -> None:
    data = AMI.model_dump(mode="json")
    data["clauses"]["train"] |= {"source": ""}
    with pytest.raises(ValueError, match="needs a source"):
        Terms.model_validate(data)


@pytest.mark.parametrize("wrong", [{"clauses": {}}, {"licence": "MIT"}, {"corpus": "A B"}])
def test_a_wrong_file_is_one_sentence(wrong: dict[str, Any], tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(AMI.model_dump(mode="json") | wrong))
    with pytest.raises(UserError, match=r"mine\.yaml"):
        load_terms(str(path))


def test_a_file_of_your_own_states_your_terms(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    path.write_text(yaml.safe_dump(AMI.model_dump(mode="json") | {"corpus": "recordings"}))
    assert load_terms(str(path)).allows("share_audio")


def test_training_needs_permission_and_a_signed_agreement() -> None:
    require_training(AMI)
    require_training(FISHER, ["fisher"])
    with pytest.raises(UserError, match="--accept fisher"):
        require_training(FISHER, ["candor"])
    with pytest.raises(UserError, match=r"training models on it is unknown.*--terms"):
        require_training(load_terms("recordings"), ["recordings"])


def test_mixtures_keep_the_strictest() -> None:
    both = strictest([SEAMLESS, AMI, SEAMLESS])
    assert [terms.corpus for terms in both] == ["ami", "seamless"]
    assert not refusals(both, sharing(sound=True))
    assert refusals(both, ["commercial"]) == [SEAMLESS.refusal("commercial")]
    assert refusals(strictest([AMI, CANDOR]), ["share_derived"])
    with pytest.raises(UserError, match="different terms of ami"):
        strictest([AMI, changed(AMI, commercial="refused")])


def test_sharing_what_may_not_be_shared_names_the_clause(tmp_path: Path) -> None:
    run = annotated(tmp_path / "candor", CANDOR)
    for form in ("huggingface", "nu-dialogue"):
        said = call("export", form, run, "--out", tmp_path / form)
        assert said.exit_code == 2
        assert CANDOR.refusal("share_derived") in " ".join(said.output.split())
        assert not (tmp_path / form).exists()
    assert "share_audio" in call("export", "lhotse", run, "--out", tmp_path / "lhotse").output


def test_a_page_for_others_is_refused_as_well(tmp_path: Path) -> None:
    run = annotated(tmp_path / "candor", CANDOR)
    said = call("view", run, "--export", tmp_path / "page")
    assert said.exit_code == 2
    assert CANDOR.refusal("share_audio") in " ".join(said.output.split())
    assert not (tmp_path / "page").exists()
    own = call("view", run, "--export", tmp_path / "page", "--own-use", "--count", "1")
    assert own.exit_code == 0
    assert (tmp_path / "page" / "index.html").is_file()


def test_the_documentation_says_what_the_files_say() -> None:
    text = (assets.root() / "docs" / "annotate-terms.md").read_text()
    rows = [line.strip("| ").split(" | ") for line in text.splitlines() if line.startswith("| `")]
    table = {
        name: answers
        for names, *answers in rows
        if len(answers) == 6
        for name in names.replace("`", "").split(", ")
    }
    assert sorted(table) == assets.names(FOLDER)
    for name, answers in table.items():
        assert answers[:5] == [load_terms(name).clauses[use].answer for use in USES]


def test_own_use_exports_it_and_says_what_it_is(tmp_path: Path) -> None:
    run = annotated(tmp_path / "candor", CANDOR)
    out = tmp_path / "out"
    assert call("export", "huggingface", run, "--out", out, "--own-use").exit_code == 0
    for text in ((out / "TERMS.md").read_text(), (out / "README.md").read_text()):
        assert "may not be shared" in text
        assert CANDOR.refusal("share_derived") in text
        assert "made up" not in text
    front = yaml.safe_load((out / "README.md").read_text().split("---")[1])
    assert front["license_name"] == "of-candor-see-terms"
    assert "synthetic" not in front["tags"]
    told = json.loads((out / "export.json").read_text())
    assert Terms.model_validate(told["request"]["runs"][0]["terms"][0]) == CANDOR
    assert "TERMS.md" in (out / "SHA256SUMS").read_text()


def test_what_may_be_shared_is_shared_with_its_credit(tmp_path: Path) -> None:
    run = annotated(tmp_path / "ami", AMI)
    export("webdataset", [str(run)], tmp_path / "out")
    text = (tmp_path / "out" / "TERMS.md").read_text()
    assert "may be shared" in text
    assert AMI.attribution in text
    assert "commercially" not in text


def test_a_synthetic_set_has_no_terms(synthetic: Path, tmp_path: Path) -> None:
    export("nu-dialogue", [str(synthetic)], tmp_path / "out")
    assert not (tmp_path / "out" / "TERMS.md").exists()
    assert "terms" not in build(synthetic).to_json()
    assert "made up" in card(build(synthetic), "calls")


def test_manifest_and_card_carry_the_terms(tmp_path: Path) -> None:
    run = annotated(tmp_path / "fisher", FISHER)
    save(build(run), tmp_path / "fisher.json")
    found = load(tmp_path / "fisher.json")
    assert found.terms == (FISHER,)
    text = card(found, "fisher")
    assert "may not be shared" in text
    assert FISHER.refusal("share_derived") in text
    assert "made up" not in text


def test_the_report_sets_them_beside_a_synthetic_run(synthetic: Path, tmp_path: Path) -> None:
    run = annotated(tmp_path / "fisher", FISHER)
    page = write_report(run, tmp_path / "report", synthetic).read_text()
    assert "<h2>Terms</h2>" in page
    assert "none: synthetic" in page
    assert "share_derived" in page
    assert "<h2>Terms</h2>" not in write_report(synthetic, tmp_path / "alone").read_text()


def test_an_audit_takes_the_terms_of_a_footer(tmp_path: Path) -> None:
    assert not audit(annotated(tmp_path / "fisher", FISHER)).findings


def test_terms_that_cannot_be_read_are_one_sentence() -> None:
    with pytest.raises(UserError, match="shard has terms that cannot be read"):
        from_footer({"terms": [{"corpus": "fisher"}]}, "shard")
    with pytest.raises(UserError, match="cannot be read"):
        from_footer({"terms": 3}, "shard")
