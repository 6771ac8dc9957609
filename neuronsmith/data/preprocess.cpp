#include "neuronsmith/data/preprocess.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/internal/encode.hpp"
#include "neuronsmith/data/internal/fit_encoding.hpp"

namespace neuronsmith {
namespace {

using internal::Clipping;

void require_kind(const Table& table, const Column& column, const ColumnEncoding& encoding) {
  if (column.kind == encoding.kind) return;
  const bool numeric = encoding.kind == ColumnKind::Numeric;
  throw DataError(fmt::format("{}: column \"{}\" is {}, the model was trained on {}",
                              table.source,
                              column.name,
                              numeric ? "text" : "numeric",
                              numeric ? "numbers" : "text"));
}

/// Where the columns of all encodings are. Throws DataError naming every one that is not there.
std::vector<std::size_t> find_columns(const Table& table,
                                      std::span<const ColumnEncoding> encodings) {
  std::vector<std::size_t> found;
  std::string lacking;
  std::size_t n_lacking = 0;
  for (const ColumnEncoding& encoding : encodings) {
    if (const auto place = table.find(encoding.column)) {
      require_kind(table, table.columns[*place], encoding);
      found.push_back(*place);
      continue;
    }
    lacking += fmt::format("{}\"{}\"", lacking.empty() ? "" : ", ", encoding.column);
    ++n_lacking;
  }
  if (n_lacking == 0) return found;
  throw DataError(fmt::format("{}: the model needs the column{} {}; the table has {}",
                              table.source,
                              n_lacking == 1 ? "" : "s",
                              lacking,
                              list_names(table.columns)));
}

/// Gives the values back to the system; the name stays. (`numbers = {}` would keep the capacity.)
void release(Column& column) {
  std::vector<float>().swap(column.numbers);
  std::vector<std::uint32_t>().swap(column.codes);
  std::vector<std::string>().swap(column.texts);
}

void release_others(Table& table, std::span<const std::size_t> used) {
  for (std::size_t j = 0; j < table.columns.size(); ++j) {
    if (std::ranges::find(used, j) == used.end()) release(table.columns[j]);
  }
}

}  // namespace

Preprocessor::Preprocessor(const Table& table,
                           std::span<const std::size_t> excluded,
                           std::span<const std::uint32_t> training_rows,
                           const PreprocessOptions& options)
    : options_(options) {
  for (std::size_t j = 0; j < table.columns.size(); ++j) {
    if (std::ranges::find(excluded, j) != excluded.end()) continue;
    auto encoding = internal::fit_encoding(table, table.columns[j], training_rows, options);
    if (encoding) encodings_.push_back(std::move(*encoding));
  }
  if (!encodings_.empty()) return;
  throw DataError(
      fmt::format("{}: no column is left to learn from: beside the target and those left "
                  "out, none varies in the training rows",
                  table.source));
}

std::size_t Preprocessor::n_features() const {
  std::size_t n = 0;
  for (const ColumnEncoding& encoding : encodings_) n += encoding.n_features();
  return n;
}

std::vector<std::string> Preprocessor::feature_names() const {
  std::vector<std::string> names;
  for (const ColumnEncoding& encoding : encodings_) {
    if (!encoding.one_hot) {
      names.push_back(encoding.column);
      continue;
    }
    for (const std::string& category : encoding.categories) {
      names.push_back(fmt::format("{}={}", encoding.column, category));
    }
    if (encoding.missing_is_category) names.back() = fmt::format("{}=(missing)", encoding.column);
  }
  return names;
}

std::map<std::string, ColumnKind, std::less<>> Preprocessor::kinds() const {
  std::map<std::string, ColumnKind, std::less<>> kinds;
  for (const ColumnEncoding& encoding : encodings_) kinds.emplace(encoding.column, encoding.kind);
  return kinds;
}

FeatureMatrix Preprocessor::transform(const Table& table,
                                      std::span<const std::uint32_t> rows) const {
  const std::vector<std::size_t> places = find_columns(table, encodings_);
  FeatureMatrix features(rows.size(), n_features());
  const Clipping clipping = options_.clip ? Clipping::On : Clipping::Off;
  std::size_t first = 0;
  for (std::size_t k = 0; k < encodings_.size(); ++k) {
    internal::encode(encodings_[k], table.columns[places[k]], rows, clipping, features, first);
    first += encodings_[k].n_features();
  }
  return features;
}

FeatureMatrix Preprocessor::transform(Table&& table, std::span<const std::uint32_t> rows) const {
  const std::vector<std::size_t> places = find_columns(table, encodings_);
  release_others(table, places);
  FeatureMatrix features(rows.size(), n_features());
  const Clipping clipping = options_.clip ? Clipping::On : Clipping::Off;
  std::size_t first = 0;
  for (std::size_t k = 0; k < encodings_.size(); ++k) {
    Column& column = table.columns[places[k]];
    internal::encode(encodings_[k], column, rows, clipping, features, first);
    release(column);
    first += encodings_[k].n_features();
  }
  return features;
}

}  // namespace neuronsmith
