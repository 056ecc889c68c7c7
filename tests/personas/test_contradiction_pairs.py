"""Are the labelled pairs of persona sentences fit to measure a contradiction detector with?"""

import json
from collections import Counter
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).parents[2]
FOLDER = Path(__file__).parent / "contradictions"
LABELS = {
    "contradiction": {"negation", "antonym", "number", "exclusive", "world"},
    "consistent": {"near", "several", "time", "paraphrase", "unrelated"},
}
FIELDS = {"id", "first", "second", "label", "kind", "categories"}


def read(half: str) -> list[dict[str, Any]]:
    lines = (FOLDER / f"{half}.jsonl").read_text(encoding="utf-8").splitlines()
    return [json.loads(line) for line in lines]


def categories() -> set[str]:
    families = yaml.safe_load((ROOT / "models/rehearsal/taxonomy.yaml").read_text(encoding="utf-8"))
    return {row[0] for family in families.values() for row in family}


HALVES = {half: read(half) for half in ("development", "test", "development-2", "test-2")}
PAIRS = [pair for half in HALVES.values() for pair in half]
each_half = pytest.mark.parametrize("half", HALVES)


def sentences(pair: dict[str, Any]) -> frozenset[str]:
    """Both sentences, whichever comes first, in small letters."""
    return frozenset((pair["first"].casefold(), pair["second"].casefold()))


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair["id"])
def test_a_pair_is_whole(pair: dict[str, Any]) -> None:
    assert pair.keys() == FIELDS
    assert pair["kind"] in LABELS[pair["label"]]
    assert len(pair["categories"]) == 2
    assert set(pair["categories"]) <= categories()
    assert len(sentences(pair)) == 2
    for text in (pair["first"], pair["second"]):
        assert text == " ".join(text.split())
        assert text.endswith(".")
        assert 3 <= len(text.split()) <= 20


def test_there_are_enough_and_no_two_alike() -> None:
    assert len(PAIRS) >= 800
    for what in ([pair["id"] for pair in PAIRS], [sentences(pair) for pair in PAIRS]):
        assert [thing for thing, count in Counter(what).items() if count > 1] == []


def test_the_halves_share_no_sentence() -> None:
    met = [frozenset[str]().union(*map(sentences, pairs)) for pairs in HALVES.values()]
    for one, other in combinations(met, 2):
        assert one & other == set()


@each_half
def test_a_half_has_both_labels_in_every_category(half: str) -> None:
    for label in LABELS:
        met = {path for pair in HALVES[half] if pair["label"] == label for path in pair["categories"]}
        assert met == categories()


@each_half
def test_a_half_is_balanced(half: str) -> None:
    clashes = [pair for pair in HALVES[half] if pair["label"] == "contradiction"]
    assert 0.45 <= len(clashes) / len(HALVES[half]) <= 0.5
    crossing = [pair for pair in clashes if len(set(pair["categories"])) == 2]
    assert len(crossing) >= 0.15 * len(clashes)
    assert {pair["kind"] for pair in HALVES[half]} == set().union(*LABELS.values())


def test_the_page_counts_what_is_there() -> None:
    page = (FOLDER / "README.md").read_text(encoding="utf-8")
    for label, kinds in LABELS.items():
        for kind in kinds:
            row = next(line for line in page.splitlines() if line.startswith(f"| {label} | `{kind}` |"))
            counts = [sum(pair["kind"] == kind for pair in pairs) for pairs in HALVES.values()]
            assert row.endswith("| {} | {} | {} | {} |".format(*counts))
