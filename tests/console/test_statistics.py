import json
from collections.abc import Callable

import handmade as by

from tertulia.agents import Place
from tertulia.console.change import round_table
from tertulia.console.statistics import stats
from tertulia.corpus import Record
from tertulia.corpus.change import Change
from tertulia.corpus.rounds import MEASURES, RoundReport, RoundSummary
from tertulia.critics import Outcome


def records() -> list[Record]:
    found = []
    for number, outcome in enumerate((Outcome.REJECTED, Outcome.ACCEPTED)):
        dialogue = by.a_dialogue(Place(1, 0, number), "Hello there, Bob.", "I sail [name].", guards={"empty": 1})
        ballots = by.BALLOTS if outcome is Outcome.REJECTED else by.BALLOTS[:1]
        found.append(Record(dialogue, outcome, "", (by.a_review(dialogue, *ballots, outcome=outcome),)))
    return found


def test_a_run_in_numbers(screen, filled: Callable[..., str]) -> None:
    assert stats(screen.console, filled(*records()), False, False) == 0
    text = [" ".join(line.split()) for line in screen.lines]
    assert "demo · 1 job · 2 tries" in text
    assert "structure veto 2 0 0.0 % · 100.0 %" in text
    assert "copy-paste veto 0 1 100.0 % · 50.0 %" in text
    assert any(line.startswith("judge gave no verdict (optional, skipped 1x): no language model") for line in text)
    assert "0 1 1 0 0" in text  # the first attempt: a try, rejected by copy-paste, none accepted
    assert "1 1 · 1 1" in text
    assert "scripted speak 4 40 20 $0.0400 2.00" in text
    assert "with a placeholder such as [name] 100.0 % 100.0 %" in text
    assert max(map(len, screen.lines)) <= 80


def test_an_empty_run_has_no_numbers_and_breaks_nothing(screen, filled: Callable[..., str]) -> None:
    assert stats(screen.console, filled(), True, False) == 0
    assert "0 jobs · 0 tries" in screen.text
    assert "no round yet" in screen.text


def test_json_has_it_all(screen, filled: Callable[..., str], capsys) -> None:
    stats(screen.console, filled(*records()), True, True)
    data = json.loads(capsys.readouterr().out)
    assert data["survival"]["critics"][1]["critic"] == "copy-paste"
    assert data["usage"][0]["calls"] == 4
    assert data["rounds"][0]["jobs"] == 1


def report(number: int, since_first: Change | None, since_previous: Change | None) -> RoundReport:
    summary = RoundSummary(number, 20, 30, 15, 0.75, 20, 0.5, 0.25, 3.5, 4, 0.4)
    return RoundReport(
        summary,
        dict.fromkeys(MEASURES, since_first) if since_first else {},
        dict.fromkeys(MEASURES, since_previous) if since_previous else {},
    )


def test_rounds_show_changes_with_their_intervals(screen) -> None:
    clear, unclear = Change(0.25, 0.05, 0.45), Change(-0.1, -0.3, 0.1)
    reports = [report(1, None, None), report(2, unclear, unclear), report(3, clear, clear)]
    text = screen.draw(round_table(reports))
    assert "+25.0 [+5.0, +45.0]" in text
    assert "-0.100 [-0.300, +0.100]" in text
    assert max(map(len, screen.lines)) <= 80


def test_a_clear_change_is_green_or_red_by_whether_more_is_better(screen) -> None:
    from tertulia.console.change import shown

    clear = Change(0.25, 0.05, 0.45)
    assert shown("acceptance", clear).style == "green"
    assert shown("similarity", clear).style == "red"
    assert shown("acceptance", Change(0.25, -0.05, 0.45)).style == ""
    assert shown("acceptance", Change(-0.25, -0.45, -0.00001)).plain == "-25.0 [-45.0, 0.0]"
