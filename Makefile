# Everything a developer or CI does. Needs Python 3.11 or later, git and make.
PYTHON ?= python3
BIN := .venv/bin
POLICIES ?= policies

.PHONY: run test lint bench lock clean

run: .venv/ready
	$(BIN)/interlock serve $(POLICIES)

test: .venv/ready
	$(BIN)/pytest -n auto --dist worksteal $(PYTEST_ARGS)

# All readers of expressions against each other and against other implementations; about 20 minutes on two
# cores. A failure shows the smallest expression and data; `make fuzz SEED=…` repeats the run.
SEED ?= $(shell date +%s)
.PHONY: fuzz
fuzz: .venv/ready
	$(BIN)/pytest -n auto --dist worksteal --hypothesis-profile=fuzz --hypothesis-seed=$(SEED) \
		tests/properties/cel/test_*_agree*.py $(PYTEST_ARGS)

lint: .venv/ready
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: .venv/ready
	$(BIN)/python -m benchmarks.decide
	PYTHONPATH=tests $(BIN)/python -m benchmarks.stages
	PYTHONPATH=tests $(BIN)/python -m benchmarks.serve
	PYTHONPATH=tests $(BIN)/python -m benchmarks.calls
	$(BIN)/python -m benchmarks.admission
	$(BIN)/python -m benchmarks.foreign
	$(BIN)/python -m benchmarks.cel
	PYTHONPATH=tests $(BIN)/python -m benchmarks.ledger
	PYTHONPATH=tests $(BIN)/python -m benchmarks.litellm

# Checks the proofs from nothing; needs coqc (Debian: apt install coq).
.PHONY: prove
prove:
	proofs/check.sh

# Kills services and stores in the middle of their work, and looks whether all that was acknowledged is there, once.
ROUNDS ?= 100
.PHONY: chaos
chaos: .venv/ready
	cd tests && ROUNDS=$(ROUNDS) SEED=$(SEED) ../$(BIN)/python -m chaos

# Changes the kernel one place at a time: tests have to notice. `make mutants MODULES=kernel/combine.py` for one.
.PHONY: mutants
mutants: .venv/ready
	$(BIN)/python tests/mutants $(MODULES)

# The modules of protobuf messages, from their definitions.
.PHONY: protos
protos: .venv/ready
	cd webhooks && ../$(BIN)/python -m grpc_tools.protoc --proto_path=. --python_out=. --pyi_out=. \
		$$(find interlock_webhooks -name '*.proto')

.PHONY: conformance
conformance: .venv/ready
	cd tests && ../$(BIN)/python -m support.conformance.page

# The environment is exactly what requirements.lock pins, by hash.
.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -c 'import sys; sys.version_info >= (3, 11) or sys.exit("interlock needs python 3.11 or later: make PYTHON=python3.11")'
	$(PYTHON) -m venv --clear .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

# Renews the lock files: of the environment, and of the image, which has no tools and the same versions. Needs uv.
LOCKED := uv pip compile pyproject.toml --universal --python-version 3.11 --generate-hashes \
	--no-strip-extras --no-emit-index-url --no-emit-find-links --no-header --quiet
lock:
	$(LOCKED) --extra dev --output-file requirements.lock
	$(LOCKED) --extra server --extra kubernetes --extra postgres --extra valkey --no-annotate \
		--constraint requirements.lock --output-file deploy/requirements.lock

clean:
	rm -rf .venv build dist
