#!/usr/bin/env bash
# demo.sh BINARY [DATA [TARGET]]: discovers a neuron on a table, trains a network of it and a linear
# network of at least as many parameters on the same split, compares neurons over five splits, and
# ends with a report of it all. Writes to demo/.
set -euo pipefail

binary=$1
data=${2:-}
target=${3:-}
out=demo
mkdir -p "$out"

table=()
if [ -z "$data" ]; then
  # Handwritten digits (UCI "Optical recognition of handwritten digits", 1,797 images of 8 x 8,
  # 10 classes), as Debian's package of scikit-learn carries them.
  data=$out/digits.csv.gz
  [ -f "$data" ] || scripts/fetch_digits.sh "$data"
  table=(--no-header)
fi
table+=(--data "$data" --store "$out/neuronsmith.db")
[ -z "$target" ] || table+=(--target "$target")

# number KEY FILE: the first value of that key in a JSON file of ours.
number() { sed -n "s/^ *\"$1\": \([^,]*\),\{0,1\}$/\1/p" "$2" | head -n 1; }

echo "== discover: which neuron does $data want?"
"$binary" discover "${table[@]}" --seed 1 --out "$out/neuron.json"

echo
echo "== train: a network of that neuron"
"$binary" train "${table[@]}" --seed 1 --neuron "$out/neuron.json" --out "$out/task-based.json" \
  --json >"$out/task-based.metrics.json"
parameters=$(number parameters "$out/task-based.metrics.json")
echo "== train: a linear network of at least $parameters parameters"
"$binary" train "${table[@]}" --seed 1 --neuron linear --parameters "$parameters" \
  --out "$out/linear.json" --json >"$out/linear.metrics.json"

metrics=(rmse r2)
[ "$(number task "$out/linear.metrics.json")" = '"regression"' ] || metrics=(accuracy log_loss)
echo
printf '%-12s %10s %14s %10s %12s %12s\n' "test rows" parameters multiply-adds seconds "${metrics[@]}"
for name in task-based linear; do
  file=$out/$name.metrics.json
  printf '%-12s %10d %14d %10.2f %12.5g %12.5g\n' "$name" "$(number parameters "$file")" \
    "$(number multiply_adds "$file")" "$(number seconds "$file")" \
    "$(number "${metrics[0]}" "$file")" "$(number "${metrics[1]}" "$file")"
done

echo
echo "== compare: one run of one split proves little; five splits, the neuron discovered anew in each"
"$binary" compare "${table[@]}" --seed 1 --neurons discover:vsr,linear,quadratic --repeats 5 \
  --out "$out/comparison.json"

echo
echo "== report: formula, plots and comparison on one page"
last=$("$binary" runs list --store "$out/neuronsmith.db" --json | number id /dev/stdin)
"$binary" report $((last - 3)) $((last - 2)) $((last - 1)) "$last" --store "$out/neuronsmith.db" \
  --out "$out/report.html"
echo "written  $out/neuron.json, $out/task-based.json, $out/linear.json and their .metrics.json"
