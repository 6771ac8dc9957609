#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <optional>
#include <string>

#include "neuronsmith/data/table.hpp"

namespace neuronsmith {

/// How a file becomes a table.
struct ReadOptions {
  /// ',', ';', '\t' ...; absent: tab for .tsv and .tab, otherwise the one of , ; tab that the first
  /// line holds most of.
  std::optional<char> delimiter = std::nullopt;
  /// Without a header the columns are called x0, x1, ... and the last one y.
  bool has_header = true;
  /// Column whose distinct texts are kept even when it is numeric (class labels); "" is the last.
  std::optional<std::string> label_column = std::nullopt;
  /// Kinds that columns must have (a model's inputs); the others are found out by reading.
  std::map<std::string, ColumnKind, std::less<>> kinds = {};
};

/// Reads CSV or TSV (RFC 4180; also with ; and with CR LF; UTF-8, byte order mark skipped) and ARFF
/// (.arff: numeric, nominal and string attributes, no sparse rows), each also gzip'ed, told by the
/// first bytes and not by the name.
///
/// A column is numeric when every field that is not missing is a finite number in float32,
/// otherwise text, with its texts as they stand in the file. Missing are empty fields and ?, NA,
/// N/A, NaN, null in any case, in quotes too. Space around fields is dropped, in quotes it stays. A
/// quote inside a field without quotes is a character like any other. Lines without any field are
/// skipped. Distinct texts of a label column are kept up to kMaxLabels. In ARFF the header tells
/// the kinds, and of texts only a bare ? is missing.
///
/// Throws IoError naming the file, or DataError naming file, line (where the row begins, lines
/// inside quotes counted) and column: an empty file, no header (nothing in it but numbers), an
/// empty or repeated name, no rows, a row with too many or too few fields, an infinite number or
/// one beyond float32, text in a column that must be numeric, a quote that is never closed or
/// stands where none may, a NUL byte, text that is not UTF-8, a gzip stream that is damaged or cut
/// off.
///
/// Reads twice when text first turns up after the first 128 KiB; memory is the table and little
/// more.
[[nodiscard]] Table read_table(const std::string& path, const ReadOptions& options = {});

inline constexpr std::size_t kMaxLabels = 1000;

}  // namespace neuronsmith
