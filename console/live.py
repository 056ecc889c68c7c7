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
from ..critics import Outcome
from ..models.metering import Meter
from .badge import SIGNS, review_badges
from .text import duration, money, one_line, percent, said, seat_colours
from .watching import Conversation, Seen

LEAST = 5
"""Lines of a conversation's panel, frame included."""
LINGER = 2.5
"""Seconds that a finished conversation stays on the screen."""


def screen(seen: Seen, meter: Meter, chosen: Sequence[Conversation], width: int, height: int) -> RenderableType:
    """The whole screen, `width` x `height` characters: progress, conversations, critics, budget."""
    above = [headline(seen, width), progress(seen, width)]
    below = [*wrapped(critics_line(seen, width), width, 2), *wrapped(money_line(seen, meter), width, 2)]
    room = max(height - len(above) - len(below), LEAST)
    heights = shared(room, max(len(chosen), 1))
    talks = [conversation_panel(one, width, lines) for one, lines in zip(chosen, heights, strict=False)]
    return Group(*above, *(talks or [Panel(Text(seen.casting, style="dim"), height=room)]), *below)


def shared(room: int, panels: int) -> list[int]:
    """Lines for each panel."""
    each, rest = divmod(room, panels)
    return [max(each + (number < rest), LEAST) for number in range(panels)]


def wrapped(text: Text, width: int, most: int) -> list[Text]:
    """The lines of a text, the last one with an ellipsis where there are more than `most`."""
    lines = list(text.wrap(_measure(width), width))
    if len(lines) > most:
        rest = Text(" ").join(lines[most - 1 :])
        rest.truncate(width, overflow="ellipsis")
        lines = [*lines[: most - 1], rest]
    return lines


def headline(seen: Seen, width: int) -> Text:
    """What runs, which round, with which models."""
    if seen.started is None:
        return Text("starting …")
    start = seen.started
    left = Text.assemble((one_line(start.name), "bold"), f" · round {seen.round} of {start.rounds}")
    left.append(f" · {', '.join(start.models)}")
    left.truncate(width - 9, overflow="ellipsis")
    clock = duration(seen.seconds)
    left.append(" " * max(1, width - left.cell_len - len(clock)) + clock, style="dim")
    return left


def progress(seen: Seen, width: int) -> RenderableType:
    """How far the round is, how fast, how long still, and what became of the jobs."""
    made = seen.done_in_round + len(seen.waiting)
    rate = f"{seen.rate:.1f}/s" if seen.rate >= 1 else f"{seen.rate * 60:.0f}/min"
    left = "" if seen.left is None else f" · {duration(seen.left)} left"
    text = Text.assemble(f"{made}/{seen.jobs} dialogues · {rate}{left}  ", outcome_text(seen))
    bar = ProgressBar(total=max(seen.jobs, 1), completed=made, width=max(4, min(width // 4, width - text.cell_len - 2)))
    text.truncate(width - (bar.width or 0) - 1, overflow="ellipsis")
    line = Table.grid(padding=(0, 1))
    line.add_row(bar, text)
    return line


def outcome_text(seen: Seen) -> Text:
    """What became of the jobs of this process; `…` are made, and wait for the end of the round."""
    text = Text.assemble((f"✓ {seen.accepted}", "green"), f" ({percent(seen.accepted, seen.done)})")
    for outcome in (Outcome.REJECTED, Outcome.UNDECIDED, Outcome.FAILED):
        if count := seen.outcomes.get(outcome):
            text.append(f" {SIGNS[outcome][0]} {count}", style=SIGNS[outcome][1])
    return text.append(f" … {len(seen.waiting)}" if seen.waiting else "", style="dim")


def conversation_panel(talk: Conversation, width: int, height: int) -> Panel:
    """One conversation: its last turns, the personas beside it, and badges once it is judged."""
    wide = width >= 72
    aside = min(34, width // 3) if wide else 0
    turns = turns_text(talk, width - aside - (6 if wide else 4), height - 2)
    body: RenderableType = turns
    if wide:
        table = Table.grid(padding=(0, 1), expand=True)
        table.add_column(ratio=1)
        table.add_column(width=aside)
        table.add_row(turns, personas_text(talk.cast, aside, height - 2))
        body = table
    return Panel(
        body,
        title=heading(talk, width),
        title_align="left",
        subtitle=badges(talk, width),
        subtitle_align="left",
        border_style="dim",
        height=height,
    )


def heading(talk: Conversation, width: int) -> Text:
    """Place, names in their colours, and how often it was made again."""
    colours = seat_colours(talk.cast)
    text = Text(f" {talk.place.round}/{talk.place.index} ", style="not dim")
    for number, member in enumerate(talk.cast):
        text.append(" · " if number else "", style="dim")
        text.append(one_line(member.name, 14), style=f"bold {colours[member.seat]}")
    text.append(f" · made again ({talk.place.attempt})" if talk.place.attempt else "")
    return fitted(text.append(" "), width)


def fitted(text: Text, width: int) -> Text:
    """Short enough for the frame of a panel."""
    text.truncate(width - 6, overflow="ellipsis")
    return text


def turns_text(talk: Conversation, width: int, height: int) -> Text:
    """As many of the last turns as fit; of one that alone is too long, its end."""
    colours = seat_colours(talk.cast)
    names = {member.seat: member.name for member in talk.cast}
    shown: list[Text] = []
    used = 0
    for seat, text in reversed(talk.turns):
        lines = list(said(names.get(seat, seat), text, colours.get(seat, "default")).wrap(_measure(width), width))
        if used + len(lines) > height:
            shown += [] if shown else reversed([Text("…", style="dim"), *lines[len(lines) - height + 1 :]])
            break
        shown += reversed(lines)
        used += len(lines)
    return Text("\n").join(reversed(shown))


def personas_text(cast: Sequence[Member], width: int, height: int) -> Text:
    """Each person with the beginning of their profile, as many lines as there are."""
    colours = seat_colours(cast)
    space = shared_out([len(member.persona.sentences) for member in cast], height - len(cast))
    lines: list[Text] = []
    for member, room in zip(cast, space, strict=True):
        lines.append(Text(one_line(member.name, width), style=f"bold {colours[member.seat]}"))
        facts = member.persona.sentences[:room]
        lines += [Text(one_line(f"· {sentence}", width), style="dim") for sentence in facts]
    return Text("\n").join(lines[:height])


def shared_out(wanted: Sequence[int], room: int) -> list[int]:
    """How many lines each gets of those there are, one after the other in turn."""
    given = [0] * len(wanted)
    while room > 0 and given != list(wanted):
        for number, want in enumerate(wanted):
            if given[number] < want and room > 0:
                given[number] += 1
                room -= 1
    return given


def badges(talk: Conversation, width: int) -> Text:
    """The panel's answers, one badge a critic; before them, how the dialogue ended."""
    if talk.review is None:
        return Text(f" {one_line(talk.ended, 40)} " if talk.ended else " talking … ", style="dim")
    return fitted(review_badges(talk.review), width)


def critics_line(seen: Seen, width: int) -> Text:
    """Acceptance per critic; breaks between critics alone."""
    parts = [Text("approved by", style="dim")] if seen.critics else []
    for name, count in seen.critics.items():
        votes = count.approved + count.rejected
        shown = percent(count.approved, votes) if votes else ("abstains" if count.abstained else "–")
        style = "dim" if not votes else "red" if count.rejected > count.approved else "green"
        parts.append(Text.assemble(one_line(name), " ", (shown, style)))
    text, used = Text(), 0
    for part in parts:
        gap = "" if not used else "  " if used + 2 + part.cell_len <= width else "\n"
        used = part.cell_len if gap == "\n" else used + len(gap) + part.cell_len
        text.append(gap).append_text(part)
    return text


def money_line(seen: Seen, meter: Meter) -> Text:
    """What was spent of what may be, what the server says, and how to stop."""
    total = meter.total
    spent = [f"{total.calls:,} calls", f"{total.prompt_tokens + total.completion_tokens:,} tokens", money(total.usd)]
    if total.cached:
        spent.insert(1, f"{total.cached:,} from the ledger")
    limits = [f"{name} ≤ {value:g}" for name, value in seen.spending().items()]
    text = Text(" · ".join([*spent, *limits]), style="dim")
    if seen.notice:
        return text.append(f"   {one_line(seen.notice, 70)}", style="not dim yellow")
    return text.append("   Ctrl-C stops cleanly")


def _measure(width: int) -> Console:
    """To wrap text with; prints nothing."""
    return Console(width=width, legacy_windows=False)


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
