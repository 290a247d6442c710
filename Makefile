# Everything here works on a bare Debian or macOS with Python >= 3.11, git and make.
# The first target you run sets up .venv; after that the set-up costs nothing.
# Written for GNU make 3.81, which is what macOS ships.

BIN := .venv/bin
READY := .venv/ready

# Three workers keep the two cores of the smallest machine we promise busy: much of a test is
# waiting for programs. Override with `make test WORKERS=8`.
WORKERS ?= 3
TESTS ?=

.DEFAULT_GOAL := help
SOAK ?=
FUZZ ?=
FAULTS ?=
SUPPLIERS ?=
.PHONY: help demo dev test soak faults bench docs check lint types imports security fmt lock setup clean

help: ## show this list
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/  make \1|\2/p' $(MAKEFILE_LIST) | awk -F'|' '{printf "%-16s%s\n", $$1, $$2}'

demo: $(READY) ## sample data and a running server; prints a key and a curl to paste
	@$(BIN)/dialplane demo

dev: $(READY) ## the same, and the API starts anew whenever a file in src/ changes
	@$(BIN)/dialplane demo --reload

test: $(READY) ## everything `make check` does, then all tests, whatever the check found
	@$(MAKE) --no-print-directory check; checked=$$?; \
	$(BIN)/python -m pytest -n $(WORKERS) --dist loadgroup $(or $(TESTS),--whole-contract) && exit $$checked

soak: $(READY) ## 10,000 calls through a real Kamailio, counted at every place, memory watched
	@PYTHONPATH=tests $(BIN)/python tests/end_to_end/soak.py $(SOAK)

faults: $(READY) ## 200 times kill -9 under load, of every part; then everything is counted
	@PYTHONPATH=tests $(BIN)/python tests/durability/faults.py $(FAULTS)

.PHONY: suppliers
suppliers: $(READY) ## 1,000 purchases with each fault of a supplier; SUPPLIERS=--help tells more
	@PYTHONPATH=tests $(BIN)/python -m parts.supplier_faults $(SUPPLIERS)

bench: bench/.venv/ready $(if $(QUICK)$(SIP),,bench/node/node_modules/ready) ## beside its peers, an hour; QUICK=1 takes two minutes, SIP=1 times calls, BENCH=--help tells more
	@$(if $(SIP),PYTHONPATH=tests) bench/.venv/bin/python -m bench$(if $(SIP),.sip) $(if $(QUICK),--quick) $(BENCH)

docs: $(READY) ## the documentation site, in dist/site; writes docs/reference anew
	@$(BIN)/python -m tools.site.reference
	@NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet && echo "dist/site/index.html"

.PHONY: pictures
pictures: $(READY) ## the pictures in docs/pictures, taken anew of the console by its browser tests
	@rm -rf artefacts/pictures && $(BIN)/python -m pytest -q -n 0 --no-header tests/console/test_pictures.py
	@rm -rf docs/pictures && cp -r artefacts/pictures docs

check: lint types imports security ## style, format, types, import directions, security

lint: $(READY) ## ruff: rules and format
	@$(BIN)/ruff check --quiet --output-format concise && $(BIN)/ruff format --check && echo "style    ok"

types: $(READY) ## mypy, strict
	@$(BIN)/mypy --no-error-summary && echo "types    ok"

imports: $(READY) ## import-linter: which layer may import which
	@out=$$($(BIN)/lint-imports --no-logo 2>&1) && echo "imports  ok" || { echo "$$out"; exit 1; }

.PHONY: fuzz
fuzz: $(READY) ## a million made-up inputs for every parser; FUZZ=--help tells more
	@PYTHONPATH=tests $(BIN)/python -m parts.fuzzing $(FUZZ)

security: $(READY) ## bandit, secrets in tracked files, advisories about locked dependencies
	@$(BIN)/bandit --quiet --recursive src tools -ll -ii && $(BIN)/python tools/find_secrets.py && echo "security ok"
	@$(BIN)/python tools/audit_dependencies.py

fmt: $(READY) ## format, and fix what ruff can fix by itself
	@$(BIN)/ruff format && $(BIN)/ruff check --fix

lock: $(READY) ## rebuild requirements.lock, leaving out releases younger than a week
	@$(BIN)/uv pip compile --quiet --upgrade pyproject.toml --extra dialer --extra mcp --group dev \
		--universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--exclude-newer "1 week" --output-file requirements.lock
	@$(BIN)/uv pip compile --quiet --upgrade pyproject.toml --group bench --constraint requirements.lock \
		--universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
		--exclude-newer "1 week" --output-file requirements-bench.lock
	@! grep -n "://" requirements.lock requirements-bench.lock || { echo "requirements.lock names a host; see docs/decisions/0001-hostless-lock.md"; exit 1; }

setup: $(READY) ## only set up .venv

clean: ## remove .venv and every cache
	@rm -rf .venv bench/.venv bench/data bench/node/node_modules sdk/typescript/node_modules sdk/typescript/dist .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

bench/.venv/ready: requirements-bench.lock bench/setup $(READY)
	@bench/setup python
	@touch $@

bench/node/node_modules/ready: bench/node/package-lock.json bench/setup
	@bench/setup node
	@mkdir -p $(@D) && touch $@

$(READY): requirements.lock pyproject.toml tools/bootstrap
	@tools/bootstrap
	@touch $@
