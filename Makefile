# Thin aliases; everything here can be typed as one ./waspada command.

.PHONY: help run test strict lint format types translations lock

help:
	@./waspada --help

run:
	./waspada run

test:
	./waspada test

strict:
	./waspada test --strict --coverage

lint:
	./waspada tool ruff format --check . waspada
	./waspada tool ruff check . waspada

format:
	./waspada tool ruff check --fix . waspada
	./waspada tool ruff format . waspada

types:
	./waspada tool mypy
	./waspada tool mypy waspada

translations:
	./waspada tool waspada_web.ui.catalogue update

# Needs uv. Versions already pinned stay; add UPGRADE=--upgrade to move them all.
LOCK = uv pip compile pyproject.toml --quiet --universal --python-version 3.11 --generate-hashes \
	--no-emit-index-url --no-emit-find-links --custom-compile-command "make lock" $(UPGRADE)

lock:
	$(LOCK) --extra web --output-file requirements/run.txt
	$(LOCK) --extra web --extra test --constraints requirements/run.txt --output-file requirements/test.txt
