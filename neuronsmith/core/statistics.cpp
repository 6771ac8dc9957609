#include "neuronsmith/core/statistics.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numbers>
#include <numeric>
#include <unsupported/Eigen/SpecialFunctions>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith {
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

/// Ranks from 1, the least value first; equal values share the mean of theirs.
std::vector<double> ranks_of(std::span<const double> values) {
  std::vector<double> ranks;
  for (const double value : values) {
    const auto below = std::ranges::count_if(values, [&](double v) { return v < value; });
    const auto equal = std::ranges::count(values, value);
    ranks.push_back(static_cast<double>(below) + 0.5 * static_cast<double>(equal + 1));
  }
  return ranks;
}

/// Probability that k independent standard normal numbers span at least `range`:
/// 1 - k int phi(z) (Phi(z) - Phi(z - range))^(k-1) dz, z the greatest of them.
double normal_range_above(double range, std::size_t k) {
  constexpr double kReach = 9.0;  // beyond it the density is below 1e-18
  constexpr int kSteps = 2000;    // the trapezoidal rule is exact to rounding for so smooth a peak
  const auto phi = [](double z) { return 0.5 * std::erfc(-z / std::numbers::sqrt2); };
  const double step = 2.0 * kReach / kSteps;
  double sum = 0.0;
  for (int i = 0; i <= kSteps; ++i) {
    const double z = -kReach + step * i;
    sum += std::exp(-0.5 * z * z) * std::pow(phi(z) - phi(z - range), as_double(k - 1));
  }
  return 1.0 - as_double(k) * sum * step / std::sqrt(2.0 * std::numbers::pi);
}

/// The x > 0 where `above`, which falls with x, is p.
template <typename Above>
double quantile_of(double p, Above above) {
  double low = 0.0;
  double high = 1.0;
  while (above(high) > p) high *= 2.0;
  // 100 halvings leave neighbouring numbers.
  for (int i = 0; i < 100; ++i) {
    const double middle = 0.5 * (low + high);
    (above(middle) > p ? low : high) = middle;
  }
  return high;
}

}  // namespace

double mean_of(std::span<const double> values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / as_double(values.size());
}

double mean_reach(std::span<const double> values, double confidence) {
  if (values.size() < 2) return 0.0;
  const auto n = static_cast<double>(values.size());
  return student_t_quantile(1.0 - confidence, n - 1.0) * summarise(values).deviation /
         std::sqrt(n);
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
  return quantile_of(p, [degrees](double t) { return student_t_two_sided(t, degrees); });
}

double chi_squared_above(double x, double degrees) {
  return Eigen::numext::igammac(0.5 * degrees, 0.5 * x);
}

double f_above(double x, double degrees, double other_degrees) {
  if (std::isinf(x)) return 0.0;
  return Eigen::numext::betainc(
      0.5 * other_degrees, 0.5 * degrees, other_degrees / (other_degrees + degrees * x));
}

FriedmanTest friedman_test(std::span<const std::vector<double>> losses) {
  NEURONSMITH_CHECK(losses.size() >= 2 && losses[0].size() >= 2, "too little to rank");
  const double n = as_double(losses.size());
  const double k = as_double(losses[0].size());
  FriedmanTest test{.ranks = std::vector<double>(losses[0].size(), 0.0)};
  for (const std::vector<double>& table : losses) {
    NEURONSMITH_CHECK(table.size() == losses[0].size(), "a method is missing on a table");
    const std::vector<double> ranks = ranks_of(table);
    for (std::size_t j = 0; j < ranks.size(); ++j) test.ranks[j] += ranks[j] / n;
  }
  double squares = 0.0;
  for (const double rank : test.ranks) squares += rank * rank;
  const double above_chance = squares - k * (k + 1.0) * (k + 1.0) / 4.0;
  test.chi_squared = std::max(0.0, 12.0 * n / (k * (k + 1.0)) * above_chance);
  test.p_value = chi_squared_above(test.chi_squared, k - 1.0);
  const double left = n * (k - 1.0) - test.chi_squared;
  // All tables of one opinion leave nothing but rounding.
  test.f = left > kTied * n * k ? (n - 1.0) * test.chi_squared / left
                                : std::numeric_limits<double>::infinity();
  test.f_p_value = f_above(test.f, k - 1.0, (k - 1.0) * (n - 1.0));
  return test;
}

double critical_difference(std::size_t n_methods, std::size_t n_tables, double level) {
  NEURONSMITH_CHECK(n_methods >= 2 && n_tables >= 1, "too little for a critical difference");
  const double k = as_double(n_methods);
  const double q = normal_range_quantile(level, n_methods) / std::numbers::sqrt2;
  return q * std::sqrt(k * (k + 1.0) / (6.0 * as_double(n_tables)));
}

std::vector<std::vector<std::size_t>> groups_within(std::span<const double> ranks,
                                                    double difference) {
  std::vector<std::size_t> order(ranks.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return ranks[i]; });
  std::vector<std::vector<std::size_t>> groups;
  std::size_t last_end = 0;
  for (std::size_t first = 0; first < order.size(); ++first) {
    std::size_t end = first + 1;
    while (end < order.size() && ranks[order[end]] - ranks[order[first]] < difference) ++end;
    if (end - first < 2 || end <= last_end) continue;
    last_end = end;
    groups.emplace_back(order.begin() + static_cast<std::ptrdiff_t>(first),
                        order.begin() + static_cast<std::ptrdiff_t>(end));
  }
  return groups;
}

double normal_range_quantile(double p, std::size_t k) {
  return quantile_of(p, [k](double range) { return normal_range_above(range, k); });
}

}  // namespace neuronsmith
