"""How a training looks: what was seen of it, the screen, and the lines where there is no terminal."""

import pytest
from rich.console import Console

from tertulia.console.lesson import Lesson, sparkline
from tertulia.console.training import LiveTraining, PlainTraining, view
from tertulia.console.training import screen as drawn_of
from tertulia.training.event import CheckpointSaved, DataReady, StepDone, TrainingEnded, TrainingStarted, Validated
from tertulia.training.halting import Halt

DATA = DataReady("runs/x", 73, 8, 9, 37, 4, 1, 45_231, 20_111, 2, 0, 1024)
START = TrainingStarted("sft", "scratch:tiny", "runs/x/models/sft", 1_072_640, 1_072_640, 30, 0, "cpu", "float32")
ADAPTED = TrainingStarted("sft", "[big]", "out", 494_000_000, 1_081_344, 40, 10, "cuda:0", "bfloat16")


def taught(*events: object, at_once: int = 8) -> Lesson:
    seen = Lesson(at_once)
    for event in (DATA, START, *events):
        seen.see(event)
    return seen


def steps(*losses: float) -> list[StepDone]:
    return [StepDone(number, 30, loss, 1e-3, number * 1500) for number, loss in enumerate(losses, 1)]


def test_the_best_look_is_the_last_one_that_was_best() -> None:
    seen = taught(*steps(7.0, 6.0), Validated(1, 6.5, True), Validated(2, 6.1, True), Validated(3, 6.3, False))
    assert seen.best == Validated(2, 6.1, True)
    assert (seen.step, seen.losses) == (2, [7.0, 6.0])


def test_the_epoch_is_how_often_the_examples_were_seen() -> None:
    assert taught(*steps(*[7.0] * 10)).epoch == pytest.approx(10 * 8 / 73)
    assert Lesson().epoch is None


def test_speed_and_time_left_are_of_the_steps_that_were_taken() -> None:
    seen = taught(*steps(7.0, 6.0))
    assert seen.started
    seen._first, seen.now = 100.0, 110.0
    assert seen.left == pytest.approx(28 * 10 / 2)
    seen._speeds.clear()
    seen._speeds.extend([(100.0, 0), (105.0, 3000)])
    assert seen.speed == pytest.approx(600)


def test_after_a_checkpoint_the_time_left_counts_what_was_done_now() -> None:
    seen = Lesson()
    for event in (DATA, ADAPTED, StepDone(11, 40, 3.0, 1e-4, 100)):
        seen.see(event)
    seen._first, seen.now = 0.0, 2.0
    assert seen.left == pytest.approx(29 * 2.0)


@pytest.mark.parametrize(
    ("values", "width", "drawn"),
    [
        ([], 5, ""),
        ([3.0], 5, "▁"),
        ([8, 7, 6, 5, 4, 3, 2, 1], 8, "█▇▆▅▄▃▂▁"),
        ([4, 4, 2, 2], 2, "█▁"),
        ([1, 1], 9, "▁▁"),
    ],
)
def test_a_sparkline_goes_from_the_highest_to_the_lowest(values: list[float], width: int, drawn: str) -> None:
    assert sparkline(values, width) == drawn


@pytest.mark.parametrize("width", [80, 120])
def test_the_screen_tells_data_model_progress_and_losses(screen_of, width: int) -> None:
    seen = taught(*steps(7.25, 6.0, 5.125), Validated(2, 6.1, True), Validated(3, 6.3, False), CheckpointSaved(3, "c"))
    drawn = screen_of(width)
    text = drawn.draw(drawn_of(seen, width))
    assert "sft of scratch:tiny · runs/x/models/sft" in text
    assert "73 examples of 37 dialogues; held out: 8 to choose by, 9 to test" in text
    assert "4 dialogues dropped: somebody in it is held out · 1 repeated" in text
    assert "45,231 · 44 % of them learned · 2 examples cut to 1,024" in text
    assert "1,072,640 parameters · all of them learn · cpu, float32" in text
    assert "3/30 steps · epoch 0.3" in text
    assert "loss 5.125 █▄▁  held out 6.300 (best 6.100, step 2)" in text
    assert max(map(len, drawn.lines)) <= width


def test_who_pressed_ctrl_c_is_told_to_wait(screen) -> None:
    assert "Ctrl-C keeps a checkpoint" in screen.draw(drawn_of(taught(), 80))
    assert "stopping once this step is done" in screen.draw(drawn_of(taught(), 80, halted=True))


def test_before_anything_is_known_the_screen_says_so(screen) -> None:
    assert "reading the data" in screen.draw(drawn_of(Lesson(), 80))


def test_lines_tell_the_same_where_there_is_no_terminal() -> None:
    lines: list[str] = []
    with PlainTraining(lines.append, 8, seconds=0.0) as watch:
        for event in (DATA, ADAPTED, *steps(7.0)[:1], Validated(1, 6.5, True), Validated(2, 6.6, False)):
            watch(event)
    assert lines[1] == "tokens: 45,231 · 44 % of them learned · 2 examples cut to 1,024"
    assert lines[2] == (
        "sft of [big]: 494,000,000 parameters · 1,081,344 of them learn (0.22 %) · cuda:0, bfloat16 · 40 steps, from "
        "step 10"
    )
    assert lines[3].startswith("1/40 steps · epoch 0.1")
    assert lines[3].endswith("loss 7.000")
    assert lines[4:] == ["step 1: held out 6.500, the best so far", "step 2: held out 6.600"]


def test_between_two_lines_some_time_passes() -> None:
    lines: list[str] = []
    watch = PlainTraining(lines.append, 8, seconds=1e6)
    for event in (DATA, START, *steps(7.0, 6.0, 5.0), TrainingEnded("out", 3, 5.0, None)):
        watch(event)
    assert len(lines) == 3


def test_it_is_live_on_a_terminal_alone() -> None:
    assert isinstance(view(Console(force_terminal=True), 1, Halt(), silent=False), LiveTraining)
    assert isinstance(view(Console(force_terminal=False), 1, Halt(), silent=False), PlainTraining)
    assert isinstance(view(Console(force_terminal=True), 1, Halt(), silent=True), PlainTraining)
