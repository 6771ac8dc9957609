#pragma once

#include <vector>

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"

namespace neuronsmith::search {

/// Draws random formulas of x or of named columns.
class RandomFormula {
 public:
  RandomFormula(const GeneticOptions& options, InputSpace inputs)
      : options_(options), inputs_(inputs) {}

  /// Every path as deep as `depth` (full), or cut short at random (grow).
  [[nodiscard]] formula::Formula full(int depth, Random& random) const;
  [[nodiscard]] formula::Formula grow(int depth, Random& random) const;
  /// Half and half, depth uniform in the options' range (Koza 1992), less deep where the tree would
  /// have more nodes than the options allow.
  [[nodiscard]] formula::Formula half_and_half(Random& random) const;
  [[nodiscard]] formula::Formula leaf(Random& random) const;
  [[nodiscard]] double constant(Random& random) const;
  /// An input multiplied by random inputs (x: by itself) a random number of times, up to 6; a random
  /// tree without Op::Mul.
  [[nodiscard]] formula::Formula product(Random& random) const;

 private:
  [[nodiscard]] formula::Formula tree(int depth, double stop, Random& random) const;
  void append(std::vector<formula::Node>& nodes, int depth, double stop, Random& random) const;
  void append_function(std::vector<formula::Node>& nodes,
                       int depth,
                       double stop,
                       Random& random) const;
  [[nodiscard]] formula::Node input_node(Random& random) const;
  [[nodiscard]] formula::Node leaf_node(Random& random) const;

  const GeneticOptions& options_;
  InputSpace inputs_;
};

}  // namespace neuronsmith::search
