# One entry for everything. On a fresh Debian 12: make demo, make test.
.DEFAULT_GOAL := help
SHELL := /bin/bash
JOBS ?= $(shell nproc)
PRESET ?= release
DEALS ?= tests/data/deals
# Programs whose /metrics make deploy-check reads; left out until they are built.
DEPLOY_BIN ?= $(if $(wildcard build/release/bin/throughline),$(CURDIR)/build/release/bin)
BUILD := build/$(PRESET)
SERVICES := throughline-memory throughline-router throughline-analyst throughline-writer \
            throughline-orchestrator throughline-gateway

.PHONY: help deps configure build benchmarks binaries console demo test test-console test-clients test-llm asan tsan coverage bench instructions fuzz eval-deals lint \
        hosts deploy-check deploy-alerts deploy-sync format clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z-]+):.*## /  make \1|/' | column -t -s'|'

deps: ## Install the Debian packages that are missing
	@deploy/local/install-packages.sh deploy/local/packages.txt

configure: deps
	@[ -f $(BUILD)/build.ninja ] || cmake --preset $(PRESET)

build: configure ## Build everything; binaries land in build/release/bin
	@cmake --build $(BUILD) -j $(JOBS)

binaries: configure
	@cmake --build $(BUILD) -j $(JOBS) --target throughline $(SERVICES)

console: ## Build the console into build/release/console, where `throughline serve` finds it
	@command -v npm >/dev/null || deploy/local/install-packages.sh deploy/local/console-packages.txt
	@services/gateway/console/scripts/build.sh $(BUILD)/console

demo: binaries ## Five services and Redis process five calls; prints the story
	@deploy/local/demo.sh $(BUILD)/bin

test: build ## Run every test
	@ctest --preset $(PRESET) -j $(JOBS)

test-clients: binaries ## Run public npm clients, unchanged, against the HTTP API
	@command -v npm >/dev/null || deploy/local/install-packages.sh deploy/local/console-packages.txt
	@tests/clients/check.sh $(BUILD)/bin/throughline

test-console: binaries console ## Test the console in Chromium against a real server
	@command -v chromium >/dev/null || deploy/local/install-packages.sh deploy/local/console-packages.txt
	@cd services/gateway/console && THROUGHLINE_BIN=$(abspath $(BUILD))/bin/throughline \
	  CONSOLE_DIR=$(abspath $(BUILD))/console npm run --silent test:browser

test-llm: configure ## Test the router before llama.cpp's server, or yours at THROUGHLINE_LLM_URL
	@cmake --build $(BUILD) -j $(JOBS) --target router_llm_server_test
	@tests/llm/run.sh $(BUILD)/test-bin/router_llm_server_test $(BUILD)/llm

asan: ## Run every test under AddressSanitizer and UndefinedBehaviorSanitizer
	@$(MAKE) test PRESET=asan

tsan: ## Run every test under ThreadSanitizer
	@$(MAKE) test PRESET=tsan

coverage: ## Run every test, and compare the lines it reaches with what each layer must reach
	@deploy/local/install-packages.sh tests/coverage/packages.txt
	@$(MAKE) test PRESET=coverage
	@tests/coverage/report.py build/coverage

benchmarks: build ## Build the benchmarks, in build/release/benchmark-bin, and what weights are fitted with
	@cmake --build $(BUILD) -j $(JOBS) --target benchmarks

bench: benchmarks ## Measure, and write docs/benchmarks.md: each figure below its command
	@deploy/local/install-packages.sh deploy/local/bench-packages.txt
	@tests/benchmarks/page.py $(BUILD) --faults

instructions: benchmarks ## Count a call's instructions, by part; UPDATE=1 makes them the baseline
	@deploy/local/install-packages.sh deploy/local/bench-packages.txt
	@tests/benchmarks/instructions.py $(BUILD) $(if $(UPDATE),--update)

fuzz: deps ## Run each fuzz target for a minute under clang's sanitizers; SECONDS_EACH=600 for longer
	@deploy/local/install-packages.sh deploy/local/fuzz-packages.txt
	@tests/fuzz/run.sh $(or $(SECONDS_EACH),60)

eval-deals: build ## Score how calls are understood; DEALS=DIR for other labelled series
	@$(BUILD)/bin/eval_deals --deals $(DEALS)

lint: build ## clang-format, clang-tidy, cppcheck, buf, shellcheck
	@deploy/local/install-packages.sh deploy/local/lint-packages.txt
	@tests/lint/lint.sh $(BUILD)

hosts: binaries ## Two replicas of each service on hosts of their own: spread, growth, cut-off and dead ones
	@deploy/local/install-packages.sh tests/hosts/packages.txt
	@tests/hosts/run.sh $(BUILD)/bin

deploy-check: ## Chart, images, rules and dashboards without a cluster; DEPLOY_BIN=DIR for live ones
	@deploy/local/install-packages.sh deploy/tests/packages.txt
	@deploy/tests/check.sh $(DEPLOY_BIN)

deploy-alerts: binaries ## Bring faults about in a live run and see their alerts fire
	@deploy/local/install-packages.sh deploy/tests/packages.txt
	@node deploy/tests/live_alerts.mjs $(BUILD)/bin

deploy-sync: ## Make again what is made from others: dashboards, the chart's copies, its README and golden renders
	@cd deploy/tests && node sync.mjs && node readme.mjs && node chart_render.mjs --write

format: ## Format our C++ in place
	@git ls-files '*.cc' '*.h' | xargs clang-format -i

clean: ## Remove every build
	@rm -rf build
