#include "neuronsmith/search/internal/sums.hpp"

namespace neuronsmith::search::internal {

double mean_of(std::span<const float> values) {
  double sum = 0.0;
  for (const float value : values) sum += static_cast<double>(value);
  return sum / static_cast<double>(values.size());
}

double sum_of_squares_about_mean(std::span<const float> values) {
  const double mean = mean_of(values);
  double sum = 0.0;
  for (const float value : values) {
    const double distance = static_cast<double>(value) - mean;
    sum += distance * distance;
  }
  return sum;
}

}  // namespace neuronsmith::search::internal
