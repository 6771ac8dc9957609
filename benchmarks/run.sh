#!/usr/bin/env bash
# run.sh BUILD: measures everything with the binaries of a build folder and writes
# docs/results/performance.md. NEURONSMITH_DATA names the folder of the tables, where there is one;
# NEURONSMITH_PEERS=no leaves the peers out.
set -euo pipefail

bin=$1/bin
out=$1/bench
rows=2000000
columns=28
mkdir -p "$out"

# Repetitions of all benchmarks of a binary take turns, so that noise meets figure and limit alike.
measure() {
  echo "measuring: $1" >&2
  "$bin/bench_$1" --benchmark_out="$out/$1.json" --benchmark_out_format=json \
    --benchmark_enable_random_interleaving=true "${@:2}" >/dev/null 2>"$out/$1.log"
}

compiler() { sed -n 's/^CMAKE_CXX_COMPILER:[A-Z]*=//p' "$1/CMakeCache.txt"; }
processor=$(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1)
features=$(grep -o -w -m 1 -e avx2 -e avx512f /proc/cpuinfo | sort -u | tr '\n' ' ' || true)
printf '{"processor": "%s (%s)", "compiler": "%s"}\n' "$processor" "${features% }" \
  "$("$(compiler "$1")" --version | head -n 1)" >"$out/build.json"

rm -f "$out"/{evaluation,scoring,activation_discovery,tensor_search,step,cohort,light_network,reading,memory}.json
rm -f "$out"/peer_*.json
measure evaluation --benchmark_repetitions=11 --benchmark_min_time=0.1
measure step --benchmark_repetitions=11 --benchmark_min_time=0.1
measure light_network --benchmark_repetitions=7 --benchmark_min_time=0.1
measure scoring --benchmark_repetitions=5 --benchmark_min_time=0.2
measure tensor_search --benchmark_repetitions=7 --benchmark_min_time=0.1
measure activation_discovery --benchmark_repetitions=9 --benchmark_min_time=0.2

table=$out/table.csv
echo "measuring: reading and memory" >&2
"$bin/write_table" "$table" "$rows" "$columns"
NEURONSMITH_BENCHMARK_TABLE=$table measure reading --benchmark_repetitions=5 --benchmark_min_time=0.1
python3 benchmarks/memory.py "$bin/neuronsmith" "$table" "$rows" "$columns" >"$out/memory.json"
rm -f "$table"

# Last, as the peers begin with PyTorch's: both are measured on a clock, and on all cores.
measure cohort --benchmark_repetitions=7 --benchmark_min_time=0.5
if [ "${NEURONSMITH_PEERS:-yes}" != no ]; then
  echo "measuring: peers" >&2
  for kind in arithmetic transcendental; do "$bin/print_trees" "$kind" >"$out/$kind.txt"; done
  benchmarks/peers/run.sh "$out" "$out/arithmetic.txt" "$out/transcendental.txt"
fi

commit=$(git describe --always --dirty 2>/dev/null || echo unknown)
python3 benchmarks/report.py "$out" benchmarks/performance.md.in "$commit" >"$out/performance.md"
mv "$out/performance.md" docs/results/performance.md
echo "written: docs/results/performance.md" >&2
