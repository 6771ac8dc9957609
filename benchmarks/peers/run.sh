#!/usr/bin/env bash
# run.sh OUT TREES_ARITHMETIC TREES_TRANSCENDENTAL: measures the peers, one thread each (the cohort's with
# two as well), and writes OUT/peer_*.json. What cannot be installed or built is left out with a word.
set -uo pipefail

out=$1
arithmetic=$2
transcendental=$3
here=$(cd "$(dirname "$0")" && pwd)
venv=build/peers
export OMP_NUM_THREADS=1 MKL_NUM_THREADS=1

skip() { echo "left out: $1" >&2; }

# install REQUIREMENT: into the virtual environment, unless it is there.
install() {
  "$venv/bin/pip" install -q --disable-pip-version-check "$1" >"$out/pip.log" 2>&1
}

# measure NAME COMMAND...: its output becomes the peer's file, if it succeeds.
measure() {
  local name=$1
  shift
  if "$@" >"$out/$name.tmp" 2>"$out/$name.log"; then
    mv "$out/$name.tmp" "$out/peer_$name.json"
  else
    rm -f "$out/$name.tmp"
    skip "$name does not run ($out/$name.log)"
  fi
}

step_libtorch() {
  local torch
  torch=$("$venv/bin/python" -c 'import os, torch; print(os.path.dirname(torch.__file__))') || return
  local abi
  abi=$("$venv/bin/python" -c 'import torch; print(int(torch.compiled_with_cxx11_abi()))') || return
  if [ ! -x "$out/step_libtorch" ]; then
    c++ -std=c++20 -O2 "-D_GLIBCXX_USE_CXX11_ABI=$abi" -isystem "$torch/include" \
      -isystem "$torch/include/torch/csrc/api/include" "$here/step_libtorch.cpp" \
      -o "$out/step_libtorch" -L "$torch/lib" "-Wl,-rpath,$torch/lib" -ltorch -ltorch_cpu -lc10 ||
      return
  fi
  "$out/step_libtorch"
}

rm -f "$out"/peer_*.json
[ -x "$venv/bin/python" ] || python3 -m venv "$venv" || { skip 'python3 has no venv'; exit 0; }
declare -A pinned
while IFS= read -r line; do
  case $line in '' | '#'*) continue ;; esac
  pinned[${line%%=*}]=$line
done <"$here/requirements.txt"

if install "${pinned[numpy]}" && install "${pinned[torch]}"; then
  # First: ours was measured just before. The C library gives large arrays back after each operation
  # unless told not to, and vmap's are large.
  measure cohort "$venv/bin/python" "$here/cohort.py"
  measure cohort_memory_kept env MALLOC_MMAP_THRESHOLD_=1073741824 \
    MALLOC_TRIM_THRESHOLD_=4294967296 "$venv/bin/python" "$here/cohort.py"
  measure pytorch "$venv/bin/python" "$here/step.py"
  measure libtorch step_libtorch
  measure light_network "$venv/bin/python" "$here/light_network.py"
  measure tensor_search "$venv/bin/python" "$here/tensor_search.py"
else
  skip 'torch cannot be installed'
fi
if install "${pinned[numpy]}" && install "${pinned[pyoperon]}"; then
  measure operon "$venv/bin/python" "$here/evaluation.py" \
    "arithmetic=$arithmetic" "transcendental=$transcendental"
else
  skip 'pyoperon cannot be installed'
fi
higgs=${NEURONSMITH_DATA:-}/higgs.csv.gz
if [ ! -f "$higgs" ]; then
  skip 'gplearn, as NEURONSMITH_DATA names no folder with higgs.csv.gz'
elif install "${pinned[numpy]}" && install "${pinned[scikit-learn]}" && install "${pinned[gplearn]}"; then
  measure gplearn "$venv/bin/python" "$here/activation_discovery.py" "$higgs"
else
  skip 'gplearn cannot be installed'
fi
