# hetong: what a developer does often. `make` alone lists it.

CASE ?= fixtures/cases/星河示例
OUTPUT ?= output

.PHONY: help demo test lint bench

help:
	@echo 'make demo    build the sample contract into $(OUTPUT)/'
	@echo 'make test    install what tests need if missing, run all tests'
	@echo 'make lint    rustfmt, clippy, documentation, cargo-deny if installed'
	@echo 'make bench   benchmarks'

# The dev profile, so that nothing is compiled twice; `cargo run` finds the program wherever target/ is.
demo:
	@.ci/install fonts
	cargo build
	cargo run --quiet -- build $(CASE) -o $(OUTPUT)
	@echo
	@echo '生成的 PDF：'
	@find $(OUTPUT) -name '*.pdf' | LC_ALL=C sort

test:
	@.ci/install tests
	cargo test

lint:
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings
	RUSTDOCFLAGS='-D warnings' cargo doc --no-deps
	@if command -v cargo-deny >/dev/null; then cargo deny check; fi

bench:
	cargo bench
