"""On which dialogues may models be compared? On those from which none has learned, nor from a profile in them."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from ...agents import Dialogue, Member
from ...corpus.sample import Sample
from ...corpus.wording import words
from ...models.errors import Mistake
from ...models.local.weights import read_json
from ...personas import BigFive
from ..data.material import digest, gather
from ..data.splitting import Profile, profile_of
from ..methods.assessed import is_assessed, read_assessed
from ..methods.personalities import personalities
from ..methods.texts import Levels
from ..taught import SPLIT, Taught

LEARNED = ("train", "validation")
"""Parts of a split that have made a model what it is: the second one chose the checkpoint."""
GIVE = "name the dialogues to test on, by --on RUN or --on FILE"


@dataclass(frozen=True)
class Trained:
    """A model that was trained here, and what it was trained on."""

    label: str
    folder: Path
    taught: Taught

    @property
    def parts(self) -> Mapping[str, Sequence[str]]:
        """Ids of dialogues by part. Raises Mistake where the folder does not tell."""
        if not (self.folder / SPLIT).is_file():
            raise Mistake(
                f"{self.folder} holds no {SPLIT}, so it is not known what it has seen; copy it from the folder "
                "that this one was exported from, or train again with --remake"
            )
        found: Mapping[str, Sequence[str]] = read_json(self.folder / SPLIT)
        return found


@dataclass(frozen=True)
class Tested:
    """The test set."""

    dialogues: tuple[Dialogue, ...]
    source: str
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    """Ids by the name of each run or file."""
    notes: tuple[str, ...] = ()


@dataclass
class Sources:
    """Runs and files, each read once."""

    format: str = ""
    """Of the user's files that don't tell theirs."""
    _held: dict[tuple[str, str], tuple[Dialogue, ...]] = field(default_factory=dict)

    def given(self, source: str) -> tuple[Dialogue, ...]:
        """What the user names. Raises Mistake where no dialogue is there."""
        return self._gathered(source, self.format)

    def learned(self, taught: Taught) -> tuple[Dialogue, ...] | None:
        """What a model was trained on, its test part included; None where that is gone or has changed."""
        try:
            every = tuple(dialogue for source in taught.sources for dialogue in self._gathered(source))
            known = _digest(taught, every)
        except Mistake:
            return None
        return every if taught.data_digest.startswith(known) else None

    def _gathered(self, source: str, format: str = "") -> tuple[Dialogue, ...]:
        key = (source, format)
        if key not in self._held:
            path = Path(source).expanduser()
            self._held[key] = _assessed(path) if is_assessed(path) else gather(source, format or None).dialogues
        return self._held[key]


def material_for(
    trained: Sequence[Trained], on: Sequence[str], format: str = "", limit: int | None = None, seed: int = 0
) -> Tested:
    """What is named by `on`, else the test part of the first trained model; without what any of them has learned.

    At most `limit` dialogues of it, drawn by the seed. Raises Mistake where nothing is left, or nothing is known.
    """
    sources = Sources(format)
    named = _named(sources, on) if on else _own(sources, trained)
    left, notes = unseen(named.dialogues, trained, sources)
    if not left:
        raise Mistake(
            f"{named.source}: of {len(named.dialogues)} dialogues none is left to test on: the models have learned "
            f"from them, or from somebody's profile in them; {GIVE}, that they have not seen"
        )
    kept = tuple(map(_unnamed, _some(left, limit, seed)))
    if len(kept) < len(left):
        notes = (*notes, f"{len(kept)} of {len(left)} dialogues, drawn at random (--limit)")
    return Tested(kept, named.source, named.parts, notes)


def unseen(
    dialogues: Sequence[Dialogue], trained: Sequence[Trained], sources: Sources
) -> tuple[tuple[Dialogue, ...], tuple[str, ...]]:
    """(the dialogues that no model has learned from, what is to be said of the others).

    Left out is what has the same words as a dialogue of a model's training or validation part, and whoever's profile
    stands there, whole or within a longer one. Where a model's material is gone the ids of the split alone can tell.
    """
    left, notes = tuple(dialogues), list[str]()
    for model in trained:
        parts = model.parts
        ids = {id for part in LEARNED for id in parts.get(part, ())}
        material = sources.learned(model.taught)
        if material is None:
            left = tuple(dialogue for dialogue in left if dialogue.id not in ids)
            where = ", ".join(model.taught.sources)
            notes.append(f"{model.label}: {where} is gone or has changed since, so it may have seen these dialogues")
        else:
            left = tuple(_strange_to([dialogue for dialogue in material if dialogue.id in ids], left))
    if out := len(dialogues) - len(left):
        why = "a model has learned from them, or from a profile in them"
        notes.insert(0, f"{out} of {len(dialogues)} dialogues are left out: {why}")
    return left, tuple(notes)


def _digest(taught: Taught, dialogues: Sequence[Dialogue]) -> str:
    """What a record of the same dialogues begins with; a hypernetwork's is of their levels, too. Raises Mistake."""
    if taught.method == "hypernet":
        return "".join(personalities(source).digest for source in taught.sources)
    return digest(dialogues)


def _assessed(path: Path) -> tuple[Dialogue, ...]:
    """A set that `tertulia critics assess` wrote: everybody with the levels that were read."""
    dialogues, read = read_assessed(path)
    return tuple(
        replace(talk, cast=tuple(_levelled(member, read.get((talk.id, member.seat))) for member in talk.cast))
        for talk in dialogues
    )


def _levelled(member: Member, levels: Levels | None) -> Member:
    if not levels:
        return member
    traits = BigFive(**{trait.value: level or 0 for trait, level in levels.items()})
    return replace(member, persona=member.persona.model_copy(update={"traits": traits}))


def _unnamed(dialogue: Dialogue) -> Dialogue:
    """Without profiles that only say who it is, as in an assessed set: they are no facts to be asked about."""
    cast = tuple(
        replace(member, persona=member.persona.model_copy(update={"profile": ()}))
        if any(f"own {text}" == member.seat for text in member.persona.sentences)
        else member
        for member in dialogue.cast
    )
    return replace(dialogue, cast=cast)


def _strange_to(learned: Sequence[Dialogue], tested: Sequence[Dialogue]) -> Iterator[Dialogue]:
    from ..data.entangling import wider

    said = {_said(dialogue) for dialogue in learned}
    known = {profile for dialogue in learned for profile in _profiles(dialogue)}
    holding = wider([*known, *(profile for dialogue in tested for profile in _profiles(dialogue))])
    for dialogue in tested:
        met = any(not known.isdisjoint(holding[profile]) for profile in _profiles(dialogue))
        if not met and _said(dialogue) not in said:
            yield dialogue


def _profiles(dialogue: Dialogue) -> list[Profile]:
    return [profile for member in dialogue.cast if (profile := profile_of(member.persona))]


def _said(dialogue: Dialogue) -> tuple[str, ...]:
    return tuple(word for turn in dialogue.turns for word in words(turn.text))


def _named(sources: Sources, on: Sequence[str]) -> Tested:
    """What two of them hold is of the first one; an id that two of them give is told apart by a number."""
    found: dict[str, Dialogue] = {}
    parts: dict[str, frozenset[str]] = {}
    for number, source in enumerate(dict.fromkeys(on), 1):
        known = {_said(dialogue) for dialogue in found.values()}
        fresh = [dialogue for dialogue in sources.given(source) if _said(dialogue) not in known]
        named = [replace(each, id=f"{each.id}~{number}") if each.id in found else each for each in fresh]
        found.update({dialogue.id: dialogue for dialogue in named})
        name = Path(source).name or source
        parts[name if name not in parts else source] = frozenset(dialogue.id for dialogue in named)
    return Tested(tuple(found.values()), ", ".join(on), parts)


def _own(sources: Sources, trained: Sequence[Trained]) -> Tested:
    """The test part of the first model."""
    if not trained:
        raise Mistake(f"no model here was trained by `tertulia train`, so there is no test part of its own: {GIVE}")
    first, where = trained[0], ", ".join(trained[0].taught.sources)
    ids = set(first.parts.get("test", ()))
    if not ids:
        raise Mistake(f"{first.folder} kept no dialogue for a test: {GIVE}, or train it again with `--set test=0.1`")
    material = sources.learned(first.taught)
    if material is None:
        raise Mistake(
            f"{first.folder} was trained on {where}, which is gone or has changed since, so its test part can't be "
            f"found again: put it back, or {GIVE}"
        )
    return Tested(tuple(dialogue for dialogue in material if dialogue.id in ids), f"the test part of {where}")


def _some(dialogues: Sequence[Dialogue], limit: int | None, seed: int) -> tuple[Dialogue, ...]:
    if limit is None or limit >= len(dialogues):
        return tuple(dialogues)
    chosen = Sample[str](limit, f"{seed} dialogues")
    for dialogue in dialogues:
        chosen.offer(dialogue.id, dialogue.id)
    kept = set(chosen)
    return tuple(dialogue for dialogue in dialogues if dialogue.id in kept)
