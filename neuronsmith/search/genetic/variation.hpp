#pragma once

#include "neuronsmith/core/random.hpp"
#include "neuronsmith/formula/formula.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/genetic/random_formula.hpp"

namespace neuronsmith::search {

/// The genetic operators. Each returns a new formula and leaves its arguments alone.
class Variation {
 public:
  Variation(const GeneticOptions& options, InputSpace inputs)
      : options_(options), fresh_(options, inputs) {}

  /// A random subtree of `parent` replaced by a random subtree of `donor`.
  [[nodiscard]] formula::Formula crossover(const formula::Formula& parent,
                                           const formula::Formula& donor,
                                           Random& random) const;
  /// A random subtree replaced by a fresh random tree.
  [[nodiscard]] formula::Formula subtree(const formula::Formula& parent, Random& random) const;
  /// One node replaced by another of the same arity, or each node with the options' probability.
  [[nodiscard]] formula::Formula point(const formula::Formula& parent, Random& random) const;
  /// A random subtree replaced by a subtree of its own: the formula shrinks.
  [[nodiscard]] formula::Formula hoist(const formula::Formula& parent, Random& random) const;
  /// One literal with Gaussian noise, or drawn anew.
  [[nodiscard]] formula::Formula constant(const formula::Formula& parent, Random& random) const;
  /// A random product is added, or one side of a random sum is dropped or gives way to a random
  /// product. Uses no operator but those of the options.
  [[nodiscard]] formula::Formula term(const formula::Formula& parent, Random& random) const;

 private:
  [[nodiscard]] bool may_use(formula::Op op) const;
  /// Where a subtree is cut, by the options' weight of functions.
  [[nodiscard]] std::size_t cut(const formula::Formula& f, Random& random) const;
  [[nodiscard]] formula::Node replacement(const formula::Node& node, Random& random) const;

  const GeneticOptions& options_;
  RandomFormula fresh_;
};

}  // namespace neuronsmith::search
