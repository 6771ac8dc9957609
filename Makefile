# The two commands that a new user needs: `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help setup build test asan tsan fuzz fuzz-ci fuzz-build bench demo clean

PRESET_DIR := build/release
BINARY := $(PRESET_DIR)/bin/neuronsmith

help:
	@echo 'make demo                        discover a neuron on a real table and compare it with a linear network'
	@echo 'make demo DATA=my.csv TARGET=y   the same on your own table'
	@echo 'make test                        build and run all tests'
	@echo 'make build                       build the command: $(BINARY)'
	@echo 'make asan                        all tests under AddressSanitizer and UndefinedBehaviorSanitizer'
	@echo 'make tsan                        the tests of what runs on threads under ThreadSanitizer'
	@echo 'make fuzz                        every fuzz target for FUZZ_SECONDS (600) seconds'
	@echo 'make fuzz-ci                     the same for a minute, as CI does'
	@echo 'make bench                       measure the engine, write docs/results/performance.md (minutes)'
	@echo 'make clean                       remove everything that was built'

setup:
	@scripts/setup.sh

build: setup
	@scripts/configure.sh release
	@cmake --build --preset release --target neuronsmith_cli

test: setup
	@scripts/configure.sh release
	@cmake --build --preset release
	@ctest --preset release

asan: setup
	@scripts/configure.sh asan
	@cmake --build --preset asan
	@ctest --preset asan

tsan: setup
	@scripts/configure.sh tsan
	@cmake --build --preset tsan
	@ctest --preset tsan

FUZZ_SECONDS ?= 600

fuzz: fuzz-build
	@scripts/fuzz.sh $(FUZZ_SECONDS)

fuzz-ci: fuzz-build
	@scripts/fuzz.sh 60

fuzz-build:
	@scripts/setup.sh fuzz
	@scripts/configure.sh fuzz
	@cmake --build --preset fuzz

bench:
	@scripts/setup.sh bench
	@scripts/configure.sh release
	@cmake -DNEURONSMITH_BENCHMARKS=ON $(PRESET_DIR) >/dev/null
	@cmake --build --preset release --target benchmarks
	@benchmarks/run.sh $(PRESET_DIR)

demo: build
	@scripts/demo.sh "$(BINARY)" "$(DATA)" "$(TARGET)"

clean:
	rm -rf build demo
