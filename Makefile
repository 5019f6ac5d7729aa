# `make serve` and `make test` do all set-up by themselves.
PYTHON ?= python3
PORT ?= 8000
BIN := .venv/bin

.PHONY: serve index test check fuzz faults format bench setup clean audit wheelhouse

serve: setup ## Build the index and serve the pages and the API
	$(BIN)/cookbook index
	$(BIN)/cookbook serve --port $(PORT)

index: setup ## Build a snapshot of the corpus
	$(BIN)/cookbook index

test: setup .venv/dev ## Run the tests with coverage, the browser tests in Chromium
	@sh scripts/chromium.sh
	$(BIN)/pytest --numprocesses 2 --dist loadfile --cov --cov-report=term

check: setup .venv/dev ## Lint, types, layers, and the rules of the corpus
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/cookbook check
	$(BIN)/python -m scripts.audit
	$(BIN)/python -m scripts.sbom build/sbom.json

audit: .venv/dev ## Known vulnerabilities of what is installed
	$(BIN)/python -m scripts.audit

wheelhouse: setup ## Wheels with digests, to install from without internet
	$(BIN)/python -m scripts.wheelhouse build/wheelhouse postgresql

format: .venv/dev ## Format the code
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

fuzz: setup .venv/dev ## Fuzz for an hour or so what `make test` fuzzes for seconds
	$(BIN)/pytest --hypothesis-profile=fuzz tests/fuzz

faults: setup .venv/dev ## Break everything many times over; the figures of docs/reliability.md
	FAULTS=many $(BIN)/pytest tests/faults

bench: setup .venv/dev ## Measure speed and memory beside their baselines
	$(BIN)/cookbook index
	$(BIN)/python -m benchmarks

setup: .venv/installed ## Virtual environment, dependencies and Voikko
	@sh scripts/voikko.sh $(BIN)/python
	@sh scripts/pango.sh $(BIN)/python

.venv/bin/python:
	@sh scripts/venv.sh $(PYTHON)

.venv/installed: .venv/bin/python pyproject.toml
	$(BIN)/pip install --quiet --disable-pip-version-check --editable .
	@touch $@

.venv/dev: .venv/installed
	$(BIN)/pip install --quiet --disable-pip-version-check --group dev
	@touch $@

clean: ## Remove what was built
	rm -rf .venv build index/2* index/CURRENT .mypy_cache .ruff_cache .pytest_cache .hypothesis .coverage
