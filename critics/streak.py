"""Is a critic broken for good? One that has failed at every dialogue so far is not worth going on with."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ..models.errors import CriticBroken
from .verdict import Abstention, Preference, Verdict, Why

HOPELESS = 10
"""Failures from the first dialogue on, without any answer between them."""


@dataclass(slots=True)
class Streaks:
    """Failures of each critic that has not answered yet."""

    answered: set[str] = field(default_factory=set)
    failures: dict[str, list[str]] = field(default_factory=dict)

    def note(self, answers: Mapping[str, Verdict | Preference | Abstention]) -> None:
        """Take in the answers on one dialogue, or pair of them, by critic. Raises CriticBroken for a hopeless one."""
        for name, answer in answers.items():
            if name in self.answered:
                continue
            if isinstance(answer, Abstention) and answer.kind is Why.FAILED:
                self._failed(name, answer.why)
            else:
                self.answered.add(name)
                self.failures.pop(name, None)

    def _failed(self, name: str, why: str) -> None:
        failures = self.failures.setdefault(name, [])
        failures.append(why)
        if len(failures) >= HOPELESS:
            raise CriticBroken(
                f"critic {name!r} has failed at all of the first {HOPELESS} dialogues; its first error: {failures[0]}. "
                "Mend it (tertulia critics try shows it at work), or take it off the panel; then run the same command"
            )
