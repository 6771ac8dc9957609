#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/core/json.hpp"
#include "neuronsmith/data/feature_matrix.hpp"
#include "neuronsmith/data/table.hpp"

namespace neuronsmith {

/// What values are brought to, by what the training rows show.
enum class Scaling : std::uint8_t {
  None,
  Standard,      ///< mean 0, standard deviation 1 (population)
  MinMax,        ///< to [0, 1]
  MinMaxSigned,  ///< to [-1, 1]
};

/// "none", "standard", "minmax", "minmax-signed". parse throws ConfigError naming `option`.
[[nodiscard]] std::string_view name(Scaling scaling);
[[nodiscard]] Scaling parse_scaling(std::string_view text, std::string_view option);

/// scaled = (value - offset) * factor.
struct Affine {
  double offset = 0.0;
  double factor = 1.0;

  [[nodiscard]] double apply(double value) const { return (value - offset) * factor; }
  [[nodiscard]] double invert(double scaled) const { return scaled / factor + offset; }
};

/// By finite values only; a constant gets factor 1 (and offset its value unless scaling is None).
[[nodiscard]] Affine fit_scaling(Scaling scaling, std::span<const float> values);

/// Options of a Preprocessor.
struct PreprocessOptions {
  Scaling scaling = Scaling::Standard;
  /// Text columns with up to so many distinct values become one column each (one-hot), others one
  /// column of ranks by frequency (0 the most frequent); >= 0.
  std::size_t one_hot_limit = 12;
  /// Scaled inputs are kept within what the training rows span, so that powers of them do not
  /// explode on rows further out.
  bool clip = true;
  /// Numeric columns that are constant on the training rows stay inputs, as a published network of
  /// a given size may want it.
  bool keep_constants = false;
};

/// How one column of a table becomes inputs of a network.
struct ColumnEncoding {
  std::string column;
  ColumnKind kind = ColumnKind::Numeric;
  bool one_hot = false;
  /// Text: values seen in training; one-hot in order of the text, ranks in order of frequency (ties
  /// by text). A value not seen: all zeros, or the rank after the last. A missing value is a value
  /// like any other when training rows lack some, otherwise one not seen.
  std::vector<std::string> categories;
  bool missing_is_category = false;  ///< then the last of the categories is the missing value
  double fill = 0.0;  ///< numeric: what replaces a missing value, the training median
  Affine scale;       ///< numeric and ranks; one-hot columns stay 0 and 1
  float low = 0.0F;   ///< span of the scaled training values
  float high = 0.0F;

  [[nodiscard]] std::size_t n_features() const { return one_hot ? categories.size() : 1; }
};

/// Turns tables into features; fitted on training rows only, kept inside a model.
class Preprocessor {
 public:
  Preprocessor() = default;

  /// Fits all columns but those in `excluded` (the target, columns that the user drops) on the rows
  /// given. Columns that are constant there give no feature, unless the options keep them. Throws
  /// DataError naming the column when one has no value at all in the whole table, or when no feature
  /// is left.
  Preprocessor(const Table& table,
               std::span<const std::size_t> excluded,
               std::span<const std::uint32_t> training_rows,
               const PreprocessOptions& options);

  [[nodiscard]] std::span<const ColumnEncoding> encodings() const { return encodings_; }
  [[nodiscard]] const PreprocessOptions& options() const { return options_; }
  [[nodiscard]] std::size_t n_features() const;
  /// One name per feature: "length", "sex=M".
  [[nodiscard]] std::vector<std::string> feature_names() const;
  /// Kinds that a table's columns must be read as, for ReadOptions::kinds.
  [[nodiscard]] std::map<std::string, ColumnKind, std::less<>> kinds() const;

  /// Features of the given rows, in that order: [n_features][rows]. Throws DataError naming the
  /// columns that the table lacks.
  [[nodiscard]] FeatureMatrix transform(const Table& table,
                                        std::span<const std::uint32_t> rows) const;
  /// The same, releasing each column of the table once it is used, so that both never lie in memory
  /// in full.
  [[nodiscard]] FeatureMatrix transform(Table&& table, std::span<const std::uint32_t> rows) const;

 private:
  friend Json to_json(const Preprocessor& preprocessor);
  friend Preprocessor preprocessor_from_json(const Json& json, const std::string& source);

  PreprocessOptions options_;
  std::vector<ColumnEncoding> encodings_;
};

/// As part of model.json. Reading throws ParseError naming `source` and the key.
[[nodiscard]] Json to_json(const Preprocessor& preprocessor);
[[nodiscard]] Preprocessor preprocessor_from_json(const Json& json, const std::string& source);

}  // namespace neuronsmith
