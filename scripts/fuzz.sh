#!/usr/bin/env bash
# fuzz.sh SECONDS [TARGET...]: runs the fuzz targets, all by default, for so long each, two at a time.
# Inputs that fail land in build/fuzz/artifacts, logs in build/fuzz/logs; exit status 1 then.
set -euo pipefail
cd "$(dirname "$0")/.."
seconds=$1
shift
build=build/fuzz
export ASAN_SYMBOLIZER_PATH=/usr/lib/llvm-16/bin/llvm-symbolizer
export UBSAN_OPTIONS=print_stacktrace=1
mkdir -p "$build"/{artifacts,logs,tmp}
targets=("$@")
[ ${#targets[@]} -gt 0 ] || mapfile -t targets < <(ls fuzz/corpus)

# Table and formula texts need no length; a file of keys does.
declare -A max_bytes=([neuron_file]=4096 [model_file]=4096 [store_rows]=4096)

# One input may take 10 seconds and 1 GiB, sanitizers included; allocation fails for hostile sizes.
run_target() {
  local target=$1 grown=$build/corpus/$1
  local options=(-max_total_time="$seconds" -timeout=10 -rss_limit_mb=1024 -malloc_limit_mb=512
    -max_len="${max_bytes[$target]:-1024}" -print_final_stats=1
    -artifact_prefix="$build/artifacts/$target-")
  [ -f "fuzz/dictionaries/$target" ] && options+=(-dict="fuzz/dictionaries/$target")
  mkdir -p "$grown"
  local log=$build/logs/$target
  if TMPDIR=$build/tmp "$build/bin/fuzz_$target" "${options[@]}" "$grown" "fuzz/corpus/$target" \
    >"$log" 2>&1; then
    echo "fuzz $target: $(sed -n 's/.*number_of_executed_units: *//p' "$log") inputs, no finding"
  else
    echo "fuzz $target: FAILED, see $log"
    tail -n 60 "$log" | cut -c1-300
    return 1
  fi
}

failed=0
for target in "${targets[@]}"; do
  while [ "$(jobs -rp | wc -l)" -ge 2 ]; do wait -n || failed=1; done
  run_target "$target" &
done
while [ -n "$(jobs -p)" ]; do wait -n || failed=1; done
[ "$failed" -eq 0 ] || { echo "inputs that fail: $build/artifacts"; exit 1; }
