"""What is a judge to look at? A rubric: plain words, and with front matter a form to fill in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    ValidationError,
    ValidationInfo,
    field_validator,
    model_validator,
)

from ..models.suggesting import suggest
from .file import text_of
from .form import Form, check_names

RUBRICS = Path(__file__).parent / "rubrics"
FENCE = "---"

Name = Annotated[str, Field(pattern=r"^[^\W\d_][\w -]{0,39}$")]


@dataclass(frozen=True)
class Rubric:
    """What a judge is to look at, in plain words."""

    name: str
    text: str = field(repr=False)
    form: Form | None = field(default=None, repr=False)
    """What it fills in; None where it approves or rejects with one score of 1 to 5."""


def _named(value: Any) -> Any:
    """A list of names, each once, as names with nothing said of them."""
    if isinstance(value, list) and len({str(name).lower() for name in value}) == len(value):
        return dict.fromkeys(value, "")
    return {name: about or "" for name, about in value.items()} if isinstance(value, dict) else value


Dimensions = Annotated[dict[Name, str], BeforeValidator(_named), Field(min_length=1, max_length=20)]


class FrontMatter(BaseModel):
    """What stands between two lines `---` at the top of a rubric file."""

    model_config = ConfigDict(extra="forbid", strict=True)

    scale: Annotated[list[int], Field(min_length=2, max_length=2)] = [1, 5]
    """The worst and the best score, whole numbers."""
    dimensions: Dimensions | None = None
    """What is scored, a list of names, or names with what each looks at; one score for all where it is not given."""
    threshold: float | None = Field(None, allow_inf_nan=False)
    """The mean score from which a dialogue is approved, on the scale; its middle where it is not given."""
    samples: int = Field(1, ge=1, le=50)
    """How often the model is asked; more than once at temperature 1, and scores are means."""

    @field_validator("dimensions")
    @classmethod
    def _free(cls, given: dict[str, str] | None) -> dict[str, str] | None:
        check_names(given or ())
        return given

    @model_validator(mode="after")
    def _fits(self) -> "FrontMatter":
        low, high = self.scale
        if not low < high:
            raise ValueError(f"scale goes from the worst score to the best, such as [1, 5], not {self.scale!r}")
        if self.threshold is not None and not low <= self.threshold <= high:
            raise ValueError(f"threshold lies on the scale, from {low} to {high}, not {self.threshold:g}")
        return self

    def form(self, name: str) -> Form:
        """`name`: of the one dimension where none are given. Raises ValueError where it can't be one's."""
        check_names(self.dimensions or (name,))
        low, high = self.scale
        threshold = (low + high) / 2 if self.threshold is None else self.threshold
        return Form(self.dimensions or {name: ""}, low, high, threshold, self.samples)


def read_rubric(name: str, base: Path | None = None) -> Rubric:
    """A shipped rubric by name, or the content of a Markdown file, relative to `base`. Raises ValueError."""
    shipped = {path.stem: path for path in RUBRICS.glob("*.md")}
    if not name.endswith(".md") and name not in shipped:
        raise ValueError(f"no rubric {name!r}{suggest(name, shipped)}, or give a Markdown file (.md)")
    whole = text_of(name, base) if name.endswith(".md") else shipped[name].read_text(encoding="utf-8")
    front, text = _parted(whole, name)
    if not text:
        raise ValueError(f"the rubric {name!r} is empty")
    return Rubric(name, text, None if front is None else _checked(front, name).form(Path(name).stem))


def rubric_from(value: Any, info: ValidationInfo) -> Any:
    """For options: a name or a file as a Rubric."""
    return read_rubric(value, (info.context or {}).get("base")) if isinstance(value, str) else value


def _parted(whole: str, name: str) -> tuple[str | None, str]:
    """(front matter, text)"""
    first, _, rest = whole.lstrip("\ufeff").strip().partition("\n")
    if first.rstrip() != FENCE:
        return None, whole.strip()
    lines = [line.rstrip() for line in rest.splitlines()]
    if FENCE not in lines:
        raise ValueError(f"the rubric {name!r} begins with {FENCE!r}, and no second {FENCE!r} ends its front matter")
    end = lines.index(FENCE)
    return "\n".join(lines[:end]), "\n".join(lines[end + 1 :]).strip()


def _checked(front: str, name: str) -> FrontMatter:
    from yaml import YAMLError, safe_load

    where = f"the front matter of the rubric {name!r}"
    try:
        given = safe_load(front) or {}
    except YAMLError as error:
        raise ValueError(f"{where} is no YAML: {' '.join(str(error).split())}") from error
    if not isinstance(given, Mapping):
        raise ValueError(f"{where} has to be keys with values: {', '.join(FrontMatter.model_fields)}")
    try:
        return FrontMatter.model_validate(dict(given))
    except ValidationError as error:
        raise ValueError(f"{where}: {'; '.join(map(_said, error.errors(include_url=False)))}") from error


def _said(error: Any) -> str:
    """A complaint in words, with its key."""
    if error["type"] == "extra_forbidden":
        key = str(error["loc"][-1])
        return f"no key {key!r}{suggest(key, FrontMatter.model_fields)}"
    if error["type"] == "value_error":
        return str(error["msg"]).removeprefix("Value error, ")
    key, *place = error["loc"]
    if key == "dimensions":
        return f"dimensions are names of letters, digits, spaces and hyphens, each once, not {error['input']!r:.80}"
    at = "".join(f"[{part!r}]" for part in place)
    return f"{key}{at} {str(error['msg']).removeprefix('Input ')}, not {error['input']!r:.80}"
