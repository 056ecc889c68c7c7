from collections.abc import Callable

import handmade as by
from rich.console import Console

from tertulia.agents import Place
from tertulia.console.replaying import PACE, replay
from tertulia.corpus import Record
from tertulia.critics import Outcome


def records() -> tuple[Record, Record]:
    one, two = by.a_dialogue(Place(1, 0), "Hello.", by.NASTY), by.a_dialogue(Place(1, 1), "No.", "Yes.", "Oh.")
    return (
        Record(one, Outcome.ACCEPTED, "", (by.a_review(one, *by.BALLOTS),)),
        Record(two, Outcome.REJECTED, "", (by.a_review(two, *by.BALLOTS, outcome=Outcome.REJECTED),)),
    )


def test_accepted_dialogues_are_played_with_a_pause_after_each_turn(screen, filled: Callable[..., str]) -> None:
    waits: list[float] = []
    assert replay(screen.console, filled(*records()), [], 0.25, waits.append) == 0
    assert waits == [0.25, 0.25]
    assert "Bob: Hi [bold]there[/bold] [name]!" in screen.text
    assert "accepted  ✗ copy-paste ✓ structure – judge" in screen.text
    assert "Yes." not in screen.text


def test_named_dialogues_are_played_whatever_became_of_them(screen, filled: Callable[..., str]) -> None:
    replay(screen.console, filled(*records()), ["1/1", "1/0"], 0, lambda seconds: None)
    assert screen.text.index("Yes.") < screen.text.index("Hello.")
    assert "2 dialogues" in screen.text


def test_the_pace_is_for_terminals(filled: Callable[..., str]) -> None:
    run, waits = filled(*records()), []
    for terminal in (True, False):
        replay(Console(force_terminal=terminal, quiet=True), run, [], None, waits.append)
    assert waits == [PACE, PACE]


def test_nothing_accepted_is_said(screen, filled: Callable[..., str]) -> None:
    replay(screen.console, filled(records()[1]), [], 0)
    assert "nothing to play" in screen.text
