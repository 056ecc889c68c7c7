"""What the barrier does to many jobs at a time it does to each; and a run leaves Python's memory as it found it."""

import gc
from pathlib import Path

import pytest
from fakes import cafe, made

from tertulia.corpus import reading
from tertulia.scenarios import barrier
from tertulia.scenarios.collecting import rarely


@pytest.mark.parametrize("together", [1, 5])
async def test_how_many_are_concluded_at_a_time_changes_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, together: int
) -> None:
    once = await made(cafe(tmp_path), tmp_path / "once", "rounds.count=2")
    monkeypatch.setattr(barrier, "TOGETHER", together)
    monkeypatch.setattr(reading, "JOBS", together)
    assert await made(cafe(tmp_path), tmp_path / "paged", "rounds.count=2") == once


def test_garbage_is_looked_for_as_before_when_all_runs_have_ended() -> None:
    before = gc.get_threshold()
    with rarely(), rarely():
        assert gc.get_threshold()[0] > before[0]
        assert gc.get_freeze_count() > 0
    assert (gc.get_threshold(), gc.get_freeze_count()) == (before, 0)
