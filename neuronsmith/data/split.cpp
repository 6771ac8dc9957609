#include "neuronsmith/data/split.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"

namespace neuronsmith {
namespace {

using Rows = std::vector<std::uint32_t>;
using Counts = std::vector<std::size_t>;

/// Whole rows for a share; any share above 0 gets one.
std::size_t part_size(std::size_t n_rows, double share) {
  if (share == 0.0) return 0;
  const double rows = std::round(share * static_cast<double>(n_rows));
  return std::max<std::size_t>(1, static_cast<std::size_t>(rows));
}

/// Sizes of the parts that are not for training.
struct PartSizes {
  std::size_t validation = 0;
  std::size_t test = 0;
};

PartSizes part_sizes(std::size_t n_rows, const SplitOptions& options) {
  options.validate();
  const PartSizes sizes{part_size(n_rows, options.validation), part_size(n_rows, options.test)};
  if (sizes.validation + sizes.test < n_rows) return sizes;
  throw DataError(fmt::format(
      "--split: {} row{} cannot give {} for validation, {} for the test and at least one "
      "for training",
      n_rows,
      n_rows == 1 ? "" : "s",
      sizes.validation,
      sizes.test));
}

Rows shuffled(Rows rows, Random& random) {
  random.shuffle(std::span(rows));
  return rows;
}

/// Moves the last `n` rows to `part`.
void deal(Rows& rows, std::size_t n, Rows& part) {
  const auto first = rows.end() - static_cast<std::ptrdiff_t>(n);
  part.insert(part.end(), first, rows.end());
  rows.erase(first, rows.end());
}

void sort_parts(Split& split) {
  for (Rows* part : {&split.training, &split.validation, &split.test}) std::ranges::sort(*part);
}

std::vector<Rows> rows_by_class(std::span<const std::uint32_t> classes) {
  std::vector<Rows> rows;
  for (std::size_t i = 0; i < classes.size(); ++i) {
    if (classes[i] >= rows.size()) rows.resize(classes[i] + 1);
    rows[classes[i]].push_back(static_cast<std::uint32_t>(i));
  }
  return rows;
}

/// Divides `size` rows among classes in proportion to `counts` by largest remainders, at most
/// `available` of each; what one class cannot give, others do as far as they have rows.
Counts allot(std::size_t size, const Counts& counts, const Counts& available) {
  const std::size_t total = std::accumulate(counts.begin(), counts.end(), std::size_t{0});
  Counts taken(counts.size());
  std::vector<double> wanting(counts.size());
  std::size_t left = size;
  for (std::size_t c = 0; c < counts.size(); ++c) {
    const double quota =
        static_cast<double>(size) * static_cast<double>(counts[c]) / static_cast<double>(total);
    taken[c] = std::min(static_cast<std::size_t>(quota), available[c]);
    wanting[c] = quota - static_cast<double>(taken[c]);
    left -= taken[c];
  }
  for (; left > 0; --left) {
    std::size_t best = counts.size();
    for (std::size_t c = 0; c < counts.size(); ++c) {
      if (taken[c] >= available[c]) continue;
      if (best == counts.size() || wanting[c] > wanting[best]) best = c;
    }
    if (best == counts.size()) break;
    ++taken[best];
    wanting[best] -= 1.0;
  }
  return taken;
}

/// What a class can give when one row of it stays for training.
Counts spare_rows(const std::vector<Rows>& rows) {
  Counts spare;
  for (const Rows& of_class : rows) spare.push_back(of_class.empty() ? 0 : of_class.size() - 1);
  return spare;
}

/// Rows of classes of one row are used only where nothing else is left for a part.
void deal_stratified(std::vector<Rows>& rows, const Counts& counts, std::size_t size, Rows& part) {
  Counts taken = allot(size, counts, spare_rows(rows));
  const bool none = std::ranges::all_of(taken, [](std::size_t n) { return n == 0; });
  for (std::size_t c = 0; size > 0 && none && c < rows.size(); ++c) {
    if (counts[c] != 1 || rows[c].empty()) continue;
    taken[c] = 1;
    break;
  }
  for (std::size_t c = 0; c < rows.size(); ++c) deal(rows[c], taken[c], part);
}

void require_rows(const Rows& part, std::size_t wanted, std::string_view name) {
  if (!part.empty() || wanted == 0) return;
  throw DataError(fmt::format(
      "--split: the classes have too few rows to give any for {} and keep one for training", name));
}

}  // namespace

void SplitOptions::validate() const {
  const bool valid = validation >= 0.0 && test >= 0.0 && validation + test < 1.0;
  if (valid) return;
  throw ConfigError(
      fmt::format("--split: shares of at least 0 with a sum below 1 are wanted, not {} for "
                  "validation and {} for the test",
                  validation,
                  test));
}

Split split_rows(std::size_t n_rows, const SplitOptions& options) {
  const PartSizes sizes = part_sizes(n_rows, options);
  Random random(options.seed, Purpose::Split);
  Split split;
  split.training.resize(n_rows);
  std::iota(split.training.begin(), split.training.end(), 0u);
  split.training = shuffled(std::move(split.training), random);
  deal(split.training, sizes.test, split.test);
  deal(split.training, sizes.validation, split.validation);
  sort_parts(split);
  return split;
}

Split split_stratified(std::span<const std::uint32_t> classes, const SplitOptions& options) {
  const PartSizes sizes = part_sizes(classes.size(), options);
  std::vector<Rows> rows = rows_by_class(classes);
  Counts counts;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    Random random(options.seed, Purpose::Split, 1, static_cast<std::uint32_t>(c));
    rows[c] = shuffled(std::move(rows[c]), random);
    counts.push_back(rows[c].size());
  }
  Split split;
  deal_stratified(rows, counts, sizes.test, split.test);
  deal_stratified(rows, counts, sizes.validation, split.validation);
  require_rows(split.test, sizes.test, "the test");
  require_rows(split.validation, sizes.validation, "validation");
  for (Rows& rest : rows) deal(rest, rest.size(), split.training);
  sort_parts(split);
  return split;
}

std::string_view name(ShiftSide side) { return side == ShiftSide::Low ? "low" : "high"; }

Shift parse_shift(std::string_view text) {
  constexpr std::string_view kColumn = "column=";
  constexpr std::string_view kSide = ",side=";
  const auto refuse = [&] {
    return ConfigError(fmt::format(
        "--shift must be column=NAME or column=NAME,side=low (or high), not \"{}\"", text));
  };
  if (!text.starts_with(kColumn)) throw refuse();
  std::string_view column = text.substr(kColumn.size());
  Shift shift;
  if (const std::size_t place = column.rfind(kSide); place != std::string_view::npos) {
    const std::string_view side = column.substr(place + kSide.size());
    if (side != "low" && side != "high") throw refuse();
    shift.side = side == "low" ? ShiftSide::Low : ShiftSide::High;
    column = column.substr(0, place);
  }
  if (column.empty()) throw refuse();
  shift.column = column;
  return shift;
}

Split split_shifted(std::span<const float> values,
                    const Shift& shift,
                    const SplitOptions& options) {
  const PartSizes sizes = part_sizes(values.size(), options);
  const float sign = shift.side == ShiftSide::High ? 1.0F : -1.0F;
  const auto outwards = [&](std::uint32_t row) { return sign * values[row]; };
  Rows with_value;
  Split split;
  for (std::uint32_t row = 0; row < values.size(); ++row) {
    (std::isnan(values[row]) ? split.training : with_value).push_back(row);
  }
  std::ranges::stable_sort(with_value, {}, outwards);
  // Rows from `place` on are the outer part; equal values are not torn apart.
  const auto border = [&](std::size_t place) {
    std::size_t up = place;
    std::size_t down = place;
    const auto is_torn = [&](std::size_t at) {
      return at > 0 && at < with_value.size() &&
             outwards(with_value[at - 1]) == outwards(with_value[at]);
    };
    while (is_torn(up)) ++up;
    while (is_torn(down)) --down;
    return up - place < place - down && up < with_value.size() ? up : down;
  };
  const auto inner_size = [&](std::size_t outer) {
    return with_value.size() - std::min(outer, with_value.size());
  };
  const std::size_t test_begins = border(inner_size(sizes.test));
  const std::size_t validation_begins =
      std::min(test_begins, border(inner_size(sizes.test + sizes.validation)));
  const bool has_all = validation_begins > 0 &&
                       (sizes.validation == 0 || validation_begins < test_begins) &&
                       (sizes.test == 0 || test_begins < with_value.size());
  if (!has_all) {
    throw DataError(
        fmt::format("--shift: column {} has too few different values to be divided into ranges",
                    shift.column));
  }
  const auto place = [&](std::size_t i) {
    return with_value.begin() + static_cast<std::ptrdiff_t>(i);
  };
  split.training.insert(split.training.end(), place(0), place(validation_begins));
  split.validation.assign(place(validation_begins), place(test_begins));
  split.test.assign(place(test_begins), place(with_value.size()));
  sort_parts(split);
  Random random(options.seed, Purpose::Split, 2);
  split.training = shuffled(std::move(split.training), random);
  return split;
}

}  // namespace neuronsmith
