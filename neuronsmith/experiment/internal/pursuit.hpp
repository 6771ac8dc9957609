#pragma once

#include <memory>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "neuronsmith/experiment/discover.hpp"
#include "neuronsmith/search/genetic/genetic_options.hpp"
#include "neuronsmith/search/objective.hpp"

namespace neuronsmith::experiment::internal {

/// A neuron, and where it came from a formula of columns, that.
struct Found {
  neuron::Neuron neuron;  ///< without provenance
  std::optional<ColumnsFormula> columns;
};

/// What the role of a recipe decides of a search: what is searched, by which score, and how a
/// formula becomes a neuron.
class Pursuit {
 public:
  virtual ~Pursuit() = default;

  [[nodiscard]] virtual search::InputSpace inputs() const = 0;
  [[nodiscard]] virtual const search::Objective& objective() const = 0;
  /// Error on the validation rows.
  [[nodiscard]] virtual double holdout_error(const formula::Formula& formula) const = 0;
  /// The neuron, or why there is none.
  [[nodiscard]] virtual std::variant<Found, std::string> neuron_of(
      const formula::Formula& formula) const = 0;
};

/// On the training rows, or on training and validation rows together. `data` and `recipe` must
/// outlive it.
[[nodiscard]] std::unique_ptr<Pursuit> pursuit_of(const PreparedData& data,
                                                  const search::Recipe& recipe,
                                                  bool training_rows_only);

/// The class that a formula of columns tells from the others: the second of two, of more the one
/// that most training rows have (as published for Forest Cover), the first of equals.
[[nodiscard]] std::uint32_t class_told(const PreparedData& data);

}  // namespace neuronsmith::experiment::internal
