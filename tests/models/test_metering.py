import pytest

from tertulia.models import Meter, Reply, Task


def test_calls_are_counted_by_model_and_by_task() -> None:
    meter = Meter()
    reply = Reply("x", prompt_tokens=100, completion_tokens=10)
    meter.tally("a", Task.SPEAK).add(reply, 0.5, 0.2)
    meter.tally("a", Task.JUDGE).add(reply, 0.25, 0.4)
    meter.tally("b", Task.SPEAK).add(reply, 0.0, 0.1)
    meter.tally("b", Task.SPEAK).cached += 3
    shot = meter.snapshot()
    assert shot["total"]["calls"] == 3
    assert shot["total"]["usd"] == 0.75
    assert {name: model["prompt_tokens"] for name, model in shot["models"].items()} == {"a": 200, "b": 100}
    assert {name: (task["calls"], task["cached"]) for name, task in shot["tasks"].items()} == {
        "judge": (1, 0),
        "speak": (2, 3),
    }


@pytest.mark.parametrize("scale", [0.002, 0.2, 20.0])
def test_quantiles_of_the_latency_are_within_ten_percent(scale: float) -> None:
    tally = Meter().tally("a", Task.SPEAK)
    for step in range(1, 1001):
        tally.add(Reply("x"), 0.0, scale * step / 1000)
    latency = tally.as_dict()["latency"]
    assert latency["max"] == pytest.approx(scale)
    assert latency["mean"] == pytest.approx(scale / 2, rel=0.01)
    assert latency["p95"] == pytest.approx(0.95 * scale, rel=0.1)
    if scale > 0.01:
        assert latency["p50"] == pytest.approx(0.5 * scale, rel=0.1)


def test_a_meter_that_saw_nothing_says_nought() -> None:
    assert Meter().snapshot()["total"]["latency"] == {"mean": 0.0, "max": 0.0, "p50": 0.0, "p95": 0.0}


def test_times_beyond_the_histogram_are_kept_in_its_ends() -> None:
    tally = Meter().tally("a", Task.SPEAK)
    for seconds in (0.0, 1e-9, 1e9):
        tally.add(Reply("x"), 0.0, seconds)
    assert sum(tally.bins) == 3
    assert (tally.bins[0], tally.bins[-1]) == (2, 1)
