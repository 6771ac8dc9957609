#include <fmt/format.h>

#include <array>
#include <string_view>

#include "neuronsmith/export/internal/dialect.hpp"
#include "neuronsmith/export/internal/writers.hpp"
#include "neuronsmith/formula/print.hpp"

namespace neuronsmith::exports::internal {
namespace {

using formula::Op;
using neuron::Learnable;

struct Helper {
  std::string_view name;
  std::string_view text;
};

// A gradient flows through both branches of torch.where, so no branch may divide by 0. Those of the
// language's own where(c, a, b) may hold anything: they are functions of the variables, which take
// no gradient from the rows for which the other branch was chosen.
constexpr std::array kHelpers = {
    Helper{"_minimum",
           "def _minimum(a, b):\n"
           "    return torch.where(torch.isnan(a) | (a < b), a, b)\n"},
    Helper{"_maximum",
           "def _maximum(a, b):\n"
           "    return torch.where(torch.isnan(a) | (a > b), a, b)\n"},
    Helper{"_less",
           "def _less(a, b):\n"
           "    truth = (a < b).to(a.dtype)\n"
           "    nan = torch.full_like(truth, float('nan'))\n"
           "    return torch.where(torch.isnan(a) | torch.isnan(b), nan, truth)\n"},
    Helper{"_less_equal",
           "def _less_equal(a, b):\n"
           "    truth = (a <= b).to(a.dtype)\n"
           "    nan = torch.full_like(truth, float('nan'))\n"
           "    return torch.where(torch.isnan(a) | torch.isnan(b), nan, truth)\n"},
    Helper{"_where",
           "def _where(c, a, b, *variables):\n"
           "    chosen = c != 0\n"
           "    left = [torch.where(chosen, v, v.detach()) for v in variables]\n"
           "    right = [torch.where(chosen, v.detach(), v) for v in variables]\n"
           "    value = torch.where(chosen, a(*left), b(*right))\n"
           "    return torch.where(torch.isnan(c), c.detach(), value)\n"},
    Helper{"_psqrt",
           "def _psqrt(a):\n"
           "    is_zero = a == 0\n"
           "    root = torch.sqrt(torch.where(is_zero, torch.ones_like(a), torch.abs(a)))\n"
           "    return torch.where(is_zero, torch.zeros_like(a), root)\n"},
    Helper{"_plog",
           "def _plog(a):\n"
           "    near = torch.abs(a) < 1e-3\n"
           "    log = torch.log(torch.where(near, torch.ones_like(a), torch.abs(a)))\n"
           "    return torch.where(near, torch.zeros_like(a), log)\n"},
    // torch.sinc loses its slope to rounding near 0 and is NaN at infinity.
    Helper{"_sinc",
           "def _sinc(a):\n"
           "    near = torch.abs(a) < 0.1\n"
           "    s = (3.141592653589793*torch.where(near, a, torch.zeros_like(a)))**2\n"
           "    series = 1.0 - s/6.0*(1.0 - s/20.0*(1.0 - s/42.0*(1.0 - s/72.0*(1.0 - s/110.0))))\n"
           "    far = torch.where(near | torch.isinf(a), torch.ones_like(a), a)\n"
           "    return torch.where(near, series, torch.sinc(far))\n"},
    Helper{"_pinv",
           "def _pinv(a):\n"
           "    near = torch.abs(a) < 1e-3\n"
           "    inverse = 1.0/torch.where(near, torch.ones_like(a), a)\n"
           "    return torch.where(near, torch.zeros_like(a), inverse)\n"},
    Helper{"_pdiv",
           "def _pdiv(a, b):\n"
           "    near = torch.abs(b) <= 1e-3\n"
           "    quotient = a/torch.where(near, torch.ones_like(b), b)\n"
           "    return torch.where(near, torch.ones_like(quotient), quotient)\n"},
};

class TorchDialect final : public Dialect {
 public:
  explicit TorchDialect(std::size_t n_parameters) {
    for (std::size_t i = 0; i < n_parameters; ++i) variables_ += fmt::format(", p{}", i);
  }

 protected:
  [[nodiscard]] std::string number(double value) const override {
    const std::string text = fmt::format("{}", value);
    return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
  }
  [[nodiscard]] Piece power(const Piece& base, int exponent) const override {
    return {fmt::format("{}**{}", wrapped(base, kAtomPrecedence), exponent), kPowerPrecedence};
  }
  [[nodiscard]] std::string call(Op op, const std::vector<Piece>& a) const override {
    if (a.size() == 1) return fmt::format("{}({})", word(op), a[0].text);
    if (op == Op::Where) {
      return fmt::format("_where({1}, lambda {0}: {2}, lambda {0}: {3}, {0})",
                         variables_,
                         tensor(a[0]),
                         tensor(a[1]),
                         tensor(a[2]));
    }
    return fmt::format("{}({}, {})", word(op), tensor(a[0]), tensor(a[1]));
  }

 private:
  static std::string tensor(const Piece& piece) {
    return piece.is_number ? fmt::format("x.new_tensor({})", piece.text) : piece.text;
  }

  static std::string word(Op op) {
    switch (op) {
      case Op::Abs:
      case Op::Sign:
      case Op::Sqrt:
      case Op::Log:
      case Op::Exp:
      case Op::Sin:
      case Op::Cos:
      case Op::Tan:
      case Op::Tanh:
      case Op::Sigmoid:
      case Op::Erf:
      case Op::Relu:
        return fmt::format("torch.{}", formula::info(op).name);
      case Op::Pow:
        return "torch.pow";
      case Op::Softplus:
      case Op::Gelu:
        return fmt::format("nn.functional.{}", formula::info(op).name);
      case Op::ProtectedSqrt:
      case Op::ProtectedLog:
      case Op::ProtectedInv:
      case Op::ProtectedDiv:
      case Op::Sinc:
        return fmt::format("_{}", formula::info(op).name);
      case Op::Min:
        return "_minimum";
      case Op::Max:
        return "_maximum";
      case Op::Less:
        return "_less";
      case Op::LessEqual:
        return "_less_equal";
      default:
        refuse(op, "PyTorch");
    }
  }

  std::string variables_ = "x";
};

std::string constructor(const Subject& subject) {
  if (subject.learnable == Learnable::None) return {};
  const bool is_channel = subject.learnable == Learnable::Channel;
  std::string text = is_channel ? "    def __init__(self, num_channels, channel_dim=1):\n"
                                : "    def __init__(self):\n";
  text += "        super().__init__()\n";
  if (is_channel) text += "        self.channel_dim = channel_dim\n";
  for (std::size_t i = 0; i < subject.parameters.size(); ++i) {
    text +=
        fmt::format("        self.p{} = nn.Parameter(torch.{})\n",
                    i,
                    is_channel ? fmt::format("full((num_channels,), {:#})", subject.parameters[i])
                               : fmt::format("tensor({:#})", subject.parameters[i]));
  }
  return text + "\n";
}

constexpr const char* kProgram = R"PY(
import array, sys
try:
    import torch
except Exception:
    sys.exit(3)
torch.set_num_threads(1)
scope = {{}}
exec(compile({source}, "activation", "exec"), scope)
bits = array.array("f")
bits.frombytes(sys.stdin.buffer.read())
x = torch.tensor(bits.tolist(), dtype=torch.float64).reshape(-1, 1)
module = scope["{name}"]({arguments}).double()
columns = []
for kind in (torch.float64, torch.float32):
    point = x.to(kind).requires_grad_(True)
    value = module.to(kind)(point)
    slope = torch.zeros_like(point)
    if value.requires_grad:
        slope = torch.autograd.grad(value.sum(), point)[0]
    columns += [value.detach().double(), slope.double()]
table = torch.cat(columns, dim=1).reshape(-1)
sys.stdout.buffer.write(array.array("d", table.tolist()).tobytes())
)PY";

}  // namespace

Draft pytorch_module(const Subject& subject) {
  std::string forward;
  if (subject.learnable == Learnable::Channel) {
    forward = "        shape = [1]*x.dim()\n        shape[self.channel_dim] = -1\n";
  }
  for (std::size_t i = 0; i < subject.parameters.size(); ++i) {
    const bool is_channel = subject.learnable == Learnable::Channel;
    forward += fmt::format("        p{0} = self.p{0}{1}\n", i, is_channel ? ".view(shape)" : "");
  }
  forward += "        return " +
             TorchDialect(subject.parameters.size()).expression(subject.formula) + "\n";
  std::string helpers;
  for (const Helper& helper : kHelpers) {
    if (forward.find(std::string(helper.name) + "(") == std::string::npos) continue;
    helpers += "\n\n" + std::string(helper.text);
  }
  return {.body = fmt::format("import torch\nfrom torch import nn\n{}\n\nclass {}(nn.Module):\n"
                              "    \"\"\"f(x) = {}\"\"\"\n\n{}    def forward(self, x):\n{}",
                              helpers,
                              subject.camel_name,
                              to_infix(subject.formula),
                              constructor(subject),
                              forward),
          .comment = "# "};
}

Verification verify_pytorch(const Draft& draft,
                            const Subject& subject,
                            const Reference& reference,
                            const std::string& python) {
  const std::string source = Json(draft.body).dump();
  const bool is_channel = subject.learnable == Learnable::Channel;
  const PythonRun run = run_python(python,
                                   fmt::format(fmt::runtime(kProgram),
                                               fmt::arg("source", source),
                                               fmt::arg("name", subject.camel_name),
                                               fmt::arg("arguments", is_channel ? "1" : "")),
                                   "torch",
                                   reference,
                                   4);
  if (!run.reason.empty()) return {.reason = run.reason};
  return {.reason = {},
          .points = reference.x.size(),
          .differences = {
              compared(reference, Quantity::Value, run.columns[0], "value"),
              compared(reference, Quantity::Derivative, run.columns[1], "derivative"),
              compared(reference, Quantity::Value, run.columns[2], "value (float)"),
              compared(reference, Quantity::Derivative, run.columns[3], "derivative (float)")}};
}

}  // namespace neuronsmith::exports::internal
