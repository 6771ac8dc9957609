#!/usr/bin/env bash
# mining.sh BINARY DATA_DIR SEARCH_DIR OUT.md [OPTION...]: what searches for extrapolating activations found, and what that is
# worth on worlds and tables that they did not see, as Markdown with a picture beside it. SEARCH_DIR holds of each search
# `discover --recipe mine --minutes 20 --seed SEED --out SEED.neuron --json >SEED.json` both files. An hour on two cores.
# More arguments, of worlds and trainings, are passed on to `reproduce mining`, e.g. --seeds 2 --worlds-per-family 4 for a try.
set -euo pipefail

if [ $# -lt 4 ]; then
  echo "usage: $0 BINARY DATA_DIR SEARCH_DIR OUT.md [OPTION...]" >&2
  exit 2
fi
binary=$1
data=$2
searches=$3
out=$4
shift 4
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
rivals=relu,gelu,silu,tanh,gelusine

"$binary" reproduce mining --data-dir "$data" --no-store --out "$work/study" "$@" >"$work/log"
fewer=()
[[ "$*" == *--seeds* ]] || fewer=(--seeds 4)
# beside NAME FUNCTIONS: a smaller study, of synthetic worlds alone.
beside() {
  "$binary" reproduce mining --activations "$2" --no-store --out "$work/$1" "${fewer[@]}" "${@:3}" >/dev/null
}
# What each search chose, beside the activations that it was to beat: on new worlds of the families searched, and on those held back.
for file in "$searches"/*.json; do
  name=$(basename "$file" .json)
  beside "$name-anew" "$rivals,${file%.json}.neuron" "$@" --worlds feynman,harmonic-sum,lorenz,mackey-glass
  beside "$name" "$rivals,${file%.json}.neuron" "$@"
done
# How much of it is the function, and how much that networks learn its constants.
mined=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["functions"][-1]["formula"])' "$work/study/results.json")
known="relu,1*relu(x) + 0.25*min(0, x),1*gelu(1*x),1*x*sigmoid(1*x),1*tanh(1*x),1*gelu(1*x) + 0.1*sin(1*x)"
beside fixed "$known,$mined" "$@"
beside learnt "$known,$mined" "$@" --learnable channel
mkdir -p "$(dirname "$out")"
[ ! -f "$work/study/shapes.png" ] || cp "$work/study/shapes.png" "${out%.md}.png"
python3 "$(dirname "$0")/mining_report.py" "$searches" "$work" "$(basename "${out%.md}").png" "$*" >"$work/page.md"
cp "$work/page.md" "$out"
echo "written: $out" >&2
