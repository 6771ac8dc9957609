#!/usr/bin/env bash
# neuronseek_synthetic.sh BINARY OUT.md [OPTION...]: repeats the synthetic recovery of NeuronSeek and
# writes it as Markdown, with a plot beside it. Options are those of `reproduce neuronseek-synthetic`, by
# default --dimensions 10,30,50,100 --seconds 60.
set -euo pipefail

if [ $# -lt 2 ]; then
  echo "usage: $0 BINARY OUT.md [OPTION...]" >&2
  exit 2
fi
binary=$1
out=$2
shift 2
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

options=("$@")
given=${*:+ $*}
[ $# -gt 0 ] || options=(--dimensions 10,30,50,100 --seconds 60)
"$binary" reproduce neuronseek-synthetic "${options[@]}" --no-store --out "$work" >"$work/log"
tail -n 1 "$work/log" | sed 's/; written.*//' >"$work/time"
mkdir -p "$(dirname "$out")"
plot=$(basename "$out" .md)-stability.svg
# Tables one level up.
tables() { sed 's/^### /## /' "$work/results.md"; }

{
  cat <<END
# Orders of known laws: the synthetic recovery of NeuronSeek

"NeuronSeek" (Pei et al., arXiv 2506.15715), repeated. Made by

    scripts/neuronseek_synthetic.sh BINARY docs/results/neuronseek.md$given

which runs \`neuronsmith reproduce neuronseek-synthetic ${options[*]}\`.

Fifteen laws are sums of power sums S_k = sum_i x_i^k and of interactions I_k, products of k random projections of x with weights
N(0, 1/D); inputs are N(0, 1), and noise of deviation 0.01 is added before y is standardised. A method answers with the orders
that it found. All methods see the same rows and are judged by the same neuron, trained anew of what they found.

- \`vsr\` is the recipe as it is: its formulas are sums of powers, so it cannot answer with an interaction. The method \`vsr-weights\`
  (\`--methods\`) has weight vectors and can, at about a thousand times the time.
- \`neuronseek-published\` is the published search: gates alone, once, with the published price of 0.05 on a standardised target. Its order-1
  product counts as S1.
- \`scalar-gp\` is plain genetic programming on x0, x1, ... with add, sub and mul, 1000 formulas, 10 generations, tournament 20, depth 5.
  Its orders are read off the expanded polynomial: a monomial in one input of degree k is pure k, one in several inputs of total degree k
  an interaction of order k; one whose standard deviation under N(0, 1) inputs is below 1e-4 of the target's does not count. I_k multiplied
  out has the monomials x_i^k, so whoever finds all of it as a polynomial finds S_k with it.
END
  cat <<'END'

## What can be told apart, and what cannot

Not every law has one answer. What follows is computed in `tests/experiment/order_identity_test.cpp`.

- **An interaction contains a diagonal.** I_k = prod_m (u_m . x) has the part sum_i prod_m u_mi x_i^k, and no random u_mi is 0. A power
  term W x^k has free weights, so "I_k" and "S_k and I_k" describe the same function whenever I_k does: the second answer is never wrong,
  only larger. The smaller set is the answer, and a method that offers both streams must be made to prefer it.
- **S_2 is an interaction of order 2 exactly from rank D on.** R products (u . x)(v . x) are x^T A x, where A has at most R positive and
  at most R negative eigenvalues, and every such A is R products. S_2 is the unit matrix: D positive ones. The best R < D products
  leave the share (D - R)/D of its variance: with R = 8, 20 % at D = 10, 73 % at D = 30, 92 % at D = 100. So "S2" and "I2" can be told apart
  at rank 8 and the published D, and are the same answer at D <= 8. hybrid-0 (S2 and I2) is by the same count no interaction of rank 8 at D = 10,
  but one of rank 10.
- **S_3 is not told from I_3 at D = 10 and rank 8.** a^3 + b^3 + c^3 = (a + b + c)^3 - 3 (a + b)(b + c)(c + a): three cubes are
  two products, and every two further inputs take one more, so D/2 + 1 products, rounded down, hold S_3: 6 at D = 10, 8 up to D = 15.
  At least D/2, rounded up, are necessary (next point), so rank 8 does not hold it at D = 30. In pure-1 and hybrid-2 at D = 10 the sets "S3" and
  "I3" therefore describe the same function and are of the same size; only the number of weights (10 against 240) speaks for S3. The table counts
  I3 as missing all the same.
- **In general** S_k needs at least D/(k - 1) products of order k: where all x_i > 0 its second derivatives have D positive
  eigenvalues, and those of one product at most k - 1. D products are enough. For k = 4 and 5 at D = 10 and rank 8 this leaves the question open;
  at D = 50 it is closed for every k up to 5: not held.
- **Different orders never stand in for each other** exactly: they are polynomials of different degree. But orders of the same parity
  correlate under N(0, 1): S1 explains 60 % of the variance of S3, S2 75 % of that of S4, S1 24 % of that of S5. A method that stops
  at a good error may stop there. Orders of different parity do not correlate at all.
- **At D = 1 all coincide**: S_k and I_k are both a multiple of x^k.

How visible the small terms are (expected shares of the variance of y; noise for comparison):

| problem | term | D = 10 | D = 30 | D = 50 | D = 100 | noise at D = 10 |
| --- | --- | ---: | ---: | ---: | ---: | ---: |
| pure-2 | 0.5 S2 beside 10 S1 | 0.50 % | 0.50 % | 0.50 % | 0.50 % | 1.0e-7 |
| pure-3 | 0.5 S4 beside 5 S2, what S2 does not explain | 4.5 % | 4.5 % | 4.5 % | 4.5 % | 7.5e-8 |
| interact-2 | 0.5 I3 beside 8 I2 | 0.60 % | 0.46 % | 0.43 % | 0.41 % | 1.4e-6 |
| hybrid-2 | 0.5 I2 beside 5 S3 | 7.3e-5 | 2.3e-5 | 1.4e-5 | 6.7e-6 | 2.7e-8 |

The variance of S_k is D times that of x^k (1, 2, 15, 96 for k = 1 to 4), that of I_2 is on average 1 + 1/D, that of I_3 1 + 6/D + 8/D^2. No term drowns
in the noise: the weakest, 0.5 I2 in hybrid-2, has some 2500 times its variance at every D. What hides it is the other term: it is seen
only by a method that fits S3 to better than 1e-4 of the variance first.

END
  cat <<'END'
## What finds them

`neuronseek` is gates, then a proof on rows held out, then what most of five restarts agree on ([cli.md](../cli.md#aggregations-neuronseek)). The proof is what tells
structures apart: begun with nothing instead of with what the gates keep, it found the true sets in a trial of 60 searches at 10 inputs. What gates alone come to is the row
`neuronseek-published`: normalisation by batches lets terms that are not there make up for its noise, a power and the product of its order share one effect, and
a price of 0.05 closes every term of less than that share of the variance. Products of order 4 of 100 inputs are beyond both: 2,500 rows show no direction to
begin with.

END
  sed 's/ *$/./; s/\.\.$/./' "$work/time"
  echo
  tables
  if [ -f "$work/stability.svg" ]; then
    cp "$work/stability.svg" "$(dirname "$out")/$plot"
    echo
    echo "![Structures that searches found which differ in their seed alone, as parts of bars]($plot)"
  fi
} >"$work/page.md"
cp "$work/page.md" "$out"
echo "written: $out" >&2
