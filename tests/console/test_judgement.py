from dataclasses import replace

from handmade import APPROVES, OTHER_PANEL, a_dialogue, a_review

from tertulia.agents import Place
from tertulia.console.judgement import figures, judgement
from tertulia.critics import Ballot, SeatKind, Verdict

DIALOGUE = a_dialogue(Place(1, 0), "Hello!", "Good evening.")
MEASURED = replace(
    APPROVES, figures={"seat-0/sentences": 5, "seat-1/sentences": 4, "seat-0/reflected": 2, "cosine": 0.23416}
)


def test_figures_of_a_seat_stand_together_under_its_name() -> None:
    told = figures(MEASURED, {"seat-0": "Ann", "seat-1": "Bob"}).plain
    assert told == "Ann: sentences 5, reflected 2 · Bob: sentences 4 · cosine 0.2342"


def test_a_slash_that_no_seat_stands_before_is_part_of_the_name() -> None:
    assert figures(Verdict(True, 1.0, figures={"in/out": 1.0}), {"seat-0": "Ann"}).plain == "in/out 1"


def test_figures_are_told_of_a_critic_that_found_nothing_else(screen) -> None:
    told = screen.draw(judgement(DIALOGUE, [a_review(DIALOGUE, Ballot("coverage", MEASURED))]))
    assert "✓ coverage  Ann: sentences 5, reflected 2 · Bob: sentences 4 · cosine 0.2342" in told


def test_two_panels_stand_side_by_side(screen) -> None:
    names = ("persona-consistency", "coverage", "toxicity")
    first = a_review(DIALOGUE, *(Ballot(name, APPROVES, SeatKind.ADVISE, optional=True) for name in names))
    second = a_review(DIALOGUE, Ballot("coverage", Verdict(False, 0.25)), Ballot("style", APPROVES), panel=OTHER_PANEL)
    screen.draw(judgement(DIALOGUE, [first, second]))
    rows = {line.split()[0]: line for line in screen.lines if line.strip()}
    assert rows["coverage"].endswith("✓ 1.00                ✗ 0.25")
    assert rows["style"].split()[-2:] == ["✓", "1.00"]
    assert max(map(len, screen.lines)) <= 80
