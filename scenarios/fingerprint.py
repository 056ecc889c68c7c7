"""What has to be done anew when a scenario changes?

*Making* is what dialogues are made from: a change asks, since it makes them anew. *Judging* is what decides over
dialogues that are there: a change judges them again. All the rest is *volume*: a change just goes on. `candidates` is
part of judging: it leaves the dialogues as they are, and says among how many of them a job chooses.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from hashlib import blake2b
from json import dumps
from os.path import expanduser, isfile
from pathlib import Path
from typing import Any, Literal

from .. import critics, personas
from ..agents.prompt import fingerprint as prompts
from ..critics import language
from ..critics.member import PanelMember
from ..critics.registry import find
from ..critics.tournament.setting import TournamentSetting
from ..critics.weighing import digest_of_reader
from ..models.errors import Mistake
from ..models.local.connecting import embedder_meant
from ..models.spec import ModelSpec
from ..personas.meeting.pairing import WEIGHED
from ..personas.personality.manner import PATH as MANNER
from ..personas.personality.selecting import fingerprint as fit_prompts
from ..personas.personality.statements import SHIPPED as STATEMENTS
from ..personas.shelf import people
from .cast import Made, Seat
from .equipping import CHAT, services_of
from .finding import located, seed_path
from .knowing import social_graph
from .personality import statements_path
from .scenario import Scenario

Part = Literal["making", "judging", "volume"]

MAKING = ("seed", "cast", "stage", "exemplars", "model", "models", "rounds.teach")
JUDGING = ("critics", "refine", "rounds.candidates", "models.judge")
MEASURING = ("rounds.teach.held_out",)
"""Parts of a scenario by how their dotted keys begin; the longest that fits counts. What is measured, and all others,
are volume."""
CONNECTION = frozenset({"concurrency", "timeout", "retries", "requests_per_minute", "tokens_per_minute", "price"})
"""Fields of a model that say how it is reached, and change no reply."""


def making(scenario: Scenario) -> str:
    """16 hex digits that change with the cast (and what its files hold), the stage, the models that speak, the
    exemplars' settings, the seed and the prompts."""
    stage = scenario.stage.model_dump(mode="json", exclude={"briefing"})
    return _digest(
        {
            "seed": scenario.seed,
            "seats": [_seat(scenario, seat) for seat in scenario.seats],
            "pairing": _pairing(scenario),
            "traits": scenario.cast.model_dump(mode="json")["traits"],
            "personality": _personality(scenario),
            "stage": {**stage, "stop": sorted(stage["stop"])},
            "models": {who: _model(spec) for who, spec in scenario.cast_models().items()},
            "exemplars": _exemplars(scenario),
            "prompts": prompts(),
            "manner": _contents([[MANNER]]),
            **({"bare": sorted(scenario.bare)} if scenario.bare else {}),
            **({"teach": _teach(scenario)} if scenario.rounds.teach else {}),
        }
    )


def judging(scenario: Scenario, absent: Sequence[str] = ()) -> str:
    """16 hex digits that change with the panel (options, what files named in them hold, plug-in versions), its scorers,
    the voting, the model of a judge on the panel, `refine` and `candidates`. The order of the panel counts: notes give
    its advice in that order. `absent`: critics that are skipped here; once they can be had, they are asked."""
    needed = services_of(scenario)
    return _digest(
        {
            "panel": [_member(member, scenario.folder) for member in scenario.critics.panel],
            "voting": scenario.critics.voting.model_dump(mode="json", exclude={"weights": {"about"}}),
            "judge": _model(scenario.spec_for("judge")) if CHAT in needed else None,
            "scorers": scenario.critics.scorers.meant(needed, scenario.folder),
            "absent": sorted(absent),
            "refine": scenario.refine.model_dump(mode="json"),
            "candidates": scenario.rounds.candidates,
            "words": _contents([[path for path in _words() if not _compares(path)]]),
            "languages": language.fingerprint(),
            **({"tournament": _tournament(scenario.tournament, scenario.folder)} if scenario.tournament else {}),
        }
    )


def difference(old: Mapping[str, Any], new: Mapping[str, Any], part: Part = "making") -> list[str]:
    """Dotted keys of one part, sorted, whose values differ between two dumps of a scenario."""
    before, after = dict(_flat(old)), dict(_flat(new))
    changed = (key for key in before.keys() | after.keys() if before.get(key) != after.get(key))
    return sorted(key for key in changed if part_of(key) == part)


def part_of(key: str) -> Part:
    """Which part a dotted key such as `stage.turns.max` belongs to."""
    if CONNECTION.intersection(key.split(".")) or any(_begins(key, prefix) for prefix in MEASURING):
        return "volume"
    if any(_begins(key, prefix) for prefix in JUDGING):
        return "judging"
    return "making" if any(_begins(key, prefix) for prefix in MAKING) else "volume"


def _begins(key: str, prefix: str) -> bool:
    return key == prefix or key.startswith((f"{prefix}.", f"{prefix}["))


def _flat(value: Any, key: str = "") -> Iterator[tuple[str, Any]]:
    """Lists are taken whole: where one entry is new, the others' numbers say nothing."""
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _flat(inner, f"{key}.{name}" if key else str(name))
    else:
        yield key, value


def _seat(scenario: Scenario, seat: Seat) -> dict[str, Any]:
    given = scenario.cast.people_of(seat)
    if isinstance(given, Made):
        persons = ordered(given, scenario)
    else:
        pool = people(given, scenario.folder) if isinstance(given, str) else given
        persons = _digest([persona.model_dump(mode="json") for persona in pool])
    return {"id": seat.id, "role": seat.role, "opens": seat.id == scenario.cast.opener, "personas": persons}


def ordered(made: Made, scenario: Scenario) -> str:
    """16 hex digits that change with what personas that are made for the run are made from."""
    words, order, name = Path(personas.__file__).parent, made.generate, scenario.cast.taxonomy
    return _digest(
        {
            "seed": scenario.seed,
            "order": order.model_dump(mode="json", exclude={"embedder"}),
            "embedder": embedder_meant(order.embedder),
            "model": _model(scenario.spec_for("personas")),
            "taxonomy": _contents([[located(name, scenario.folder)] if name else []]),
            "words": _contents([(words / "generation").rglob("*.md"), [words / "taxonomy.yaml", words / "names.yaml"]]),
            "negations": _contents([(words / "consistency").rglob("*.md")]) if order.builder == "profile" else "",
            "detector": ""
            if order.nli not in (None, "lexical")
            else _contents([(words / "consistency").rglob("*.yaml")]),
        }
    )


def _pairing(scenario: Scenario) -> Any:
    """The kind alone where nothing else counts."""
    pairing, knows = scenario.cast.pairing, social_graph(scenario).ties
    if pairing.kind not in WEIGHED and not knows:
        return pairing.kind
    counts = {"kind", *(("more_than", "merge_above") if pairing.kind == "shared-interest" else ())}
    return {
        **pairing.model_dump(include=counts),
        "embedder": embedder_meant(pairing.embedder) if pairing.kind in WEIGHED else "",
        "cut": pairing.cut if len(scenario.seats) > 2 else "",
        "knows": sorted((sorted(pair), how) for pair, how in knows.items()),
    }


def _personality(scenario: Scenario) -> dict[str, Any] | None:
    """What is asked for and what the statements say; the prompts of selecting, where it is done."""
    wanted = scenario.cast.personality
    if wanted is None:
        return None
    path = statements_path(scenario)
    statements = _contents([[STATEMENTS, *([path] if path else [])]]) if wanted.trait else ""
    given = wanted.model_dump(mode="json", exclude={"statements"})
    return {**given, "statements": statements, "prompts": fit_prompts() if wanted.select else ""}


def _model(spec: ModelSpec) -> dict[str, Any]:
    return {"endpoint": spec.identity, "model": spec.model, "sampling": dict(spec.sampling)}


def _teach(scenario: Scenario) -> dict[str, Any]:
    assert scenario.rounds.teach is not None
    return scenario.rounds.teach.model_dump(mode="json", exclude={"held_out"})


def _exemplars(scenario: Scenario) -> dict[str, Any]:
    path = seed_path(scenario)
    given = scenario.exemplars.model_dump(mode="json", exclude={"seed_file"})
    return {**given, "draw": scenario.draw, "seed": _contents([[path]] if path else [])}


def _member(member: PanelMember, folder: Path) -> dict[str, Any]:
    """A critic of one's own is another one once its file has changed: what it said before is asked again."""
    try:
        source = find(member.use)
        origin, code = source.origin, source.code
    except Mistake:
        origin = code = ""
    given = (member.use, *member.options.values())
    named = [folder / expanduser(value) for value in given if isinstance(value, str)]
    files = _contents([[path for path in named if isfile(path)]])
    told = {**member.model_dump(mode="json", exclude={"timeout"}), "origin": origin, "code": code, "files": files}
    readers = [digest for path in named if (digest := digest_of_reader(path))]
    return {**told, "readers": readers} if readers else told


def _tournament(setting: TournamentSetting, folder: Path) -> dict[str, Any]:
    """With what its prompts and policy files say."""
    named = [folder / Path(policy).expanduser() for policy in setting.policies if policy.endswith(".md")]
    texts = [[path for path in _words() if _compares(path)], [path for path in named if path.is_file()]]
    return {**setting.model_dump(mode="json"), "words": _contents(texts)}


def _words() -> Iterator[Path]:
    """What models are told that judge."""
    return (path for ending in ("*.md", "*.yaml") for path in Path(critics.__file__).parent.rglob(ending))


def _compares(path: Path) -> bool:
    """Whether a file of words is about tournaments alone."""
    return path.parent.name == "prompts" and path.stem.startswith("compare")


def _contents(groups: Iterable[Iterable[Path]]) -> str:
    """Of files by their names and what is in them, wherever they lie."""
    digest = blake2b(digest_size=8)
    for name, held in sorted((path.name, blake2b(path.read_bytes()).digest()) for group in groups for path in group):
        digest.update(name.encode() + b"\x00" + held)
    return digest.hexdigest()


def _digest(content: Any) -> str:
    return blake2b(dumps(content, sort_keys=True, default=str).encode("utf-8", "replace"), digest_size=8).hexdigest()
