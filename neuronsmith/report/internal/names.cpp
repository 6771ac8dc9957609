#include "neuronsmith/report/internal/names.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "neuronsmith/report/internal/html.hpp"

namespace neuronsmith::report::internal {

std::string metric_label(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, std::string_view>, 6> kLabels = {{
      {"r2", "R²"},
      {"mse", "MSE"},
      {"rmse", "RMSE"},
      {"mae", "MAE"},
      {"roc_auc", "ROC AUC"},
      {"f1", "F1"},
  }};
  for (const auto& [key, label] : kLabels) {
    if (key == name) return std::string(label);
  }
  std::string text = shortened(name, 30);
  std::ranges::replace(text, '_', ' ');
  return text;
}

std::string duration_text(double seconds) {
  if (seconds < 60.0) return fmt::format("{:.2g} s", seconds);
  const double whole = std::round(seconds);
  if (whole < 3600.0)
    return fmt::format("{:.0f} min {:.0f} s", std::floor(whole / 60), std::fmod(whole, 60));
  const double minutes = std::round(seconds / 60);
  return fmt::format("{:.0f} h {:.0f} min", std::floor(minutes / 60), std::fmod(minutes, 60));
}

std::string clock_text(std::string_view time) {
  if (time.size() < 16 || time[10] != 'T') return std::string(time);
  return fmt::format("{} {} UTC", time.substr(0, 10), time.substr(11, 5));
}

std::string file_name(std::string_view path) {
  const std::size_t slash = path.find_last_of('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string shell_quoted(std::string_view word) {
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

}  // namespace neuronsmith::report::internal
