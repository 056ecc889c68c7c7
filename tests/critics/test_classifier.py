"""A classifier that learned from labelled dialogues sits on a panel; once it was trained anew, it is another critic."""

from pathlib import Path
from shutil import copytree

import pytest

from tertulia.critics import Abstention, Panel, Why, create
from tertulia.critics.conformance import check_critic
from tertulia.critics.experts.classifier import Classifier, as_read
from tertulia.critics.weighing import digest_of_reader
from tertulia.models.errors import Mistake
from tertulia.models.local.connecting import connect_reader
from tertulia.models.local.reader import FILE
from tertulia.scenarios.fingerprint import judging
from tertulia.scenarios.scenario import Scenario

from ..models.test_reader import LABELS, TRAITS, bag, kept
from .conftest import case_of, members, talk, verdict

SAID = ("I love a party!", "Leave me alone.", " ", "So much  fun,\nyou all!")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return kept(bag(2), LABELS, tmp_path_factory.mktemp("models") / "classifier")


def test_it_reads_a_line_a_turn_and_no_names() -> None:
    said = talk(*SAID)
    assert as_read(said.turns) == "A: I love a party!\nB: Leave me alone.\nB: So much fun, you all!"
    assert as_read(talk("Well?", "Well!", order=(1, 0)).turns) == "A: Well?\nB: Well!"
    assert as_read(talk("", " ").turns) == ""


async def test_the_score_is_the_probability_of_accept(folder: Path) -> None:
    text = as_read(talk(*SAID).turns)
    accept = float(connect_reader(folder).probabilities([text])[0, 1])
    assert 0.001 < accept < 0.999
    for threshold, approves in ((accept, True), (min(accept + 0.001, 0.999), False)):
        answer = await verdict(Classifier(str(folder), threshold), talk(*SAID))
        assert (answer.approve, answer.score, answer.figures) == (approves, accept, {"accept": accept})
    assert answer.advice == {}


async def test_where_nothing_is_said_it_abstains(folder: Path) -> None:
    answer = await Classifier(str(folder)).review(case_of(talk("", " ")))
    assert answer == Abstention(Why.NOT_APPLICABLE, "nothing is said in it")


async def test_it_conforms(folder: Path) -> None:
    await check_critic(Classifier(str(folder)))


def test_a_folder_is_relative_to_the_scenarios_and_has_to_hold_a_classifier(folder: Path, tmp_path: Path) -> None:
    entry = {"use": "classifier", "options": {"folder": folder.name}}
    (expert,) = Panel(members(entry), base=folder.parent).experts
    assert expert.critic == Classifier(str(folder))
    with pytest.raises(Mistake, match=r"there is no folder .*classifier'; a trained reader is needed"):
        Panel(members(entry), base=tmp_path)
    with pytest.raises(Mistake, match="critic 'classifier': option 'folder' is missing"):
        create("classifier")
    traits = kept(bag(5), TRAITS, tmp_path / "traits")
    with pytest.raises(Mistake, match="is a reader of traits, and one of labels is needed"):
        create("classifier", {"folder": str(traits)})
    others = kept(bag(2), {**LABELS, "outputs": ["bad", "good"]}, tmp_path / "others")
    with pytest.raises(Mistake, match=r"others' knows the labels 'bad', 'good', and 'accept' is not there"):
        create("classifier", {"folder": str(others)})


def test_another_training_is_another_judge(folder: Path, tmp_path: Path) -> None:
    """A copy is the same; of a panel's fingerprint and of a run's, a changed weight makes another one."""
    copy = copytree(folder, tmp_path / "classifier")
    assert digest_of_reader(copy) == digest_of_reader(folder) != ""
    panel = [{"use": "classifier", "options": {"folder": "classifier"}}]
    scenario = Scenario.model_validate({"name": "cafe", "critics": {"panel": panel}}).at(tmp_path)

    def told() -> tuple[str, str]:
        panel = Panel(scenario.critics.panel, base=tmp_path)
        return panel.fingerprint, judging(scenario)

    before = told()
    (copy / "training.json").write_text("{}", encoding="utf-8")
    assert told() == before
    settings = (copy / FILE).read_text(encoding="utf-8")
    (copy / FILE).write_text(settings.replace('"dialogue"', '"talk"'), encoding="utf-8")
    assert all(now != then for now, then in zip(told(), before, strict=True))
