"""What does a scenario say? Each field's docstring is its line in the reference of the YAML."""

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Discriminator,
    Field,
    PrivateAttr,
    Tag,
    ValidationInfo,
    WithJsonSchema,
    model_validator,
)

from ..agents.dialogue import SeatRole
from ..agents.staging import Mode, OrderKind
from ..critics.member import PanelMember
from ..critics.review import SeatKind
from ..critics.voting import Voting
from ..models.spec import ModelSpec
from ..personas import Persona, Trait
from ..personas.personality.setting import Kind as SettingKind
from ..personas.traits import Level
from .agreement import Disagreement, disagreements
from .secret import resolved
from .source import Problem

EVERYDAY = "library/everyday"
SEAT_IDS = "abcdefgh"
"""What the seats of the short form `size: 3` are called."""

Word = Annotated[str, Field(pattern=r"^[A-Za-z0-9][\w.-]*$", max_length=80)]
"""A name that may name a folder and stand in `--set`."""

PairingKind = Literal["random", "all-pairs", "shared-interest", "contrast"]
Cut = Literal["greedy", "spectral"]
Builder = Literal["conl", "profile"]
Stop = Literal["farewell", "repetition", "refusal"]
GuardName = Literal["empty", "leaked-reasoning", "speaking-for-others", "role-reversal", "repeated-opening"]
ALL_GUARDS: tuple[GuardName, ...] = (
    "empty", "leaked-reasoning", "speaking-for-others", "role-reversal", "repeated-opening",
)  # fmt: skip


class Section(BaseModel):
    """A part of a scenario: frozen, and strict about its keys."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class Generate(Section):
    """How personas are made: profile sentences by category, filtered, then assembled without contradictions."""

    count: int = Field(20, ge=2, le=10_000)
    """Personas."""
    sentences: int = Field(200, ge=1)
    """Profile sentences that they are assembled from."""
    categories: tuple[str, ...] = ()
    """What the sentences are about: paths, beginnings of paths, entity keys or families; default: all 51."""
    builder: Builder = "conl"
    """`conl`: a quota by family, whatever contradicts is drawn again (PersonaChatGen); `profile`: random additions
    that neither repeat nor contradict (Synthetic-Persona-Chat)."""
    quota: dict[str, Annotated[int, Field(ge=1, le=100)]] = Field(default_factory=dict)
    """conl: sentences by family, each of another category, two or more in all; default: 2 demographic, 2 psychographic,
    1 wellness, or five spread over the families that there are, where `categories` are too few for that."""
    threshold: float = Field(0.9, gt=0, lt=1)
    """P(contradiction) above which two sentences don't go together."""
    nli: str | None = None
    """Hub name or folder of an NLI model, which then judges categories too if it knows entailment; without one, or with
    `lexical`, the lexical detector stands in."""
    embedder: str = "auto"
    """What finds near-duplicates: `auto`, `lexical`, a hub name or a folder."""


class Made(Section):
    """Personas that are made for the run."""

    generate: Generate
    """How; by the model `models.personas`, else the default one."""


People = Annotated[
    Annotated[str, Tag("name")] | Annotated[tuple[Persona, ...], Tag("people")] | Annotated[Made, Tag("made")],
    Discriminator(lambda value: "name" if isinstance(value, str) else "people" if _is_list(value) else "made"),
]


def _is_list(value: Any) -> bool:
    return isinstance(value, list | tuple)


class Seat(Section):
    """A place in the conversation."""

    id: Word
    """What the seat is called, in `models`, in `order.edges` and in the exports."""
    role: SeatRole | None = None
    """What the seat is to a model that is trained on the dialogue: user, assistant, or neither."""
    personas: People | None = None
    """Whose seat it is: a library, a file, a list of personas, or `{generate: ...}`; default: `cast.personas`."""
    opens: bool = False
    """Whether this seat speaks first; default: the first seat does."""
    model: ModelSpec | None = None
    """The model that speaks for this seat; default: `models.<seat id>`, then `models.default`."""


class Pairing(Section):
    """Who meets whom."""

    kind: PairingKind = "random"
    """`random` draws; `all-pairs` goes through all combinations; `shared-interest` pairs people with profile sentences
    in the same clusters (Synthetic-Persona-Chat), `contrast` people whose `traits` are far apart and topics near."""
    more_than: int = Field(2, ge=0)
    """shared-interest: two qualify when more pairs of their sentences than this fall into the same cluster."""
    merge_above: float | None = Field(None, gt=-1, lt=1)
    """shared-interest: clusters merge above this cosine; default: what suits the embedder."""
    embedder: str = "auto"
    """shared-interest, contrast: what turns sentences into vectors: `auto`, `lexical`, a hub name or a folder."""
    cut: Cut = "greedy"
    """Groups of more than two grow around the heaviest edge (`greedy`), or come from bisections (`spectral`)."""

    @model_validator(mode="before")
    @classmethod
    def _from_text(cls, value: Any) -> Any:
        return {"kind": value} if isinstance(value, str) else value


class Circle(Section):
    """People who know one another."""

    people: tuple[str, ...] = Field(min_length=2)
    """Ids of personas; each knows each."""
    are: str = ""
    """What they are to one another, to be read after `Ann and Bo are`: `sisters`, `old colleagues`. It is public:
    everybody at the table is told."""


Circles = Annotated[
    Annotated[str, Tag("name")] | Annotated[tuple[Circle, ...], Tag("circles")],
    Discriminator(lambda value: "name" if isinstance(value, str) else "circles"),
]


def _traits_of(value: Any) -> Any:
    return [value] if isinstance(value, str) and value != "all" else list(Trait) if value == "all" else value


TRAITS = [trait.value for trait in Trait]
TraitsSet = Annotated[
    tuple[Trait, ...],
    BeforeValidator(_traits_of),
    WithJsonSchema({"anyOf": [{"enum": [*TRAITS, "all"]}, {"type": "array", "items": {"enum": TRAITS}}]}),
]


class Personality(Section):
    """Gives everybody a personality for the conversation, in place of the one in the persona."""

    trait: TraitsSet = ()
    """Which of the Big Five are set: one, a list, or `all`."""
    setting: SettingKind = "pole"
    """`pole`: either end, by chance; `level`: any of -5 to 5, by chance; `pairings`: job after job all ways to give the
    seats an end each: both high, high and low, low and high, both low. Each further trait takes as many, shuffled."""
    magnitude: int = Field(4, ge=1, le=5)
    """The level of an end, up or down."""
    statements: str | None = None
    """A YAML file of statements in the form `extraversion: {high: [...], low: [...]}`, whose poles take the place of
    the package's. Each person is given one of the pole, by chance, for each trait that is set."""
    select: bool = False
    """Whether each seat's model first chooses the profile sentence that fits the statements, or none; it is told to
    let that come up. One call a seat and job, two where the first reply can't be read."""
    style: Literal["random"] | None = None
    """`random`: two facets of style by chance for each person, such as talkative and informal, in place of the
    persona's."""


class Cast(Section):
    """Who takes part, and who meets whom."""

    size: int | None = Field(None, ge=2, le=8)
    """The short form: so many seats, called a, b, c, ..."""
    seats: tuple[Seat, ...] = Field((), max_length=8)
    """The long form: 2 to 8 seats, one by one."""
    personas: People = EVERYDAY
    """Personas for every seat that names none: `library/<name>`, a file beside the scenario, a list, or
    `{generate: {count: 20}}`: made for the run."""
    taxonomy: str | None = None
    """A file with categories of your own, beside the 51 shipped ones or in their place."""
    pairing: Pairing = Pairing()
    """Who meets whom: a word, or `{kind: shared-interest, more_than: 2}`."""
    social_graph: Circles = ()
    """Who knows whom; then only they meet, and with more than two seats everybody at a table knows somebody there. A
    list of circles like `{people: [ann, bo], are: sisters}`, or a YAML file with such a list under `circles:`."""
    traits: dict[Trait, tuple[tuple[Level, ...], ...]] = Field(default_factory=dict)
    """Sets poles. For each trait a list of pairings, and each pairing has one level (-5 to 5) a seat, such as
    `extraversion: [[4, 4], [4, -4], [-4, 4], [-4, -4]]`. Job after job takes the next pairing, after the last the first
    again; the level replaces the one in the persona."""

    personality: Personality | None = None
    """Sets personalities by chance, or in all pairings, with statements that fit them."""

    @property
    def seated(self) -> tuple[Seat, ...]:
        """The seats, whichever form they were given in; two where nothing is said."""
        return self.seats or tuple(Seat(id=name) for name in SEAT_IDS[: self.size or 2])

    @property
    def opener(self) -> str:
        """The id of the seat that speaks first."""
        return next((seat.id for seat in self.seated if seat.opens), self.seated[0].id)

    def people_of(self, seat: Seat) -> str | tuple[Persona, ...] | Made:
        """Where the persona of a seat comes from: a name to be found, the personas themselves, or how to make them."""
        return self.personas if seat.personas is None else seat.personas

    def poles(self, index: int) -> Mapping[str, Mapping[Trait, int]]:
        """By seat id, the trait levels that job `index` of a round (from 0) sets; empty where nothing is set."""
        return {
            seat.id: {trait: pairings[index % len(pairings)][at] for trait, pairings in self.traits.items()}
            for at, seat in enumerate(self.seated)
        }


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
    """Dialogues made at each attempt of a job; the best of those accepted is kept."""
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
    def draw(self) -> Literal["round", "job"]:
        """When exemplars are drawn, the default filled in."""
        return self.exemplars.draw or ("job" if self.stage.mode == "script" else "round")

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
