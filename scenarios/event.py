"""What can a watcher hear from a run?"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..agents import Member, Place
from ..critics import Outcome, Review


@dataclass(frozen=True, slots=True)
class RunStarted:
    """A run begins, resumed or new; before it is told only what was found out about who may meet whom."""

    name: str
    description: str
    output: str
    rounds: int
    jobs: int
    """A round; with `until_accepted` the size of a wave."""
    until_accepted: int | None
    concurrency: int
    models: tuple[str, ...]
    """Short strings, the default first."""
    critics: tuple[str, ...]
    """Names, in panel order."""
    done_before: int = 0
    """Jobs that the ledger already holds as done, all rounds."""
    budget: Mapping[str, float] = field(default_factory=dict)
    """The limits that are set: usd, tokens, minutes."""
    skipped: tuple[tuple[str, str], ...] = ()
    """(critic, why) of optional critics that can't be had here."""
    unheld: str = ""
    """Why candidates are not compared, where a tournament is wanted."""


@dataclass(frozen=True, slots=True)
class Peopled:
    """Personas were made for the run."""

    built: int
    wanted: int
    size: int
    """Sentences of a profile."""
    sentences: int
    """They were assembled from so many."""
    scorer: str
    """What looked for contradictions."""
    scored: int
    """Pairs of sentences that it looked at."""
    why: str = ""
    """Why there are fewer than were wanted."""


@dataclass(frozen=True, slots=True)
class Paired:
    """It was looked at who suits whom."""

    kind: str
    people: int
    """Different ones: personas with the same profile are one person."""
    personas: int
    qualified: int
    """Pairs of people that the pairing allows, of those that the seats do."""
    possible: int
    by: str
    """Name of the embedder, where one was asked."""


@dataclass(frozen=True, slots=True)
class RoundStarted:
    """A round begins; `jobs` of it are to do, `done` already are."""

    round: int
    jobs: int
    done: int
    exemplars: int
    """Size of the pool that exemplars are drawn from."""


@dataclass(frozen=True, slots=True)
class JobStarted:
    """A job's first open try begins."""

    round: int
    index: int
    cast: tuple[Member, ...]


@dataclass(frozen=True, slots=True)
class Selected:
    """A seat's model has said which sentence of its persona fits its personality."""

    round: int
    index: int
    seat: str
    name: str
    sentence: str
    """Empty where none fits."""
    read: bool = True
    """Whether a reply could be read; where none could, it goes on as if none fitted."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The panel has answered on one try."""

    place: Place
    review: Review


@dataclass(frozen=True, slots=True)
class JobDone:
    """A job is settled under the panel."""

    round: int
    index: int
    outcome: Outcome
    attempts: int


@dataclass(frozen=True, slots=True)
class RoundClosed:
    """All jobs of a round are done."""

    round: int
    accepted: int
    jobs: int
    distinct_2: float


@dataclass(frozen=True, slots=True)
class TeachingStarted:
    """A model is about to be taught on what was accepted in the rounds so far."""

    round: int
    """The last one of them."""
    dialogues: int
    method: str
    begins: str
    """What it begins from."""
    folder: str


@dataclass(frozen=True, slots=True)
class Taught:
    """A model was taught, and speaks in the next round; or there is none, and why."""

    round: int
    """The last round that it was taught on."""
    folder: str
    """Empty where it was not taught."""
    dialogues: int = 0
    examples: int = 0
    steps: int = 0
    validation: float | None = None
    """Perplexity of the dialogues that were put aside from the lesson."""
    held_out: float | None = None
    """Perplexity of the held-out dialogues."""
    bits_per_byte: float | None = None
    """Of the held-out dialogues."""
    before: bool = False
    """Whether it was there already."""
    why: str = ""
    """Why it was not taught: then the former model goes on speaking."""


@dataclass(frozen=True, slots=True)
class RunEnded:
    """The last event. `why` is empty when the run did all that the scenario asks for."""

    accepted: int
    jobs: int
    why: str = ""
