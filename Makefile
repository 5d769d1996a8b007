# Everything a newcomer needs: `make demo` and `make test`. Both install what is missing
# from Debian's packages (with sudo only when not root), build, and run.
BUILD ?= build
TYPE ?= Release
SUDO := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
PACKAGES := g++ cmake ninja-build ccache pkg-config libboost-dev libsqlite3-dev libssl-dev libhowardhinnant-date-dev \
  libyaml-cpp-dev libsimdjson-dev libre2-dev libcsv-dev libcli11-dev doctest-dev nlohmann-json3-dev tzdata \
  python3 python3-dev python3-numpy python3-pandas pybind11-dev time sqlite3

.PHONY: all demo test deps build clean
all: build

deps:
	@missing=$$(for p in $(PACKAGES); do dpkg-query -W -f='$${Status}' $$p 2>/dev/null | grep -q 'ok installed' || echo $$p; done); \
	if [ -n "$$missing" ]; then echo "installing:" $$missing; \
	  $(SUDO) apt-get update -qq && \
	  $(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends $$missing > /dev/null; fi

# Debian's own Python and its headers, whatever else is on the PATH.
build: deps
	@cmake -S . -B $(BUILD) -G Ninja -DCMAKE_BUILD_TYPE=$(TYPE) -DCMAKE_CXX_COMPILER_LAUNCHER=ccache -DBYLAW_BUILD_PYTHON=ON \
	  -DPython_EXECUTABLE=/usr/bin/python3 > $(BUILD).log 2>&1 || { cat $(BUILD).log; rm -f $(BUILD).log; exit 1; }; rm -f $(BUILD).log
	@cmake --build $(BUILD)

test: build
	@ctest --test-dir $(BUILD) --output-on-failure --timeout 800

demo: build
	@$(BUILD)/bin/retailer_demo $(BUILD)/bin/bylaw examples/retailer $(BUILD)/demo

clean:
	rm -rf $(BUILD)
