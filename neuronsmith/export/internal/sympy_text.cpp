#include <fmt/format.h>

#include "neuronsmith/core/child_process.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/export/internal/writers.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::exports::internal {
namespace {

constexpr double kSeconds = 180.0;
constexpr int kPackageMissing = 3;

constexpr const char* kProgram = R"PY(
import array, math, sys
try:
    import sympy
except Exception:
    sys.exit(3)
scope = {{}}
exec(compile({source}, "activation", "exec"), scope)
def exponential(a):
    try:
        return math.exp(a)
    except OverflowError:
        return math.inf
function = sympy.lambdify(scope["x"], scope["expression"].subs(scope["parameters"]),
                          [{{"exp": exponential}}, "math"])
def value(x):
    try:
        return float(function(x))
    except OverflowError:
        return math.inf
    except (ValueError, ZeroDivisionError, TypeError):
        return math.nan
bits = array.array("f")
bits.frombytes(sys.stdin.buffer.read())
sys.stdout.buffer.write(array.array("d", [value(x) for x in bits]).tobytes())
)PY";

}  // namespace

Draft sympy_text(const Subject& subject) {
  std::string symbols;
  std::string values;
  for (std::size_t i = 0; i < subject.parameters.size(); ++i) {
    symbols += fmt::format("p{0} = Symbol(\"p{0}\", real=True)\n", i);
    values += fmt::format("{}p{}: {:#}", i == 0 ? "" : ", ", i, subject.parameters[i]);
  }
  return {.body = fmt::format(
              "from sympy import (Abs, Lambda, Max, Min, Ne, Piecewise, Symbol, cos, diff, erf, "
              "erfc, exp,\n"
              "                   log, pi, sign, sin, sinc, sqrt, symbols, tan, tanh)\n\n"
              "a, b = symbols(\"a b\")\nx = Symbol(\"x\", real=True)\n{}parameters = {{{}}}\n\n"
              "expression = {}\nderivative = diff(expression, x)\n",
              symbols,
              values,
              to_sympy(subject.formula)),
          .comment = "# "};
}

PythonRun run_python(const std::string& python,
                     const std::string& program,
                     const std::string& package,
                     const Reference& reference,
                     std::size_t columns) {
  const ChildOutcome outcome = run_child({python, "-c", program}, bytes_of(reference.x), kSeconds);
  if (!outcome.started || outcome.status == 127) return {fmt::format("there is no {}", python)};
  if (outcome.status == kPackageMissing) return {fmt::format("{} has no {}", python, package)};
  PythonRun run{.reason = {}, .columns = columns_of(outcome.out, reference.x.size(), columns)};
  if (outcome.succeeded() && !run.columns.empty()) return run;
  const std::string& err = outcome.err;
  throw DataError(fmt::format("not exported: the text does not run in {}: {}",
                              python,
                              err.substr(err.size() < 400 ? 0 : err.size() - 400)));
}

Verification verify_sympy(const Draft& draft,
                          const Subject&,
                          const Reference& reference,
                          const std::string& python) {
  const std::string source = Json(draft.body).dump();
  const PythonRun run = run_python(python,
                                   fmt::format(fmt::runtime(kProgram), fmt::arg("source", source)),
                                   "sympy",
                                   reference,
                                   1);
  if (!run.reason.empty()) return {.reason = run.reason};
  return {.reason = {},
          .points = reference.x.size(),
          .differences = {compared(reference, Quantity::Value, run.columns[0], "value")}};
}

}  // namespace neuronsmith::exports::internal
