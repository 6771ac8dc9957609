#!/usr/bin/env bash
# setup.sh [fuzz|bench]: installs the Debian packages that the build and the tests need, and those of
# the fuzz targets or the benchmarks if asked for, as far as they are missing.
# Idempotent: does nothing, and needs neither root nor network, when all are there.
set -euo pipefail

packages=(
  g++ cmake ninja-build pkg-config
  libhwy-dev libxsmm-dev libeigen3-dev libtbb-dev libceres-dev
  libcsv-dev libfast-float-dev zlib1g-dev libxxhash-dev
  libcli11-dev nlohmann-json3-dev libfmt-dev libsqlitecpp-dev libsqlite3-dev libcurl4-openssl-dev
  libopenmpi-dev openmpi-bin
  libgtest-dev librapidcheck-dev libcpp-httplib-dev
  gnuplot-nox  # the plots of a report
)
# Clang 14 knows no std::source_location; llvm holds the symbolizer of the sanitizers' reports.
[ "${1:-}" != fuzz ] || packages+=(clang-16 libclang-rt-16-dev llvm-16)
[ "${1:-}" != bench ] || packages+=(libbenchmark-dev python3 python3-venv)
# A browser is large: only tests want one, and they are skipped without it.
if [ "${CI:-}" = true ] || [ "${NEURONSMITH_WITH_BROWSER:-}" = 1 ]; then
  packages+=(chromium)
fi

missing=()
for package in "${packages[@]}"; do
  status=$(dpkg-query -W -f '${Status}' "$package" 2>/dev/null || true)
  [ "$status" = 'install ok installed' ] || missing+=("$package")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if ! command -v apt-get >/dev/null; then
  echo "This system has no apt-get. Install what these Debian 12 packages hold, then build with" >&2
  echo "cmake --preset release && cmake --build --preset release:" >&2
  printf '  %s\n' "${missing[@]}" >&2
  exit 1
fi

as_root=()
if [ "$(id -u)" -ne 0 ]; then
  if ! command -v sudo >/dev/null; then
    echo "These packages are missing, and installing them needs root or sudo: ${missing[*]}" >&2
    exit 1
  fi
  as_root=(sudo)
fi

echo "Installing: ${missing[*]}"
export DEBIAN_FRONTEND=noninteractive
"${as_root[@]}" apt-get update -qq
"${as_root[@]}" apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
