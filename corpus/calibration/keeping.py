"""How does a learned vote stand in a file? YAML, with where it comes from and how well it does."""

from pathlib import Path
from typing import Any

from pydantic import ValidationError
from yaml import YAMLError, safe_dump, safe_load

from ...critics.learned import Weights
from ...models.errors import Mistake
from .calibrating import Calibration, Gate
from .crossing import Standing

DIGITS = 4
LARGE = 1 << 20
"""Bytes that no file of weights has."""
HEAD = """\
# A learned vote, made by `tertulia critics calibrate`. In a scenario:
#   critics: {{voting: {{{voting}}}}}
# P(good) = logistic(bias + weight x score of each critic that gives a verdict + what `missing` has for those that
# abstain); accepted from `threshold` on. `about` is for readers: it decides nothing.
"""


def voting_line(gate: Gate, name: str) -> str:
    """`rule: learned, weights: weights.yaml`: what a scenario says to vote so."""
    quorum = f", quorum: {gate.quorum}" if gate.quorum else ""
    return f"rule: learned, weights: {name}{quorum}"


def check_place(path: Path, labels: Path) -> None:
    """Raises Mistake for a file that would be lost: the labels, or any that holds no learned vote."""
    if path.resolve() == labels.resolve() or (path.exists() and labels.exists() and path.samefile(labels)):
        raise Mistake(f"--output {str(path)!r} is the file of labels that is read; give it another name")
    if path.exists() and not _replaceable(path):
        raise Mistake(f"--output {str(path)!r} is there, and holds no learned vote; give it another name")


def _replaceable(path: Path) -> bool:
    """Whether nothing but a learned vote is in it."""
    if not path.is_file() or path.stat().st_size > LARGE:
        return False
    try:
        text = path.read_text(encoding="utf-8")
        return not text.strip() or bool(Weights.model_validate(safe_load(text)))
    except (OSError, UnicodeDecodeError, YAMLError, ValidationError):
        return False


def keep_weights(calibration: Calibration, gate: Gate, path: Path) -> Weights:
    """Write the file. Raises Mistake where it can't be written."""
    weights = gate.weights.model_copy(update={"about": about(calibration, gate)})
    text = HEAD.format(voting=voting_line(gate, path.name))
    text += safe_dump(weights.model_dump(mode="json"), sort_keys=False, allow_unicode=True, width=110)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Mistake(f"can't write {path}: {error.strerror or error}; choose another --output") from error
    return weights


def about(calibration: Calibration, gate: Gate) -> dict[str, Any]:
    """Where a gate comes from; the same labels give the same, on any day."""
    learned, rule, always = gate.standings
    return {
        "run": calibration.run,
        "panel": calibration.panel,
        "labels": gate.dialogues,
        "accepted_by_people": gate.accepted,
        "strength": gate.strength,
        "folds": gate.folds,
        "held_back": _figures(learned),
        "rule_before": _figures(rule),
        "majority": _figures(always),
    }


def _figures(one: Standing) -> dict[str, float]:
    names = ("accuracy", "balanced", "auc", "log_loss", "accepts", "precision", "recall")
    found = {name: getattr(one, name) for name in names}
    return {name: round(value, DIGITS) for name, value in found.items() if value is not None}
