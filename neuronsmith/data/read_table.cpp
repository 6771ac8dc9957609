#include "neuronsmith/data/read_table.hpp"

#include <limits>
#include <set>

#include "neuronsmith/data/internal/byte_source.hpp"
#include "neuronsmith/data/internal/row_reader.hpp"
#include "neuronsmith/data/internal/table_builder.hpp"

namespace neuronsmith {
namespace {

using internal::ColumnPlan;
using internal::FieldKind;
using internal::TableBuilder;

/// The first pass reads so much only: nearly every text column shows itself there, and its rows
/// tell how long the others are.
constexpr std::size_t kProbeBytes = std::size_t{1} << 17;
constexpr std::size_t kWholeFile = std::numeric_limits<std::size_t>::max();

FieldKind kind_of(const ColumnPlan& column,
                  const ReadOptions& options,
                  const std::set<std::string>& text_columns) {
  if (const auto wanted = options.kinds.find(column.name); wanted != options.kinds.end()) {
    return wanted->second == ColumnKind::Numeric ? FieldKind::Numeric : FieldKind::Text;
  }
  return text_columns.contains(column.name) ? FieldKind::Text : column.kind;
}

void apply_options(std::vector<ColumnPlan>& plan,
                   const ReadOptions& options,
                   const std::set<std::string>& text_columns) {
  const std::string label = options.label_column.value_or("");
  for (ColumnPlan& column : plan) {
    column.kind = kind_of(column, options, text_columns);
    const bool is_last = &column == &plan.back();
    column.keep_labels =
        options.label_column.has_value() && (label.empty() ? is_last : column.name == label);
  }
}

/// A few rows more than the probe suggests: too many cost nothing, too few a copy of the column.
std::size_t estimate_rows(std::size_t probe_rows,
                          std::size_t probe_bytes,
                          std::uint64_t file_bytes) {
  const double rows_per_byte = static_cast<double>(probe_rows) / static_cast<double>(probe_bytes);
  return static_cast<std::size_t>(1.05 * rows_per_byte * static_cast<double>(file_bytes)) + 64;
}

}  // namespace

Table read_table(const std::string& path, const ReadOptions& options) {
  internal::ByteSource source(path);
  const std::string_view width_from = options.has_header ? "header" : "first row";
  std::set<std::string> text_columns;
  std::size_t expected_rows = 0;
  for (std::size_t limit = kProbeBytes;; limit = kWholeFile) {
    const auto reader = internal::make_row_reader(source, options);
    std::vector<ColumnPlan> plan = reader->read_header();
    apply_options(plan, options, text_columns);
    TableBuilder builder(path, width_from, std::move(plan), expected_rows);
    const bool whole = reader->read_rows(builder, limit);
    if (whole && builder.columns_found_text().empty()) return builder.finish();
    text_columns.merge(std::set<std::string>(builder.columns_found_text()));
    expected_rows = estimate_rows(builder.n_rows(), reader->bytes_read(), source.expected_size());
  }
}

}  // namespace neuronsmith
