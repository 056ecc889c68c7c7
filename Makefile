PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
ROOMS := models personas agents critics corpus scenarios training console

.PHONY: demo test setup check types lint bench clean

demo: setup  ## the embedded default scenario, live
	$(BIN)/tertulia run first-meeting --model "rehearsal?latency=0.4" --concurrency 8

test: check  ## lint, types and all tests
	$(BIN)/pytest -n 2

setup: $(VENV)/ready .link/tertulia  ## .venv with everything that CI tested

$(VENV)/ready: pyproject.toml constraints.txt
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt "torch==2.13.0"
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt --editable ".[dev]"
	touch $@

.link/tertulia:
	mkdir -p .link && ln -sfn .. .link/tertulia

check: lint types

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	cd .link && ../$(BIN)/mypy --config-file ../pyproject.toml $(foreach room,$(ROOMS),-p tertulia.$(room))

bench: setup  ## each prints one JSON line
	$(BIN)/python benchmarks/throughput.py
	$(BIN)/python benchmarks/growth.py
	$(BIN)/python benchmarks/faults.py
	$(BIN)/python benchmarks/personas.py
	$(BIN)/python benchmarks/clustering.py
	$(BIN)/python benchmarks/planted.py
	$(BIN)/python benchmarks/contradictions.py
	$(BIN)/python benchmarks/local.py
	$(BIN)/python benchmarks/critics.py
	$(BIN)/python benchmarks/bleeds.py
	$(BIN)/python benchmarks/novelty.py
	$(BIN)/python benchmarks/tournament.py
	$(BIN)/python benchmarks/training.py
	$(BIN)/python benchmarks/personality.py --size short

clean:
	rm -rf $(VENV) .link build dist *.egg-info
