# `make demo` opens TensorBoard on the sample logs; `make test` runs every test. Both install what they need.

PYTHON ?= python3
HOST ?= localhost
PORT ?=
BENCH ?=
MUTATION ?=
PROMISES ?= nothing_lost faults kills object_stores load soak hostile_text
RELIABILITY ?=
# Tests of whose examples each builds a board: `make test` tries few.
RANDOM_LOGS := tests/oracle tests/index/joins/test_random_changes.py tests/index/annotations/test_growing_streams.py

PY := .venv/bin/python
NPM := $(PY) _build_backend/rlboard_frontend.py npm
# Tests start a hundred Pythons: the first one compiles our modules for all, also where the environment forbids it.
export PYTHONDONTWRITEBYTECODE :=
CHROMIUM = RLBOARD_CHROMIUM="$$($(PY) scripts/browser.py)"

.DEFAULT_GOAL := help
.PHONY: help demo dev test test-types test-python test-slow test-integrations check format samples screenshots film bench mutation reliability update-snapshots metrics sentences clean env-test

help: ## what can be asked for
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-22s %s\n", $$1, $$2}'

demo: ## open TensorBoard on rollout_samples (HOST=... PORT=...)
	@$(PYTHON) scripts/demo.py --host "$(HOST)" $(if $(PORT),--port "$(PORT)")

dev: env-test ## rebuild the bundle at every change of the frontend; run `make demo` beside it
	$(NPM) run dev

test: ## ruff, mypy, Biome, tsc, vitest, pytest and the browser tests
	@$(PYTHON) scripts/environment.py --node-tests test
	@$(PY) scripts/browser.py --install
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	@$(MAKE) --no-print-directory -j2 test-types test-python

# Beside pytest, whose tests of a browser leave the processor idle now and then; it says what it has to say at the end.
test-types:
	@output="$$(mktemp)"; $(PY) -m mypy >"$$output" 2>&1; code=$$?; \
		cat "$$output"; rm -f "$$output"; exit $$code

test-python:
	$(CHROMIUM) $(PY) -m pytest -n auto --dist loadgroup --no-loadscope-reorder --durations=20 -m "not benchmark"

test-slow: ## also train the example, which installs torch, measure each row of the benchmarks on small logs, and try many random logs
	@$(PYTHON) scripts/environment.py --node test examples
	$(PY) -m mypy examples
	$(CHROMIUM) $(PY) -m pytest -m "slow or benchmark"
	RLBOARD_TEST_PROFILE=thorough $(PY) -m pytest -n auto --dist loadgroup $(RANDOM_LOGS)

test-integrations: ## train a tiny model with TRL, which installs it, and run the code of docs/integrations
	@$(PYTHON) scripts/environment.py test examples integrations
	$(PY) -m pytest tests/integrations tests/docs/test_integrations.py

check: env-test ## ruff, mypy, Biome and tsc: everything but the tests
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	$(NPM) run check

format: env-test ## let ruff and Biome write what they can
	$(PY) -m ruff check --fix .
	$(PY) -m ruff format .
	$(NPM) run format

env-test:
	@$(PYTHON) scripts/environment.py --node test

metrics: env-test ## write the metric registry as the file that the frontend reads
	$(PY) scripts/metric_catalog.py

sentences: env-test ## collect what the server says, to be said in Chinese as well
	$(PY) scripts/sentences.py

update-snapshots: env-test ## write the contract snapshots anew; read the difference before committing it
	RLBOARD_UPDATE_SNAPSHOTS=1 $(PY) -m pytest tests/web/test_contract.py

screenshots: env-test ## take the README's pictures into docs/screenshots
	@$(PY) scripts/browser.py --install
	$(PY) scripts/screenshots.py

film: env-test ## take the README's short film
	@$(PY) scripts/browser.py --install
	$(PY) scripts/film.py

samples: ## train the example and write its logs to rollout_samples (installs torch)
	@$(PYTHON) scripts/environment.py examples
	$(PY) -m examples.ppo_couplets.train --out rollout_samples
	$(PY) scripts/demo_samples.py

bench: env-test ## measure on synthetic logs (BENCH=--quick, BENCH=--full: docs/benchmarks.md)
	$(PY) -m benchmarks.run $(BENCH)

mutation: env-test ## change the formulas piece by piece: a change that no test notices fails (MUTATION=--sample=40)
	$(PY) scripts/mutation.py $(MUTATION)

reliability: env-test ## keep the promises of docs/reliability.md (PROMISES=kills RELIABILITY="--kills 100")
	@for promise in $(PROMISES); do $(PY) scripts/reliability/$$promise.py $(RELIABILITY) || exit 1; done

clean: ## remove everything that can be made again
	rm -rf .venv build dist *.egg-info frontend/node_modules tensorboard_plugin_rlboard/static test-results
	rm -rf .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
