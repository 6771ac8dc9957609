#pragma once

#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace neuronsmith {

struct Metric {
  std::string_view name;
  double value = 0.0;
};
using Metrics = std::vector<Metric>;

/// The value of that name; throws InternalError when there is none.
[[nodiscard]] double value_of(const Metrics& metrics, std::string_view name);

/// mse, rmse, mae, r2 (about the mean of these rows; NaN when they are constant). Not empty.
[[nodiscard]] Metrics regression_metrics(std::span<const double> truth,
                                         std::span<const double> prediction);

/// accuracy, balanced_accuracy (mean recall of the classes present), log_loss (natural;
/// probabilities clipped to [e, 1 - e], e = 2^-52, and not normalised again), roc_auc (two classes:
/// of the second; more: one-versus-rest, mean over the classes; ties count half; NaN when a class
/// is absent), f1 (two classes: of the second; more: mean over the classes present in truth or
/// prediction). `probabilities` [n_classes][n_rows], not empty, n_classes >= 2; the predicted class
/// is the most probable, the first of equals. As scikit-learn 1.9 defines them for float64
/// probabilities. Where a probability is NaN, log_loss and roc_auc are.
[[nodiscard]] Metrics classification_metrics(std::span<const std::uint32_t> truth,
                                             std::span<const float> probabilities,
                                             std::size_t n_classes);

}  // namespace neuronsmith
