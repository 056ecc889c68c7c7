"""Do the benchmarks run, and say what they are asked for? How fast anything is, is not tested."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

BENCHMARKS = Path(__file__).parent.parent.parent / "benchmarks"

KEYS = {
    "throughput": {
        "turns_per_s",
        "ratio_to_create_loop",
        "ratio_to_post_loop",
        "share_of_ideal",
        "cpu_growth",
        "ratio_with_scorers",
    },
    "growth": {"time_growth", "bytes_per_dialogue", "runs"},
    "personas": {"ratio", "same_personas"},
    "critics": {"ratio_to_call_per_dialogue", "ratio_to_call_per_sentence", "real_dialogues_a_second", "real_limit"},
    "training": {"tokens_a_second", "sft_ratio_to_bare", "hypernet_ratio_to_lora"},
    "novelty": {"ratio", "ratios", "runs", "ledger"},
    "clustering": {"equals_scipy", "seconds", "peak_mb"},
    "faults": {"jobs", "done", "lost", "requests", "distinct", "injected", "extra_within_faults"},
}


def quick(name: str) -> dict[str, Any]:
    command = [sys.executable, str(BENCHMARKS / f"{name}.py"), "--quick"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    (line,) = done.stdout.splitlines()
    result: dict[str, Any] = json.loads(line)
    return result


@pytest.mark.parametrize("name", ["throughput", "growth", "personas", "clustering", "critics", "novelty", "training"])
def test_a_benchmark_prints_one_json_line(name: str) -> None:
    assert quick(name).keys() >= KEYS[name]


def test_faults_loses_nothing_and_asks_again_only_for_faults() -> None:
    result = quick("faults")
    assert result.keys() >= KEYS["faults"]
    assert (result["done"], result["lost"]) == (result["jobs"], 0)
    assert result["injected"] > 0
    assert result["extra_within_faults"] is True
