#include "neuronsmith/experiment/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <unsupported/Eigen/SpecialFunctions>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::experiment {
namespace {

constexpr double kTied = 1e-12;

double as_double(std::size_t n) { return static_cast<double>(n); }

double sign_of(double value) { return value > 0.0 ? 1.0 : value < 0.0 ? -1.0 : 0.0; }

double median_of(std::vector<double> values) {
  std::ranges::sort(values);
  const std::size_t middle = values.size() / 2;
  return values.size() % 2 == 1 ? values[middle] : 0.5 * (values[middle - 1] + values[middle]);
}

/// Rank sums of both signs, and what ties do to their variance.
struct RankSums {
  double positive = 0.0;
  double negative = 0.0;
  double tie_cubes = 0.0;  ///< sum of t^3 - t over groups of t tied magnitudes
};

/// `differences` hold no 0 and are ordered by magnitude.
RankSums rank_sums(std::span<const double> differences) {
  RankSums sums;
  const double tolerance = differences.empty() ? 0.0 : kTied * std::abs(differences.back());
  for (std::size_t first = 0; first < differences.size();) {
    std::size_t end = first + 1;
    while (end < differences.size() &&
           std::abs(differences[end]) - std::abs(differences[first]) <= tolerance) {
      ++end;
    }
    const double rank = 0.5 * as_double(first + 1 + end);  // the mean of first + 1 ... end
    for (std::size_t i = first; i < end; ++i) {
      (differences[i] > 0.0 ? sums.positive : sums.negative) += rank;
    }
    const double tied = as_double(end - first);
    sums.tie_cubes += tied * tied * tied - tied;
    first = end;
  }
  return sums;
}

/// Twice the probability that a rank sum of n differences without ties is at most `statistic`.
double exact_p_value(double statistic, std::size_t n) {
  // ways[s]: sets of ranks 1 ... n that add up to s; whole numbers below 2^53, so exact.
  std::vector<double> ways(n * (n + 1) / 2 + 1, 0.0);
  ways[0] = 1.0;
  for (std::size_t rank = 1; rank <= n; ++rank) {
    for (std::size_t s = ways.size(); s-- > rank;) ways[s] += ways[s - rank];
  }
  const auto last = static_cast<std::ptrdiff_t>(statistic) + 1;
  const double below = std::accumulate(ways.begin(), ways.begin() + last, 0.0);
  return std::min(1.0, 2.0 * below / std::exp2(as_double(n)));
}

double normal_p_value(double statistic, std::size_t n, double tie_cubes) {
  const double m = as_double(n);
  const double mean = m * (m + 1.0) / 4.0;
  const double variance = m * (m + 1.0) * (2.0 * m + 1.0) / 24.0 - tie_cubes / 48.0;
  const double distance = std::max(0.0, std::abs(statistic - mean) - 0.5);
  return std::erfc(distance / std::sqrt(variance) / std::numbers::sqrt2);
}

}  // namespace

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / as_double(values.size());
}

Summary summarise(std::span<const double> values) {
  NEURONSMITH_CHECK(!values.empty(), "nothing to summarise");
  Summary summary{.mean = mean_of(values),
                  .median = median_of({values.begin(), values.end()}),
                  .n = values.size()};
  if (values.size() == 1) return summary;
  // Equal values have no spread, whatever rounding their mean suffered.
  if (std::ranges::all_of(values, [&](double v) { return v == values[0]; })) return summary;
  double squares = 0.0;
  for (const double value : values) squares += (value - summary.mean) * (value - summary.mean);
  summary.deviation = std::sqrt(squares / as_double(values.size() - 1));
  return summary;
}

double Summary::population_deviation() const {
  return deviation * std::sqrt((as_double(n) - 1.0) / as_double(n));
}

SignedRank signed_rank_test(std::span<const double> differences) {
  std::vector<double> kept;
  std::ranges::copy_if(differences, std::back_inserter(kept), [](double d) { return d != 0.0; });
  std::ranges::sort(kept, [](double a, double b) { return std::abs(a) < std::abs(b); });
  SignedRank result{.n = kept.size()};
  if (kept.empty()) return result;
  const RankSums sums = rank_sums(kept);
  result.statistic = std::min(sums.positive, sums.negative);
  result.rank_biserial = (sums.positive - sums.negative) / (sums.positive + sums.negative);
  result.is_exact = sums.tie_cubes == 0.0 && result.n <= kMostExact;
  result.p_value = result.is_exact ? exact_p_value(result.statistic, result.n)
                                   : normal_p_value(result.statistic, result.n, sums.tie_cubes);
  return result;
}

ResampledT corrected_resampled_t_test(std::span<const double> differences,
                                      std::size_t n_test,
                                      std::size_t n_train,
                                      double confidence) {
  NEURONSMITH_CHECK(differences.size() >= 2 && n_train > 0, "too little for a t test");
  const Summary summary = summarise(differences);
  const double n = as_double(differences.size());
  const double factor = 1.0 / n + as_double(n_test) / as_double(n_train);
  const double error = summary.deviation * std::sqrt(factor);
  const double reach = error * student_t_quantile(1.0 - confidence, n - 1.0);
  ResampledT result{.low = summary.mean - reach, .high = summary.mean + reach};
  result.t = error > 0.0 ? summary.mean / error
                         : sign_of(summary.mean) * std::numeric_limits<double>::infinity();
  if (error == 0.0 && summary.mean == 0.0) result.t = 0.0;
  result.p_value = student_t_two_sided(result.t, n - 1.0);
  return result;
}

double cohens_d(std::span<const double> differences) {
  const Summary summary = summarise(differences);
  if (summary.mean == 0.0) return 0.0;
  return summary.mean / summary.deviation;
}

std::vector<double> holm(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return p_values[i]; });
  std::vector<double> adjusted(p_values.size());
  double largest = 0.0;
  for (std::size_t place = 0; place < order.size(); ++place) {
    const double scaled = as_double(order.size() - place) * p_values[order[place]];
    largest = std::max(largest, std::min(1.0, scaled));
    adjusted[order[place]] = largest;
  }
  return adjusted;
}

double student_t_two_sided(double t, double degrees) {
  if (std::isinf(t)) return 0.0;
  return Eigen::numext::betainc(0.5 * degrees, 0.5, degrees / (degrees + t * t));
}

double student_t_quantile(double p, double degrees) {
  double low = 0.0;
  double high = 1.0;
  while (student_t_two_sided(high, degrees) > p) high *= 2.0;
  // The probability falls with t; 100 halvings leave neighbouring numbers.
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (student_t_two_sided(middle, degrees) > p ? low : high) = middle;
  }
  return high;
}

}  // namespace neuronsmith::experiment
