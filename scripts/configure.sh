#!/usr/bin/env bash
# configure.sh PRESET: configures the build folder of a preset once; CMake itself notices later
# changes of its files.
set -euo pipefail
[ -f "build/$1/build.ninja" ] || cmake --preset "$1" >/dev/null
