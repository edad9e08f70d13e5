# The README's two commands. Both share one dependency build; the target folder lies outside the checkout,
# so that a new clone starts warm. `cargo` itself works too, after scripts/setup has run once.
export CARGO_TARGET_DIR ?= $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/lakesmith/target

# `cargo clippy` would check all dependencies a second time, because check and build keep separate artefacts.
# As the workspace's compiler, clippy-driver lints on top of the dependencies that are built already.
CLIPPY = RUSTC_WORKSPACE_WRAPPER=clippy-driver CLIPPY_ARGS=-D__CLIPPY_HACKERY__warnings

.PHONY: setup demo test check bench

setup:
	@scripts/setup

demo: setup
	cargo run --locked -- demo up insurance -t local --no-serve

test: setup
	cargo test --locked -- --quiet

check: setup
	cargo fmt --check
	$(CLIPPY) cargo build --locked --all-targets

bench: setup
	benches/demo
