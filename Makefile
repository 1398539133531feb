# Tests of one file share what they start and go in their order: loadfile. Which file is first says
# tests/conftest.py.
# Byte code is kept: without it each worker rewrites all tests, each process compiles all it imports.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: setup demo test check gates pages bench soak

setup:
	@scripts/setup

demo: setup
	@.venv/bin/genkan demo

test: setup
	.venv/bin/pytest -n auto --dist loadfile --no-loadscope-reorder

# All that a change must pass. The tests run once, under the watch for coverage of the pure core.
check: gates
	.venv/bin/pytest -n auto --dist loadfile --no-loadscope-reorder --cov

gates: setup
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports

# Writes the pages of docs/ that are generated.
pages: setup
	.venv/bin/python scripts/pages.py

bench: setup
	.venv/bin/python benchmarks/site.py
	.venv/bin/python benchmarks/stream.py
	.venv/bin/python benchmarks/private_link.py
	.venv/bin/python benchmarks/new_connections.py
	.venv/bin/python benchmarks/inspection.py
	.venv/bin/python benchmarks/names.py
	.venv/bin/python benchmarks/imports.py
	.venv/bin/python benchmarks/reach.py

# Random changes and random kills for an hour; SOAK="--seconds 180 --seed 7" for less, and again.
soak: setup
	.venv/bin/python benchmarks/soak.py $(SOAK)
