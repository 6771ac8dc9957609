#include "neuronsmith/network/layer.hpp"

#include <algorithm>
#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/cost.hpp"
#include "neuronsmith/formula/polynomial.hpp"

namespace neuronsmith::network {
namespace {

using formula::Formula;

bool is_identity(const Formula& f) { return formula::exponent_of(f) == 1; }

}  // namespace

DenseLayer::DenseLayer(LayerOptions options) : options_(std::move(options)) {
  NEURONSMITH_CHECK(n_inputs() > 0 && n_outputs() > 0, "a layer without inputs or outputs");
  NEURONSMITH_CHECK(!options_.aggregation.terms.empty(), "an aggregation without terms");
  NEURONSMITH_CHECK(options_.dropout >= 0.0 && options_.dropout < 1.0, "dropout outside [0, 1)");
  add_pure_blocks();
  add_interactions();
  place_blocks();
  place_groups();
  collect_weight_runs();
  compile_functions();
}

// Every pure term has a block of its own, so that all are one product.
void DenseLayer::add_pure_blocks() {
  for (const neuron::Term& term : options_.aggregation.terms) {
    if (term.is_pure()) blocks_.push_back({.phi = term.factors[0], .is_pure = true});
  }
  n_pure_blocks_ = blocks_.size();
  const auto input = std::find_if(
      blocks_.begin(), blocks_.end(), [](const Block& block) { return is_identity(block.phi); });
  if (input == blocks_.end()) {
    blocks_.push_back({.phi = Formula::input(formula::Shape::Scalar)});
    input_block_ = blocks_.size() - 1;
  } else {
    input_block_ = static_cast<std::size_t>(input - blocks_.begin());
  }
  blocks_[input_block_].is_input = true;
}

std::size_t DenseLayer::find_or_add_block(const Formula& phi) {
  const auto found = std::find_if(
      blocks_.begin(), blocks_.end(), [&](const Block& block) { return block.phi == phi; });
  if (found != blocks_.end()) return static_cast<std::size_t>(found - blocks_.begin());
  blocks_.push_back({.phi = phi});
  return blocks_.size() - 1;
}

void DenseLayer::add_interactions() {
  for (const neuron::Term& term : options_.aggregation.terms) {
    if (term.is_pure()) continue;
    NEURONSMITH_CHECK(!term.factors.empty() && term.rank > 0, "a term without factors or rank");
    Interaction interaction{.rank = term.rank, .columns = {}, .groups = {}};
    for (const Formula& phi : term.factors) {
      const std::size_t block = find_or_add_block(phi);
      auto group = std::find_if(
          groups_.begin(), groups_.end(), [&](const Group& g) { return g.block == block; });
      if (group == groups_.end()) group = groups_.insert(group, Group{.block = block});
      interaction.groups.push_back(static_cast<std::size_t>(group - groups_.begin()));
      interaction.columns.push_back(group->n_columns);
      group->n_columns += term.rank * n_outputs();
    }
    max_order_ = std::max(max_order_, term.factors.size());
    interactions_.push_back(std::move(interaction));
  }
}

// Columns of the basis matrix: [x if not pure] 1 [pure blocks] [others].
void DenseLayer::place_blocks() {
  std::size_t column = 0;
  if (!blocks_[input_block_].is_pure) {
    blocks_[input_block_].column = 0;
    column = n_inputs();
  }
  ones_column_ = column++;
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    if (b == input_block_ && !blocks_[b].is_pure) continue;
    blocks_[b].column = column;
    column += n_inputs();
  }
  n_basis_columns_ = column;
}

void DenseLayer::place_groups() {
  n_weights_ = (1 + n_pure_blocks_ * n_inputs()) * n_outputs();
  for (Group& group : groups_) {
    group.column = n_projections_;
    group.weights = n_weights_;
    n_projections_ += group.n_columns;
    n_weights_ += n_inputs() * group.n_columns;
  }
  for (Interaction& interaction : interactions_) {
    for (std::size_t m = 0; m < interaction.columns.size(); ++m) {
      interaction.columns[m] += groups_[interaction.groups[m]].column;
    }
  }
}

void DenseLayer::collect_weight_runs() {
  std::size_t pure = 0;
  std::size_t next_interaction = 0;
  for (const neuron::Term& term : options_.aggregation.terms) {
    std::vector<WeightRuns> runs;
    if (term.is_pure()) {
      const std::size_t first = n_outputs() + pure * n_inputs() * n_outputs();
      runs.push_back({first, n_outputs(), n_outputs(), pure});
      ++pure;
    } else {
      const Interaction& interaction = interactions_[next_interaction++];
      for (std::size_t m = 0; m < interaction.columns.size(); ++m) {
        const Group& group = groups_[interaction.groups[m]];
        const std::size_t first = group.weights + interaction.columns[m] - group.column;
        runs.push_back({first, interaction.rank * n_outputs(), group.n_columns, group.block});
      }
    }
    runs_of_term_.push_back(std::move(runs));
  }
}

void DenseLayer::compile_functions() {
  for (std::size_t b = 0; b < blocks_.size(); ++b) {
    if (blocks_[b].is_input) continue;
    const int power = formula::exponent_of(blocks_[b].phi).value_or(0);
    const auto slot = static_cast<std::size_t>(power - 2);
    if (power >= 2 && slot >= block_of_power_.size()) block_of_power_.resize(slot + 1, kNone);
    if (power >= 2 && block_of_power_[slot] == kNone) {
      block_of_power_[slot] = b;
    } else {
      functions_.emplace_back(b, formula::ElementwiseFunction(blocks_[b].phi));
    }
  }
  const neuron::Activation& activation = options_.activation;
  const bool is_none = activation.formula.empty() ||
                       (is_identity(activation.formula) && activation.parameters.empty());
  if (!is_none) activation_.emplace(activation, n_outputs());
  parameter_count_ = activation_offset() + (activation_ ? activation_->parameter_count() : 0);
}

bool DenseLayer::is_power(std::size_t block) const {
  return formula::exponent_of(blocks_[block].phi) > 0;
}

std::size_t DenseLayer::statistics_count() const {
  return (is_normalised() ? 2 * n_outputs() : 0) +
         (activation_ ? activation_->statistics_count() : 0);
}

std::uint64_t DenseLayer::multiply_adds() const {
  std::uint64_t count = n_pure_blocks_ * n_inputs() * n_outputs();
  for (const Group& group : groups_) count += group.n_columns * n_inputs();
  for (const Interaction& interaction : interactions_) {
    count += interaction.rank * (interaction.columns.size() - 1) * n_outputs();
  }
  count += block_of_power_.size() * n_inputs();
  if (is_normalised()) count += n_outputs();
  return count;
}

std::uint64_t DenseLayer::basis_operations() const {
  double count = 0.0;
  for (const auto& [block, function] : functions_) {
    count += formula::operations_of(function.formula()) * static_cast<double>(n_inputs());
  }
  return static_cast<std::uint64_t>(std::llround(count));
}

}  // namespace neuronsmith::network
