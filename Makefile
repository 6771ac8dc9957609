# The two commands that a new user needs: `make demo` and `make test`.
.DEFAULT_GOAL := help
.PHONY: help setup build test asan demo clean

PRESET_DIR := build/release
BINARY := $(PRESET_DIR)/bin/neuronsmith

help:
	@echo 'make demo                        discover a neuron on a real table and compare it with a linear network'
	@echo 'make demo DATA=my.csv TARGET=y   the same on your own table'
	@echo 'make test                        build and run all tests'
	@echo 'make build                       build the command: $(BINARY)'
	@echo 'make asan                        all tests under AddressSanitizer and UndefinedBehaviorSanitizer'
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

demo: build
	@scripts/demo.sh "$(BINARY)" "$(DATA)" "$(TARGET)"

clean:
	rm -rf build demo
