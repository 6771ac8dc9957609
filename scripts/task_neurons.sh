#!/usr/bin/env bash
# task_neurons.sh BINARY DATA_DIR OUT.md: sets task-based networks beside KANs and ordinary ones on twenty
# tables, ten runs each, and writes it as Markdown with the picture of the ranks beside it. A quarter of an
# hour on two cores.
# More arguments are passed on, e.g. --repeats 2 --rows 1000 --tables phoneme,vehicle for a try.
set -euo pipefail

if [ $# -lt 3 ]; then
  echo "usage: $0 BINARY DATA_DIR OUT.md [OPTION...]" >&2
  exit 2
fi
binary=$1
data=$2
out=$3
shift 3
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

"$binary" reproduce task-neurons --data-dir "$data" --no-store --out "$work/study" "$@" >"$work/log"
mkdir -p "$(dirname "$out")"
picture=${out%.md}.png

{
  cat <<'END'
# Task-based neurons and Kolmogorov-Arnold networks on twenty tables

Table IV of "No One-Size-Fits-All Neurons" (Fan et al., arXiv 2405.02369), like for like: the same rows, the same scaling of
inputs and target, as many parameters, the same learning rates to choose from by validation rows. Made by

    scripts/task_neurons.sh BINARY DATA_DIR docs/results/task-neurons.md

which runs `neuronsmith reproduce task-neurons --data-dir DATA_DIR`. Every network has hidden layers in the proportion of 6 to 3 and
every layer, the last one too, is of its neuron. `linear` is the ordinary neuron with tanh, which also follows the layers of
discovered and quadratic neurons; KANs have no activation. A neuron is discovered anew in each run, on its training
rows alone.

Of the published tables, House has its date as three columns, Airlines ten columns of another sample, Credit other negatives,
HELOC all 10,459 rows of 23 columns; Eye is the balanced version of two classes. The last four tables stand for those of the work on
NeuronSeek (Pei et al., arXiv 2506.15715): 1,000 electron pairs, 731 asteroids, heart failure without the column that
tells the outcome, 29,999 stars.

KANs here: those of `neuronsmith library list`. FastKAN is without its layer normalisation, ChebyKAN's T_0 is the bias, and every output
has a bias, so that networks of hidden widths 6 and 3 have as many parameters as published and one an output more (ChebyKAN one an edge
less). They start smooth, as the published programs start or offer to start them.

END
  if [ -f "$work/study/ranks.png" ]; then
    cp "$work/study/ranks.png" "$picture"
    printf '![Mean ranks of the networks, and the difference from which they are told apart](%s)\n\n' \
      "$(basename "$picture")"
  fi
  cat "$work/study/results.md"
  tail -n 1 "$work/log" | sed 's/; written.*/./'
} >"$work/page.md"
cp "$work/page.md" "$out"
echo "written: $out" >&2
