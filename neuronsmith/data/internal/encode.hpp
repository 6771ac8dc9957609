#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/data/preprocess.hpp"
#include "neuronsmith/data/table.hpp"

namespace neuronsmith::internal {

/// The place of every code in an encoding's categories, n_categories where it has none; the last
/// entry is for the missing value.
class CategoryPlaces {
 public:
  CategoryPlaces(const ColumnEncoding& encoding, const Column& column);

  [[nodiscard]] std::uint32_t of(std::uint32_t code) const {
    return code == kMissingCode ? places_.back() : places_[code];
  }

 private:
  std::vector<std::uint32_t> places_;
};

/// Whether values beyond what the training rows span are brought back to it.
enum class Clipping : std::uint8_t { Off, On };

/// Writes the features of `rows` of a column to `features`, from place `first` on.
void encode(const ColumnEncoding& encoding,
            const Column& column,
            std::span<const std::uint32_t> rows,
            Clipping clipping,
            FeatureMatrix& features,
            std::size_t first);

}  // namespace neuronsmith::internal
