#include "neuronsmith/formula/operators.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>

namespace neuronsmith::formula {
namespace {

constexpr double kProtected = 1e-3;  // gplearn's threshold

double sign(double a) { return std::isnan(a) ? a : static_cast<double>((a > 0.0) - (a < 0.0)); }
double protected_log(double a) { return std::abs(a) < kProtected ? 0.0 : std::log(std::abs(a)); }
double protected_inv(double a) { return std::abs(a) < kProtected ? 0.0 : 1.0 / a; }
double protected_div(double a, double b) { return std::abs(b) <= kProtected ? 1.0 : a / b; }
double sigmoid(double a) {
  const double e = std::exp(-std::abs(a));
  return a >= 0.0 ? 1.0 / (1.0 + e) : e / (1.0 + e);
}
double softplus(double a) {
  return std::isnan(a) ? a : std::max(a, 0.0) + std::log1p(std::exp(-std::abs(a)));
}
double relu(double a) { return a > 0.0 || std::isnan(a) ? a : 0.0; }
double gelu(double a) {
  return std::isinf(a) ? std::max(a, 0.0) : 0.5 * a * std::erfc(-a * std::numbers::sqrt2 / 2.0);
}
double sinc(double a) {
  if (a == 0.0) return 1.0;
  if (std::isinf(a)) return 0.0;
  const double nearest = std::nearbyint(a);
  const double sine = std::sin(std::numbers::pi * (a - nearest)) / (std::numbers::pi * a);
  return std::fmod(nearest, 2.0) == 0.0 ? sine : -sine;
}
double minimum(double a, double b) { return std::isnan(a) || a < b ? a : b; }
double maximum(double a, double b) { return std::isnan(a) || a > b ? a : b; }
double as_number(bool truth, double a, double b) {
  return std::isnan(a) || std::isnan(b) ? std::nan("") : truth ? 1.0 : 0.0;
}
double where(double c, double a, double b) { return std::isnan(c) ? c : c != 0.0 ? a : b; }

using enum Op;
using enum OpKind;
using enum Notation;

// clang-format off
constexpr std::array<OperatorInfo, kOpCount> kOperators = {{
  // op, name, arity, kind, notation, precedence, commutative, cost, max ulp, sympy, latex, gplearn, value
  {Literal,       "literal",  0, Leaf, Special,  5, false,  0, 0, "", "", "", nullptr},
  {Input,         "x",        0, Leaf, Special,  5, false,  0, 0, "", "", "", nullptr},
  {Column,        "x0",       0, Leaf, Special,  5, false,  0, 0, "", "", "", nullptr},
  {Parameter,     "p0",       0, Leaf, Special,  5, false,  0, 0, "", "", "", nullptr},
  {Weight,        "w0",       0, Leaf, Special,  5, false,  0, 0, "", "", "", nullptr},
  {Neg,           "-",        1, Elementwise, Infix,    3, false,  1, 0, "", "", "neg",
   [](const Arguments& v) { return -v[0]; }},
  {Abs,           "abs",      1, Elementwise, Function, 5, false,  1, 0, "Abs({0})", "\\left|{0}\\right|", "abs",
   [](const Arguments& v) { return std::abs(v[0]); }},
  {Sign,          "sign",     1, Elementwise, Function, 5, false,  1, 0, "sign({0})", "\\operatorname{{sign}}\\left({0}\\right)", "",
   [](const Arguments& v) { return sign(v[0]); }},
  {Sqrt,          "sqrt",     1, Elementwise, Function, 5, false,  4, 0, "sqrt({0})", "\\sqrt{{{0}}}", "",
   [](const Arguments& v) { return std::sqrt(v[0]); }},
  {ProtectedSqrt, "psqrt",    1, Elementwise, Function, 5, false,  5, 0, "sqrt(Abs({0}))", "\\sqrt{{\\left|{0}\\right|}}", "sqrt",
   [](const Arguments& v) { return std::sqrt(std::abs(v[0])); }},
  {Log,           "log",      1, Elementwise, Function, 5, false, 12, 1, "log({0})", "\\ln\\left({0}\\right)", "",
   [](const Arguments& v) { return std::log(v[0]); }},
  {ProtectedLog,  "plog",     1, Elementwise, Function, 5, false, 14, 1, "Lambda(a, Piecewise((0, Abs(a) < 0.001), (log(Abs(a)), True)))({0})", "\\ln\\left|{0}\\right|", "log",
   [](const Arguments& v) { return protected_log(v[0]); }},
  {ProtectedInv,  "pinv",     1, Elementwise, Function, 5, false,  5, 0, "Lambda(a, Piecewise((0, Abs(a) < 0.001), (1/a, True)))({0})", "\\frac{{1}}{{{0}}}", "inv",
   [](const Arguments& v) { return protected_inv(v[0]); }},
  {Exp,           "exp",      1, Elementwise, Function, 5, false, 12, 1, "exp({0})", "\\exp\\left({0}\\right)", "",
   [](const Arguments& v) { return std::exp(v[0]); }},
  {Sin,           "sin",      1, Elementwise, Function, 5, false, 14, 2, "sin({0})", "\\sin\\left({0}\\right)", "sin",
   [](const Arguments& v) { return std::sin(v[0]); }},
  {Cos,           "cos",      1, Elementwise, Function, 5, false, 14, 2, "cos({0})", "\\cos\\left({0}\\right)", "cos",
   [](const Arguments& v) { return std::cos(v[0]); }},
  {Tan,           "tan",      1, Elementwise, Function, 5, false, 30, 4, "tan({0})", "\\tan\\left({0}\\right)", "tan",
   [](const Arguments& v) { return std::tan(v[0]); }},
  {Tanh,          "tanh",     1, Elementwise, Function, 5, false, 16, 1, "tanh({0})", "\\tanh\\left({0}\\right)", "",
   [](const Arguments& v) { return std::tanh(v[0]); }},
  {Sigmoid,       "sigmoid",  1, Elementwise, Function, 5, false, 16, 2, "(1/(1 + exp(-({0}))))", "\\sigma\\left({0}\\right)", "sig",
   [](const Arguments& v) { return sigmoid(v[0]); }},
  {Softplus,      "softplus", 1, Elementwise, Function, 5, false, 26, 2, "log(1 + exp({0}))", "\\operatorname{{softplus}}\\left({0}\\right)", "",
   [](const Arguments& v) { return softplus(v[0]); }},
  {Erf,           "erf",      1, Elementwise, Function, 5, false, 20, 1, "erf({0})", "\\operatorname{{erf}}\\left({0}\\right)", "",
   [](const Arguments& v) { return std::erf(v[0]); }},
  {Relu,          "relu",     1, Elementwise, Function, 5, false,  1, 0, "Max(0, {0})", "\\max\\left(0, {0}\\right)", "",
   [](const Arguments& v) { return relu(v[0]); }},
  {Gelu,         "gelu",     1, Elementwise, Function, 5, false, 44, 6, "Lambda(a, a*erfc(-a/sqrt(2))/2)({0})", "\\operatorname{{GELU}}\\left({0}\\right)", "",
   [](const Arguments& v) { return gelu(v[0]); }},
  {Sinc,          "sinc",     1, Elementwise, Function, 5, false, 22, 2, "sinc(pi*({0}))", "\\operatorname{{sinc}}\\left({0}\\right)", "",
   [](const Arguments& v) { return sinc(v[0]); }},
  {PowInt,        "^",        1, Elementwise, Infix,    4, false,  3, 3, "", "", "",
   [](const Arguments& v) { return std::pow(v[0], v[1]); }},
  {Add,           "+",        2, Elementwise, Infix,    1, true,   1, 0, "", "", "add",
   [](const Arguments& v) { return v[0] + v[1]; }},
  {Sub,           "-",        2, Elementwise, Infix,    1, false,  1, 0, "", "", "sub",
   [](const Arguments& v) { return v[0] - v[1]; }},
  {Mul,           "*",        2, Elementwise, Infix,    2, true,   1, 0, "", "", "mul",
   [](const Arguments& v) { return v[0] * v[1]; }},
  {Div,           "/",        2, Elementwise, Infix,    2, false,  4, 0, "", "", "",
   [](const Arguments& v) { return v[0] / v[1]; }},
  {ProtectedDiv,  "pdiv",     2, Elementwise, Function, 5, false,  6, 0, "Lambda((a, b), Piecewise((1, Abs(b) <= 0.001), (a/b, True)))({0}, {1})", "\\frac{{{0}}}{{{1}}}", "div",
   [](const Arguments& v) { return protected_div(v[0], v[1]); }},
  {Pow,           "^",        2, Elementwise, Infix,    4, false, 30, 1, "", "", "",
   [](const Arguments& v) { return std::pow(v[0], v[1]); }},
  {Min,           "min",      2, Elementwise, Function, 5, true,   1, 0, "Min({0}, {1})", "\\min\\left({0}, {1}\\right)", "min",
   [](const Arguments& v) { return minimum(v[0], v[1]); }},
  {Max,           "max",      2, Elementwise, Function, 5, true,   1, 0, "Max({0}, {1})", "\\max\\left({0}, {1}\\right)", "max",
   [](const Arguments& v) { return maximum(v[0], v[1]); }},
  {Less,          "<",        2, Elementwise, Infix,    0, false,  2, 0, "Piecewise((1, {0} < {1}), (0, True))", "{0} < {1}", "",
   [](const Arguments& v) { return as_number(v[0] < v[1], v[0], v[1]); }},
  {LessEqual,     "<=",       2, Elementwise, Infix,    0, false,  2, 0, "Piecewise((1, {0} <= {1}), (0, True))", "{0} \\le {1}", "",
   [](const Arguments& v) { return as_number(v[0] <= v[1], v[0], v[1]); }},
  {Where,         "where",    3, Elementwise, Function, 5, false,  2, 0, "Piecewise(({1}, Ne({0}, 0)), ({2}, True))", "\\begin{{cases}} {1} & {0} \\\\ {2} & \\text{{otherwise}} \\end{{cases}}", "",
   [](const Arguments& v) { return where(v[0], v[1], v[2]); }},
  {Sum,           "sum",      1, Reduction, Function, 5, false,  1, 0, "sum({0})", "\\sum_j {0}", "", nullptr},
  {Dot,           "dot",      2, Reduction, Function, 5, true,   2, 0, "dot({0}, {1})", "\\left\\langle {0}, {1} \\right\\rangle", "", nullptr},
  {Mean,          "mean",     1, BatchStatistic, Function, 5, false, 1, 0, "Function('mean')({0})", "\\mu", "",
   [](const Arguments&) { return 0.0; }},
  {Std,           "std",      1, BatchStatistic, Function, 5, false, 2, 0, "Function('std')({0})", "\\sigma", "",
   [](const Arguments&) { return 1.0; }},
  {ZScore,        "zscore",   1, BatchStatistic, Function, 5, false, 2, 0, "Function('zscore')({0})", "\\left(\\frac{{{0} - \\mu}}{{\\sigma}}\\right)", "",
   [](const Arguments& v) { return v[0]; }},
}};
// clang-format on

constexpr bool rows_match_their_operators() {
  for (std::size_t i = 0; i < kOpCount; ++i) {
    if (static_cast<std::size_t>(kOperators[i].op) != i) return false;
  }
  return true;
}
static_assert(rows_match_their_operators());

std::optional<Op> find(std::string_view OperatorInfo::*field, std::string_view name, int arity) {
  const auto found = std::ranges::find_if(kOperators, [&](const OperatorInfo& row) {
    return row.arity == arity && arity > 0 && row.*field == name;
  });
  return found == kOperators.end() ? std::nullopt : std::optional(found->op);
}

}  // namespace

const std::array<OperatorInfo, kOpCount>& operators() { return kOperators; }

std::optional<Op> find_operator(std::string_view name, int arity) {
  return find(&OperatorInfo::name, name, arity);
}

std::optional<Op> find_gplearn_operator(std::string_view name, int arity) {
  return name.empty() ? std::nullopt : find(&OperatorInfo::gplearn, name, arity);
}

}  // namespace neuronsmith::formula
