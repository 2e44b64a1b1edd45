# opcentre. `make run` shows a wall on an empty machine, `make test` checks everything that is checked.
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:

WEB := dashboards/web
PAGE := $(WEB)/dist/index.html
PACKAGES := $(WEB)/node_modules/.package-lock.json
PAGE_SOURCES := $(shell find $(WEB) -type f -not -path '*/node_modules/*' -not -path '*/dist/*')
NEXTEST := $(shell cargo nextest --version > /dev/null 2>&1 && echo yes)
CARGO_TEST := $(if $(NEXTEST),cargo nextest run --locked,cargo test --locked)

.PHONY: help build run test check bench soak lint fmt engine page

help: ## What there is to make.
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "make %-6s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

build: engine page ## The program, with the page in it and the ClickHouse engine beside it.
	cargo build --release --locked

run: build ## A simulated province on http://127.0.0.1:8080/wall/province?unit=17.
	target/release/opcentre demo

test: ## Everything that is checked: formatting, lints, documents, page, tests, a real browser.
	.ci/test < /dev/null

check: page ## The fast part while working: formatting, lints, unit tests.
	cargo fmt --check
	cargo clippy --locked --all-targets -- -D warnings
	$(CARGO_TEST) --lib

bench: engine page ## Ingest, event to screen, fan-out of the real server, then the parts by themselves; release build.
	ulimit -n 8192 && cargo bench --locked --bench server && cargo bench --locked --bench scale && cargo bench --locked --bench spine && cargo bench --locked --bench report

soak: engine page ## The tests that kill, spoil and flood, with their full numbers; takes hours. SOAK=crash: one part of them.
	.ci/soak < /dev/null

lint: page ## Lints of Rust and of the page.
	cargo clippy --locked --all-targets -- -D warnings
	cd $(WEB) && npm run --silent check && npm run --silent lint

fmt: ## Formats the Rust sources.
	cargo fmt

engine: # The pinned ClickHouse library in the user's cache.
	.ci/fetch-engine

page: $(PAGE) # The wall page, when its sources changed.

$(PAGE): $(PACKAGES) $(PAGE_SOURCES)
	cd $(WEB) && npm run --silent build
	touch $@

$(PACKAGES): $(WEB)/package.json $(WEB)/package-lock.json
	cd $(WEB) && npm ci --no-audit --no-fund
	touch $@
