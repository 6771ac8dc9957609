// Any bytes as a table. The first byte chooses the format and the options; the rest is the content,
// compressed here where the format is gzip, so that the readers behind it are reached.
#include <zlib.h>

#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/describe.hpp"
#include "neuronsmith/data/read_table.hpp"

namespace neuronsmith::fuzz {
namespace {

constexpr std::array<std::string_view, 4> kNames = {"a.csv", "a.tsv", "a.arff", "a.csv.gz"};
constexpr unsigned kNameMask = 3;  // the low bits of the first byte: a place in kNames
constexpr unsigned kCompress = 4;
constexpr unsigned kNoHeader = 8;
constexpr unsigned kLabels = 16;
constexpr unsigned kSemicolon = 32;
constexpr unsigned kWantText = 64;

std::string compressed(std::string_view content) {
  z_stream stream{};
  constexpr int kGzip = 15 + 16;  // zlib: the window's size, plus 16 for gzip's header
  require(deflateInit2(&stream, 1, Z_DEFLATED, kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK, "zlib");
  std::string out(deflateBound(&stream, content.size()), '\0');
  stream.next_in = reinterpret_cast<Bytef*>(const_cast<char*>(content.data()));
  stream.avail_in = static_cast<uInt>(content.size());
  stream.next_out = reinterpret_cast<Bytef*>(out.data());
  stream.avail_out = static_cast<uInt>(out.size());
  require(deflate(&stream, Z_FINISH) == Z_STREAM_END, "zlib");
  out.resize(stream.total_out);
  deflateEnd(&stream);
  return out;
}

ReadOptions options_of(unsigned choice) {
  ReadOptions options;
  options.has_header = (choice & kNoHeader) == 0;
  if ((choice & kLabels) != 0) options.label_column = "";
  if ((choice & kSemicolon) != 0) options.delimiter = ';';
  if ((choice & kWantText) != 0) options.kinds = {{"x0", ColumnKind::Text}};
  return options;
}

void check_numbers(const Column& column, const Table& table) {
  require(column.numbers.size() == table.n_rows, "a number a row", column.name);
  for (const float value : column.numbers) require(!std::isinf(value), "finite", column.name);
}

void check(const Column& column, const Table& table) {
  if (column.kind == ColumnKind::Numeric) check_numbers(column, table);
  const bool has_codes = column.kind == ColumnKind::Text || column.has_labels();
  if (has_codes) require(column.codes.size() == table.n_rows, "a code a row", column.name);
  for (const std::uint32_t code : column.codes) {
    require(code == kMissingCode || code < column.texts.size(), "a code of a text", column.name);
  }
}

void exercise(unsigned choice, std::string_view content) {
  static const ScratchFolder folder;
  const bool compress = (choice & kCompress) != 0;
  const std::string path =
      folder.write(kNames[choice & kNameMask], compress ? compressed(content) : content);
  try {
    const Table table = read_table(path, options_of(choice));
    for (const Column& column : table.columns) check(column, table);
    static_cast<void>(describe(table, table.columns.size() - 1, TaskChoice::Auto));
  } catch (const Error&) {
  }
}

}  // namespace
}  // namespace neuronsmith::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace neuronsmith;
  if (size > 0) fuzz::exercise(data[0], fuzz::as_text(data + 1, size - 1));
  return 0;
}
