"""How does a run look while it goes on? `screen` is a pure function of what was seen; `LiveView` redraws it."""

from collections.abc import Sequence
from time import monotonic
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.progress_bar import ProgressBar
from rich.table import Table
from rich.text import Text

from ..agents import Member
from ..critics import Abstention, Outcome, Review, Verdict
from ..models.metering import Meter
from .text import COLOURS, duration, money, one_line, percent, said
from .watching import Conversation, Seen

FRAME = 7
"""Lines of the screen that are not conversations."""
LINGER = 2.5
"""Seconds that a finished conversation stays on the screen."""

SIGNS = ((Outcome.REJECTED, "✗", "red"), (Outcome.UNDECIDED, "?", "yellow"), (Outcome.FAILED, "!", "red"))
BADGES = {Outcome.ACCEPTED: ("accepted", "green"), Outcome.REJECTED: ("rejected", "red")}


def screen(seen: Seen, meter: Meter, chosen: Sequence[Conversation], width: int, height: int) -> RenderableType:
    """The whole screen, `width` x `height` characters: progress, conversations, critics, budget."""
    room = max(height - FRAME, 5)
    each = max(room // max(len(chosen), 1), 5)
    talks = [conversation_panel(one, width, each) for one in chosen] or [Panel(Text("casting …"), height=each)]
    above = (headline(seen, width), progress(seen, width))
    return Group(*above, *talks, critics_line(seen, width), money_line(seen, meter))


def headline(seen: Seen, width: int) -> Text:
    """What runs, which round, with which models."""
    if seen.started is None:
        return Text("starting …")
    start = seen.started
    left = Text.assemble((start.name, "bold"), f" · round {seen.round} of {start.rounds} · {', '.join(start.models)}")
    left.truncate(width - 9, overflow="ellipsis")
    clock = duration(seen.seconds)
    left.append(" " * max(1, width - left.cell_len - len(clock)) + clock, style="dim")
    return left


def progress(seen: Seen, width: int) -> RenderableType:
    """How far the round is, how fast, how long still, and what became of the jobs."""
    line = Table.grid(padding=(0, 1))
    rate = f"{seen.rate:.1f}/s" if seen.rate >= 1 else f"{seen.rate * 60:.1f}/min"
    left = "" if seen.left is None else f" · {duration(seen.left)} left"
    bar = ProgressBar(total=max(seen.jobs, 1), completed=seen.done_in_round, width=max(10, width // 4))
    line.add_row(bar, Text(f"{seen.done_in_round}/{seen.jobs} dialogues · {rate}{left}"), outcome_text(seen))
    return line


def outcome_text(seen: Seen) -> Text:
    text = Text.assemble((f"✓ {seen.accepted}", "green"), f" ({percent(seen.accepted, seen.done)})")
    for outcome, sign, style in SIGNS:
        if number := seen.outcomes.get(outcome):
            text.append(f" {sign} {number}", style=style)
    return text


def conversation_panel(talk: Conversation, width: int, height: int) -> Panel:
    """One conversation: its last turns, the personas beside it, and badges once it is judged."""
    wide = width >= 72
    aside = min(34, width // 3) if wide else 0
    turns = turns_text(talk, width - aside - (7 if wide else 4), height - 2)
    body: RenderableType = turns
    if wide:
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(ratio=1)
        table.add_column(width=aside)
        table.add_row(turns, personas_text(talk.cast, aside, height - 2))
        body = table
    names = " · ".join(one_line(member.name, 14) for member in talk.cast)
    attempt = f" · attempt {talk.place.attempt + 1}" if talk.place.attempt else ""
    title = Text(f" {talk.place.round}/{talk.place.index} {names}{attempt} ")
    return Panel(body, title=title, title_align="left", subtitle=badges(talk), subtitle_align="left", height=height)


def turns_text(talk: Conversation, width: int, height: int) -> Text:
    """As many of the last turns as fit."""
    colours = seat_colours(talk.cast)
    names = {member.seat: member.name for member in talk.cast}
    console = Console(width=width, legacy_windows=False)
    shown: list[Text] = []
    used = 0
    for seat, text in reversed(talk.turns):
        line = said(names.get(seat, seat), text, colours.get(seat, "white"))
        used += len(line.wrap(console, width))
        if used > height and shown:
            break
        shown.append(line)
    return Text("\n").join(reversed(shown))


def personas_text(cast: Sequence[Member], width: int, height: int) -> Text:
    """Each person with the beginning of their profile, as many lines as there are."""
    text, colours = Text(), seat_colours(cast)
    lines = max(1, height // max(len(cast), 1) - 1)
    for member in cast:
        text.append(one_line(member.name, width) + "\n", style=f"bold {colours[member.seat]}")
        for sentence in member.persona.sentences[:lines]:
            text.append(one_line(f"· {sentence}", width) + "\n", style="dim")
    text.rstrip()
    return text


def badges(talk: Conversation) -> Text:
    """The panel's answers, one badge a critic; before them, how the dialogue ended."""
    if talk.review is None:
        return Text(f" {one_line(talk.ended, 40)} " if talk.ended else " talking … ", style="dim")
    return review_badges(talk.review)


def review_badges(review: Review) -> Text:
    name, style = BADGES.get(review.decision.outcome, (review.decision.outcome.value, "yellow"))
    text = Text.assemble((f" {name} ", f"bold {style}"))
    for ballot in review.ballots:
        match ballot.answer:
            case Verdict(approve=True):
                text.append(f" ✓ {ballot.critic}", style="green")
            case Verdict():
                text.append(f" ✗ {ballot.critic}", style="red")
            case Abstention():
                text.append(f" – {ballot.critic}", style="dim")
    return text.append(" ")


def critics_line(seen: Seen, width: int) -> Text:
    """Acceptance per critic."""
    text = Text("critics ", style="bold")
    for name, count in seen.critics.items():
        votes = count.approved + count.rejected
        shown = percent(count.approved, votes) if votes else ("abstains" if count.abstained else "–")
        text.append(f" {name} ", style="default").append(shown, style="green" if votes else "dim")
    text.truncate(width * 2, overflow="ellipsis")
    return text


def money_line(seen: Seen, meter: Meter) -> Text:
    """What was spent of what may be, what the server says, and how to stop."""
    total = meter.total
    spent = [f"{total.calls} calls", f"{total.prompt_tokens + total.completion_tokens:,} tokens", money(total.usd)]
    if total.cached:
        spent.insert(1, f"{total.cached} from the ledger")
    limits = [f"{name} ≤ {value:g}" for name, value in seen.spending().items()]
    text = Text(" · ".join([*spent, *limits]), style="dim")
    hint = one_line(seen.notice, 60) if seen.notice else "Ctrl-C stops cleanly"
    return text.append(f"   {hint}", style="yellow dim")


def seat_colours(cast: Sequence[Member]) -> dict[str, str]:
    return {member.seat: COLOURS[number % len(COLOURS)] for number, member in enumerate(cast)}


class LiveView:
    """Shows a run on a terminal while it goes on. It is called with every event, and never drives anything."""

    def __init__(self, console: Console, meter: Meter, frames: float = 8.0) -> None:
        self.seen = Seen()
        self._console, self._meter = console, meter
        self._chosen: list[Conversation] = []
        self._live = Live(get_renderable=self._draw, console=console, refresh_per_second=frames, transient=True)

    def __call__(self, event: object) -> None:
        self.seen.see(event)

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._live.stop()

    def _draw(self) -> RenderableType:
        self.seen.now = monotonic()
        width, height = self._console.size
        wanted = 2 if height >= 40 else 1
        self._chosen = choose(self._chosen, list(self.seen.conversations.values()), wanted, self.seen.now)
        return screen(self.seen, self._meter, self._chosen, width, height - 1)


def choose(shown: Sequence[Conversation], talks: Sequence[Conversation], wanted: int, now: float) -> list[Conversation]:
    """Which conversations to show: those on the screen until they are judged and read, then the youngest ones."""
    kept = [talk for talk in shown if not _over(talk) or now - talk.changed < LINGER][:wanted]
    fresh = [talk for talk in talks if talk not in kept and not _over(talk)]
    others = fresh or [talk for talk in talks if talk not in kept]
    return kept + others[::-1][: wanted - len(kept)]


def _over(talk: Conversation) -> bool:
    return talk.review is not None or bool(talk.ended)
