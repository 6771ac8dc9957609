#include "neuronsmith/data/metrics.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr double kProbabilityClip = std::numeric_limits<double>::epsilon();

double mean(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double squares_about(std::span<const double> values, double centre) {
  double sum = 0.0;
  for (const double value : values) sum += (value - centre) * (value - centre);
  return sum;
}

bool is_constant(std::span<const double> values) {
  return std::ranges::all_of(values, [&](double value) { return value == values.front(); });
}

/// What a classifier said of rows: probabilities [n_classes][n_rows] beside the truth.
struct Verdicts {
  std::span<const std::uint32_t> truth;
  std::span<const float> probabilities;
  std::size_t n_classes;
  std::vector<std::uint32_t> predicted;

  Verdicts(std::span<const std::uint32_t> truth_in,
           std::span<const float> probabilities_in,
           std::size_t n_classes_in)
      : truth(truth_in), probabilities(probabilities_in), n_classes(n_classes_in) {
    for (std::size_t i = 0; i < truth.size(); ++i) predicted.push_back(most_probable(i));
  }

  [[nodiscard]] std::span<const float> of_class(std::size_t c) const {
    return probabilities.subspan(c * truth.size(), truth.size());
  }
  [[nodiscard]] std::uint32_t most_probable(std::size_t row) const {
    std::size_t best = 0;
    for (std::size_t c = 1; c < n_classes; ++c) {
      if (of_class(c)[row] > of_class(best)[row]) best = c;
    }
    return static_cast<std::uint32_t>(best);
  }
};

/// Rows of one class by truth and prediction.
struct ClassCounts {
  std::size_t true_positives = 0;
  std::size_t in_truth = 0;
  std::size_t in_prediction = 0;

  [[nodiscard]] double recall() const {
    return static_cast<double>(true_positives) / static_cast<double>(in_truth);
  }
  /// 0 where the class is in neither, as scikit-learn's zero_division has it.
  [[nodiscard]] double f1() const {
    const std::size_t both = in_truth + in_prediction;
    return both == 0 ? 0.0 : 2.0 * static_cast<double>(true_positives) / static_cast<double>(both);
  }
};

std::vector<ClassCounts> count_classes(const Verdicts& verdicts) {
  std::vector<ClassCounts> counts(verdicts.n_classes);
  for (std::size_t i = 0; i < verdicts.truth.size(); ++i) {
    ++counts[verdicts.truth[i]].in_truth;
    ++counts[verdicts.predicted[i]].in_prediction;
    if (verdicts.truth[i] == verdicts.predicted[i]) ++counts[verdicts.truth[i]].true_positives;
  }
  return counts;
}

double accuracy(std::span<const ClassCounts> counts, std::size_t n_rows) {
  std::size_t right = 0;
  for (const ClassCounts& count : counts) right += count.true_positives;
  return static_cast<double>(right) / static_cast<double>(n_rows);
}

double balanced_accuracy(std::span<const ClassCounts> counts) {
  double sum = 0.0;
  double present = 0.0;
  for (const ClassCounts& count : counts) {
    if (count.in_truth == 0) continue;
    sum += count.recall();
    present += 1.0;
  }
  return sum / present;
}

double f1(std::span<const ClassCounts> counts) {
  if (counts.size() == 2) return counts[1].f1();
  double sum = 0.0;
  double present = 0.0;
  for (const ClassCounts& count : counts) {
    if (count.in_truth + count.in_prediction == 0) continue;
    sum += count.f1();
    present += 1.0;
  }
  return sum / present;
}

double log_loss(const Verdicts& verdicts) {
  double sum = 0.0;
  for (std::size_t i = 0; i < verdicts.truth.size(); ++i) {
    const double probability = static_cast<double>(verdicts.of_class(verdicts.truth[i])[i]);
    sum -= std::log(std::clamp(probability, kProbabilityClip, 1.0 - kProbabilityClip));
  }
  return sum / static_cast<double>(verdicts.truth.size());
}

/// Mann-Whitney: the ranks of the class's rows say how many pairs (row of the class, other row) are
/// in the right order. Equal scores share the mean of their ranks, which counts a tied pair half.
double roc_auc_of_class(const Verdicts& verdicts, std::size_t c) {
  const std::span<const float> scores = verdicts.of_class(c);
  std::vector<std::uint32_t> order(scores.size());
  std::iota(order.begin(), order.end(), 0u);
  std::ranges::sort(order, {}, [&](std::uint32_t row) { return scores[row]; });

  double rank_sum = 0.0;
  double positives = 0.0;
  for (std::size_t first = 0; first < order.size();) {
    std::size_t last = first;
    double members = 0.0;
    for (; last < order.size() && scores[order[last]] == scores[order[first]]; ++last) {
      if (verdicts.truth[order[last]] == c) members += 1.0;
    }
    rank_sum += members * (0.5 * static_cast<double>(first + last + 1));
    positives += members;
    first = last;
  }
  const double negatives = static_cast<double>(order.size()) - positives;
  return (rank_sum - 0.5 * positives * (positives + 1.0)) / (positives * negatives);
}

double roc_auc(const Verdicts& verdicts, std::span<const ClassCounts> counts) {
  const auto absent = [](const ClassCounts& count) { return count.in_truth == 0; };
  if (std::ranges::any_of(counts, absent)) return kNaN;
  if (verdicts.n_classes == 2) return roc_auc_of_class(verdicts, 1);
  double sum = 0.0;
  for (std::size_t c = 0; c < verdicts.n_classes; ++c) sum += roc_auc_of_class(verdicts, c);
  return sum / static_cast<double>(verdicts.n_classes);
}

bool has_nan(std::span<const float> values) {
  return std::ranges::any_of(values, [](float value) { return std::isnan(value); });
}

}  // namespace

double value_of(const Metrics& metrics, std::string_view name) {
  const auto found = std::ranges::find(metrics, name, &Metric::name);
  NEURONSMITH_CHECK(found != metrics.end(), fmt::format("there is no metric {}", name));
  return found->value;
}

Metrics regression_metrics(std::span<const double> truth, std::span<const double> prediction) {
  NEURONSMITH_CHECK(!truth.empty() && truth.size() == prediction.size(), "one prediction a row");
  double squares = 0.0;
  double magnitudes = 0.0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double error = prediction[i] - truth[i];
    squares += error * error;
    magnitudes += std::abs(error);
  }
  const auto n = static_cast<double>(truth.size());
  const double r2 = is_constant(truth) ? kNaN : 1.0 - squares / squares_about(truth, mean(truth));
  return {
      {"mse", squares / n}, {"rmse", std::sqrt(squares / n)}, {"mae", magnitudes / n}, {"r2", r2}};
}

Metrics classification_metrics(std::span<const std::uint32_t> truth,
                               std::span<const float> probabilities,
                               std::size_t n_classes) {
  NEURONSMITH_CHECK(!truth.empty() && n_classes >= 2, "rows and at least two classes");
  NEURONSMITH_CHECK(probabilities.size() == n_classes * truth.size(),
                    "one probability a class and row");
  NEURONSMITH_CHECK(*std::ranges::max_element(truth) < n_classes, "truth is a class");
  const Verdicts verdicts(truth, probabilities, n_classes);
  const std::vector<ClassCounts> counts = count_classes(verdicts);
  const bool defined = !has_nan(probabilities);
  return {{"accuracy", accuracy(counts, truth.size())},
          {"balanced_accuracy", balanced_accuracy(counts)},
          {"log_loss", defined ? log_loss(verdicts) : kNaN},
          {"roc_auc", defined ? roc_auc(verdicts, counts) : kNaN},
          {"f1", f1(counts)}};
}

}  // namespace neuronsmith
