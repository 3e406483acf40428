# hetong: what a developer does often. `make` alone lists it.

CASE ?= fixtures/cases/星河示例
CASES ?= fixtures/cases
MONTH ?= 2026-05
OUTPUT ?= output

.PHONY: help demo test lint bench

help:
	@echo 'make demo    the sample contract, and a month settled for three suppliers, into $(OUTPUT)/'
	@echo 'make test    install what tests need if missing, run all tests'
	@echo 'make lint    rustfmt, clippy, documentation, cargo-deny if installed'
	@echo 'make bench   benchmarks'

# The dev profile, so that nothing is compiled twice; `cargo run` finds the program wherever target/ is.
demo:
	@.ci/install fonts
	cargo build
	cargo run --quiet -- build $(CASE) -o $(OUTPUT)
	cargo run --quiet -- settle $(CASES) --month $(MONTH) -o $(OUTPUT)
	@echo
	@echo '合同（$(OUTPUT)/$(notdir $(CASE))）：'
	@find '$(OUTPUT)/$(notdir $(CASE))' -name '*.pdf' | LC_ALL=C sort
	@echo
	@echo '$(MONTH) 的结算单和结算汇总（$(OUTPUT)/结算-$(MONTH)）：'
	@find '$(OUTPUT)/结算-$(MONTH)' -name '*.pdf' -o -name '*.xlsx' | LC_ALL=C sort

test:
	@.ci/install tests
	cargo test

lint:
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps
	@if command -v cargo-deny >/dev/null; then cargo deny check; fi

# Ratios count, not seconds: run it while nothing else runs. The release profile takes some minutes to build.
bench:
	@.ci/install fonts
	cargo bench
