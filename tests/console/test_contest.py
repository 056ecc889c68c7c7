"""A tournament on the screen: who stands where, what each policy said in each order, how policies fare."""

import asyncio
import json
from collections.abc import Callable, Sequence

import handmade as by

from tertulia.agents import Place
from tertulia.console.showing import Shown, show
from tertulia.console.statistics import stats
from tertulia.corpus import Record
from tertulia.corpus.ledger import Ledger
from tertulia.critics import Abstention, Choice, Outcome, Preference, Why
from tertulia.critics.tournament.comparison import Answer, Comparison

FIRST, SECOND = Preference(Choice.FIRST, "It is [bold]longer[/]."), Preference(Choice.SECOND, "It is longer.")
SILENT = Abstention(Why.SKIPPED, "no language model: it can't judge")


def contested(filled: Callable[..., str], *answers: Sequence[Answer]) -> str:
    """A run of one job with two candidates, compared by the policies p0, p1, ..."""
    records = [
        Record(by.a_dialogue(Place(1, 0, 0, number), "Hello.", "Goodbye."), outcome, why)
        for number, (outcome, why) in enumerate([(Outcome.ACCEPTED, ""), (Outcome.PASSED_OVER, "lost the tournament")])
    ]
    run = filled(*records)
    ids = [record.dialogue.id for record in records]
    made = [Comparison(f"p{n}", 0, ids[0], ids[1], *both) for n, both in enumerate(answers)]
    asyncio.run(_keep(run, made))
    return run


async def _keep(run: str, made: Sequence[Comparison]) -> None:
    async with Ledger.open(run) as ledger:
        info = ledger.info()
        assert info is not None
        ledger.begin(info)
        await ledger.keep_comparisons(1, 0, ledger.panel, made)


BOTH = (FIRST, SECOND)


def test_one_sees_who_won_by_which_policies_and_where_the_orders_disagree(
    screen_of, filled: Callable[..., str]
) -> None:
    screen = screen_of(120)
    assert show(screen.console, contested(filled, BOTH, BOTH, (FIRST, FIRST)), "1/0/0/1", Shown(), False, False) == 0
    text = [" ".join(line.split()) for line in screen.lines]
    assert "tournament all-pairs · majority" in text
    assert "✓ 0 2 0 1 1 of 1 1.73 0.00" in text
    assert "↷ 1 0 2 1 0 of 1 0.58 0.00" in text
    assert "p0 0 : 1 0 0, 0 It is [bold]longer[/]." in text
    assert "p2 0 : 1 = 0, 1 the two orders disagree" in text


def test_where_nothing_could_be_compared_it_says_why(screen, filled: Callable[..., str]) -> None:
    run = contested(filled, (SILENT, SILENT), (SILENT, SILENT))
    show(screen.console, run, "1/0/0/0", Shown(), False, False)
    assert "tournament: nothing could be compared" in screen.text
    assert "no language model: it can't judge" in " ".join(screen.text.split())
    stats(screen.console, run, False, False)
    text = " ".join(screen.text.split())
    assert "p0, p1 compared nothing: the panel's score decides (skipped 1x: no language model: it can't judge)" in text
    assert "orders disagree" not in text


def test_statistics_have_a_row_for_each_policy(screen, filled: Callable[..., str]) -> None:
    stats(screen.console, contested(filled, BOTH, (FIRST, FIRST), (FIRST, SILENT)), False, False)
    text = [" ".join(line.split()) for line in screen.lines]
    assert "tournaments, 1 job with more than one candidate to choose from" in text
    assert "p0 1 0 0.0 % 50.0 %" in text
    assert "p1 1 1 100.0 % 100.0 %" in text
    assert "p2 0 0 – –" in text
    assert any(line.startswith("p2 compared nothing") for line in text)
    assert max(map(len, screen.lines)) <= 80


def test_json_has_every_comparison_with_both_answers(screen, filled: Callable[..., str], capsys) -> None:
    run = contested(filled, BOTH, (FIRST, SILENT))
    show(screen.console, run, "1/0/0/0", Shown(), False, True)
    found = json.loads(capsys.readouterr().out)["tournament"]
    assert (found["schedule"], found["pick"]) == ("all-pairs", "majority")
    assert found["comparisons"][0]["choice"] == "first"
    assert found["comparisons"][1]["answers"][1] == {"abstains": "skipped", "why": SILENT.why}
    assert found["standings"][0]["wins"] == 1
    stats(screen.console, run, False, True)
    data = json.loads(capsys.readouterr().out)["tournaments"]
    assert (data["held"], data["policies"][0]["first_share"], data["policies"][1]["compared"]) == (1, 0.5, 0)


def test_a_run_without_candidates_says_nothing_of_tournaments(screen, filled: Callable[..., str], capsys) -> None:
    run = filled(Record(by.a_dialogue(Place(1, 0), "Hello."), Outcome.ACCEPTED, ""))
    show(screen.console, run, "1/0", Shown(), False, False)
    stats(screen.console, run, False, False)
    assert "tournament" not in screen.text
    show(screen.console, run, "1/0", Shown(), False, True)
    assert "tournament" not in json.loads(capsys.readouterr().out)
