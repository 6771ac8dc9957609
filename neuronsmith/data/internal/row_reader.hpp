#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "neuronsmith/data/internal/byte_source.hpp"
#include "neuronsmith/data/internal/table_builder.hpp"
#include "neuronsmith/data/read_table.hpp"

namespace neuronsmith::internal {

/// One pass over a file: first its columns, then its rows.
class RowReader {
 public:
  virtual ~RowReader() = default;

  /// The columns with what the file itself says of their kinds. Call it first, and once.
  [[nodiscard]] virtual std::vector<ColumnPlan> read_header() = 0;
  /// Hands rows over until the file ends or more than `max_bytes` of it are used; true at the end.
  [[nodiscard]] virtual bool read_rows(TableBuilder& builder, std::size_t max_bytes) = 0;
  /// Bytes of the lines used so far.
  [[nodiscard]] virtual std::size_t bytes_read() const = 0;
};

/// A reader at the start of `source`, which must outlive it: ARFF by the name's end, otherwise CSV.
[[nodiscard]] std::unique_ptr<RowReader> make_row_reader(ByteSource& source,
                                                         const ReadOptions& options);

/// The name without .gz ends with `suffix`, in any case.
[[nodiscard]] bool has_suffix(const std::string& path, std::string_view suffix);

/// The fields of a row without quotes, cut at each delimiter; numbers are read where they stand.
void add_plain_fields(TableBuilder& builder, std::string_view row, char delimiter);

/// Throws DataError naming the line when a name is empty or stands twice.
void require_distinct_names(const std::vector<ColumnPlan>& columns,
                            const std::string& path,
                            std::size_t line);

}  // namespace neuronsmith::internal
