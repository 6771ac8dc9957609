#pragma once

#include <algorithm>
#include <cstddef>
#include <span>
#include <vector>

namespace neuronsmith {

/// What some values have in common. At least one value.
struct Summary {
  double mean = 0.0;
  double deviation = 0.0;  ///< of a sample (n - 1); 0 for a single value
  double median = 0.0;     ///< of an even number the mean of the middle two
  std::size_t n = 0;       ///< values

  /// Over n instead of n - 1, as numpy's default.
  [[nodiscard]] double population_deviation() const;
};
/// The values must be numbers: NaN has no place in an order.
[[nodiscard]] Summary summarise(std::span<const double> values);
[[nodiscard]] double mean_of(std::span<const double> values);
/// Half the width of the confidence interval of the mean, by Student's t; 0 for a single value, which
/// tells nothing of it.
[[nodiscard]] double mean_reach(std::span<const double> values, double confidence = 0.95);
/// The middle one, of an even number the lower of two: a value that was there. At least one.
template <typename T>
[[nodiscard]] T lower_median(std::vector<T> values) {
  std::ranges::sort(values);
  return values[(values.size() - 1) / 2];
}

/// Outcome of a Wilcoxon signed-rank test, two-sided (Wilcoxon, Individual comparisons by ranking
/// methods, 1945).
struct SignedRank {
  double statistic = 0.0;  ///< the lesser of the rank sums of both signs
  double p_value = 1.0;
  /// Matched-pairs rank-biserial correlation (Kerby, The simple difference formula, 2014): rank sum
  /// of the positive differences minus that of the negative ones, over their sum; -1 to 1.
  double rank_biserial = 0.0;
  std::size_t n = 0;      ///< differences other than 0
  bool is_exact = false;  ///< by the exact distribution, otherwise by the normal approximation
};

/// Differences of 0 are left out (Wilcoxon's own way); without any other p is 1. The distribution
/// is exact for up to kMostExact differences whose magnitudes are all different, otherwise normal
/// with corrections for ties and continuity. Magnitudes that lie within 1e-12 of the largest one's
/// size are tied: shares of rows that are equal on paper differ by that much in floating point.
[[nodiscard]] SignedRank signed_rank_test(std::span<const double> differences);
inline constexpr std::size_t kMostExact = 50;

/// Outcome of a corrected resampled t test, two-sided.
struct ResampledT {
  double t = 0.0;  ///< infinite when all differences are the same and not 0
  double p_value = 1.0;
  double low = 0.0;  ///< confidence interval of the mean difference
  double high = 0.0;
};

/// Nadeau and Bengio, Inference for the generalization error, Machine Learning 2003, eq. 8 and
/// section 4: the variance of a mean over J random splits is estimated by (1/J + n_test/n_train)
/// s^2, because training parts of several splits overlap; J - 1 degrees of freedom. Two differences
/// at least; n_train > 0. When all of them are 0, p is 1.
[[nodiscard]] ResampledT corrected_resampled_t_test(std::span<const double> differences,
                                                    std::size_t n_test,
                                                    std::size_t n_train,
                                                    double confidence = 0.95);

/// Cohen's d of paired values (d_z): mean over standard deviation of the differences. 0 when all
/// are 0, infinite when all are the same otherwise.
[[nodiscard]] double cohens_d(std::span<const double> differences);

/// p values adjusted for the number of comparisons, in the order given (Holm, A simple sequentially
/// rejective multiple test procedure, 1979): the chance of any false rejection stays at the level.
[[nodiscard]] std::vector<double> holm(std::span<const double> p_values);

/// Probability that Student's t of so many degrees of freedom is at least |t| away from 0.
[[nodiscard]] double student_t_two_sided(double t, double degrees);
/// The t > 0 that is exceeded in magnitude with probability p, 0 < p < 1.
[[nodiscard]] double student_t_quantile(double p, double degrees);
/// Probability that a number of that distribution is at least x >= 0.
[[nodiscard]] double chi_squared_above(double x, double degrees);
[[nodiscard]] double f_above(double x, double degrees, double other_degrees);

/// Several methods on several tables, judged by ranks: is any better than another?
struct FriedmanTest {
  std::vector<double> ranks;  ///< mean over the tables, one a method; 1 is the best
  double chi_squared = 0.0;   ///< k - 1 degrees of freedom (Friedman 1937)
  double p_value = 1.0;
  double f = 0.0;  ///< less conservative; infinite when all tables rank alike (Iman, Davenport 1980)
  double f_p_value = 1.0;
};

/// `losses` [table][method], less is better, equal ones share the mean of their ranks. Demsar,
/// Statistical comparisons of classifiers over multiple data sets, JMLR 2006, section 3.2.2, whose
/// formula takes no account of ties, so that many of them make the test conservative. Two tables and
/// two methods at least, all rows of the same length and of numbers.
[[nodiscard]] FriedmanTest friedman_test(std::span<const std::vector<double>> losses);

/// Nemenyi's test, as there: two methods differ at `level` when their mean ranks differ by at least so
/// much. At least two methods and one table.
[[nodiscard]] double critical_difference(std::size_t n_methods,
                                         std::size_t n_tables,
                                         double level = 0.05);

/// Methods (by place) that the test cannot tell apart: from the best mean rank to the worst, all largest
/// sets of at least two whose ranks span less than `difference`.
[[nodiscard]] std::vector<std::vector<std::size_t>> groups_within(std::span<const double> ranks,
                                                                  double difference);

/// The range of k independent standard normal numbers that is exceeded with probability p, 0 < p < 1:
/// the studentised range for infinitely many degrees of freedom.
[[nodiscard]] double normal_range_quantile(double p, std::size_t k);

}  // namespace neuronsmith
