# Two commands set everything up on a machine with Python 3.11+ (with venv and pip) and make:
#   make run     .venv, locked dependencies, then the daemon on sources.toml (Ctrl-C ends it)
#   make test    the same with what the tests need, then every check and test
# And: make demo (no network needed), make lint, make bench, make wheel-test, make lock, make clean
#
# PYTHON=python3.12 chooses the interpreter; ARGS="…" is handed on to the program, or to pytest.

.DEFAULT_GOAL := help
.PHONY: help run test demo lint bench lock wheel-test core all clean
ARGS ?=
PYTHON ?=
VENV := .venv/bin/python

# The first Python on this machine that is new enough; the oldest message comes from the script itself.
SETUP = python="$(PYTHON)"; \
  if [ -z "$$python" ]; then \
    for one in python3 python3.14 python3.13 python3.12 python3.11; do \
      command -v $$one >/dev/null 2>&1 || continue; \
      [ -n "$$python" ] || python=$$one; \
      $$one -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { python=$$one; break; }; \
    done; \
  fi; \
  [ -n "$$python" ] || { echo "Python 3.11 or newer is needed: install python3 and python3-venv." >&2; exit 2; }; \
  "$$python" .ci/setup_venv.py

help:
	@sed -n 's/^# \{0,1\}//p' Makefile | sed -n '1,6p'

core:
	@$(SETUP) core

all:
	@$(SETUP) all

run: core
	@exec $(VENV) -m monitor run $(ARGS)

demo: core
	@$(VENV) -m monitor demo $(ARGS)

lint: all
	@$(VENV) -m ruff check
	@$(VENV) -m ruff format --check
	@$(VENV) -m mypy

test: lint
	@$(VENV) -m pytest -n auto -q -m "not wheel" $(ARGS)

wheel-test: all
	@$(VENV) -m pytest -q -m wheel tests/house $(ARGS)

bench: all
	@for one in benchmarks/*.py; do case $$one in */_*) ;; *) echo "== $$one"; $(VENV) $$one || exit 1;; esac; done

lock: all
	@$(VENV) .ci/lock.py

clean:
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis build dist
