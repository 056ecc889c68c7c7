import json
from collections.abc import Callable
from pathlib import Path

import handmade as by
import pytest

from tertulia.agents import Place
from tertulia.console.exporting import ABOUT, export
from tertulia.corpus import Record
from tertulia.corpus.formats import FORMATS
from tertulia.critics import Outcome
from tertulia.models.errors import Mistake


def records() -> list[Record]:
    outcomes = (Outcome.ACCEPTED, Outcome.REJECTED, Outcome.FAILED)
    return [Record(by.a_dialogue(Place(1, n), "Hello.", "Bye."), outcome) for n, outcome in enumerate(outcomes)]


def test_the_file_lies_in_the_run_and_what_was_written_is_told(screen, filled: Callable[..., str]) -> None:
    run = filled(*records())
    assert export(screen.console, run, "messages", None, [], False) == 0
    lines = (Path(run) / "messages.jsonl").read_text().splitlines()
    assert {json.loads(line)["id"] for line in lines} == {records()[0].dialogue.id}
    assert (Path(run) / "messages.card.md").is_file()
    text = "".join(screen.text.split())
    assert "1dialogueasmessages" in text
    assert "leftout1rejected,1failed" in text


def test_more_can_be_included(screen, filled: Callable[..., str]) -> None:
    run = filled(*records())
    export(screen.console, run, "messages", None, [Outcome.REJECTED], False)
    assert "2 dialogues" in screen.text


def test_nothing_accepted_is_exit_code_one(screen, filled: Callable[..., str]) -> None:
    assert export(screen.console, filled(records()[1]), "sharegpt", None, [], False) == 1
    assert "nothing to train on" in screen.text


def test_provenance_takes_everything(screen, filled: Callable[..., str], capsys) -> None:
    run = filled(*records())
    export(screen.console, run, "provenance", None, [], True)
    assert json.loads(capsys.readouterr().out)["dialogues"] == 3


@pytest.mark.parametrize(("format", "said"), [("mesages", "did you mean 'messages'"), (None, "which format")])
def test_a_format_that_is_none_lists_them_with_a_line_each(
    screen, filled: Callable[..., str], format: str | None, said: str
) -> None:
    with pytest.raises(Mistake, match=said) as told:
        export(screen.console, filled(*records()), format, None, [], False)
    assert len(str(told.value).splitlines()) == 1 + len(FORMATS)


def test_every_format_has_its_line() -> None:
    assert set(ABOUT) == set(FORMATS)
