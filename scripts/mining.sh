#!/usr/bin/env bash
# mining.sh BINARY DATA_DIR SEARCH_DIR OUT.md [OPTION...]: what searches for extrapolating activations found, and what that is
# worth on worlds and tables that they did not see, as Markdown with a picture beside it. SEARCH_DIR holds what
# searches printed, SEED.json of `discover --recipe mine --minutes 20 --seed SEED --json`. Half an hour on two cores.
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

"$binary" reproduce mining --data-dir "$data" --no-store --out "$work/study" "$@" >"$work/log"
fewer=()
[[ "$*" == *--seeds* ]] || fewer=(--seeds 4)
# What each search chose, beside the activations that it was to beat.
for file in "$searches"/*.json; do
  formula=$(python3 -c 'import json, sys; print(json.load(open(sys.argv[1]))["activation"])' "$file")
  "$binary" reproduce mining --activations "relu,gelu,silu,tanh,gelusine,$formula" --no-store \
    --out "$work/$(basename "$file" .json)" "${fewer[@]}" "$@" >/dev/null
done
mkdir -p "$(dirname "$out")"
[ ! -f "$work/study/shapes.png" ] || cp "$work/study/shapes.png" "${out%.md}.png"
python3 "$(dirname "$0")/mining_report.py" "$searches" "$work" "$(basename "${out%.md}").png" "$*" >"$work/page.md"
cp "$work/page.md" "$out"
echo "written: $out" >&2
