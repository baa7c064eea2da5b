# Mend: `make run` sets up and runs, `make test` sets up and tests.
.DEFAULT_GOAL := help
.PHONY: help run stop setup setup-test check lint types lint-content validate test \
        train shell requirements clean eval eval-dialogues eval-safety \
        bench-understanding bench-widget bench-desk content-report ratings soak
BIN := .venv/bin

help:  ## show this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## /{printf "  make %-15s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: setup  ## set up, train if needed, start everything, print where it is
	@exec $(BIN)/mend run

stop:  ## stop a Mend that runs from this folder
	@$(BIN)/mend stop

setup:  ## make .venv and install what running needs
	@requirements/install.sh run

setup-test:  ## make .venv and install what tests need, chromium too
	@requirements/install.sh test
	@tests/browser/install_chromium.sh

train: setup  ## train the model from config.yml, domain.yml and data/
	@$(BIN)/mend train

shell: setup  ## talk to the running assistant in the terminal
	@$(BIN)/mend chat

check: setup-test lint types lint-content validate  ## ruff, mypy, content lint, rasa data validate

lint:
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .

types:
	@$(BIN)/mypy

lint-content:  ## check examples, answers and sources
	@$(BIN)/mend content lint

content-report: setup  ## write reports/answers.html: all answers, sources, reviews, reading grades
	@$(BIN)/mend content report

ratings: setup-test  ## put the raters' sheets together (see reports/ratings/README.md)
	@$(BIN)/python -m benchmarks.ratings report

validate:
	@mkdir -p .rasa && { $(BIN)/mend rasa data validate --fail-on-warnings \
		>.rasa/validate.log 2>&1 || { cat .rasa/validate.log; exit 1; }; }

test: setup-test  ## set up and run everything that must pass
	@$(BIN)/python -m pytest $(TESTS)

eval: setup-test train  ## measure understanding on held-out questions (or QUESTIONS=file.jsonl; HALF=tuned|reported|all, SLIPS=1)
	@OPENBLAS_NUM_THREADS=1 $(BIN)/python -m benchmarks.understanding \
		$(if $(QUESTIONS),--questions $(QUESTIONS)) $(if $(HALF),--half $(HALF)) \
		$(if $(SLIPS),--slips)

eval-dialogues: setup-test train  ## measure whole conversations over HTTP (URL=http://... talks to a running Mend)
	@$(BIN)/python -m benchmarks.dialogues $(if $(URL),--url $(URL))

eval-safety: setup-test train  ## measure red flags on the held-out sets (QUESTIONS=file.jsonl adds more)
	@$(BIN)/python -m benchmarks.safety $(if $(QUESTIONS),--questions $(QUESTIONS))

bench-understanding: setup  ## compare understanding with stock Rasa, over an hour (PER_INTENT=20 HALF=reported HINT3=path)
	@requirements/install_bench.sh var/bench-venv
	@$(BIN)/python -m benchmarks.compare_understanding \
		$(if $(PER_INTENT),--per-intent $(PER_INTENT)) \
		$(if $(HALF),--half $(HALF)) $(if $(HINT3),--hint3 "$(HINT3)")

bench-widget: setup-test  ## compare the chat on a website with deep-chat: bytes, requests, time, accessibility
	@$(BIN)/python -m benchmarks.widget

bench-desk: setup-test  ## measure every page of the desk with 100,000 conversations (CONVERSATIONS=1000 DATABASE=postgresql://...)
	@$(BIN)/python -m benchmarks.desk_pages \
		$(if $(CONVERSATIONS),--conversations $(CONVERSATIONS)) \
		$(if $(DATABASE),--database $(DATABASE))

soak: setup-test train  ## let visitors chat while parts fail, then check every promise (VISITORS=50 MINUTES=10 SEED=1)
	@$(BIN)/python -m benchmarks.soak $(if $(VISITORS),--visitors $(VISITORS)) \
		$(if $(MINUTES),--minutes $(MINUTES)) $(if $(SEED),--seed $(SEED))

requirements:  ## pin the requirements anew from requirements/*.in
	@requirements/compile.sh

clean:  ## remove what setup, training and running made (asks nothing; var/ is kept)
	rm -rf .venv .rasa .mypy_cache .ruff_cache .pytest_cache *.egg-info
	find . -name __pycache__ -prune -exec rm -rf {} +
	rm -f models/*.tar.gz models/*.json
