"""A critic that fails every time ends the run; once what it lacked is there, the same command asks it all again."""

import sys
from pathlib import Path
from types import ModuleType

import pytest
from fakes import cafe, loaded, made

from tertulia.corpus.corpus import Corpus
from tertulia.critics import Case, Outcome, Verdict
from tertulia.models.errors import CriticBroken
from tertulia.scenarios.reviewing import review_run

PANEL = 'critics.panel=[{use: "moody:critic", name: moody, role: veto}, structure]'


class Moody:
    """Breaks until somebody has mended what it needs."""

    def __init__(self) -> None:
        self.mended, self.asked = False, 0

    async def review(self, case: Case) -> Verdict:
        self.asked += 1
        if not self.mended:
            raise ConnectionError("the dictionary is not there")
        return Verdict(True, 1.0)


@pytest.fixture
def moody(monkeypatch: pytest.MonkeyPatch) -> Moody:
    module, critic = ModuleType("moody"), Moody()
    monkeypatch.setattr(module, "critic", critic, raising=False)
    monkeypatch.setitem(sys.modules, "moody", module)
    return critic


async def test_the_same_command_goes_on_as_if_nothing_had_been(tmp_path: Path, moody: Moody) -> None:
    source, output, shape = cafe(tmp_path), tmp_path / "out", ("rounds.dialogues=16", PANEL)
    with pytest.raises(CriticBroken, match="ConnectionError: the dictionary is not there"):
        await made(source, output, *shape)
    moody.mended = True
    corpus = await made(source, output, *shape)
    assert corpus == await made(source, tmp_path / "direct", *shape)
    assert b"undecided" not in corpus


async def test_a_run_too_short_to_be_stopped_is_judged_again_too(tmp_path: Path, moody: Moody) -> None:
    source, output, shape = cafe(tmp_path), tmp_path / "out", ("rounds.count=1", "rounds.dialogues=3", PANEL)
    await made(source, output, *shape)
    with Corpus.open(output) as corpus:
        assert [record.outcome for record in corpus.records(None)] == [Outcome.UNDECIDED] * 3
    moody.mended, moody.asked = True, 0
    await made(source, output, *shape)
    with Corpus.open(output) as corpus:
        assert [record.outcome for record in corpus.records(None)] == [Outcome.ACCEPTED] * 3
    await made(source, output, *shape)
    assert moody.asked == 3


async def test_a_review_of_a_run_too(tmp_path: Path, moody: Moody) -> None:
    source, output, shape = cafe(tmp_path), tmp_path / "out", ("rounds.count=1", "rounds.dialogues=3")
    await made(source, output, *shape)
    await review_run(output, loaded(source, (*shape, PANEL)))
    moody.mended = True
    panel = await review_run(output, loaded(source, (*shape, PANEL)))
    with Corpus.open(output) as corpus:
        assert corpus.ledger.count(panel=panel) == 3
