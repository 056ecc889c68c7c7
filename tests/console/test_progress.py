"""How far the making of personas is, on a terminal and elsewhere."""

import pytest
from rich.cells import cell_len

from tertulia.console.progress import PlainSteps, Step, Steps, counts, progress, screen
from tertulia.models.metering import Meter
from tertulia.models.request import Reply, Task
from tertulia.models.retrying import Retrying
from tertulia.personas.event import Progressed

NASTY = "Hi [bold]there[/bold]!\x1b[31m\x07 " + "안녕하세요 " * 30


@pytest.mark.parametrize("width", [40, 80, 120])
def test_steps_fit_the_terminal(screen_of, width: int) -> None:
    seen, meter = Steps(), Meter()
    meter.tally("m", Task.PROFILE).add(Reply("x", prompt_tokens=1200, completion_tokens=34), 0.25, 1.0)
    meter.tally("m", Task.PROFILE).cached = 1700
    for n in range(8):
        seen.see(Progressed(f"step {n}", n, 0 if n == 3 else 9, NASTY))
    shown = screen_of(width)
    text = shown.draw(screen(seen, meter, width))
    assert max(map(cell_len, shown.lines)) <= width
    assert "step 7" in text
    assert "step 1" not in text
    assert "7/9" in text
    assert "\x1b" not in text
    assert "1 call · 1,700 rep" in text


def test_nothing_heard_yet_is_a_screen_too(screen_of) -> None:
    assert "starting" in screen_of(80).draw(screen(Steps(), Meter(), 80))


def test_speed_and_time_left() -> None:
    step = Step("ask", began=100.0, changed=110.0, first=20, done=40, total=80)
    assert counts(step, 110.0) == "40/80 · 2.0/s · 0:20 left"
    assert counts(step, 115.0) == "40/80 · 2.0/s · 0:15 left"
    assert counts(Step("ask", 100.0, 110.0, 0, 2, 0), 110.0) == "2 · 12/min"
    assert counts(Step("ask", 100.0, 110.0, 0, 80, 80), 110.0) == "80/80"


def test_a_step_may_begin_anew() -> None:
    seen = Steps()
    for event in (Progressed("ask", 5, 5), Progressed("keep", 3, 9), Progressed("ask", 1, 7)):
        seen.see(event)
    assert (seen.steps["ask"].first, seen.steps["ask"].done, seen.latest) == (1, 1, seen.steps["ask"])


def test_a_server_that_makes_us_wait_is_told_until_something_is_done(screen_of) -> None:
    seen = Steps()
    seen.see(Retrying("ollama:llama3.1", "[429] too many", 12.0, 1))
    assert "waits 12 s" in screen_of(120).draw(screen(seen, Meter(), 120))
    seen.see(Progressed("ask", 1, 7))
    assert "waits" not in screen_of(120).draw(screen(seen, Meter(), 120))


def test_plain_lines_come_now_and_then() -> None:
    lines: list[str] = []
    told = PlainSteps(lines.append, seconds=0.0)
    for event in (
        Progressed("keep", 0, 9),
        Progressed("ask", 5, 5),
        Progressed("keep", 3, 9),
        Retrying("m", "busy", 1, 1),
    ):
        told(event)
    assert lines[0] == "keep 0/9 · waits for ask; ask 5/5"
    assert lines[1].startswith("keep 3/9")
    assert lines[2:] == ["retrying m: busy; waits 1.0 s"]
    seldom = PlainSteps(lines.append, seconds=1e9)
    seldom(Progressed("ask", 1, 5))
    assert len(lines) == 3


def test_a_line_of_several_steps_gives_no_time_of_one() -> None:
    lines: list[str] = []
    told = PlainSteps(lines.append, seconds=0.0)
    for event in (Progressed("keep", 1, 9), Progressed("filter", 1, 9), Progressed("filter", 2, 9)):
        told(event)
    assert lines[-1].startswith("keep 1/9; filter 2/9")
    assert "left" not in lines[-1]


def test_loading_is_told_at_once() -> None:
    lines: list[str] = []
    told = PlainSteps(lines.append)
    for event in (Progressed("load", 0, 1, "the embedder m"), Progressed("load", 1, 1, "the embedder m")):
        told(event)
    assert lines == ["loading the embedder m"]


def test_what_has_not_begun_to_move_is_seen_to_wait(screen_of) -> None:
    seen = Steps()
    for event in (Progressed("keep", 0, 9), Progressed("ask", 1, 5)):
        seen.see(event)
    lines = screen_of(120).draw(screen(seen, Meter(), 120)).splitlines()
    assert lines[0].startswith("keep")
    assert "0/9 · waits for ask" in lines[0]
    seen.see(Progressed("keep", 3, 9))
    assert "waits" not in screen_of(120).draw(screen(seen, Meter(), 120))


def test_silence_and_places_without_a_terminal(screen, capsys) -> None:
    with progress(screen.console, Meter(), silent=True) as view:
        view(Retrying("m", "busy", 1, 1))
    assert capsys.readouterr().out == ""
    with progress(screen.console, Meter(), silent=False) as view:
        view(Retrying("m", "busy", 1, 1))
    assert capsys.readouterr().out.startswith("retrying m")
