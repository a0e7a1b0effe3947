# Everything sets itself up: `make demo` and `make test` work on a fresh machine.
# Python 3.11 or later; another one: make test PYTHON=python3.12
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin
LIGHT := $(VENV)/.light
DEV := $(VENV)/.dev

.PHONY: demo test evals soak bench check format lint types structure wheel clean

demo: $(LIGHT)
	@$(BIN)/reasoning-chains demo

test: $(DEV)
	$(BIN)/python -m pytest --numprocesses auto --dist worksteal

# Every bundled suite in seven ways of reasoning: what was asked already is not asked again.
evals: $(DEV)
	$(BIN)/python -m benchmarks.evals
	$(BIN)/python -m benchmarks.tables

# The figures at full size, some hours: what was made already is not made again.
soak: $(DEV)
	$(BIN)/python -m benchmarks.reasoning all
	$(BIN)/python -m benchmarks.chains
	$(BIN)/python -m benchmarks.agents
	$(BIN)/python -m benchmarks.soak
	$(BIN)/python -m benchmarks.workflow_steps
	$(BIN)/python -m benchmarks.coverage
	$(BIN)/python -m benchmarks.evals
	$(BIN)/python -m benchmarks.tables

# The speed of the engine, of a call, of the import, of the sandbox, the statistics and the parsers.
bench: $(DEV)
	$(BIN)/python -m benchmarks.engine
	$(BIN)/python -m benchmarks.overhead
	$(BIN)/python -m benchmarks.imports
	$(BIN)/python -m benchmarks.sandbox
	$(BIN)/python -m benchmarks.statistics_speed
	$(BIN)/python -m benchmarks.tables
	$(BIN)/python -m benchmarks.parsers

check: $(DEV)
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/python -m pytest tests/test_structure.py tests/store/test_hostile_values.py

format: $(DEV)
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

wheel: $(DEV)
	$(BIN)/python -m hatchling build -t wheel

clean:
	rm -rf $(VENV) dist build

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Python 3.11 or later is needed: make PYTHON=python3.12 ..." if sys.version_info < (3, 11) else 0)'
	$(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --upgrade pip

# The demo's set-up: the core dependencies alone, no torch.
$(LIGHT): pyproject.toml | $(BIN)/python
	@echo "setting up $(VENV) (once) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable .
	@touch $@

$(DEV): pyproject.toml | $(BIN)/python
	@echo "setting up $(VENV) for development (once, a few minutes) ..."
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --editable '.[dev]'
	@touch $@ $(LIGHT)
