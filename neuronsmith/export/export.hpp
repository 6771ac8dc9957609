#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/neuron/lookup.hpp"

/// `export` is a word of the language, so the namespace has another name than the folder.
namespace neuronsmith::exports {

/// What an activation is written as.
enum class Format : std::uint8_t {
  PyTorch,  ///< Python source of an nn.Module; learnable parameters are nn.Parameters
  C,        ///< C99 and C++ header: value and derivative, double and float, <math.h> alone
  Latex,    ///< formula and derivative
  Sympy,    ///< Python source of a SymPy expression
};

/// "pytorch", "c", "latex", "sympy". Throws ConfigError naming --format.
[[nodiscard]] Format parse_format(std::string_view text);
[[nodiscard]] std::string_view name(Format format);

/// Beyond this difference nothing is exported. Sums of numbers that nearly cancel make float32
/// differ by more than a few roundings; what is wrong differs by more than this.
inline constexpr double kGreatestDifference = 1e-4;

/// The greatest difference of one exported function from our own evaluation in float32:
/// |exported - ours| / max(1, |ours|, |x * slope of ours|) over the points that were compared. The
/// last term is what a rounding of x alone does.
struct Difference {
  std::string function;  ///< "value", "derivative", "value (float)", "derivative (float)"
  double greatest = 0.0;
  float at = 0.0F;           ///< the x of it
  std::size_t compared = 0;  ///< points where ours is a number below 1e30 in magnitude
  std::size_t at_jumps = 0;  ///< points beside a jump of ours, where either side counts as equal
};

/// What came of running what is exported.
struct Verification {
  std::string reason;      ///< why it was not run; empty: it was
  std::size_t points = 0;  ///< within [-100, 100], most of them within [-10, 10], 0 among them
  std::vector<Difference> differences = {};

  [[nodiscard]] bool is_verified() const { return reason.empty(); }
};

struct ExportOptions {
  Format format = Format::PyTorch;
  /// What functions and classes are called after; what is no letter or digit is taken as a gap
  /// between words.
  std::string name = "activation";
  std::string python = "python3";  ///< for PyTorch and SymPy, if it has them
  std::string c_compiler = "cc";
};

struct Exported {
  std::string text;  ///< the file, what was verified in its head
  Verification verification;
};

/// Writes the activation of a neuron as text and runs that text by a child process, where its
/// compiler or interpreter is there. Throws ConfigError when the neuron has no activation of its
/// own or one that the format cannot express, and DataError when what was run does not compile, or
/// differs by more than kGreatestDifference.
[[nodiscard]] Exported export_activation(const neuron::NamedNeuron& named,
                                         const ExportOptions& options);

}  // namespace neuronsmith::exports
