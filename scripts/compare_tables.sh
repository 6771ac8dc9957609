#!/usr/bin/env bash
# compare_tables.sh BINARY DATA_DIR OUT.md: the neuron that vsr discovers beside the linear and the
# quadratic one on twelve tables (DATA_DIR/NAME.csv.gz), written as Markdown.
# Needs python3, its standard library only.
set -euo pipefail

if [ $# -ne 3 ]; then
  echo "usage: $0 BINARY DATA_DIR OUT.md" >&2
  exit 2
fi
binary=$1
data=$2
out=$3
here=$(dirname "$0")
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

tables=(airfoil_self_noise california_housing abalone phoneme vehicle space_ga magic_telescope
  electricity bike_sharing_hourly diamonds wind credit)
controlled=(airfoil_self_noise abalone phoneme vehicle)

# compare NAME FILE option...: JSON to FILE.json, the table to FILE.md.
compare() {
  local name=$1 file=$2
  shift 2
  echo "== $name $*" >&2
  "$binary" compare --data "$data/$name.csv.gz" --neurons discover:vsr,linear,quadratic \
    --repeats 10 --no-store --markdown --out "$file.json" "$@" | grep -v '^written: ' >"$file.md"
}

for name in "${tables[@]}"; do compare "$name" "$work/$name"; done
for name in "${controlled[@]}"; do compare "$name" "$work/$name.null" --null; done

mkdir -p "$(dirname "$out")"
python3 "$here/compare_tables_report.py" "$work" "${tables[@]}" >"$work/report.md"
cp "$work/report.md" "$out"
echo "written: $out" >&2
