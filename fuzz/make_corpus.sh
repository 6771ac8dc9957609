#!/usr/bin/env bash
# make_corpus.sh BINARY: writes the seed corpora anew, small files made by the program itself.
set -euo pipefail
binary=$(realpath "$1")
corpus=$(realpath "$(dirname "$0")")/corpus
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work"
rm -rf "$corpus"
mkdir -p "$corpus"/{formula_parser,csv_reader,model_reply,neuron_file,model_file,store_rows}
run() { "$binary" "$@" --quiet >/dev/null; }

i=0
while IFS= read -r formula; do
  i=$((i + 1))
  printf '%s' "$formula" >"$corpus/formula_parser/$(printf '%02d' $i)"
done <<'END'
x
0.3*x^2 + dot(w0, x)*dot(w1, x)
dot(w0, x)*dot(w1, x) + x^2 + x
3*x^5 + 4*x^4 - 5*x + 1e-3
0.5*x*(1 + erf(0.7071067811865476*x))
-2^2 - -(3) + pow(x, 2)^-1 - x**-0.5
(x0 + x1 - 2.5*p0)^3/(x2 - pi)
sum(sin(x)*w0) - max(abs(x), min(x, relu(x)))
mul(cos(X3), X7)
sub(div(log(X0), sqrt(X1)), add(inv(X2), neg(sig(X0))))
plog(pinv(pdiv(psqrt(x), softplus(x))))
tanh(sigmoid(exp(log(sqrt(sign(tan(x0)))))))
(x + 1)^20/(x + 1)^4
x^64^-64 + (x^64)^64*0
where(x < 0, 0.1*x, gelu(x)) + (x0 >= 1)*(2 > x)
END

reply() { cat >"$corpus/model_reply/$1"; }
reply block <<'END'
Here they are:
```
x*tanh(x)
where(x < 0, 0.1*x, gelu(x)) + dot(w0, x)
x0*sin(x1),
```
END
reply prose <<'END'
<think>x^3</think>
1. f(x) = x*sigmoid(x)
2) `erf(x)*np.maximum(x, 0.5)`: smooth
- -x^2 # falls
from here on
END
reply python <<'END'
```python
import numpy as np
from torch import nn

def f(x: float, a=0.5) -> float:
    """Text."""
    s = np.sin(x) if x > 0 else nn.functional.gelu(-x)
    s *= a
    return (s**2 + x.tanh()
)
def g(x): return torch.clamp(x, min=-1, max=1)/np.pi
```
END
reply hostile <<'END'
~~~
import os
@os.system
def f(x):
  while True: open('/etc/passwd').read()
  for i in range(9): f(x)
  return eval("x")[0].__class__
~~~
END

# The first byte of a table chooses format and options; see csv_reader.cpp.
table() { { printf "\\x$2"; cat; } >"$corpus/csv_reader/$1"; }
run data synthesize --law 3 --rows 4 --features 2 --out law.csv
table numbers 00 <law.csv
table numbers_gzip 07 <law.csv
gzip -nc law.csv | table gzip_file 03
tail -n +2 law.csv | table no_header 08
tr ',' '\t' <law.csv | table tabs 01
printf 'name;size\r\n"a; ""b""";1\r\nNA;?\r\n 5" pipe ;2e3\r\n' | table quotes 20
printf '\xef\xbb\xbfx0,class\n1,3\n007,na\n,3\n+2,-1e39\n' | table labels 50
table arff 02 <<'END'
% a comment
@relation t
@attribute 'a b' numeric
@attribute c {x, "y, z"}
@attribute d string
@data
1.5, x, 'it\'s'
?, "y, z", "?"
END

cat >classes.csv <<'END'
size,city,y
1,a,no
2,b,yes
3,a,no
4,,yes
5,b,yes
6,a,no
,b,yes
8,c,no
END
neurons=('x' 'quadratic' '0.1*x^3 + dot(w0, x)*dot(w1, x) - 0.25' 'sin(x)*dot(w0, x^2) + x')
for i in "${!neurons[@]}"; do
  run train --data law.csv --split 1,0,0 --hidden 2 --epochs 1 --neuron "${neurons[i]}" --out "m$i.json"
done
run train --data classes.csv --split 1,0,0 --hidden 2,1 --epochs 1 --batch-norm --activation 'x*sigmoid(x)' \
  --one-hot-limit 2 --neuron quadratic --task-based-output --out m4.json
run train --data classes.csv --split 1,0,0 --hidden none --epochs 1 --out m5.json
# Provenance is long and read by nobody: a mutation there finds nothing.
for i in 0 1 2 3 4 5; do
  python3 -c '
import json, sys
m = json.load(open(sys.argv[1])); m["provenance"] = {"seed": 1}
print(json.dumps(m, separators=(",", ":")), end="")' "m$i.json" >"$corpus/model_file/$i"
done

run data synthesize --law 5 --rows 60 --features 2 --range 2 --out law5.csv
run discover --data law5.csv --generations 2 --population 30 --weights 2 --out n0.json
python3 -c '
import json, sys
n = json.load(open("n0.json")); n["provenance"] = {"seed": 1}
json.dump(n, open(sys.argv[1] + "/discovered", "w"), separators=(",", ":"))
for i in range(5):
    m = json.load(open(f"m{i}.json"))
    n["formula"], n["terms"] = m["formula"], m["network"]["architecture"]["aggregation"]
    n["activation"] = m["network"]["architecture"]["activation"] if i else None
    n["bias"] = i - 0.25
    json.dump(n, open(sys.argv[1] + f"/{i}", "w"), separators=(",", ":"))' "$corpus/neuron_file"

# Results of real runs, and rows as no run leaves them.
run discover --data law5.csv --generations 2 --population 30 --out n.json --store s.db
run train --data classes.csv --hidden 2 --epochs 2 --out m.json --store s.db
run compare --data law5.csv --neurons linear,quadratic --repeats 2 --epochs 2 --hidden 2 --store s.db
for i in 1 2 3; do
  "$binary" runs export $i --store s.db --out run.json --quiet
  python3 -c '
import json, sys
run = json.load(open("run.json"))["runs"][0]
def line(column, value): print(column, "t", value if isinstance(value, str) else json.dumps(value))
for key in ("command", "status", "options", "result", "message"): line("runs." + key, run[key])
for artefact in run["artefacts"]:
    if len(artefact["content"]) < 1500 and "\n" not in artefact["content"][:-1]:
        line("artefacts.name", artefact["name"]); line("artefacts.content", artefact["content"])
' >"$corpus/store_rows/$i"
done
cat >"$corpus/store_rows/odd" <<'END'
runs.id i 7
runs.seed t -1
runs.status b done
runs.options t [[[[
runs.result n
runs.started_at r 1e300
scores.x t no number
scores.y n
scores.series b
artefacts.content i 3
END
