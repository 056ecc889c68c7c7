"""The order in which examples are read."""

import pytest

from tertulia.training.ordering import POOL, ByLength, Sorted, steps_of

LENGTHS = [(at * 37) % 101 + 1 for at in range(230)]


@pytest.mark.parametrize("batch", [1, 4, 7, 500])
def test_each_example_is_read_once_an_epoch(batch: int) -> None:
    order = ByLength(LENGTHS, batch, seed=1)
    assert sorted(order) == list(range(len(LENGTHS))) == sorted(Sorted(LENGTHS))
    assert len(order) == len(Sorted(LENGTHS)) == len(LENGTHS)


def test_an_order_comes_from_seed_and_epoch_alone() -> None:
    one, other = ByLength(LENGTHS, 4, seed=1), ByLength(LENGTHS, 4, seed=1)
    first = list(one)
    one.set_epoch(3)
    third = list(one)
    other.set_epoch(3)
    assert list(other) == third != first
    assert list(ByLength(LENGTHS, 4, seed=2)) != first


def test_those_of_like_length_are_together_and_the_longest_first() -> None:
    batch = 4
    order = list(ByLength(LENGTHS, batch, seed=1))
    batches = [[LENGTHS[index] for index in order[at : at + batch]] for at in range(0, len(order), batch)]
    assert len(order) > POOL * batch
    whole = batches[:-1]
    assert max(batches[0]) == max(max(lengths) for lengths in whole)
    padded = sum(max(lengths) * len(lengths) for lengths in whole)
    assert padded < 1.1 * sum(map(sum, whole))
    longest = [max(lengths) for lengths in whole]
    assert longest != sorted(longest, reverse=True)
    assert [LENGTHS[index] for index in Sorted(LENGTHS)] == sorted(LENGTHS, reverse=True)


def test_steps_are_counted_as_the_trainer_counts_them() -> None:
    assert [steps_of(*case) for case in ((12, 2, 2), (13, 2, 2), (12, 5, 2), (1, 8, 4))] == [3, 4, 2, 1]
