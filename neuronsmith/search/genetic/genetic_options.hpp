#pragma once

#include <cstddef>
#include <string_view>
#include <vector>

#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/formula/operators.hpp"

namespace neuronsmith::search {

/// How the literals of random formulas are drawn.
enum class ConstantKind {
  Integer,  ///< whole numbers from low to high
  Uniform,  ///< real numbers from low to high
};

/// How the kind of a node of a random formula is drawn.
enum class Leaves {
  /// A leaf is an input with probability GeneticOptions::leaf_input; grow ends a path with
  /// probability 0.3.
  ByShare,
  /// Every input, the literal and every function is as likely as another, and the root is a
  /// function, as in gplearn: a leaf is a literal with probability 1 / (inputs + 1), and grow ends a
  /// path with probability (inputs - 1) / (inputs + functions).
  Uniform,
};

/// What selection goes by.
enum class Fitness {
  Criterion,  ///< Score::criterion
  Error,      ///< Score::error + parsimony * Score::complexity
};

/// The inputs that leaves may be: x of some shape, or named columns.
struct InputSpace {
  // NOLINTNEXTLINE(google-explicit-constructor): a shape is the space of x alone
  InputSpace(formula::Shape shape_of_x) : shape(shape_of_x) {}
  /// x0, x1, ..., `n` of them, at least one.
  static InputSpace columns(std::size_t n) {
    InputSpace space(formula::Shape::Scalar);
    space.n_columns = n;
    return space;
  }

  [[nodiscard]] std::size_t n_inputs() const { return n_columns == 0 ? 1 : n_columns; }
  /// Of formulas of scalar x alone.
  [[nodiscard]] bool is_pointwise() const {
    return n_columns == 0 && shape == formula::Shape::Scalar;
  }

  formula::Shape shape;
  std::size_t n_columns = 0;  ///< 0: the input is x
};

/// "criterion", "error"; "integer", "uniform"; "share", "uniform". The parsers throw ConfigError
/// naming the option.
[[nodiscard]] std::string_view name(Fitness fitness);
[[nodiscard]] std::string_view name(Leaves leaves);
[[nodiscard]] Leaves parse_leaves(std::string_view text);
[[nodiscard]] std::string_view name(ConstantKind kind);
[[nodiscard]] Fitness parse_fitness(std::string_view text);
[[nodiscard]] ConstantKind parse_constant_kind(std::string_view text);

/// Options of GeneticSearch. The defaults are the `vsr` recipe: the published values of
/// "No One-Size-Fits-All Neurons" (Fan et al., arXiv 2405.02369, reference code regression.py)
/// where they are known: population, tournament, constants, leaf probability, crossover, mutation,
/// copy, elite. How mutation divides into its kinds is ours: the paper names constant mutation, its
/// code has none.
struct GeneticOptions {
  std::size_t population = 500;
  /// Contestants in a full population; where fewer distinct formulas are left to choose from, as
  /// many fewer, but 2.
  std::size_t tournament = 15;
  int init_depth_low = 2;  ///< initial trees, half grown and half full
  int init_depth_high = 6;
  int max_depth = 12;          ///< of any tree
  std::size_t max_nodes = 96;  ///< of any tree
  Leaves leaves = Leaves::ByShare;
  double leaf_input = 0.7;  ///< probability that a leaf is an input and not a literal
  /// Weight vectors w0, w1, ... that half of the other leaves are, for functions such as dot; 0 to 8.
  std::size_t weights = 0;
  ConstantKind constants = ConstantKind::Integer;
  double constant_low = -20.0;
  double constant_high = 19.0;

  // What a child is made by; the probabilities add up to 1, the rest is a copy.
  double crossover = 0.30;
  double subtree_mutation = 0.20;
  double point_mutation = 0.15;
  double hoist_mutation = 0.05;
  double constant_mutation = 0.05;
  double term_mutation =
      0.15;  ///< a random product is added, or a side of a sum dropped or replaced

  /// Probability with which point mutation replaces each node; 0: exactly one node.
  double point_replace = 0.0;
  /// How many times as likely as a leaf a function is where a subtree is cut (Koza's rule, and
  /// gplearn's: 9).
  double cut_function = 1.0;
  double constant_fresh = 0.5;  ///< share of constant mutations that draw anew
  double constant_sigma = 0.1;  ///< Gaussian noise of the others, relative
  double elite = 0.05;          ///< share of the population that survives unchanged
  double immigration = 0.05;    ///< share that is random anew in every generation
  Fitness fitness = Fitness::Criterion;
  double parsimony = 0.001;  ///< per node, for Fitness::Error

  std::vector<formula::Op> functions = {
      formula::Op::Add, formula::Op::Sub, formula::Op::Mul, formula::Op::Neg};

  /// Throws ConfigError naming the option.
  void validate() const;
};

}  // namespace neuronsmith::search
