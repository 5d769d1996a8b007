# Everything a newcomer needs: `make demo` and `make test`. Both install what is missing
# from Debian's packages (with sudo only when not root), build, and run.
BUILD ?= build
TYPE ?= Release
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := g++ cmake ninja-build ccache pkg-config libboost-dev libsqlite3-dev libssl-dev libhowardhinnant-date-dev \
  libyaml-cpp-dev libcurl4-openssl-dev libsimdjson-dev libre2-dev libcsv-dev libxxhash-dev libmimalloc-dev libcli11-dev doctest-dev nlohmann-json3-dev tzdata \
  python3 python3-dev python3-numpy python3-pandas pybind11-dev python3-setuptools python3-wheel python3-pip python3-venv \
  python3-pytest python3-hypothesis python3-matplotlib python3-dask python3-distributed mypy time sqlite3 ledger beancount

# What only `make full`, `make fuzz` and `make lint` need.
FULL_PACKAGES := clang libclang-rt-14-dev llvm-14 afl++ clang-format clang-tidy
FUZZ_SECONDS ?= 600
# Another program may hold the package manager, and a mirror may hiccup.
APT := -o DPkg::Lock::Timeout=600 -o Acquire::Retries=3
FUZZ_OPTIONS := -G Ninja -DCMAKE_BUILD_TYPE=RelWithDebInfo -DBYLAW_BUILD_FUZZERS=ON -DBYLAW_BUILD_TESTS=OFF -DBYLAW_BUILD_PROGRAM=OFF \
  -DBYLAW_BUILD_EXAMPLES=OFF -DBYLAW_INSTALL=OFF -DCMAKE_CXX_COMPILER_LAUNCHER=ccache

.PHONY: all demo test full tryton hosts notebooks bench bench-deps fuzz fuzz-afl fuzz-build asan tsan clang lint deps full-deps build clean
all: build

deps:
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing:" $$missing; \
	  $(SUDO) apt-get $(APT) update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get $(APT) install -y -qq --no-install-recommends $$missing > /dev/null; fi

full-deps:
	@$(MAKE) --no-print-directory deps PACKAGES="$(PACKAGES) $(FULL_PACKAGES)"

# Debian's own Python and its headers, whatever else is on the PATH.
build: deps
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=$(TYPE) -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DBYLAW_BUILD_PYTHON=ON \
	  -DPython_EXECUTABLE=/usr/bin/python3 > $(BUILD).log 2>&1 || { cat $(BUILD).log; rm -f $(BUILD).log; exit 1; }; rm -f $(BUILD).log
	@cmake --build $(BUILD)

test: build
	@ctest --test-dir $(BUILD) --output-on-failure --timeout 800

# What takes longer than `make test` may: both compilers, sanitizers, ten million decisions, a million steps of the
# simulator, a disk that fails at every operation, a minute of each fuzzer, the benchmarks.
full: test clang asan tsan lint bench hosts notebooks tryton
	@/usr/bin/python3 tests/package/wheel.py $(CURDIR) --pip
	@BYLAW_DECISIONS=10000000 $(BUILD)/tests/decisions_property
	@BYLAW_SIM_STEPS=1000000 $(BUILD)/tests/simulator
	@BYLAW_FAULT_STRIDE=1 $(BUILD)/tests/fault_tests --test-case-exclude='a flipped byte*'
	@BYLAW_FAULT_STRIDE=13 $(BUILD)/tests/fault_tests --test-case='a flipped byte*'
	@BYLAW_WAREHOUSES=500 $(BUILD)/tests/unit_tests --test-case='a warehouse of random*'
	@BYLAW_KILLS=100 $(BUILD)/tests/books_tests
	@BYLAW_KILLS=100 BYLAW_WORLD_STEPS=200000 $(BUILD)/tests/world_tests
	@$(MAKE) --no-print-directory fuzz FUZZ_SECONDS=60

# Ratios against twins written by hand, in one run. Each program checks its answers first and ends with an
# error when a target is missed.
bench: bench-deps build
	@cmake --build $(BUILD) --target policy_bench rules_bench ledger_bench workflow_bench engine_bench allocation_bench returns_bench
	@$(BUILD)/tests/policy_bench
	@$(BUILD)/tests/rules_bench $(addprefix $(BUILD)/bench/rules/,base mixed numeric lists lines)
	@PYTHONPATH=$(BUILD)/python /usr/bin/python3 tests/bench/python/backtest_bench.py $(BUILD)/bench/rules/base
	@$(BUILD)/tests/ledger_bench
	@$(BUILD)/tests/workflow_bench $(BUILD)/bench/workflow
	@$(BUILD)/tests/engine_bench $(BUILD)/bench/engine
	@$(BUILD)/tests/allocation_bench $(BUILD)/bench/allocation
	@$(BUILD)/tests/returns_bench $(BUILD)/bench/returns

# A Tryton server whose sales ask Bylaw: its scenario, from an empty database on SQLite.
TRYTON_PACKAGES := tryton-server tryton-modules-sale tryton-modules-stock tryton-proteus python3-dateutil
tryton: build
	@$(MAKE) --no-print-directory deps PACKAGES="$(TRYTON_PACKAGES)"
	@rm -rf $(BUILD)/tryton $(BUILD)/tryton-source && cp -r examples/tryton $(BUILD)/tryton-source && /usr/bin/python3 -m pip install --quiet --no-index --no-build-isolation --no-deps \
	  --root-user-action=ignore --target $(BUILD)/tryton $(BUILD)/tryton-source && rm -rf $(BUILD)/tryton-source
	@BYLAW_POLICY=examples/tryton/policy PYTHONPATH=$(BUILD)/tryton:$(BUILD)/python /usr/bin/python3 examples/tryton/test_sale_hold.py

# The notebooks, executed as a person would; the public data where ../shared has them.
notebooks: build
	@$(MAKE) --no-print-directory deps PACKAGES="python3-nbclient python3-nbformat python3-ipykernel"
	@PYTHONPATH=$(CURDIR)/$(BUILD)/python PYDEVD_DISABLE_FILE_VALIDATION=1 /usr/bin/python3 tests/python/run_notebooks.py

# Hosts in C, Python, Java 17 and Node: all of them.
hosts: build
	@$(MAKE) --no-print-directory deps PACKAGES="openjdk-17-jdk-headless"
	@command -v node > /dev/null || $(MAKE) --no-print-directory deps PACKAGES="nodejs libnode-dev"
	@/usr/bin/python3 tests/package/hosts.py $(CURDIR) $(CURDIR)/$(BUILD) --all

# XState comes from npm; Debian's node is only installed where there is none.
bench-deps:
	@command -v npm > /dev/null || $(MAKE) --no-print-directory deps PACKAGES="nodejs npm"
	@$(MAKE) --no-print-directory deps PACKAGES="$(PACKAGES) rapidjson-dev coinor-cbc"
	@test -d $(BUILD)/bench/xstate/node_modules/xstate || { mkdir -p $(BUILD)/bench/xstate && \
	  npm install --silent --no-fund --no-audit --prefix $(BUILD)/bench/xstate xstate@5.33.3 > /dev/null; }

fuzz: full-deps
	@cmake -S . -B $(BUILD)-fuzz $(FUZZ_OPTIONS) -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ \
	  -DCMAKE_CXX_FLAGS="-fsanitize=address,undefined,fuzzer-no-link -fno-sanitize-recover=undefined" > /dev/null
	@cmake --build $(BUILD)-fuzz
	@tests/fuzz/run.sh libfuzzer $(FUZZ_SECONDS) $(BUILD)-fuzz

fuzz-afl: full-deps
	@AFL_USE_ASAN=1 AFL_USE_UBSAN=1 AFL_QUIET=1 cmake -S . -B $(BUILD)-afl $(FUZZ_OPTIONS) -DCMAKE_C_COMPILER=afl-clang-fast \
	  -DCMAKE_CXX_COMPILER=afl-clang-fast++ > /dev/null
	@AFL_USE_ASAN=1 AFL_USE_UBSAN=1 AFL_QUIET=1 cmake --build $(BUILD)-afl
	@tests/fuzz/run.sh afl $(FUZZ_SECONDS) $(BUILD)-afl

# The unit tests under a sanitizer, or with the other compiler.
asan tsan: deps
	@cmake --preset $@ -DCMAKE_CXX_COMPILER_LAUNCHER=ccache > /dev/null
	@cmake --build build-$@ --target unit_tests decisions_property simulator fault_tests books_tests world_tests
	@build-$@/tests/unit_tests
	@build-$@/tests/decisions_property
	@build-$@/tests/simulator
	@BYLAW_FAULT_STRIDE=101 build-$@/tests/fault_tests
	@build-$@/tests/books_tests
	@BYLAW_WORLD_STEPS=3000 build-$@/tests/world_tests

clang: full-deps
	@cmake -S . -B $(BUILD)-clang -G Ninja -DCMAKE_BUILD_TYPE=Debug -DCMAKE_C_COMPILER=clang -DCMAKE_CXX_COMPILER=clang++ \
	  -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DCMAKE_EXPORT_COMPILE_COMMANDS=ON > /dev/null
	@cmake --build $(BUILD)-clang
	@$(BUILD)-clang/tests/unit_tests

lint: clang
	@# Not --dry-run: of files with a nested inline namespace it asks for the comment that is there.
	@bad=0; for f in $$(find include src bindings tests examples -name '*.hpp' -o -name '*.cpp' -o -name '*.h'); do \
	  clang-format $$f | cmp -s - $$f || { echo "$$f: not laid out by clang-format"; bad=1; }; done; exit $$bad
	@run-clang-tidy -p $(BUILD)-clang -quiet '^$(CURDIR)/src/' > $(BUILD)-clang/tidy.log 2>&1 || { grep -E "error:|warning:" $(BUILD)-clang/tidy.log | sort | uniq -c; exit 1; }

demo: build
	@$(BUILD)/bin/retailer_demo $(BUILD)/bin/bylaw examples/retailer $(BUILD)/demo

clean:
	rm -rf $(BUILD) $(BUILD)-*
