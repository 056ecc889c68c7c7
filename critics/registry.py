"""Which critics are there, and how does a name become one?

A built-in's name, then the name of an entry point in the group `tertulia.critics`, then `package.module:Class`, or a
rubric file (`my_rubric.md`) for a judge. Everything is loaded when it is used, nothing registers itself. With
`TERTULIA_PLUGINS=0` in the environment, entry points are left alone.
"""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from hashlib import blake2b
from importlib import import_module
from importlib.metadata import EntryPoint, PackageNotFoundError, entry_points, version
from inspect import getsourcefile
from os import environ
from pathlib import Path
from typing import Any

from ..models.errors import Mistake
from ..models.suggesting import suggest
from .case import Sees
from .critic import CorpusCritic, Critic
from .making import make, no_critic
from .option import Option, claim_of, options_of

GROUP = "tertulia.critics"

EXPERTS = Path(__file__).parent / "experts"


def _in_folder() -> Iterator[tuple[str, str]]:
    """(name, `module:Class`) of each file of `experts/`: `persona_bleed.py` holds `PersonaBleed`."""
    for stem in sorted(path.stem for path in EXPERTS.glob("[a-z]*.py")):
        words = stem.split("_")
        yield "-".join(words), f"{__package__}.experts.{stem}:{''.join(map(str.capitalize, words))}"


BUILT_IN: Mapping[str, str] = dict(_in_folder())


@dataclass(frozen=True)
class Source:
    """Where a critic comes from: what a ledger keeps of it, and how to load it."""

    name: str
    target: str
    """`module:Class`, a function that makes a critic or an AutoGen agent, or one that is made."""
    origin: str
    """`distribution@version:name`; `module:Class` for a critic that is given so."""
    ours: bool = False
    preset: Mapping[str, Any] = field(default_factory=dict)

    def load(self) -> Any:
        """The class, function or object. Raises Mistake when it can't be imported."""
        module, _, attribute = self.target.partition(":")
        try:
            found: Any = import_module(module)
            for part in attribute.split("."):
                found = getattr(found, part)
        except Exception as error:
            raise Mistake(f"critic {self.name!r}: can't load {self.target!r}: {error}") from error
        return found

    @property
    def code(self) -> str:
        """Of a critic from elsewhere: 16 hex digits that change with the file that it is written in."""
        if self.ours:
            return ""
        try:
            file = _file_of(self.load(), self.target)
        except Mistake:
            return ""
        return blake2b(Path(file).read_bytes(), digest_size=8).hexdigest() if file else ""

    def create(self, options: Mapping[str, Any] | None = None, base: Path | None = None) -> Critic | CorpusCritic:
        """The critic with its options, no services bound. `base`: the folder that files in options are relative to.

        Raises Mistake for an option that it does not know or that has the wrong type.
        """
        given = options or {}
        if taken := sorted(given.keys() & self.preset.keys()):
            name = taken[0]
            what = f"option {name!r} is {self.preset[name]!r} already; leave it out, or use the critic 'judge' with it"
            raise Mistake(f"critic {self.name!r}: {what}")
        return make(self.name, self.load(), {**given, **self.preset}, base)


@dataclass(frozen=True)
class Known:
    """A critic as `tertulia critics list` shows it."""

    name: str
    origin: str
    claim: str = ""
    """The first line of its docstring."""
    options: tuple[Option, ...] = ()
    needs: tuple[str, ...] = ()
    sees: Sees = Sees.TRANSCRIPT
    problem: str = ""
    """Why it can't be used."""


def find(use: str) -> Source:
    """Raises Mistake for a name that nobody has, that two plug-ins have, or that shadows a built-in."""
    plugins = [point for point in _plugins() if point.name == use]
    if problem := _clash(use, plugins):
        raise Mistake(problem)
    if use in BUILT_IN:
        return _built_in(use)
    if plugins:
        return _plugin(plugins[0])
    if use.endswith(".md"):
        return Source(use, BUILT_IN["judge"], _built_in("judge").origin, True, {"rubric": use})
    module, _, attribute = use.partition(":")
    if module and attribute:
        return Source(use, use, use)
    names = {*BUILT_IN, *(point.name for point in _plugins())}
    raise Mistake(f"no critic {use!r}{suggest(use, names)}, or give 'package.module:Class' or a rubric file (.md)")


def create(use: str, options: Mapping[str, Any] | None = None, base: Path | None = None) -> Critic | CorpusCritic:
    """The critic of that name with its options; its services are bound by the panel. Raises Mistake."""
    return find(use).create(options, base)


def known() -> list[Known]:
    """Every critic that can be used by name, sorted; one that can't be loaded is listed with its problem."""
    sources = [_built_in(name) for name in BUILT_IN] + [_plugin(point) for point in _plugins()]
    return sorted((describe(source) for source in sources), key=lambda k: (k.name, k.origin))


def describe(source: Source) -> Known:
    """What is known of a critic without making it."""
    clash = _clash(source.name, [point for point in _plugins() if point.name == source.name])
    if clash and not source.ours:
        return Known(source.name, source.origin, problem=clash)
    try:
        target = source.load()
        if source.preset:  # what is set already can be wrong: a rubric file that is not there
            source.create()
    except Mistake as mistake:
        return Known(source.name, source.origin, problem=str(mistake))
    if problem := no_critic(source.name, target):
        return Known(source.name, source.origin, problem=problem)
    options = tuple(option for option in options_of(target) if option.name not in source.preset)
    needs, sees = tuple(getattr(target, "needs", ())), getattr(target, "sees", Sees.TRANSCRIPT)
    return Known(source.name, source.origin, claim_of(target), options, needs, sees)


def _file_of(target: Any, named: str) -> str | None:
    """Of an object that is made already, the file of the module that has it."""
    try:
        return getsourcefile(target)
    except TypeError:
        file: str | None = getattr(sys.modules.get(named.partition(":")[0]), "__file__", None)
        return file


def _plugins() -> Sequence[EntryPoint]:
    return () if environ.get("TERTULIA_PLUGINS") == "0" else _installed(tuple(sys.path))


@lru_cache(maxsize=4)
def _installed(path: tuple[str, ...]) -> Sequence[EntryPoint]:
    """Looking through every installed distribution takes 5 ms; what can be imported changes with the path alone."""
    return tuple(entry_points(group=GROUP))


def _clash(name: str, plugins: list[EntryPoint]) -> str:
    sources = ", ".join(sorted(_plugin(point).origin for point in plugins))
    if plugins and name in BUILT_IN:
        return (
            f"critic {name!r} is built in, and {sources} may not shadow it: uninstall it, name it as "
            f"{plugins[0].value!r}, or set TERTULIA_PLUGINS=0"
        )
    if len({point.value for point in plugins}) > 1 or len(plugins) > 1:
        return f"two plug-ins are named {name!r}: {sources}; name one as {plugins[0].value!r}, or uninstall one"
    return ""


def _built_in(name: str) -> Source:
    return Source(name, BUILT_IN[name], f"tertulia@{_version()}:{name}", True)


def _plugin(point: EntryPoint) -> Source:
    distribution = f"{point.dist.name}@{point.dist.version}" if point.dist else point.module
    return Source(point.name, point.value.replace(" ", ""), f"{distribution}:{point.name}")


@cache
def _version() -> str:
    try:
        return version("tertulia")
    except PackageNotFoundError:
        return "source"
