"""Who takes part, and who meets whom? Each field's docstring is its line in the reference of the YAML."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Discriminator, Field, Tag, WithJsonSchema, model_validator

from ..agents.dialogue import SeatRole
from ..agents.staging import Briefing
from ..models.spec import ModelSpec
from ..personas import Persona, Trait
from ..personas.personality.setting import Kind as SettingKind
from ..personas.traits import Level
from .section import Section, Word

EVERYDAY = "library/everyday"
SEAT_IDS = "abcdefgh"
"""What the seats of the short form `size: 3` are called."""
PairingKind = Literal["random", "all-pairs", "shared-interest", "contrast"]
Cut = Literal["greedy", "spectral"]
Builder = Literal["conl", "profile"]


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
    briefing: Briefing | None = None
    """What this seat is told: `full` or `persona`; default: `stage.briefing`."""


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
