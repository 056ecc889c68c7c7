import handmade as by
import pytest
from rich.cells import cell_len

from tertulia.agents import Place
from tertulia.agents.event import DialogueEnded, DialogueStarted, TurnSpoken
from tertulia.console.live import choose, personas_text, screen, turns_text
from tertulia.console.watching import Conversation, Seen
from tertulia.critics import Ballot, Outcome, Review
from tertulia.models.metering import Meter
from tertulia.models.retrying import Retrying
from tertulia.scenarios.event import JobDone, Reviewed, RoundStarted, RunStarted

HERE = Place(1, 0)
CRITICS = ("structure", "copy-paste", "persona-bleed", "repetition", "pleasantries", "judge", "openers")
LOCAL = (Ballot("structure", by.APPROVES), Ballot("copy-paste", by.REJECTS))


def started(**more: object) -> RunStarted:
    given = {"rounds": 3, "jobs": 16, "until_accepted": None, "concurrency": 8, "budget": {"usd": 5.0}, **more}
    return RunStarted("first-meeting", "", "runs/x", models=("scripted",), critics=CRITICS, **given)  # type: ignore[arg-type]


def talking(people: int = 2, turns: int = 6, review: bool = False) -> Seen:
    """A run in which one conversation was watched."""
    seen, cast = Seen(), by.members(people)
    for event in (started(), RoundStarted(1, 16, 0, 10), DialogueStarted(HERE, cast)):
        seen.see(event)
    texts = (by.NASTY, by.KOREAN, by.LONG, "A plain sentence.")
    for n in range(turns):
        member = cast[n % people]
        seen.see(TurnSpoken(HERE, member.seat, member.name, n, texts[n % len(texts)]))
    if review:
        dialogue = by.a_dialogue(HERE, "Hello.", cast=cast)
        seen.see(DialogueEnded(HERE, dialogue))
        seen.see(Reviewed(HERE, by.a_review(dialogue, *by.BALLOTS, outcome=Outcome.REJECTED)))
    return seen


@pytest.mark.parametrize(("width", "height"), [(80, 23), (120, 39), (60, 14), (200, 60)])
@pytest.mark.parametrize("people", [2, 8])
@pytest.mark.parametrize("turns", [0, 1, 3, 40])
def test_the_screen_fills_the_terminal_and_no_more(screen_of, width: int, height: int, people: int, turns: int) -> None:
    seen = talking(people, turns, review=turns == 40)
    shown = screen_of(width)
    shown.draw(screen(seen, Meter(), list(seen.conversations.values()), width, height))
    assert len(shown.lines) == height
    assert max(map(cell_len, shown.lines)) <= width


def test_nothing_said_yet_is_a_screen_too(screen_of) -> None:
    assert "starting" in screen_of(80).draw(screen(Seen(), Meter(), [], 80, 23))


def test_badges_that_do_not_fit_end_in_an_ellipsis_with_the_rejections_first(screen_of) -> None:
    seen = talking(review=True)
    ballots = [*(Ballot(name, by.APPROVES) for name in CRITICS[:5]), Ballot("rejects-it", by.REJECTS)]
    seen.conversations[HERE].review = by.a_review(by.a_dialogue(HERE, "Hi."), *ballots, outcome=Outcome.REJECTED)
    text = screen_of(60).draw(screen(seen, Meter(), list(seen.conversations.values()), 60, 20))
    last = next(line for line in text.splitlines() if "rejected" in line)
    assert "rejected  ✗ rejects-it ✓ structure" in last
    assert "… ─╯" in last


def test_of_a_turn_that_is_too_long_the_end_is_shown() -> None:
    talk = Conversation(HERE, by.members(), [("seat-0", "begin " + "word " * 200 + "end")])
    lines = turns_text(talk, 40, 6).plain.splitlines()
    assert (len(lines), lines[0], lines[-1].endswith("end")) == (6, "…", True)


def test_lines_beside_the_talk_are_shared_among_the_people() -> None:
    lines = personas_text(by.members(8), 30, 10).plain.splitlines()
    assert len(lines) == 10
    assert [line for line in lines if not line.startswith("·")] == [m.name for m in by.members(8)]


def test_jobs_that_wait_for_the_end_of_the_round_count_as_made(screen_of) -> None:
    seen = talking()
    dialogue = by.a_dialogue(HERE, "Hi.")
    seen.see(Reviewed(HERE, incomplete(dialogue.id)))
    assert (seen.made, seen.done, seen.accepted) == (1, 0, 0)
    assert "1/16 dialogues" in screen_of(80).draw(screen(seen, Meter(), [], 80, 23))
    seen.see(JobDone(1, 0, Outcome.ACCEPTED, 1))
    assert (seen.made, seen.done, seen.accepted) == (1, 1, 1)


def incomplete(dialogue: str) -> Review:
    whole = by.a_review(by.a_dialogue(HERE, "Hi."), *LOCAL)
    return Review(dialogue, whole.panel, whole.ballots, whole.decision, complete=False)


def test_a_critic_that_answered_before_the_barrier_is_counted_once() -> None:
    seen = talking()
    dialogue = by.a_dialogue(HERE, "Hi.")
    seen.see(Reviewed(HERE, incomplete(dialogue.id)))
    seen.see(Reviewed(HERE, by.a_review(dialogue, *LOCAL, Ballot("openers", by.REJECTS), outcome=Outcome.REJECTED)))
    assert (seen.critics["structure"].approved, seen.critics["copy-paste"].rejected) == (1, 1)
    assert seen.critics["openers"].rejected == 1
    assert seen.made == 0  # rejected at the barrier: it is made again


def test_a_resumed_run_goes_on_counting_from_what_was_done() -> None:
    seen = Seen()
    seen.see(started(done_before=20))
    seen.see(RoundStarted(2, 16, 4, 10))
    seen.see(JobDone(2, 4, Outcome.REJECTED, 4))
    assert (seen.done_in_round, seen.done) == (5, 1)
    assert seen.left is not None


def test_a_server_that_makes_us_wait_is_told_until_somebody_speaks(screen_of) -> None:
    seen = talking()
    seen.see(Retrying("ollama:llama3.1", "[429] too many", 12.0, 1))
    assert "waits 12 s" in screen_of(120).draw(screen(seen, Meter(), [], 120, 23))
    seen.see(TurnSpoken(HERE, "seat-0", "Ann", 6, "Here we are."))
    assert "waits" not in screen_of(120).draw(screen(seen, Meter(), [], 120, 23))


def test_a_conversation_stays_until_it_was_judged_and_read() -> None:
    one, two = Conversation(HERE, by.members(), changed=10.0), Conversation(Place(1, 1), by.members(), changed=10.0)
    assert choose([one], [one, two], 1, 11.0) == [one]
    one.review = by.a_review(by.a_dialogue(HERE, "Hi."), *LOCAL)
    assert choose([one], [one, two], 1, 11.0) == [one]
    assert choose([one], [one, two], 1, 60.0) == [two]
    assert choose([], [one, two], 2, 60.0) == [two]
