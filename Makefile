# Nothing clever in here: every target is a line or two that can also be typed.

PYTEST = .venv/bin/python -m pytest
# What is worth less than a minute of waiting; the faces alone take longer, and `make test` has them.
FAST = $(wildcard tests/unit tests/core tests/store tests/wire tests/house)

.DEFAULT_GOAL = help

.PHONY: help
help: ## show this
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-14s %s\n", $$1, $$2}'

.PHONY: setup
setup: .venv/.up-to-date ## install everything into .venv, and nothing anywhere else

.venv/.up-to-date: requirements-dev.lock pyproject.toml tools/setup.sh
	@tools/setup.sh

.PHONY: run
run: setup ## start a server on this machine; it prints its address and how to sign in
	@exec .venv/bin/folkmoot serve --demo

.PHONY: dev
dev: setup ## the same, for working on it: errors in full, templates read anew
	@FOLKMOOT_DEVELOPMENT=1 exec .venv/bin/folkmoot serve --demo

.PHONY: seed
seed: setup ## fill the database with a site to look at
	@.venv/bin/folkmoot seed

.PHONY: test
test: setup ## every test that needs neither a browser nor PostgreSQL
	$(PYTEST) -n 2 -m "not browser and not federation"

.PHONY: test-browser
test-browser: setup ## the tests that drive Chromium
	$(PYTEST) -m browser tests/browser

.PHONY: test-federation
test-federation: setup ## five real servers hold one discussion, and one is killed again and again; KILLS=100 for more often
	$(if $(KILLS),FOLKMOOT_TEST_KILLS=$(KILLS)) $(PYTEST) -m federation tests/federation/processes

.PHONY: test-clients
test-clients: setup ## the libraries that apps and other servers are built on, against a running server; needs Node 20 or later
	cd tests/clients && npm ci --silent && npm test --silent

.PHONY: fuzz-api
fuzz-api: setup ## ten minutes of calls that nobody would think of, against the whole API; SECONDS=60 for less
	.venv/bin/python -m tools.fuzz $(or $(SECONDS),600)

.PHONY: check
check: setup ## format, lint, types, fast tests: what a change has to pass
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/mypy
	$(PYTEST) -n 2 -q -m "not slow and not browser" $(FAST)
	@.venv/bin/python -m tools.sizes

.PHONY: fix
fix: setup ## put right what the formatter and the linter can
	.venv/bin/ruff format .
	.venv/bin/ruff check --fix .

.PHONY: docs
docs: setup ## write the generated pages under docs/ anew
	.venv/bin/python -m tools.docs

.PHONY: changes
changes: setup ## show the notes of changes.d/ as they go into CHANGELOG.md
	@.venv/bin/python -m tools.changes

.PHONY: messages
messages: setup ## collect the interface's texts for translation, and compile what is translated
	.venv/bin/python -m tools.messages

.PHONY: bench
bench: setup ## measure this machine with this code; ONLY=api, inbox or outbox, SCALE=small, ENGINE=postgresql for a part
	.venv/bin/python -m tools.bench $(if $(ONLY),--only "$(ONLY)") $(if $(SCALE),--scale $(SCALE)) $(if $(ENGINE),--database $(ENGINE)) $(if $(SECONDS),--seconds $(SECONDS))

.PHONY: bench-inbox
bench-inbox: setup ## how fast what other servers send is applied; ACTIVITIES=0 SECONDS=600 for memory; RATE, ENGINE
	.venv/bin/python -m tools.bench.inbox $(if $(ACTIVITIES),--activities $(ACTIVITIES)) $(if $(RATE),--rate $(RATE)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ENGINE),--database $(ENGINE))

.PHONY: bench-outbox
bench-outbox: setup ## how long activities take to many servers; DESTINATIONS=50 COMMUNITIES=1 RATE=10 SECONDS=10 ENGINE
	.venv/bin/python -m tools.bench.outbox $(if $(DESTINATIONS),--destinations $(DESTINATIONS)) $(if $(COMMUNITIES),--communities $(COMMUNITIES)) $(if $(RATE),--rate $(RATE)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ENGINE),--database $(ENGINE))

.PHONY: bench-growth
bench-growth: setup ## how much more a request costs on a large site than on a small one; ONLY, SECONDS
	.venv/bin/python -m tools.bench.growth $(if $(ONLY),--only "$(ONLY)") $(if $(SECONDS),--seconds $(SECONDS))

.PHONY: screenshots
screenshots: setup ## take the pictures in docs/screenshots anew
	.venv/bin/python -m tools.screenshots

.PHONY: fuzz-apub
fuzz-apub: setup ## look for what breaks the readers of other servers' documents, for SECONDS (60) seconds
	@test -d .fuzz/lib || .venv/bin/python -m pip install --quiet --no-deps --target .fuzz/lib atheris
	PYTHONPATH=.fuzz/lib .venv/bin/python -m tools.fuzz_apub -max_total_time=$(or $(SECONDS),60)

.PHONY: lock
lock: ## write the locks anew after a change to pyproject.toml
	tools/lock.sh

.PHONY: clean
clean: ## remove what was built; your data stays
	rm -rf .venv dist .coverage htmlcov .mypy_cache .pytest_cache .ruff_cache .hypothesis .fuzz
