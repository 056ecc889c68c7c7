"""What happens at `tertulia critics try`? One critic judges dialogues of a file; its findings stand beside the text."""

import asyncio
from asyncio import to_thread
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import yaml
from rich.console import Console, Group, RenderableType
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from ..agents import Dialogue
from ..corpus.formats import read_dialogues
from ..corpus.formats.reviewed import review_to
from ..critics import Abstention, Ballot, Review
from ..critics.member import PanelMember
from ..critics.panel import Panel
from ..critics.registry import find
from ..critics.scorers import Lacking, Scorers
from ..critics.seating import needs
from ..critics.together import together
from ..models.errors import Mistake
from ..scenarios.loading import load
from .badge import answer_badge
from .judgement import figures, remark, remarks
from .printing import print_array
from .text import clean, number, one_line, seat_colours


@dataclass(frozen=True)
class Trial:
    """What was asked for."""

    critic: str
    options: Sequence[str]
    """KEY=VALUE each, the value in YAML."""
    file: Path
    limit: int
    format: str | None = None
    model: str | None = None
    """Answers for a critic that needs a language model."""
    settings: Sequence[str] = ()
    """KEY=VALUE each, of `critics.scorers`: the local models that it asks."""


Judged = tuple[Dialogue, Review]

TOGETHER = 16
"""Dialogues that are judged at a time."""


class Alone:
    """A round without neighbours: what a corpus critic is told of other dialogues."""

    def earlier(self) -> Iterator[Dialogue]:
        return iter(())

    settled = earlier

    def earlier_ids(self) -> tuple[str, ...]:
        return ()

    settled_ids = earlier_ids

    def read(self, ids: Iterable[str]) -> Iterator[Dialogue]:
        return iter(())


def try_critic(console: Console, trial: Trial, objects: bool, json: bool) -> int:
    """Exit code 0. With `objects` only what is not approved is shown. Raises Mistake."""
    return asyncio.run(_try(console, trial, objects, json))


async def _try(console: Console, trial: Trial, objects: bool, json: bool) -> int:
    reviews, shown = [], []
    async for dialogue, review in judged(trial):
        reviews.append(review)
        if objects and _approved(review):
            continue
        if json:
            shown.append({"source": dialogue.source, **review_to(review)})
        else:
            console.print(beside(dialogue, review.ballots[0]))
    if json:
        print_array(shown)
    else:
        console.print(summary(trial.critic, reviews))
    return 0


async def judged(trial: Trial) -> AsyncIterator[Judged]:
    """The first dialogues of the file, each with a review by this critic alone, as they come; a corpus critic takes
    them all as a round. Raises Mistake."""
    member = PanelMember(use=trial.critic, options=options(trial.options))
    async with _services(trial, member) as services:
        panel = Panel([member], services=services, base=Path())
        dialogues = islice(read_dialogues(trial.file, trial.format), trial.limit)
        if not panel.corpus:
            while page := list(islice(dialogues, TOGETHER)):
                for pair in zip(page, await together(map(panel.review, page)), strict=True):
                    yield pair
            return
        waiting = [(dialogue, await panel.review(dialogue)) for dialogue in dialogues]
        number = 0
        async for review in panel.conclude(waiting, Alone()):
            yield waiting[number][0], review
            number += 1


def options(texts: Sequence[str]) -> dict[str, Any]:
    """Raises Mistake for what is not KEY=VALUE."""
    found = {}
    for text in texts:
        key, equals, value = text.partition("=")
        try:
            if not equals or not key.strip():
                raise ValueError("write KEY=VALUE")
            found[key.strip()] = yaml.safe_load(value)
        except (ValueError, yaml.YAMLError) as error:
            raise Mistake(f"--option {text}: {one_line(str(error))}; such as --option threshold=0.7") from None
    return found


@asynccontextmanager
async def _services(trial: Trial, member: PanelMember) -> AsyncIterator[dict[str, object]]:
    """The local models and the chat client that the critic needs with these options. Raises Mistake for what is not
    there, with the next step."""
    needed, scorers = needs(find(member.use).create(member.options, Path())), scorers_of(trial.settings)
    if "chat" in needed and trial.model is None:
        raise Mistake(f"critic {trial.critic!r} asks a language model: name one, such as --model ollama:llama3.1")
    services = await to_thread(scorers.connect, needed)
    for service, found in services.items():
        if isinstance(found, Lacking):
            other = f"name another: --set critics.scorers.{service}=FOLDER"
            raise Mistake(f"critic {trial.critic!r} needs {service!r}: {found.why}; {other}")
    if "chat" not in needed:
        yield services
        return
    from ..models import ModelSpec, connect

    client = connect(ModelSpec.parse(trial.model or ""))
    try:
        yield {**services, "chat": client}
    finally:
        await client.close()


def scorers_of(settings: Sequence[str]) -> Scorers:
    """What `--set critics.scorers.nli=lexical` and its like say. Raises Mistake for other keys."""
    for text in settings:
        if not text.strip().startswith("critics.scorers."):
            example = "--set critics.scorers.nli=FOLDER"
            raise Mistake(f"--set {text}: here it names local models alone, such as {example}; "
                          "what belongs to the critic goes with --option KEY=VALUE")  # fmt: skip
    return load("experts", overrides=settings).critics.scorers if settings else Scorers()


def _approved(review: Review) -> bool:
    answer = review.ballots[0].answer
    return not isinstance(answer, Abstention) and answer.approve


def beside(dialogue: Dialogue, ballot: Ballot) -> Group:
    """The turns on the left, and on the right what the critic says of each."""
    names = {member.seat: one_line(member.name) for member in dialogue.cast}
    title = Text.assemble(answer_badge(ballot.answer), (f" · {one_line(dialogue.source or dialogue.id)}", "dim"))
    general = [line for line in _general(dialogue, ballot) if line]
    parts: list[RenderableType] = [Rule(title, style="dim", align="left")]
    parts += [Group(*general)] if general else []
    return Group(*parts, _turns(dialogue, ballot, names), Text())


def _general(dialogue: Dialogue, ballot: Ballot) -> Iterator[Text]:
    """What is about no single turn: the reason of an abstention, findings on the whole, advice."""
    if isinstance(ballot.answer, Abstention):
        yield from remarks(dialogue, ballot)
        return
    names = {member.seat: one_line(member.name) for member in dialogue.cast}
    for finding in ballot.answer.findings:
        if finding.turn is None:
            yield remark(finding, names)
    for seat, text in ballot.answer.advice.items():
        yield Text(f"advice to {names.get(seat, seat)}: {one_line(text)}", style="dim")
    yield figures(ballot.answer, names)


def _turns(dialogue: Dialogue, ballot: Ballot, names: dict[str, str]) -> Table:
    colours, found = seat_colours(dialogue.cast), _by_turn(ballot)
    table = Table.grid(padding=(0, 1), expand=True)
    table.add_column(justify="right", no_wrap=True)
    table.add_column(ratio=3, overflow="fold")
    if found:
        table.add_column(ratio=2, overflow="fold")
    for index, turn in enumerate(dialogue.turns):
        text = Text.assemble((f"{names.get(turn.seat, turn.seat)}: ", f"bold {colours.get(turn.seat, 'default')}"))
        text.append(clean(turn.text))
        objection = [Text("\n").join(found[index])] if index in found else [Text()] * bool(found)
        table.add_row(Text(str(index + 1), "bold red" if index in found else "dim"), text, *objection)
    return table


def _by_turn(ballot: Ballot) -> dict[int, list[Text]]:
    """Findings by turn; what is said in the turn is not said again beside it."""
    found: dict[int, list[Text]] = {}
    if not isinstance(ballot.answer, Abstention):
        for finding in ballot.answer.findings:
            if finding.turn is not None:
                text = Text(one_line(finding.text), style="red")
                if finding.sentence and finding.sentence not in finding.text:
                    text.append(f"\nprofile: “{one_line(finding.sentence)}”", style="not red dim")
                found.setdefault(finding.turn, []).append(text)
    return found


def summary(critic: str, reviews: Sequence[Review]) -> Text:
    """How many it approves, and how sure it is on average."""
    answers = [review.ballots[0].answer for review in reviews]
    verdicts = [answer for answer in answers if not isinstance(answer, Abstention)]
    whys = Counter(answer.kind.value for answer in answers if isinstance(answer, Abstention))
    text = Text.assemble((one_line(critic), "bold"), f": {number(len(answers), 'dialogue')} · ")
    text.append(f"✓ {sum(answer.approve for answer in verdicts)} approved", style="green")
    text.append(f" · ✗ {sum(not answer.approve for answer in verdicts)} rejected", style="red")
    for kind, count in whys.items():
        text.append(f" · – {count} {kind}", style="dim")
    if verdicts:
        text.append(f" · mean score {sum(answer.score for answer in verdicts) / len(verdicts):.2f}")
    return text
