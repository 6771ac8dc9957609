#include "neuronsmith/data/read_table.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <fstream>
#include <limits>
#include <sstream>

#include "neuronsmith/data/write_table.hpp"
#include "tests/data/files.hpp"

namespace neuronsmith {
namespace {

using testing::message_of;
using testing::TemporaryFolder;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();

/// Values of a numeric column with a word of its own for the missing.
std::vector<float> numbers(const Column& column) {
  std::vector<float> values = column.numbers;
  for (float& value : values) value = std::isnan(value) ? -999.0F : value;
  return values;
}

/// Texts of a text column, row by row; missing ones as "<missing>".
std::vector<std::string> texts(const Column& column) {
  std::vector<std::string> values;
  for (const std::uint32_t code : column.codes) {
    values.push_back(code == kMissingCode ? "<missing>" : column.texts[code]);
  }
  return values;
}

std::vector<std::string> names(const Table& table) {
  std::vector<std::string> names;
  for (const Column& column : table.columns) names.push_back(column.name);
  return names;
}

using Texts = std::vector<std::string>;
using Floats = std::vector<float>;

class ReadTable : public ::testing::Test {
 protected:
  Table read(std::string_view content, const ReadOptions& options = {}) const {
    return read_table(folder_.write("t.csv", content), options);
  }
  Table read_arff(std::string_view content, const ReadOptions& options = {}) const {
    return read_table(folder_.write("t.arff", content), options);
  }
  /// The message without the folder: it begins with the file's name.
  std::string error_of(const std::string& name,
                       std::string_view content,
                       const ReadOptions& options = {}) const {
    const std::string path = folder_.write(name, content);
    const std::string message = message_of<DataError>([&] { (void)read_table(path, options); });
    EXPECT_EQ(message.find('\n'), std::string::npos);
    const std::string folder = folder_.path("");
    return message.starts_with(folder) ? message.substr(folder.size()) : message;
  }
  std::string csv_error(std::string_view content, const ReadOptions& options = {}) const {
    return error_of("t.csv", content, options);
  }
  std::string arff_error(std::string_view content) const { return error_of("t.arff", content); }

  TemporaryFolder folder_;
};

// Plain rows.

TEST_F(ReadTable, ReadsNumbersAndTexts) {
  const Table table = read("length,sex\n1.5,M\n-2e3,F\n.25,M\n");
  EXPECT_EQ(names(table), (Texts{"length", "sex"}));
  EXPECT_EQ(table.n_rows, 3u);
  EXPECT_EQ(table.columns[0].kind, ColumnKind::Numeric);
  EXPECT_EQ(table.columns[0].numbers, (Floats{1.5F, -2000.0F, 0.25F}));
  EXPECT_TRUE(table.columns[0].codes.empty());
  EXPECT_EQ(table.columns[1].kind, ColumnKind::Text);
  EXPECT_TRUE(table.columns[1].numbers.empty());
  EXPECT_EQ(table.columns[1].texts, (Texts{"M", "F"}));
  EXPECT_EQ(texts(table.columns[1]), (Texts{"M", "F", "M"}));
}

TEST_F(ReadTable, NamesTheFile) {
  const std::string path = folder_.write("prices.csv", "a\n1\n");
  EXPECT_EQ(read_table(path).source, path);
}

TEST_F(ReadTable, LastLineNeedsNoEnd) {
  EXPECT_EQ(read("a,b\n1,2\n3,4").columns[1].numbers, (Floats{2.0F, 4.0F}));
  EXPECT_EQ(texts(read("a,b\n1,x\n3,\"y\"").columns[1]), (Texts{"x", "y"}));
  EXPECT_EQ(numbers(read("a,b\n1,2\n3,").columns[1]), (Floats{2.0F, -999.0F}));
}

TEST_F(ReadTable, TakesAnyLineEnd) {
  for (const std::string end : {"\n", "\r\n", "\r"}) {
    const Table table = read("a,b" + end + "1,x" + end + end + "2,\"y\"" + end);
    EXPECT_EQ(table.columns[0].numbers, (Floats{1.0F, 2.0F}));
    EXPECT_EQ(texts(table.columns[1]), (Texts{"x", "y"}));
  }
}

TEST_F(ReadTable, SkipsByteOrderMark) {
  EXPECT_EQ(names(read("\xEF\xBB\xBF"
                       "a,b\n1,2\n")),
            (Texts{"a", "b"}));
  EXPECT_EQ(names(read("\xEF\xBB\xBF\"a\",b\n1,2\n")), (Texts{"a", "b"}));
}

TEST_F(ReadTable, SkipsLinesWithoutFields) {
  const Table table = read("\n  \na,b\n\n1,2\n \t \n3,4\n\n\n");
  EXPECT_EQ(table.columns[0].numbers, (Floats{1.0F, 3.0F}));
  EXPECT_EQ(read("a,b\n1,2\n,\n").columns[0].n_missing, 1u) << "a lone delimiter is two fields";
}

TEST_F(ReadTable, DropsSpaceAroundFields) {
  const Table table = read(" a ,\tb\n 1 ,  x y \n2\t, \"z \" \n");
  EXPECT_EQ(names(table), (Texts{"a", "b"}));
  EXPECT_EQ(table.columns[0].numbers, (Floats{1.0F, 2.0F}));
  EXPECT_EQ(texts(table.columns[1]), (Texts{"x y", "z "})) << "space in quotes stays";
}

TEST_F(ReadTable, RoundsToFloat32Once) {
  // Halfway cases that rounding to float64 first gets wrong.
  const Table table =
      read("a\n1.00000017881393432617187499\n1.00000017881393432617187500\n0.1\n1e-60\n");
  EXPECT_EQ(table.columns[0].numbers, (Floats{0x1.000002p0F, 0x1.000004p0F, 0.1F, 0.0F}));
}

TEST_F(ReadTable, TakesSignsButNoOtherNotation) {
  EXPECT_EQ(read("a\n+1\n-1\n+.5\n1.\n1E+2\n").columns[0].numbers,
            (Floats{1.0F, -1.0F, 0.5F, 1.0F, 100.0F}));
  for (const char* text : {"0x10", "1_000", "+-1", "--1", "1e", "1d5", "1 2", ".", "e5", "+"}) {
    EXPECT_EQ(read(std::string("a\n1\n") + text + "\n").columns[0].kind, ColumnKind::Text) << text;
  }
  EXPECT_EQ(read("a;b\n1,5;2\n").columns[0].kind, ColumnKind::Text) << "a decimal comma";
}

TEST_F(ReadTable, ReadsManyBlocks) {
  std::string content = "a,b\n";
  constexpr std::size_t kRows = 100'000;
  for (std::size_t i = 0; i < kRows; ++i) {
    content +=
        std::to_string(i) + (i % 7 == 0 ? ",\"q,\n" : ",\"q\"\"") + std::to_string(i % 3) + "\"\n";
  }
  const Table table = read(content);
  ASSERT_EQ(table.n_rows, kRows);
  for (std::size_t i = 0; i < kRows; ++i)
    ASSERT_EQ(table.columns[0].numbers[i], static_cast<float>(i));
  EXPECT_EQ(table.columns[1].texts.size(), 6u);
}

TEST_F(ReadTable, ReadsLinesLongerThanABlock) {
  const std::string text(1'000'000, 'x');
  const Table table = read("a,b\n1," + text + "\n2,\"" + text + "\"\n");
  EXPECT_EQ(texts(table.columns[1]), (Texts{text, text}));
}

// Delimiters.

TEST_F(ReadTable, SniffsTheDelimiter) {
  EXPECT_EQ(names(read("a;b;c\n1;2;3\n")), (Texts{"a", "b", "c"}));
  EXPECT_EQ(names(read("a\tb\tc\n1\t2\t3\n")), (Texts{"a", "b", "c"}));
  EXPECT_EQ(names(read("\"a,b,c\";d\n1;2\n")), (Texts{"a,b,c", "d"})) << "not inside quotes";
  EXPECT_EQ(names(read("a,b\n\"1;2;3\",4\n")), (Texts{"a", "b"})) << "in the first line only";
  EXPECT_EQ(names(read("single\n1\n")), (Texts{"single"}));
}

TEST_F(ReadTable, NameOrOptionTellsTheDelimiter) {
  const std::string content = "a,x\tb,y\n1\t2\n";
  for (const char* name : {"t.tsv", "t.tab", "T.TSV"}) {
    EXPECT_EQ(names(read_table(folder_.write(name, content))), (Texts{"a,x", "b,y"})) << name;
  }
  EXPECT_EQ(names(read_table(write_gzip(folder_, "t.tsv.gz", content))), (Texts{"a,x", "b,y"}));
  EXPECT_EQ(names(read("a,b|c\n1|2\n", {.delimiter = '|'})), (Texts{"a,b", "c"}));
}

TEST_F(ReadTable, RefusesDelimitersThatCannotBe) {
  for (const char delimiter : {'"', '\n', '\r', '\0'}) {
    EXPECT_THROW((void)read("a,b\n1,2\n", {.delimiter = delimiter}), ConfigError);
  }
}

TEST_F(ReadTable, TabsDelimitEmptyFields) {
  const Table table = read("a\tb\tc\n1\t\t\n\t2\t\"x\"\n");
  EXPECT_EQ(numbers(table.columns[0]), (Floats{1.0F, -999.0F}));
  EXPECT_EQ(numbers(table.columns[1]), (Floats{-999.0F, 2.0F}));
  EXPECT_EQ(texts(table.columns[2]), (Texts{"<missing>", "x"}));
}

// Quotes.

TEST_F(ReadTable, FollowsRfc4180) {
  const Table table = read(
      "id,text\n1,\"a,b\"\n2,\"say \"\"hi\"\"\"\n3,\"two\nlines\"\n4,\"with\r\nCR\"\n5,\"\"\n");
  EXPECT_EQ(texts(table.columns[1]),
            (Texts{"a,b", "say \"hi\"", "two\nlines", "with\r\nCR", "<missing>"}));
  EXPECT_EQ(table.columns[0].numbers, (Floats{1, 2, 3, 4, 5}));
}

TEST_F(ReadTable, ReadsQuotedNumbers) {
  EXPECT_EQ(read("a,b\n\"1.5\",\" 2 \"\n").columns[0].numbers, (Floats{1.5F}));
  EXPECT_EQ(read("a,b\n\"1.5\",\" 2 \"\n").columns[1].numbers, (Floats{2.0F}));
}

TEST_F(ReadTable, ReadsQuotedHeader) {
  EXPECT_EQ(names(read("\"a \"\"b\"\"\",\"c,\nd\"\n1,2\n")), (Texts{"a \"b\"", "c,\nd"}));
}

TEST_F(ReadTable, QuoteInsideAnUnquotedFieldIsACharacter) {
  EXPECT_EQ(texts(read("a,b\n1,5\" pipe\n2,6\"\n").columns[1]), (Texts{"5\" pipe", "6\""}));
}

TEST_F(ReadTable, RefusesTextAfterAClosingQuote) {
  EXPECT_EQ(
      csv_error("a,b\n1,2\n3,\"x\"y\n"),
      "t.csv: line 3: a quote stands inside a field; put the field in quotes and double those "
      "inside");
}

TEST_F(ReadTable, NamesTheLineOfAQuoteNeverClosed) {
  EXPECT_EQ(csv_error("a,b\n1,x\n2,\"y\n3,z\n"), "t.csv: line 3: a quote is never closed");
  EXPECT_EQ(csv_error("a,\"b\n1,2\n"), "t.csv: line 1: a quote is never closed");
}

// Missing values.

TEST_F(ReadTable, KnowsWordsForMissing) {
  const Table table = read("a,b\n1,x\n,\n?,?\nNA,na\nn/a,N/A\nNaN,nan\nNULL,null\n\"\",\" \"\n");
  EXPECT_EQ(table.columns[0].kind, ColumnKind::Numeric);
  EXPECT_EQ(table.columns[0].n_missing, 7u);
  EXPECT_EQ(table.columns[0].first_missing_line, 3u);
  EXPECT_TRUE(std::isnan(table.columns[0].numbers[1]));
  EXPECT_EQ(table.columns[1].n_missing, 7u);
  EXPECT_EQ(table.columns[1].texts, (Texts{"x"}));
}

TEST_F(ReadTable, CountsQuotedLineEndsInFirstMissingLine) {
  EXPECT_EQ(read("a,b\n1,\"x\ny\nz\"\n\n,w\n").columns[0].first_missing_line, 6u);
  EXPECT_EQ(read("a,b\n1,x\n").columns[0].first_missing_line, 0u);
}

TEST_F(ReadTable, ColumnWithoutAnyValueIsNumeric) {
  const Table table = read("a,b\n1,\n2,NA\n");
  EXPECT_EQ(table.columns[1].kind, ColumnKind::Numeric);
  EXPECT_EQ(table.columns[1].n_missing, 2u);
}

// Kinds.

TEST_F(ReadTable, TextColumnKeepsItsOriginalTexts) {
  const Table table = read("id,b\n007,1\n1.0,2\n1.00,3\nx,4\n");
  EXPECT_EQ(texts(table.columns[0]), (Texts{"007", "1.0", "1.00", "x"}));
  EXPECT_EQ(table.columns[1].numbers, (Floats{1, 2, 3, 4}));
}

TEST_F(ReadTable, TextFarDownMakesTheWholeColumnText) {
  std::string content = "a,b,c\n";
  for (int i = 0; i < 50'000; ++i) content += "1.0,2.50,3\n";
  content += "x,4,5\n1,y,6\n";
  const Table table = read(content);
  EXPECT_EQ(table.columns[0].texts, (Texts{"1.0", "x", "1"}));
  EXPECT_EQ(table.columns[1].texts, (Texts{"2.50", "4", "y"}));
  EXPECT_EQ(table.columns[2].kind, ColumnKind::Numeric);
  EXPECT_EQ(table.n_rows, 50'002u);
  EXPECT_EQ(table.columns[2].numbers.size(), 50'002u);
  EXPECT_EQ(table.columns[0].codes.size(), 50'002u);
}

TEST_F(ReadTable, WantedKindsAreKept) {
  const ReadOptions options{.kinds = {{"zip", ColumnKind::Text}, {"a", ColumnKind::Numeric}}};
  const Table table = read("zip,a\n01234,1\n1234,2\n", options);
  EXPECT_EQ(texts(table.columns[0]), (Texts{"01234", "1234"}));
  EXPECT_EQ(csv_error("zip,a\n1,2\n\n3,12a\n", options),
            "t.csv: line 4, column \"a\": \"12a\" is not a number");
}

TEST_F(ReadTable, NamesTheRowsFirstLineInAnErrorAfterQuotedLineEnds) {
  const ReadOptions options{.kinds = {{"size", ColumnKind::Numeric}}};
  EXPECT_EQ(csv_error("t,size\n\"x\ny\",1\n\"v\nw\",12a\n", options),
            "t.csv: line 4, column \"size\": \"12a\" is not a number");
}

// Labels.

TEST_F(ReadTable, KeepsLabelsOfANumericColumn) {
  const Table table = read("a,class\n1,0\n2,1.0\n3,\n4,0\n", {.label_column = ""});
  EXPECT_EQ(table.columns[1].kind, ColumnKind::Numeric);
  EXPECT_EQ(table.columns[1].texts, (Texts{"0", "1.0"}));
  EXPECT_EQ(texts(table.columns[1]), (Texts{"0", "1.0", "<missing>", "0"}));
  EXPECT_TRUE(table.columns[0].texts.empty());
  EXPECT_TRUE(read("a,class\n1,0\n", {.label_column = "a"}).columns[0].has_labels());
}

TEST_F(ReadTable, DropsLabelsWhenThereAreTooMany) {
  const auto content = [](std::size_t n) {
    std::string text = "y\n";
    for (std::size_t i = 0; i < n; ++i) text += std::to_string(i) + "\n";
    return text;
  };
  EXPECT_EQ(read(content(kMaxLabels), {.label_column = ""}).columns[0].texts.size(), kMaxLabels);
  const Table table = read(content(kMaxLabels + 1), {.label_column = ""});
  EXPECT_FALSE(table.columns[0].has_labels());
  EXPECT_TRUE(table.columns[0].codes.empty());
  EXPECT_EQ(table.columns[0].numbers.size(), kMaxLabels + 1);
}

// Headers.

TEST_F(ReadTable, MakesUpNamesWithoutAHeader) {
  const Table table = read("1,2,3\n4,5,6\n", {.has_header = false});
  EXPECT_EQ(names(table), (Texts{"x0", "x1", "y"}));
  EXPECT_EQ(table.columns[2].numbers, (Floats{3.0F, 6.0F}));
  EXPECT_EQ(texts(read("\"a\",1\nb,2\n", {.has_header = false}).columns[0]), (Texts{"a", "b"}));
  EXPECT_EQ(names(read("1\n2\n", {.has_header = false})), (Texts{"y"}));
}

TEST_F(ReadTable, RefusesAHeaderOfNumbers) {
  EXPECT_EQ(csv_error("1,2.5,-3e4\n4,5,6\n"),
            "t.csv: line 1: the header holds only numbers; pass --no-header if the file has none");
  EXPECT_EQ(csv_error("\n1,,3\n4,5,6\n"),
            "t.csv: line 2: the header holds only numbers; pass --no-header if the file has none");
  EXPECT_EQ(names(read("country,2019,2020\nx,1,2\n")), (Texts{"country", "2019", "2020"}));
}

TEST_F(ReadTable, RefusesBadNames) {
  EXPECT_EQ(csv_error("a,b,a\n1,2,3\n"),
            "t.csv: line 1: the name \"a\" stands twice, in columns 1 and 3");
  EXPECT_EQ(csv_error("a,,b\n1,2,3\n"), "t.csv: line 1: column 2 has no name");
  EXPECT_EQ(csv_error("a,\xE9\n1,2\n"), "t.csv: line 1: the name of column 2 is not in UTF-8");
}

// Mistakes in rows.

TEST_F(ReadTable, CountsFields) {
  EXPECT_EQ(csv_error("a,b,c,d,e,f\n1,2,3,4,5,6\n\n1,2,3,4,5\n"),
            "t.csv: line 4 has 5 fields, the header has 6");
  EXPECT_EQ(csv_error("a,b\n1,2\n1,2,x,4\n"), "t.csv: line 3 has 4 fields, the header has 2");
  EXPECT_EQ(csv_error("a,b\n1\n"), "t.csv: line 2 has 1 field, the header has 2");
  EXPECT_EQ(csv_error("a,b\n\"1\",2,\n"), "t.csv: line 2 has 3 fields, the header has 2");
  EXPECT_EQ(csv_error("1,2\n1,2,3\n", {.has_header = false}),
            "t.csv: line 2 has 3 fields, the first row has 2");
}

TEST_F(ReadTable, RefusesInfiniteNumbers) {
  for (const char* text : {"inf", "-Infinity", "1e300", "-3.5e38"}) {
    EXPECT_EQ(csv_error(std::string("a,size\n1,2\n3,") + text + "\n"),
              std::string("t.csv: line 3, column \"size\": \"") + text +
                  "\" is not a finite number in float32");
  }
  EXPECT_EQ(read("word\ninf\nxyz\n").columns[0].texts, (Texts{"inf", "xyz"})) << "in a text column";
}

TEST_F(ReadTable, RefusesNulBytes) {
  using std::string_literals::operator""s;
  EXPECT_EQ(csv_error("a,b\n1,2\n3\0,4\n"s),
            "t.csv: line 3 holds a NUL byte; a table is text in UTF-8");
  EXPECT_EQ(csv_error("\xFF\xFE"
                      "a\0,\0b\0\n\0"s),
            "t.csv: line 1 holds a NUL byte; a table is text in UTF-8")
      << "UTF-16";
}

TEST_F(ReadTable, RefusesTextThatIsNotUtf8) {
  EXPECT_EQ(csv_error("a,city\n1,Bern\n2,Z\xFCrich\n"),
            "t.csv: line 3, column \"city\": the text is not in UTF-8");
  EXPECT_EQ(texts(read("a,city\n2,Z\xC3\xBCrich\n").columns[1]), (Texts{"Zürich"}));
}

TEST_F(ReadTable, MessagesStayOnOneLine) {
  const ReadOptions options{.kinds = {{"a", ColumnKind::Numeric}}};
  EXPECT_EQ(csv_error("a\n\"x\ny\xFF\"\n", options),
            "t.csv: line 2, column \"a\": \"x?y?\" is not a number");
  EXPECT_EQ(csv_error("a\n" + std::string(100, 'x') + "\n", options),
            "t.csv: line 2, column \"a\": \"" + std::string(40, 'x') + "...\" is not a number");
}

// Whole files.

TEST_F(ReadTable, RefusesEmptyFiles) {
  EXPECT_EQ(csv_error(""), "t.csv: the file is empty");
  EXPECT_EQ(csv_error("\n \n"), "t.csv: the file is empty");
  EXPECT_EQ(csv_error("\xEF\xBB\xBF"), "t.csv: the file is empty");
  EXPECT_EQ(csv_error("a,b\n"), "t.csv: there are no rows");
  EXPECT_EQ(csv_error("a,b"), "t.csv: there are no rows");
}

TEST_F(ReadTable, NamesFilesThatCannotBeRead) {
  const std::string nothing = folder_.path("nothing.csv");
  EXPECT_EQ(message_of<IoError>([&] { (void)read_table(nothing); }),
            "cannot read " + nothing + ": No such file or directory");
  const std::string folder = folder_.path("");
  EXPECT_EQ(message_of<IoError>([&] { (void)read_table(folder); }),
            "cannot read " + folder + ": it is a folder");
  EXPECT_EQ(message_of<IoError>([&] { (void)read_table("/dev/null"); }),
            "cannot read /dev/null: it is not a regular file");
}

TEST_F(ReadTable, ReadsGzipByContentAndNotByName) {
  const std::string content = "a,b\n1,x\n2,y\n";
  EXPECT_EQ(texts(read_table(write_gzip(folder_, "plain.csv", content)).columns[1]),
            (Texts{"x", "y"}));
  EXPECT_EQ(texts(read_table(folder_.write("zipped.csv.gz", content)).columns[1]),
            (Texts{"x", "y"}));
}

class ReadGzip : public ReadTable {
 protected:
  ReadGzip() {
    std::string content = "a,b\n";
    for (int i = 0; i < 20'000; ++i) content += std::to_string(i * 7919 % 10'007) + ",1.5\n";
    std::ifstream file(write_gzip(folder_, "whole.gz", content), std::ios::binary);
    std::ostringstream bytes;
    bytes << file.rdbuf();
    bytes_ = std::move(bytes).str();
  }
  std::string bytes_;
};

TEST_F(ReadGzip, NoticesAStreamCutOff) {
  for (const std::size_t n :
       {bytes_.size() - 1, bytes_.size() - 9, bytes_.size() / 2, std::size_t{20}}) {
    EXPECT_EQ(error_of("cut.csv.gz", std::string_view(bytes_).substr(0, n)),
              "cut.csv.gz: the gzip stream is cut off before its end")
        << n;
  }
}

TEST_F(ReadGzip, NoticesAWrongChecksum) {
  bytes_[bytes_.size() - 6] = static_cast<char>(bytes_[bytes_.size() - 6] ^ 1);
  EXPECT_EQ(error_of("bad.csv.gz", bytes_),
            "bad.csv.gz: the gzip stream is damaged (incorrect data check)");
}

TEST_F(ReadGzip, NeverTakesADamagedStreamForWhole) {
  for (std::size_t at = 10; at < bytes_.size(); at += bytes_.size() / 200 + 1) {
    std::string damaged = bytes_;
    damaged[at] = static_cast<char>(damaged[at] ^ 0x55);
    EXPECT_NE(error_of("bad.csv.gz", damaged), "") << at;
  }
}

// ARFF.

TEST_F(ReadTable, ReadsArff) {
  const Table table = read_arff(
      "% a comment\n@RELATION iris\n\n@attribute 'sepal length' NUMERIC\n@attribute width real\n"
      "@ATTRIBUTE n Integer\n@attribute class {a, 'b c'}\n@attribute note string\n"
      "@attribute day date \"yyyy-MM-dd\"\n@DATA\n% another\n"
      "5.1,?,1,a,'it\\'s','2020-01-01'\n\n"
      " 4.9 , 3.0 ,2, 'b c' , \"say \\\"x\\\", ok\" ,?\n");
  EXPECT_EQ(names(table), (Texts{"sepal length", "width", "n", "class", "note", "day"}));
  EXPECT_EQ(table.columns[0].numbers, (Floats{5.1F, 4.9F}));
  EXPECT_EQ(numbers(table.columns[1]), (Floats{-999.0F, 3.0F}));
  EXPECT_EQ(table.columns[1].first_missing_line, 12u);
  EXPECT_EQ(table.columns[2].kind, ColumnKind::Numeric);
  EXPECT_EQ(texts(table.columns[3]), (Texts{"a", "b c"}));
  EXPECT_EQ(texts(table.columns[4]), (Texts{"it's", "say \"x\", ok"}));
  EXPECT_EQ(texts(table.columns[5]), (Texts{"2020-01-01", "<missing>"}));
}

TEST_F(ReadTable, ArffKindsComeFromTheHeader) {
  const Table table = read_arff("@attribute code {1,2}\n@attribute x numeric\n@data\n1,1\n2,'2'\n");
  EXPECT_EQ(texts(table.columns[0]), (Texts{"1", "2"}));
  EXPECT_EQ(table.columns[1].numbers, (Floats{1.0F, 2.0F}));
  EXPECT_EQ(texts(read_arff("@attribute c {NA,'?'}\n@data\nNA\n'?'\n?\n").columns[0]),
            (Texts{"NA", "?", "<missing>"}))
      << "only a bare ? is missing";
}

TEST_F(ReadTable, ReadsZippedArff) {
  const std::string path = write_gzip(folder_, "t.arff.gz", "@attribute x numeric\n@data\n1\n");
  EXPECT_EQ(read_table(path).columns[0].numbers, (Floats{1.0F}));
}

TEST_F(ReadTable, ArffErrorsNameTheLine) {
  const std::string header = "@relation r\n@attribute a numeric\n@attribute b {x,y}\n@data\n";
  EXPECT_EQ(arff_error(header + "1,x\n12a,y\n"),
            "t.arff: line 6, column \"a\": \"12a\" is not a number");
  EXPECT_EQ(arff_error(header + "1,x,2\n"), "t.arff: line 5 has 3 fields, the header has 2");
  EXPECT_EQ(arff_error(header + "{0 1, 1 x}\n"),
            "t.arff: line 5: sparse rows are not read; write the rows out in full");
  EXPECT_EQ(arff_error(header + "1,'x\n"), "t.arff: line 5: a quote is never closed");
  EXPECT_EQ(arff_error(header + "1,'x'y\n"), "t.arff: line 5: text follows a closing quote");
  EXPECT_EQ(arff_error(header + "inf,x\n"),
            "t.arff: line 5, column \"a\": \"inf\" is not a finite number in float32");
  EXPECT_EQ(arff_error(header), "t.arff: there are no rows");
  EXPECT_EQ(arff_error(""), "t.arff: the file is empty");
  EXPECT_EQ(arff_error("@relation r\n@attribute a numeric\n"), "t.arff: there is no @data line");
  EXPECT_EQ(arff_error("@relation r\n@data\n1\n"),
            "t.arff: line 2: no @attribute stands before @data");
  EXPECT_EQ(arff_error("@attribute a numeric\n@attribute a real\n@data\n1,2\n"),
            "t.arff: line 3: the name \"a\" stands twice, in columns 1 and 2");
  EXPECT_EQ(arff_error("@attribute a relational\n"),
            "t.arff: line 1: attribute \"a\" has the type \"relational\"; read are numeric, real, "
            "integer, string, date and {values}");
  EXPECT_EQ(arff_error("a,b\n1,2\n"),
            "t.arff: line 1: expected @relation, @attribute or @data, found \"a,b\"");
}

// Properties.

/// A text that can stand in a text column: no word for missing.
rc::Gen<std::string> any_text() {
  const auto character = rc::gen::element<std::string>("a",
                                                       "Z",
                                                       "0",
                                                       "7",
                                                       ".",
                                                       "-",
                                                       " ",
                                                       "\t",
                                                       ",",
                                                       ";",
                                                       "\"",
                                                       "\n",
                                                       "\r",
                                                       "'",
                                                       "\\",
                                                       "%",
                                                       "é",
                                                       "€");
  const auto text = rc::gen::map(rc::gen::container<std::vector<std::string>>(character),
                                 [](const std::vector<std::string>& parts) {
                                   std::string joined;
                                   for (const std::string& part : parts) joined += part;
                                   return joined;
                                 });
  return rc::gen::suchThat(text, [](const std::string& value) {
    return value.find_first_not_of(" \t") != std::string::npos;
  });
}

Column any_numbers(std::size_t n_rows) {
  Column column;
  const auto value = rc::gen::map(rc::gen::arbitrary<std::uint32_t>(), [](std::uint32_t bits) {
    const float number = std::bit_cast<float>(bits);
    return std::isfinite(number) ? number : kNaN;
  });
  column.numbers = *rc::gen::container<Floats>(n_rows, value);
  column.n_missing = static_cast<std::size_t>(
      std::ranges::count_if(column.numbers, [](float number) { return std::isnan(number); }));
  return column;
}

Column any_texts(std::size_t n_rows) {
  Column column;
  column.kind = ColumnKind::Text;
  for (std::size_t i = 0; i < n_rows; ++i) {
    const auto text = *any_text();
    const auto found = std::ranges::find(column.texts, text);
    column.codes.push_back(static_cast<std::uint32_t>(found - column.texts.begin()));
    if (found == column.texts.end()) column.texts.push_back(text);
  }
  return column;
}

RC_GTEST_PROP(ReadTableProperty, WritingAndReadingIsIdentity, ()) {
  Table table;
  table.n_rows = *rc::gen::inRange<std::size_t>(1, 20);
  const auto n_columns = *rc::gen::inRange<std::size_t>(1, 5);
  ReadOptions options;
  for (std::size_t j = 0; j < n_columns; ++j) {
    const bool text = *rc::gen::arbitrary<bool>();
    table.columns.push_back(text ? any_texts(table.n_rows) : any_numbers(table.n_rows));
    table.columns.back().name = "c" + std::to_string(j) + *any_text();
    options.kinds.emplace(table.columns.back().name, table.columns.back().kind);
  }
  const TemporaryFolder folder;
  const Table read = read_table(folder.write("t.csv", to_csv(table)), options);
  RC_ASSERT(read.hash() == table.hash());
  for (std::size_t j = 0; j < n_columns; ++j) {
    RC_ASSERT(read.columns[j].n_missing == table.columns[j].n_missing);
  }
}

TEST_F(ReadTable, AMistakeBelowANameOfTwoLinesIsToldInOne) {
  EXPECT_EQ(csv_error("\"a\nb\"\n\xFF"), "t.csv: line 3, column \"a?b\": the text is not in UTF-8");
}

RC_GTEST_PROP(ReadTableProperty, AnyBytesGiveATableOrAnError, ()) {
  const auto byte = rc::gen::element('a',
                                     '1',
                                     '.',
                                     ',',
                                     ';',
                                     '\t',
                                     '"',
                                     '\'',
                                     '\n',
                                     '\r',
                                     ' ',
                                     '\\',
                                     '?',
                                     '@',
                                     '{',
                                     '%',
                                     '\0',
                                     '\xFF',
                                     '\xC3');
  const auto content = *rc::gen::container<std::string>(byte);
  const TemporaryFolder folder;
  const std::string header = "@attribute a numeric\n@attribute b string\n@data\n";
  for (const std::string& path : {folder.write("t.csv", content),
                                  folder.write("u.csv", "a,b\n1,2\n" + content),
                                  folder.write("t.arff", content),
                                  folder.write("u.arff", header + content)}) {
    try {
      const Table table = read_table(path);
      for (const Column& column : table.columns) {
        RC_ASSERT((column.kind == ColumnKind::Numeric ? column.numbers.size()
                                                      : column.codes.size()) == table.n_rows);
      }
    } catch (const Error& error) {
      RC_ASSERT(std::string_view(error.what()).find('\n') == std::string_view::npos);
    }
  }
}

}  // namespace
}  // namespace neuronsmith
