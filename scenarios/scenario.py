"""What does a scenario say? Each field's docstring is its line in the reference of the YAML."""

from pathlib import Path
from typing import Any, Literal, Self

from pydantic import Field, PrivateAttr, ValidationInfo, field_validator, model_validator

from ..agents.staging import Briefing, Mode, OrderKind
from ..critics.member import PanelMember
from ..critics.review import SeatKind
from ..critics.scorers import Scorers
from ..critics.tournament.setting import TournamentSetting
from ..critics.voting import Voting
from ..models.spec import ModelSpec
from .agreement import Disagreement, disagreements
from .cast import Cast, Made, Seat
from .secret import resolved
from .section import Section, Word
from .source import Problem
from .teach import Teach

Stop = Literal["farewell", "repetition", "refusal"]
GuardName = Literal["empty", "leaked-reasoning", "speaking-for-others", "role-reversal", "repeated-opening"]
ALL_GUARDS: tuple[GuardName, ...] = (
    "empty", "leaked-reasoning", "speaking-for-others", "role-reversal", "repeated-opening",
)  # fmt: skip


class Turns(Section):
    """How long a dialogue is, in utterances."""

    min: int = Field(8, ge=2, le=1000)
    """Before so many utterances nobody may take leave."""
    max: int = Field(16, ge=2, le=1000)
    """After so many utterances the dialogue ends."""


class Order(Section):
    """Who speaks next."""

    kind: OrderKind = "round-robin"
    """round-robin, random (anyone but the last speaker), selector (a model chooses), or graph (along `edges`)."""
    edges: tuple[tuple[str, str], ...] = ()
    """For `graph`: pairs of seat ids; the second may speak after the first."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value


class Stage(Section):
    """The rules of the conversation."""

    mode: Mode = "private"
    """`private`: one context a seat, each with its own persona only. `script`: one call writes the whole dialogue."""
    setting: str = ""
    """Where they are and why they talk; all seats are told."""
    turns: Turns = Turns()
    """How long a dialogue is."""
    order: Order = Order()
    """Who speaks next: a word, or `{kind: graph, edges: [[a, b], ...]}`."""
    stop: tuple[Stop, ...] = ("farewell", "repetition", "refusal")
    """What ends a dialogue before `turns.max`."""
    style: tuple[str, ...] = ()
    """How everybody talks: `informal`, `polite`, ..."""
    language: str = Field("en", pattern=r"^[a-z]{2,3}(-[A-Za-z0-9]{2,8})*$")
    """Code of the language: `en`, `ko`, `pt-BR`."""
    guards: tuple[GuardName, ...] = ALL_GUARDS
    """What makes the stage ask for a turn again, twice at most; default: all."""
    briefing: Briefing = "full"
    """What a seat is told: `full`, or `persona`: its persona alone, in the words of the export format `messages`, no
    instructions, exemplars, notes or reminders; so a model is used to it that was fine-tuned on such dialogues."""


class Critics(Section):
    """Who judges, and how the votes are counted."""

    voting: Voting = Voting()
    """How votes become a decision."""
    panel: tuple[PanelMember, ...] = (
        PanelMember(use="structure", role=SeatKind.VETO),
        PanelMember(use="copy-paste", role=SeatKind.VETO),
        PanelMember(use="repetition"),
        PanelMember(use="pleasantries"),
    )
    """The critics; default: structure and copy-paste with a veto, repetition and pleasantries with a vote; `[]`:
    nobody, and all is accepted."""
    scorers: Scorers = Scorers()
    """The local models that critics ask: sentence embeddings, natural language inference, toxicity."""
    tournament: TournamentSetting | None = TournamentSetting()
    """How the best of several candidates is found (`rounds.candidates` of 2 or more); `null`: by the panel's score."""

    @field_validator("tournament", mode="before")
    @classmethod
    def _from_word(cls, value: Any) -> Any:
        return {True: TournamentSetting(), False: None}[value] if isinstance(value, bool) else value


class Refine(Section):
    """What happens to a rejected dialogue."""

    regenerate: int = Field(3, ge=0, le=100)
    """How often it is made again, at most."""
    note: bool = True
    """Whether the critics' advice is handed to the speakers of the next attempt, each their own."""


class StopWhen(Section):
    """When rounds are not worth going on with."""

    no_gain: int | None = Field(None, ge=1)
    """Stop after so many rounds in a row without a higher acceptance."""
    diversity_drop: float | None = Field(None, gt=0, lt=1)
    """Stop when distinct-2 of a round lies by this share below the first round's."""


class Rounds(Section):
    """How much is made."""

    count: int = Field(1, ge=1)
    """Rounds; each draws its exemplars from what the rounds before it accepted."""
    dialogues: int = Field(10, ge=1)
    """Jobs a round: each gives one dialogue if the critics accept one."""
    until_accepted: int | None = Field(None, ge=1)
    """Add waves of `dialogues` jobs until so many are accepted in a round."""
    candidates: int = Field(1, ge=1, le=64)
    """Dialogues made at each attempt of a job; of those accepted a tournament finds the best (`critics.tournament`)."""
    teach: Teach | None = None
    """Trains a model between rounds, on all that was accepted so far, and lets it speak in the next."""
    stop_when: StopWhen = StopWhen()
    """Ends the run before `count`."""


class Exemplars(Section):
    """Accepted dialogues shown to the speakers."""

    count: int = Field(1, ge=0, le=50)
    """How many stand in a prompt; 0: none."""
    choose: Literal["random", "best", "diverse"] = "diverse"
    """Which ones: any, those with the highest score, or those least like one another."""
    draw: Literal["round", "job"] | None = None
    """One draw for all jobs of a round (default in private mode), or one a job (default in script mode)."""
    seed_file: str | None = None
    """Dialogues to begin with, before anything is accepted: `library/exemplars`, or a file beside the scenario."""


class Budget(Section):
    """Limits of a run, all resumes together; replies from the cache are free."""

    usd: float | None = Field(None, gt=0)
    """US dollars; every model in use needs a known price or a `price` of its own."""
    tokens: int | None = Field(None, gt=0)
    """Tokens, of prompts and replies."""
    minutes: float | None = Field(None, gt=0)
    """Minutes of running."""


class Scenario(Section):
    """What to run."""

    name: Word
    """What the run is called; also its folder, `runs/<name>`."""
    description: str = ""
    """One or two sentences for the reader."""
    seed: int = Field(0, ge=0)
    """All chance comes from it: who meets whom, exemplars, orders, sampling seeds."""
    model: ModelSpec | None = None
    """Short for `models: {default: ...}`."""
    models: dict[str, ModelSpec] = Field(default_factory=dict)
    """By task: `default` (rehearsal), `judge`, `writer` (script mode), `selector`, `personas` (makes them); or by
    seat id."""
    cast: Cast = Cast()
    """Who takes part, and who meets whom."""
    stage: Stage = Stage()
    """The rules of the conversation."""
    critics: Critics = Critics()
    """Who judges, and how the votes are counted."""
    refine: Refine = Refine()
    """What happens to a rejected dialogue."""
    rounds: Rounds = Rounds()
    """How much is made."""
    exemplars: Exemplars = Exemplars()
    """Accepted dialogues shown to the speakers."""
    budget: Budget = Budget()
    """Limits of the run."""
    concurrency: int = Field(16, ge=1, le=10_000)
    """Dialogues in the making at a time; the corpus doesn't depend on it."""
    output: str | None = None
    """Folder of the run, from where you stand; default: `runs/<name>`."""
    ledger: str | None = None
    """Where the ledger is, if not a file in `output`: `postgresql://...`; a password in it is given as `${NAME}`."""
    licence: str = "unspecified"
    """Licence of the corpus, for its dataset card."""

    _folder: Path = PrivateAttr(default_factory=Path)

    @model_validator(mode="after")
    def _agrees(self, info: ValidationInfo) -> Self:
        """Raises Disagreement, unless the validation's context has a list `disagreements` that takes them."""
        problems = tuple(disagreements(self))
        told: list[Problem] | None = (info.context or {}).get("disagreements")
        if told is not None:
            told += problems
        elif problems:
            raise Disagreement(problems)
        return self

    @property
    def folder(self) -> Path:
        """Where the scenario's relative paths begin: the folder of its file."""
        return self._folder

    @property
    def output_folder(self) -> Path:
        return Path(self.output or f"runs/{self.name}")

    @property
    def seats(self) -> tuple[Seat, ...]:
        return self.cast.seated

    @property
    def makes_people(self) -> bool:
        """Whether personas have to be made before anyone is cast."""
        return any(isinstance(self.cast.people_of(seat), Made) for seat in self.seats)

    @property
    def tournament(self) -> TournamentSetting | None:
        """How one of several candidates is chosen; None where there is one alone, or the panel's score decides."""
        return self.critics.tournament if self.rounds.candidates > 1 else None

    @property
    def draw(self) -> Literal["round", "job"]:
        """When exemplars are drawn, the default filled in."""
        return self.exemplars.draw or ("job" if self.stage.mode == "script" else "round")

    @property
    def bare(self) -> frozenset[str]:
        """The seats that are told their persona alone."""
        told = {seat.id: seat.briefing or self.stage.briefing for seat in self.seats}
        return frozenset(seat for seat, briefing in told.items() if briefing == "persona")

    @property
    def lessons(self) -> list[int]:
        """The rounds after which a model is taught."""
        teach = self.rounds.teach
        return [number for number in range(1, self.rounds.count) if teach and teach.due(number)]

    def spec_for(self, task: str) -> ModelSpec:
        """The model for a task (judge, writer, selector): its own, else the default one."""
        return self.models.get(task) or self.model or self.models.get("default") or ModelSpec.parse("rehearsal")

    def spec_of(self, seat: Seat) -> ModelSpec:
        """The model that speaks for a seat in private mode: its own, else the default one."""
        return seat.model or self.spec_for(seat.id)

    def cast_models(self) -> dict[str, ModelSpec]:
        """The models that dialogues are made with, by seat id or task."""
        if self.stage.mode == "script":
            return {"writer": self.spec_for("writer")}
        speakers = {seat.id: self.spec_of(seat) for seat in self.seats}
        return speakers | ({"selector": self.spec_for("selector")} if self.stage.order.kind == "selector" else {})

    def specs(self) -> list[ModelSpec]:
        """The models of a run, each once: those that dialogues are made with, then the judge's."""
        specs: list[ModelSpec] = []
        making = [self.spec_for("personas")] if self.makes_people else []
        for spec in (*self.cast_models().values(), *making, self.spec_for("judge")):
            specs += [spec] if spec not in specs else []
        return specs

    def speaks(self, seat: Seat) -> str:
        """The short string of the model that a seat's words come from."""
        return str(self.spec_for("writer") if self.stage.mode == "script" else self.spec_of(seat))

    def ledger_in(self, folder: Path) -> str | Path:
        """Where the ledger is: the address that `ledger` gives, its `${NAME}` filled in, or the run's folder."""
        return resolved(self.ledger) if self.ledger else folder

    def at(self, folder: Path) -> Self:
        """The same scenario, its relative paths beginning in another folder."""
        moved = self.model_copy()
        moved._folder = folder
        return moved
