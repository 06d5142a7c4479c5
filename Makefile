.DEFAULT_GOAL := help
.PHONY: help check fix test demo bench proof campaign screenshots lock

help: ## List the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 10

check: ## Everything but the tests, editing nothing: style, types, boundaries, contract, lock
	uv run ruff format --check
	uv run ruff check
	uv run --group bench mypy
	uv run switchover check
	uv run python -m tools.requirements --check

fix: ## Format, mend what can be mended, and write the generated package anew
	uv run ruff check --fix
	uv run ruff format
	uv run switchover generate

test: ## All tests, also those of whole processes and browsers
	uv run pytest tests

demo: ## The same story in-process and over HTTP, side by side
	uv run livetrip demo

bench: ## Ratios against peers, side by side
	uv run --group bench python -m benchmarks

proof: ## Move traffic up and down 200 times under load, kill the service at every stage, and print what came of it
	SWITCHOVER_PROOF=1 uv run pytest -n 0 -s tests/journeys/test_moving_traffic.py tests/journeys/test_fleet.py

campaign: ## 200 faults under load on each kind of store; compare what rollback says with what happened
	SWITCHOVER_PROOF=1 uv run pytest -n 0 -s tests/journeys/test_fault_campaign.py

screenshots: ## Pictures of every page and state, in build/screenshots; needs Chromium
	uv run python -m tools.screenshots

lock: ## Resolve dependencies anew and export requirements.lock
	uv lock --upgrade
	uv run python -m tools.requirements
