import json
from collections.abc import Callable

import handmade as by
import pytest

from tertulia.agents import Place, StopReason
from tertulia.console.showing import Shown, show, show_all
from tertulia.corpus import Record
from tertulia.critics import Outcome
from tertulia.models.errors import Mistake

PLAIN = Shown()
FIRST, SECOND = Place(1, 0), Place(1, 1)


def rejected(place: Place = FIRST) -> Record:
    dialogue = by.a_dialogue(place, "Hello, I am Ann.", "Hello Ann. I sail on Sundays, you see.", by.NASTY)
    review = by.a_review(dialogue, *by.BALLOTS, outcome=Outcome.REJECTED)
    other = by.a_review(dialogue, by.BALLOTS[0], panel=by.OTHER_PANEL)
    return Record(dialogue, Outcome.REJECTED, "vetoed by copy-paste", (review, other))


def accepted(place: Place = SECOND, *texts: str, **more: object) -> Record:
    dialogue = by.a_dialogue(place, *(texts or ("Hello.", "Goodbye.")), **more)
    return Record(dialogue, Outcome.ACCEPTED, "1 of 1 approve", (by.a_review(dialogue, by.BALLOTS[0]),))


def test_accepted_dialogues_come_first_and_the_rest_is_counted(screen, filled: Callable[..., str]) -> None:
    run = filled(rejected(), accepted())
    assert show_all(screen.console, run, [], None, False, False) == 0
    assert "1/1/0" in screen.text
    assert "1/0/0" not in screen.text
    assert "1 accepted · not shown: 1 rejected" in screen.text


def test_another_outcome_can_be_asked_for(screen, filled: Callable[..., str]) -> None:
    show_all(screen.console, filled(rejected(), accepted()), [Outcome.REJECTED], None, False, False)
    assert "vetoed by copy-paste" in screen.text
    assert "1/1/0" not in screen.text


def test_a_long_list_stops_and_says_how_to_go_on(screen, filled: Callable[..., str]) -> None:
    run = filled(*(accepted(Place(1, n)) for n in range(5)))
    show_all(screen.console, run, [], 3, False, False)
    assert "the first 3 of 5 accepted" in screen.text
    assert "--limit 5" in screen.text
    assert "1/3/0" not in screen.text


def test_all_means_all_outcomes(screen, filled: Callable[..., str]) -> None:
    open_try = Record(by.a_dialogue(Place(1, 2), "Hi."))
    show_all(screen.console, filled(rejected(), accepted(), open_try), [], None, True, False)
    assert [word in screen.text for word in ("✗ rejected", "✓ accepted", "… open")] == [True] * 3


def test_nothing_to_list_is_said(screen, filled: Callable[..., str]) -> None:
    show_all(screen.console, filled(rejected()), [], None, False, False)
    assert "no dialogue is accepted" in screen.text


def test_a_dialogue_with_what_every_panel_found(screen, filled: Callable[..., str]) -> None:
    assert show(screen.console, filled(rejected()), "1/0", PLAIN, False, False) == 0
    text = screen.text
    assert f"panel {by.PANEL[:8]} (current)" in text
    assert f"panel {by.OTHER_PANEL[:8]}" in text
    assert "turn 2, Bob: copies the profile" in text
    assert "profile: “I sail on Sundays.”" in text
    assert "skipped: no language model" in text
    assert "advice to Bob: Say it in other words." in text


def test_markup_and_control_characters_of_a_model_stay_text(screen, filled: Callable[..., str]) -> None:
    show(screen.console, filled(rejected()), "1/0", PLAIN, False, False)
    assert "Hi [bold]there[/bold] [name]! [/] :smile:" in screen.text
    assert "because of [them]" in screen.text
    assert not set(screen.text) & set("\x1b\x07\u202e")


def test_eight_people_long_words_and_wide_scripts_fit(screen, filled: Callable[..., str]) -> None:
    texts = [by.KOREAN, by.LONG, *(f"Number {n} says something." for n in range(8))]
    record = accepted(Place(1, 0), *texts, cast=by.members(8))
    show(screen.console, filled(record), "1/0", Shown(personas=True), False, False)
    from rich.cells import cell_len

    assert max(map(cell_len, screen.lines)) <= 80
    assert "".join(screen.text.split()).count("word") >= 60
    assert "[red]Hal" in screen.text


def test_lineage_names_the_places_of_exemplars_and_theirs(screen, filled: Callable[..., str]) -> None:
    first = accepted(Place(1, 0), exemplars=("from-a-file",))
    second = accepted(Place(2, 0), exemplars=(first.dialogue.id,))
    show(screen.console, filled(first, second), second.dialogue.id[:6], PLAIN, False, False)
    assert f"exemplars        1/0/0 ({first.dialogue.id[:8]})" in screen.text
    assert "their exemplars  seed from-a-file" in screen.text


def test_notes_guards_and_a_failure_are_told(screen, filled: Callable[..., str]) -> None:
    dialogue = by.a_dialogue(
        Place(1, 0, 1), "Hi.", notes={"seat-0": "Be [kind]."}, guards={"role-reversal": 3}, failure="seat-0: empty",
        stop=StopReason.GUARD,
    )  # fmt: skip
    show(screen.console, filled(Record(dialogue, Outcome.FAILED, "seat-0: empty")), "1/0/1", PLAIN, False, False)
    assert "to Ann: Be [kind]." in screen.text
    assert "failed: seat-0: empty · 1 turn · guards asked again: role-reversal 3x" in screen.text


def test_a_job_is_its_accepted_try_and_names_the_others(screen, filled: Callable[..., str]) -> None:
    run = filled(rejected(Place(1, 0, 0)), accepted(Place(1, 0, 1)), rejected(Place(1, 0, 2)))
    show(screen.console, run, "1/0", PLAIN, False, False)
    assert screen.text.startswith("1/0/1 ✓ accepted")
    assert "other tries  1/0/0 ✗ rejected · 1/0/2 ✗ rejected" in screen.text


def test_all_shows_each_try_of_a_job(screen, filled: Callable[..., str]) -> None:
    show(screen.console, filled(rejected(Place(1, 0, 0)), accepted(Place(1, 0, 1))), "1/0", PLAIN, True, False)
    assert [line.split()[0] for line in screen.lines if line.endswith("──")] == ["1/0/0", "1/0/1"]


def test_prompts_are_shown_whole_with_role_kind_and_seat(screen, filled: Callable[..., str]) -> None:
    show(screen.console, filled(accepted()), "1/1", Shown(prompts=True), False, False)
    text = screen.text
    assert "request 2 of 2 · speak · Bob · turn 2" in text
    second = text[text.index("request 2 of 2") :]
    assert [word in second for word in ("system", "instructions", "persona seat-1", "turn seat-0", "reminder")] == [
        True
    ] * 5
    assert "I sail on Sundays." in second
    assert "I have two cats." not in second
    assert "temperature 0.7" in second
    assert second.rstrip().endswith("Goodbye.")


def test_prompts_of_another_try_of_the_job_are_not_mixed_in(screen, filled: Callable[..., str]) -> None:
    run = filled(accepted(Place(1, 0, 0), "first", "try"), accepted(Place(1, 0, 1), "second", "attempt"))
    show(screen.console, run, "1/0/1", Shown(prompts=True), False, False)
    assert "request 2 of 2" in screen.text
    assert "first" not in screen.text


@pytest.mark.parametrize(
    ("wanted", "said"),
    [("9/9", "write ROUND/INDEX, here 1/0 to 1/1"), ("1/0/7", "1/0 to 1/1"), ("nope", "no dialogue 'nope'")],
)
def test_what_is_not_there_says_what_is(screen, filled: Callable[..., str], wanted: str, said: str) -> None:
    with pytest.raises(Mistake, match=said):
        show(screen.console, filled(rejected(), accepted()), wanted, PLAIN, False, False)


def test_json_is_the_record_with_its_requests(screen, filled: Callable[..., str], capsys) -> None:
    run = filled(accepted())
    show(screen.console, run, "1/1", Shown(prompts=True), False, True)
    data = json.loads(capsys.readouterr().out)
    assert data["dialogue"]["turns"][1]["request"] == data["requests"][1]["key"]
    assert [part["kind"] for part in data["requests"][0]["parts"]] == ["instructions", "persona", "reminder"]


def test_json_of_the_list_is_an_array(screen, filled: Callable[..., str], capsys) -> None:
    run = filled(rejected(), accepted())
    show_all(screen.console, run, [], None, True, True)
    assert [row["place"] for row in json.loads(capsys.readouterr().out)] == [[1, 0, 0, 0], [1, 1, 0, 0]]
    show_all(screen.console, run, [Outcome.FAILED], None, False, True)
    assert json.loads(capsys.readouterr().out) == []
