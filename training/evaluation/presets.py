"""Which rows and columns do the papers' tables have, and which of our models belong into which row?"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from ...models.errors import Mistake
from ...models.suggesting import suggest
from ..example import Form, System
from ..taught import Taught
from .trait_error import NEW, OPEN, SCRIPTED, SET


@dataclass(frozen=True, kw_only=True)
class Setting:
    """A row of a paper's table."""

    title: str
    labels: tuple[str, ...]
    """Names by which a model is put here, as in `ours=FOLDER`."""
    methods: tuple[str, ...] = ()
    """What has trained a model that comes here without such a name; empty text: nothing has."""
    make: str
    """How to get such a model."""
    system: System | None = None
    """What it is told; None: as it was taught."""
    form: Form | None = None
    """What it sees of a conversation; None: as it was taught."""

    def takes(self, taught: Taught | None) -> bool:
        """Whether a model is of this kind, by the record in its folder."""
        if (taught.method if taught else "") not in self.methods:
            return False
        return not taught or self.system is None or (self.system is System.NONE) == (not told(taught))


@dataclass(frozen=True, kw_only=True)
class Preset:
    """The layout of a paper's table."""

    name: str
    source: str
    measures: tuple[str, ...]
    """Names of `measures.MEASURES`."""
    columns: Mapping[str, str]
    """Headers by the columns' names, in order; other columns are left out."""
    settings: tuple[Setting, ...] = ()
    """Its rows; none: a row for each model that is given."""
    by_source: bool = False
    """Whether each test set has columns of its own, before those of all together."""
    figures: tuple[str, ...] = ()
    """What the paper found, for below the table."""


class Place(NamedTuple):
    """A row that is to be measured."""

    model: int
    """Which of the models that were given."""
    label: str
    system: System | None
    form: Form | None


@dataclass(frozen=True, kw_only=True)
class _Single(Setting):
    """A setting of PSYDIAL: a reply to a single utterance, by somebody of whom nothing else is known."""

    system: System | None = System.NONE
    form: Form | None = Form.PAIRS


@dataclass(frozen=True, kw_only=True)
class _Told(_Single):
    """The same, and the model is told the personality."""

    system: System | None = System.TRAITS


_SFT = "tertulia train sft {} --form pairs --system {}"

PSYDIAL = Preset(
    name="psydial",
    source="Han et al. 2024",
    measures=("overlap", "perplexity", "p-acc"),
    columns={name: name for name in ("BLEU-2", "ROUGE-1", "ROUGE-2", "ROUGE-L")} | {"ppl": "PPL", "P-ACC": "P-ACC"},
    settings=(
        _Single(title="1 pre-trained", labels=("1", "pretrained"), methods=("",), make="any base model"),
        _Told(
            title="2 pre-trained, told the personality",
            labels=("2", "pretrained"),
            methods=("",),
            make="any base model",
        ),
        _Single(title="3 fine-tuned on chit-chat", labels=("3", "chitchat"), make=_SFT.format("CHITCHAT", "none")),
        _Single(
            title="4 fine-tuned on this data", labels=("4", "ours"), methods=("sft",), make=_SFT.format("DATA", "none")
        ),
        _Told(
            title="5 fine-tuned, told the personality",
            labels=("5", "ours+personality"),
            methods=("sft", "hypernet"),
            make=_SFT.format("DATA", "traits"),
        ),
    ),
    figures=("Han et al. 2024, P-ACC of KoGPT2, from pre-trained to fine-tuned and told: .508 -> .653 -> .881",),
)

PERSONACHATGEN = Preset(
    name="personachatgen",
    source="Lee et al. 2022",
    measures=("overlap", "perplexity", "c-score"),
    columns={"F1": "F1", "ppl": "PPL", "C-score": "C-score"},
    by_source=True,
    figures=(
        "Lee et al. 2022, Blender 90M on PersonaChat: trained on PersonaChat F1 18.7, PPL 11.30, C-score .54; trained "
        "on both data sets 19.4, 11.83, .63",
        "Lee et al. 2022, Blender 90M on the combined test set: trained on PersonaChat F1 20.3, PPL 8.22, C-score .51; "
        "trained on both data sets 24.5, 7.79, .55",
    ),
)

DPG = Preset(
    name="dpg",
    source="Liu et al. 2024",
    measures=("trait-error", "trait-error-questions", "trait-error-new"),
    columns={SCRIPTED: "scripted dialogue", OPEN: "open questions", NEW: "new personalities", SET: "new, set trait"},
    settings=(
        Setting(title="prompted", labels=("prompted",), methods=("",), make="any model that was tuned for chat"),
        Setting(title="fine-tuned", labels=("fine-tuned",), methods=("sft", "dpo"), make="tertulia train sft DATA"),
        Setting(title="hypernet", labels=("hypernet",), methods=("hypernet",), make="tertulia train hypernet DATA"),
    ),
    figures=("Liu et al. 2024: a hypernetwork came closer than plain fine-tuning and a prompted GPT-4",),
)

PRESETS: Mapping[str, Preset] = {preset.name: preset for preset in (PSYDIAL, PERSONACHATGEN, DPG)}


def preset_of(name: str) -> Preset:
    """Raises Mistake for a name that isn't known."""
    if name not in PRESETS:
        raise Mistake(f"no preset is called {name!r}{suggest(name, PRESETS)}")
    return PRESETS[name]


def told(taught: Taught) -> bool:
    """Whether a model knows how to be told a personality: in its system message, or as a hypernetwork's input."""
    return taught.system != System.NONE or taught.method == "hypernet"


def plan(preset: Preset, models: Sequence[tuple[str, Taught | None]]) -> list[Place]:
    """Which model fills which rows, from (label, record), in the order of the rows.

    A label that is one of a setting's names decides; else what the model is. One that was not trained may fill several
    rows. Where two fill one row, their labels stand behind its title; who fills none keeps its label, at the end.
    """
    placed = [_settings(preset, *model) for model in models]
    found = [
        Place(number, _title(setting, models[number][0], placed), _system(setting, models[number][1]), setting.form)
        for setting in preset.settings
        for number, settings in enumerate(placed)
        if setting in settings
    ]
    rest = [Place(number, models[number][0], None, None) for number, settings in enumerate(placed) if not settings]
    return [*found, *rest]


def _settings(preset: Preset, label: str, taught: Taught | None) -> list[Setting]:
    named = [setting for setting in preset.settings if label.casefold() in setting.labels]
    return named or [setting for setting in preset.settings if setting.takes(taught)]


def _title(setting: Setting, label: str, placed: Sequence[Sequence[Setting]]) -> str:
    alone = sum(setting in settings for settings in placed) == 1
    return setting.title if alone else f"{setting.title} ({label})"


def _system(setting: Setting, taught: Taught | None) -> System | None:
    """Who has learned from the whole persona is told the whole persona."""
    whole = taught is not None and taught.system == System.PERSONA
    return System.PERSONA if whole and setting.system is System.TRAITS else setting.system
