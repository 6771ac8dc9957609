#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/search/objective.hpp"

namespace neuronsmith::search {

/// Where the coefficients of a formula's terms come from.
enum class Coefficients {
  Fitted,     ///< closed form: ridge regression on the terms
  AsWritten,  ///< the formula's own literals, only the intercept is fitted
};

/// "fitted", "as-written"; throws ConfigError naming --coefficients.
[[nodiscard]] std::string_view name(Coefficients coefficients);
[[nodiscard]] Coefficients parse_coefficients(std::string_view text);

/// Options of FitObjective.
struct FitOptions {
  Coefficients coefficients = Coefficients::Fitted;
  /// Ridge penalty in units of rows times the variance of a term, >= 0.
  double ridge = 0.0;
  /// Highest total degree of a term, 1 to formula::kMaxPolynomialDegree.
  int max_degree = 7;
  /// gamma of the extended information criterion, 0 (BIC) to 2. The greater it is, the rarer a
  /// superfluous term is and the more signal a true one needs: docs/results/synthetic-laws.md.
  double gamma = 1.5;
  /// Most Levenberg-Marquardt steps on what is not linear in a formula that does not collapse to a
  /// polynomial: literals inside functions; 0: none. Weight vectors and parameters have no value
  /// of their own and always take some.
  int refine = 0;

  /// Throws ConfigError naming the option.
  void validate() const;
};

/// Rows and targets that formulas are fitted to; borrowed, must outlive the objective.
struct FitData {
  FeatureView features;
  /// Regression: one. K = 2 classes: the indicator of the second. K > 2: one indicator per class.
  std::vector<std::span<const float>> targets;
};

/// Fit objective: the formula itself predicts the target. A vector formula is reduced to
/// sum_k c_k f_k + intercept, f_k a product of sums over the coordinates.
///
/// error: residual variance over variance, averaged over the targets that vary.
/// complexity: nodes of sum_k c_k f_k, a sum over the coordinates counting as what it sums.
/// criterion: the extended Bayesian information criterion, n m ln(error) + m k (ln n + 2 gamma ln
/// p) with n rows, m targets (K-1 for K > 2 indicators), k terms, p = max_degree candidate terms
/// (Chen and Chen, Extended Bayesian information criteria, Biometrika 2008, with k ln p in place of
/// ln C(p, k), which falls again for k > p/2). The error is never taken below what rounding the
/// targets to float32 alone can cause.
///
/// A formula that is a polynomial in x is scored from a Gram matrix of power sums in float64,
/// computed once: its cost does not depend on the number of rows, and a set of exponents is fitted
/// once. Any other goes block by block through the float32 evaluator, with literals inside functions
/// refined on request, weight vectors and parameters always (internal/refine.hpp). A term that leaves float32 on
/// some row cannot be scored: no network could evaluate it.
class FitObjective final : public Objective {
 public:
  FitObjective(FitData data, FitOptions options);
  ~FitObjective() override;

  [[nodiscard]] std::uint64_t key(const formula::Formula& formula) const override;
  [[nodiscard]] std::vector<Score> score(std::span<const formula::Formula> formulas,
                                         const Executor& executor) const override;
  /// With the coefficients of the first target that varies. Terms that depend linearly on those
  /// before them are left out, literals are as refined. A formula that cannot be scored is only
  /// simplified.
  [[nodiscard]] formula::Formula fitted(const formula::Formula& formula) const override;

  [[nodiscard]] Score score_one(const formula::Formula& formula) const;
  /// Error on other rows of the coefficients and intercepts fitted here: residual sum of squares
  /// over the sum of squares about those rows' mean, averaged over the targets that vary there;
  /// infinity where no target varies or a value is not finite.
  [[nodiscard]] double holdout_error(const formula::Formula& formula, const FitData& holdout) const;
  /// Criterion of an error reached with that many terms.
  [[nodiscard]] double criterion(double error, std::size_t n_terms) const;

 private:
  struct Tables;
  std::unique_ptr<Tables> tables_;
};

}  // namespace neuronsmith::search
