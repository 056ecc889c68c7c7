"""Nearly equal texts are found among many, and others are not."""

from random import Random

import numpy as np
import pytest

from tertulia.critics.minhash import BANDS, ROWS, Bands, Nearest, Sketches, common_with, jaccard, shingles, sketch

WORDS = [f"w{n}" for n in range(400)]


def text(seed: int, size: int = 120) -> list[str]:
    return Random(seed).choices(WORDS, k=size)


def changed(words: list[str], rate: float, seed: int = 0) -> list[str]:
    rng = Random(seed)
    return [rng.choice(WORDS) if rng.random() < rate else word for word in words]


def exact(one: list[str], other: list[str], size: int) -> float:
    sets = [{tuple(words[at : at + size]) for at in range(len(words) - size + 1)} for words in (one, other)]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


@pytest.mark.parametrize("size", [1, 3, 4])
def test_shingles_are_the_sets_of_word_runs(size: int) -> None:
    one = text(1)
    others = [changed(one, rate, seed=size) for rate in (0, 0.02, 0.1, 0.3, 1)]
    alike = jaccard(shingles(one, size), [shingles(other, size) for other in others])
    assert alike == pytest.approx([exact(one, other, size) for other in others], abs=1e-4)


def test_short_texts_are_one_shingle_and_empty_ones_none() -> None:
    assert len(shingles(["hi", "there"], 4)) == 1
    assert len(shingles([], 4)) == 0
    assert common_with(shingles(["hi", "there"], 4), shingles(["hi", "there"], 4)) == 1
    assert common_with(shingles(["hi", "there"], 4), shingles(["there", "hi"], 4)) == 0


def test_sketches_are_the_same_on_every_machine() -> None:
    this = sketch("x", ["the", "quick", "brown", "fox", "jumps", "over", "it"], 3)
    assert this.shingles[:2].tolist() == [128901708, 421736276]
    assert int(this.keys[0]) >> 24 == 794143719921
    assert this.bytes[:4].tolist() == [186, 115, 137, 26]


def test_as_many_values_of_two_signatures_agree_as_they_are_alike() -> None:
    one = text(2, 2000)
    for rate in (0.02, 0.1, 0.25):
        other = changed(one, rate)
        pair = sketch("a", one, 3), sketch("b", other, 3)
        agree = float((pair[0].bytes == pair[1].bytes).mean())
        assert agree == pytest.approx(exact(one, other, 3), abs=4 * 0.5 / (BANDS * ROWS) ** 0.5)


def test_the_index_finds_near_ones_and_hardly_any_others() -> None:
    known = Bands()
    texts = [sketch(str(seed), text(seed), 3) for seed in range(500)]
    for start in range(0, 500, 7):
        known.add([one.keys for one in texts[start : start + 7]])
    near = [known.find(sketch("", changed(text(seed), 0.08, seed), 3).keys) for seed in range(500)]
    assert sum(seed in found for seed, found in enumerate(near)) >= 498
    assert sum(len(found) for found in near) <= 1.05 * 500


def test_how_texts_came_in_changes_nothing() -> None:
    texts = [
        sketch(str(seed), text(seed % 40) if seed % 3 else changed(text(seed % 40), 0.1, seed), 3)
        for seed in range(200)
    ]
    once, slowly = Sketches(), Sketches()
    once.add(texts)
    for one in reversed([*texts, *(sketch(f"gone-{n}", text(n), 3) for n in range(40))]):
        slowly.add([one])
    slowly.keep({one.name for one in texts})
    asked = [sketch("new", changed(text(seed), 0.15, seed), 3) for seed in range(60)]
    found = [once.nearest(one) for one in asked]
    assert found == [slowly.nearest(one) for one in asked]
    assert sum(one is not None for one in found) >= 35
    assert len(once) == len(slowly) == 200


def test_what_is_forgotten_leaves_the_index_and_changes_nothing() -> None:
    known, fresh = Sketches(), Sketches()
    accepted = [sketch(f"kept-{n}", text(n), 3) for n in range(0, 40, 2)]
    for barrier in range(12):
        known.keep({one.name for one in accepted[:barrier]})
        known.add(accepted[: barrier + 1])
        known.add(sketch(f"gone-{barrier}-{n}", text(1000 * barrier + n), 3) for n in range(30))
        size = len(known._names)
        assert len(known) <= size == len(known._texts) <= len(known._bytes) <= 110
        assert sum(run.size for run in known._bands._runs) == size * BANDS
    names = {one.name for one in accepted[:12]}
    known.keep(names)
    fresh.add(accepted[:12])
    assert len(known) == 12
    asked = [sketch("new", changed(text(seed), 0.15, seed), 3) for seed in range(60)]
    assert [known.nearest(one) for one in asked] == [fresh.nearest(one) for one in asked]
    assert sum(known.nearest(one) is not None for one in asked) >= 8
    assert all((known[one.name] == one.shingles).all() for one in accepted[:12])
    known.keep(set())
    assert (len(known), len(known._names), known.nearest(accepted[0])) == (0, 0, None)
    known.add(accepted)
    assert known.nearest(sketch("new", text(2), 3)) == Nearest(1.0, "kept-2")


def test_of_equals_the_first_by_name_is_nearest_and_never_the_text_itself() -> None:
    known = Sketches()
    known.add(sketch(name, text(1), 3) for name in ("c", "b", "d"))
    assert known.nearest(sketch("new", text(1), 3)) == Nearest(1.0, "b")
    assert known.nearest(sketch("b", text(1), 3)) == Nearest(1.0, "c")
    known.keep({"d"})
    assert known.nearest(sketch("new", text(1), 3)) == Nearest(1.0, "d")
    assert known.nearest(sketch("d", text(1), 3)) is None


def test_what_is_far_from_alike_is_not_compared() -> None:
    one, other = text(3), changed(text(3), 0.16, 5)
    assert 0.2 < exact(one, other, 4) < 0.4
    every, near = Sketches(), Sketches(0.6)
    for known in (every, near):
        known.add([sketch("one", one, 4)])
    assert every.nearest(sketch("other", other, 4)) is not None
    assert near.nearest(sketch("other", other, 4)) is None


def test_a_text_without_words_is_known_by_name_alone() -> None:
    known = Sketches()
    known.add([sketch("silent", [], 3), sketch("one", text(1), 3)])
    assert "silent" in known
    assert known.nearest(sketch("new", [], 3)) is None
    known.keep({"one"})
    assert "silent" not in known
    assert known["one"].dtype == np.uint32
