.PHONY: setup
setup: .venv/.up-to-date ## install into .venv

.venv/.up-to-date: requirements-dev.lock pyproject.toml tools/setup.sh
	@tools/setup.sh
