#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/search/objective.hpp"

namespace neuronsmith::search {

/// How far a formula's values are from the target.
enum class Loss : std::uint8_t {
  /// Two classes: the mean of -ln of the probability that the sigmoid of the formula gives to the
  /// class of each row, none below 1e-15, as in gplearn; natural units (ln 2 is a coin).
  LogLoss,
  /// A number: mean squared error over the target's variance.
  SquaredError,
};

/// "log_loss", "squared_error".
[[nodiscard]] std::string_view name(Loss loss);

/// What a formula is evaluated on.
enum class Slot : std::uint8_t {
  Columns,     ///< a formula of the named columns x0, x1, ...
  EachColumn,  ///< a formula of scalar x, in which every column stands in turn
};

/// Options of LossObjective.
struct LossOptions {
  /// scale * f + offset predicts the target, both fitted: in closed form for the squared error, by
  /// a few Newton steps for the log loss. With Slot::EachColumn always, for each column by itself.
  bool linear_scaling = false;
  /// Most steps of BFGS on the literals of every formula; 0: they stay as drawn.
  int refine = 0;

  /// Throws ConfigError naming the option.
  void validate() const;
};

/// Rows and target; borrowed, must outlive the objective.
struct LossData {
  FeatureView features;
  std::span<const float> target;  ///< LogLoss: 0 and 1
  Loss loss = Loss::SquaredError;
};

/// The formula itself predicts the target: symbolic regression and classification as gplearn has
/// them (Koza 1992).
///
/// error: the loss. With Slot::EachColumn its mean over the columns: how much f(column) alone tells
/// of the target, for a column drawn at random; a column of which f tells nothing counts as the
/// best constant does. complexity: nodes of the formula as written, as gplearn counts them.
/// criterion: the Bayesian information criterion with one parameter a node, n rows: 2 n error +
/// nodes ln n for the log loss, n ln(error) + nodes ln n for the squared error, which is not taken
/// below 1e-14, where float32 ends.
///
/// A formula that is not finite on some row cannot be scored, nor can any against a target that
/// does not vary. Formulas are evaluated block by block, equal ones and shared subtrees once, where
/// neither scale nor literals are fitted. Values are float32, sums float64.
class LossObjective final : public Objective {
 public:
  LossObjective(const LossData& data, LossOptions options, Slot slot = Slot::Columns);

  [[nodiscard]] std::uint64_t key(const formula::Formula& formula) const override;
  [[nodiscard]] std::vector<Score> score(std::span<const formula::Formula> formulas,
                                         const Executor& executor) const override;
  /// With literals as refined and, for Slot::Columns, scale and offset; simplified where that makes
  /// it no longer.
  [[nodiscard]] formula::Formula fitted(const formula::Formula& formula) const override;

  /// The same number as score() gives.
  [[nodiscard]] Score score_one(const formula::Formula& formula) const;
  /// The formula with its literals as refined, without scale and offset.
  [[nodiscard]] formula::Formula resolved(const formula::Formula& formula) const;
  /// The loss on other rows, with literals, scale and offset fitted here. Infinity where it is not
  /// finite.
  [[nodiscard]] double holdout_error(const formula::Formula& formula, const LossData& other) const;

 private:
  struct Fit;
  [[nodiscard]] bool is_scorable(const formula::Formula& formula) const;
  [[nodiscard]] std::optional<Fit> fit(const formula::Formula& formula) const;
  [[nodiscard]] std::vector<double> shared_errors(std::span<const formula::Formula> formulas) const;
  [[nodiscard]] Score score_of(const formula::Formula& formula, double error) const;
  [[nodiscard]] bool is_scaled() const {
    return options_.linear_scaling || slot_ == Slot::EachColumn;
  }

  LossData data_;
  LossOptions options_;
  Slot slot_;
  std::vector<float> comparison_;  ///< what the loss compares values with, a number a row
  double total_ = 0.0;             ///< what the sum of losses over the rows is divided by
};

/// `formula` simplified, but for products whose expansion would be longer: of these the factors
/// are.
[[nodiscard]] formula::Formula shortened(const formula::Formula& formula);

}  // namespace neuronsmith::search
