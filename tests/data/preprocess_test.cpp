#include "neuronsmith/data/preprocess.hpp"

#include <gtest/gtest.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "neuronsmith/core/error.hpp"
#include "tests/data/files.hpp"

namespace neuronsmith {
namespace {

using testing::message_of;
using Floats = std::vector<float>;
using Rows = std::vector<std::uint32_t>;
using Texts = std::vector<std::string>;

constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
constexpr float kMax = std::numeric_limits<float>::max();
constexpr PreprocessOptions kPlain{.scaling = Scaling::None, .one_hot_limit = 12, .clip = false};

Column numeric(std::string name, Floats values) {
  Column column;
  column.name = std::move(name);
  column.numbers = std::move(values);
  column.n_missing = static_cast<std::size_t>(
      std::ranges::count_if(column.numbers, [](float value) { return std::isnan(value); }));
  return column;
}

/// "" is missing.
Column text(std::string name, const Texts& values) {
  Column column;
  column.name = std::move(name);
  column.kind = ColumnKind::Text;
  for (const std::string& value : values) {
    if (value.empty()) {
      ++column.n_missing;
      column.codes.push_back(kMissingCode);
      continue;
    }
    const auto found = std::ranges::find(column.texts, value);
    column.codes.push_back(static_cast<std::uint32_t>(found - column.texts.begin()));
    if (found == column.texts.end()) column.texts.push_back(value);
  }
  return column;
}

Table table_of(std::vector<Column> columns) {
  Table table;
  table.source = "t.csv";
  table.n_rows = std::max(columns[0].numbers.size(), columns[0].codes.size());
  table.columns = std::move(columns);
  return table;
}

Rows all_rows(const Table& table) {
  Rows rows(table.n_rows);
  std::iota(rows.begin(), rows.end(), 0u);
  return rows;
}

Preprocessor fit(const Table& table, const Rows& rows, const PreprocessOptions& options = {}) {
  return Preprocessor(table, {}, rows, options);
}

/// Feature j over all rows of the table.
Floats feature(const Preprocessor& preprocessor, const Table& table, std::size_t j) {
  const FeatureMatrix features = preprocessor.transform(table, all_rows(table));
  const std::span<const float> column = features.column(j);
  return {column.begin(), column.end()};
}

// Scaling.

TEST(Scaling, NamesRoundTrip) {
  for (const Scaling scaling :
       {Scaling::None, Scaling::Standard, Scaling::MinMax, Scaling::MinMaxSigned}) {
    EXPECT_EQ(parse_scaling(name(scaling), "--scale"), scaling);
  }
  EXPECT_EQ(message_of<ConfigError>([] { (void)parse_scaling("zscore", "--scale"); }),
            "--scale: \"zscore\" is unknown; known are none, standard, minmax, minmax-signed");
}

TEST(Scaling, FitsWhatItSays) {
  const Floats values = {2.0F, kNaN, 4.0F, 6.0F, std::numeric_limits<float>::infinity()};
  const Affine standard = fit_scaling(Scaling::Standard, values);
  EXPECT_DOUBLE_EQ(standard.apply(4.0), 0.0);
  EXPECT_DOUBLE_EQ(standard.apply(6.0), 2.0 / std::sqrt(8.0 / 3.0)) << "population deviation";
  EXPECT_DOUBLE_EQ(fit_scaling(Scaling::MinMax, values).apply(2.0), 0.0);
  EXPECT_DOUBLE_EQ(fit_scaling(Scaling::MinMax, values).apply(6.0), 1.0);
  EXPECT_DOUBLE_EQ(fit_scaling(Scaling::MinMaxSigned, values).apply(2.0), -1.0);
  EXPECT_DOUBLE_EQ(fit_scaling(Scaling::MinMaxSigned, values).apply(5.0), 0.5);
  EXPECT_DOUBLE_EQ(fit_scaling(Scaling::None, values).apply(5.0), 5.0);
  EXPECT_DOUBLE_EQ(standard.invert(standard.apply(5.5)), 5.5);
}

TEST(Scaling, ConstantsAndExtremes) {
  const Affine constant = fit_scaling(Scaling::Standard, Floats{3.0F, 3.0F});
  EXPECT_EQ(constant.offset, 3.0);
  EXPECT_EQ(constant.factor, 1.0);
  EXPECT_EQ(fit_scaling(Scaling::None, Floats{3.0F, 3.0F}).offset, 0.0);
  EXPECT_EQ(fit_scaling(Scaling::Standard, Floats{}).factor, 1.0);
  for (const Scaling scaling : {Scaling::Standard, Scaling::MinMax, Scaling::MinMaxSigned}) {
    for (const Floats& values : {Floats{-kMax, kMax}, Floats{0.0F, 1e-45F}}) {
      const Affine scale = fit_scaling(scaling, values);
      EXPECT_LE(std::abs(scale.apply(static_cast<double>(values[1]))), 1.0 + 1e-9);
      EXPECT_TRUE(std::isfinite(scale.factor));
    }
  }
}

// Numbers.

TEST(Preprocess, FillsWithTheTrainingMedianThenScales) {
  const Table table = table_of({numeric("a", {1.0F, kNaN, 2.0F, 9.0F, 100.0F})});
  const Preprocessor preprocessor = fit(table, {0, 1, 2, 3}, kPlain);
  EXPECT_EQ(preprocessor.encodings()[0].fill, 2.0);
  EXPECT_EQ(feature(preprocessor, table, 0), (Floats{1.0F, 2.0F, 2.0F, 9.0F, 100.0F}));
  const Preprocessor scaled =
      fit(table, {0, 1, 2, 3}, {.scaling = Scaling::Standard, .clip = false});
  EXPECT_EQ(scaled.encodings()[0].scale.offset, 3.5) << "the fill counts: (1 + 2 + 2 + 9) / 4";
}

TEST(Preprocess, MedianOfAnEvenNumberIsTheMiddle) {
  const Table table = table_of({numeric("a", {4.0F, 1.0F, 2.0F, 50.0F, kNaN})});
  EXPECT_EQ(fit(table, all_rows(table)).encodings()[0].fill, 3.0);
}

TEST(Preprocess, ClipsToTheTrainingSpan) {
  const Table table = table_of({numeric("a", {0.0F, 10.0F, -5.0F, 20.0F, 5.0F})});
  const Preprocessor clipped = fit(table, {0, 1}, {.scaling = Scaling::MinMax});
  EXPECT_EQ(feature(clipped, table, 0), (Floats{0.0F, 1.0F, 0.0F, 1.0F, 0.5F}));
  const Preprocessor free = fit(table, {0, 1}, {.scaling = Scaling::MinMax, .clip = false});
  EXPECT_EQ(feature(free, table, 0), (Floats{0.0F, 1.0F, -0.5F, 2.0F, 0.5F}));
}

TEST(Preprocess, FeaturesAreFinite) {
  const Table table = table_of({numeric("a", {1.0F, 1.0F + 1e-7F, kMax, -kMax})});
  const Preprocessor free = fit(table, {0, 1}, {.clip = false});
  for (const float value : feature(free, table, 0)) EXPECT_TRUE(std::isfinite(value));
}

TEST(Preprocess, ConstantColumnGivesNoFeature) {
  const Table table = table_of({numeric("a", {1.0F, 2.0F, 3.0F}),
                                numeric("b", {7.0F, 7.0F, 8.0F}),
                                numeric("c", {7.0F, kNaN, 8.0F}),
                                text("d", {"x", "x", "y"})});
  EXPECT_EQ(fit(table, {0, 1}).feature_names(), (Texts{"a"}));
  EXPECT_EQ(fit(table, {0, 1, 2}).feature_names(), (Texts{"a", "b", "c", "d=x", "d=y"}));
}

TEST(Preprocess, ColumnWithoutAnyValueIsRefused) {
  const Table table = table_of({numeric("a", {1, 2, 3}), numeric("b", {kNaN, kNaN, kNaN})});
  EXPECT_EQ(message_of<DataError>([&] {
              (void)fit(table, {0, 1, 2});
            }),
            "t.csv: column \"b\" has no value in any row; leave it out with --drop b");
  const Table texts = table_of({text("s", {"", ""}), numeric("a", {1, 2})});
  EXPECT_EQ(message_of<DataError>([&] {
              (void)fit(texts, {0, 1});
            }),
            "t.csv: column \"s\" has no value in any row; leave it out with --drop s");
  const std::vector<std::size_t> excluded = {1};
  EXPECT_EQ(Preprocessor(table, excluded, all_rows(table), {}).n_features(), 1u);
}

TEST(Preprocess, ColumnWithoutValueInTrainingGivesNoFeature) {
  const Table table = table_of(
      {numeric("a", {1, 2, 3}), numeric("b", {kNaN, kNaN, 3.0F}), text("s", {"", "", "x"})});
  EXPECT_EQ(fit(table, {0, 1}).feature_names(), (Texts{"a"}));
}

TEST(Preprocess, SaysWhenNothingIsLeft) {
  const Table table = table_of({numeric("a", {1, 1}), numeric("y", {1, 2})});
  const std::vector<std::size_t> excluded = {1};
  EXPECT_EQ(
      message_of<DataError>([&] { (void)Preprocessor(table, excluded, all_rows(table), {}); }),
      "t.csv: no column is left to learn from: beside the target and those left out, none "
      "varies in the training rows");
}

// Texts.

TEST(Preprocess, FewTextsAreOneHot) {
  const Table table = table_of({text("sex", {"M", "F", "I", "F", "X"})});
  const Preprocessor preprocessor = fit(table, {0, 1, 2, 3});
  EXPECT_EQ(preprocessor.feature_names(), (Texts{"sex=F", "sex=I", "sex=M"}));
  EXPECT_EQ(feature(preprocessor, table, 0), (Floats{0, 1, 0, 1, 0}));
  EXPECT_EQ(feature(preprocessor, table, 1), (Floats{0, 0, 1, 0, 0}));
  EXPECT_EQ(feature(preprocessor, table, 2), (Floats{1, 0, 0, 0, 0})) << "X was not seen: zeros";
}

TEST(Preprocess, ManyTextsAreRanksByFrequency) {
  const Table table = table_of({text("t", {"b", "c", "a", "c", "new", ""})});
  const PreprocessOptions options{.scaling = Scaling::None, .one_hot_limit = 2, .clip = false};
  const Preprocessor preprocessor = fit(table, {0, 1, 2, 3}, options);
  EXPECT_EQ(preprocessor.encodings()[0].categories, (Texts{"c", "a", "b"}));
  EXPECT_EQ(preprocessor.feature_names(), (Texts{"t"}));
  EXPECT_EQ(feature(preprocessor, table, 0), (Floats{2, 0, 1, 0, 3, 3}));
  const Preprocessor clipped =
      fit(table, {0, 1, 2, 3}, {.scaling = Scaling::None, .one_hot_limit = 2});
  EXPECT_EQ(feature(clipped, table, 0), (Floats{2, 0, 1, 0, 2, 2}));
}

TEST(Preprocess, MissingTextIsACategoryWhenTrainingShowsIt) {
  const Table table = table_of({text("t", {"b", "", "a", "", "b", "new"})});
  const Preprocessor one_hot = fit(table, {0, 1, 2, 3, 4});
  EXPECT_EQ(one_hot.feature_names(), (Texts{"t=a", "t=b", "t=(missing)"}));
  EXPECT_EQ(feature(one_hot, table, 2), (Floats{0, 1, 0, 1, 0, 0}));
  const PreprocessOptions ranks{.scaling = Scaling::None, .one_hot_limit = 0, .clip = false};
  EXPECT_EQ(feature(fit(table, {0, 1, 2, 3, 4}, ranks), table, 0), (Floats{0, 2, 1, 2, 0, 3}));
  EXPECT_EQ(feature(fit(table, {0, 2}), table, 0), (Floats{0, 0, 1, 0, 0, 0})) << "not seen: zeros";
}

// Tables that a model is applied to.

TEST(Preprocess, AppliesToOtherOrderAndOtherCodes) {
  const Table training = table_of({numeric("a", {1, 2, 3}), text("s", {"x", "y", "x"})});
  const Preprocessor preprocessor = fit(training, all_rows(training), kPlain);
  const Table other =
      table_of({text("s", {"y", "x"}), numeric("extra", {0, 0}), numeric("a", {5, 6})});
  EXPECT_EQ(feature(preprocessor, other, 0), (Floats{5, 6}));
  EXPECT_EQ(feature(preprocessor, other, 1), (Floats{0, 1}));
  EXPECT_EQ(feature(preprocessor, other, 2), (Floats{1, 0}));
}

TEST(Preprocess, NamesAllColumnsThatAreLacking) {
  const Table table = table_of({numeric("a", {1, 2}), numeric("b", {1, 2}), numeric("c", {1, 2})});
  Table other = table_of({numeric("b", {1, 2}), numeric("d", {1, 2})});
  other.source = "new.csv";
  const Preprocessor preprocessor = fit(table, {0, 1});
  EXPECT_EQ(message_of<DataError>([&] { (void)preprocessor.transform(other, all_rows(other)); }),
            "new.csv: the model needs the columns \"a\", \"c\"; the table has b, d");
}

TEST(Preprocess, TellsKinds) {
  const Table table = table_of({numeric("a", {1, 2}), text("s", {"x", "y"})});
  const Preprocessor preprocessor = fit(table, {0, 1});
  EXPECT_EQ(preprocessor.kinds().at("a"), ColumnKind::Numeric);
  EXPECT_EQ(preprocessor.kinds().at("s"), ColumnKind::Text);
  const Table wrong = table_of({text("a", {"x", "y"}), text("s", {"x", "y"})});
  EXPECT_EQ(message_of<DataError>([&] { (void)preprocessor.transform(wrong, all_rows(wrong)); }),
            "t.csv: column \"a\" is text, the model was trained on numbers");
}

TEST(Preprocess, TransformsRowsInTheOrderGiven) {
  const Table table = table_of({numeric("a", {1, 2, 3})});
  const FeatureMatrix features = fit(table, all_rows(table), kPlain).transform(table, Rows{2, 0});
  EXPECT_EQ(features.n_rows(), 2u);
  EXPECT_EQ(features.column(0)[0], 3.0F);
  EXPECT_EQ(features.column(0)[1], 1.0F);
}

TEST(Preprocess, ConsumingTransformGivesTheSameAndFreesTheTable) {
  Table table =
      table_of({numeric("a", {1, 2, 3}), text("s", {"x", "y", "x"}), numeric("z", {1, 1, 1})});
  const Preprocessor preprocessor = fit(table, all_rows(table));
  const Rows rows = all_rows(table);
  const FeatureMatrix kept = preprocessor.transform(table, rows);
  const FeatureMatrix consumed = preprocessor.transform(std::move(table), rows);
  for (std::size_t j = 0; j < kept.n_features(); ++j) {
    EXPECT_TRUE(std::ranges::equal(kept.column(j), consumed.column(j)));
  }
  for (const Column& column :
       table.columns) {  // NOLINT(bugprone-use-after-move): what is left of it
    EXPECT_EQ(column.numbers.capacity(), 0u);
    EXPECT_EQ(column.codes.capacity(), 0u);
  }
}

RC_GTEST_PROP(PreprocessProperty, OnlyTrainingRowsCount, ()) {
  const auto values = *rc::gen::container<std::vector<int>>(12, rc::gen::inRange(-5, 5));
  Floats numbers;
  Texts texts;
  for (const int value : values) {
    numbers.push_back(value == 0 ? kNaN : static_cast<float>(value));
    texts.push_back(value == 0 ? "" : std::string(1, static_cast<char>('k' + value)));
  }
  for (std::size_t i = 0; i < 3; ++i) {  // so that there is something to learn from
    numbers[i] = static_cast<float>(i);
    texts[i] = std::to_string(i);
  }
  const Rows training = {0, 1, 2, 3, 4, 5, 6, 7};
  const PreprocessOptions options{.one_hot_limit = *rc::gen::element<std::size_t>(0, 4, 12)};
  const auto fitted = [&] {
    return to_json(fit(table_of({numeric("a", numbers), text("s", texts)}), training, options))
        .dump();
  };
  const std::string before = fitted();
  numbers[*rc::gen::inRange<std::size_t>(8, 12)] = 1e30F;
  texts[*rc::gen::inRange<std::size_t>(8, 12)] = "another";
  RC_ASSERT(fitted() == before);
}

// JSON.

Preprocessor example() {
  const Table table = table_of({numeric("a", {0.1F, 2.7F, kNaN, 3.3F}),
                                text("s", {"x", "y", "", "x"}),
                                text("t", {"1", "2", "3", "4"})});
  return fit(table, all_rows(table), {.scaling = Scaling::Standard, .one_hot_limit = 3});
}

TEST(PreprocessJson, RoundTripIsByteStableAndExact) {
  const std::string written = to_json(example()).dump(2);
  const Preprocessor read = preprocessor_from_json(Json::parse(written), "model.json");
  EXPECT_EQ(to_json(read).dump(2), written);
  EXPECT_EQ(read.feature_names(), example().feature_names());
  const Table table = table_of(
      {numeric("a", {0.5F, kNaN, 9.0F}), text("s", {"", "q", "y"}), text("t", {"3", "", "q"})});
  for (std::size_t j = 0; j < read.n_features(); ++j) {
    EXPECT_EQ(feature(read, table, j), feature(example(), table, j)) << j;
  }
}

/// What reading says after one value of the example is replaced (by null: removed).
std::string error_after(const std::string& pointer, const Json& value) {
  Json json = to_json(example());
  const Json::json_pointer place(pointer);
  if (value.is_discarded()) {
    json[place.parent_pointer()].erase(place.back());
  } else {
    json[place] = value;
  }
  return message_of<ParseError>([&] { (void)preprocessor_from_json(json, "model.json"); });
}

TEST(PreprocessJson, NamesSourceAndKey) {
  const Json removed(Json::value_t::discarded);
  EXPECT_EQ(error_after("/scaling", removed), "model.json: key \"scaling\" is missing");
  EXPECT_EQ(error_after("/scaling", "zscore"),
            "model.json: \"scaling\" is \"zscore\", which is unknown");
  EXPECT_EQ(error_after("/one_hot_limit", -1),
            "model.json: key \"one_hot_limit\" must be a whole number of at least 0");
  EXPECT_EQ(error_after("/clip", 1), "model.json: key \"clip\" has the wrong type (number)");
  EXPECT_EQ(error_after("/columns", Json::array()),
            "model.json: key \"columns\" must be a list that is not empty");
  EXPECT_EQ(error_after("/columns/0/fill", removed),
            "model.json: columns[0]: key \"fill\" is missing");
  EXPECT_EQ(error_after("/columns/0/fill", nullptr),
            "model.json: columns[0]: key \"fill\" must be a finite number");
  EXPECT_EQ(error_after("/columns/0/offset", true),
            "model.json: columns[0]: key \"offset\" must be a finite number");
  EXPECT_EQ(error_after("/columns/0/high", 1e300),
            "model.json: columns[0]: key \"high\" is beyond float32");
  EXPECT_EQ(error_after("/columns/0/factor", 0), "model.json: columns[0]: \"factor\" is 0");
  EXPECT_EQ(error_after("/columns/0/low", 99), "model.json: columns[0]: \"low\" is above \"high\"");
  EXPECT_EQ(error_after("/columns/0/kind", "date"),
            "model.json: columns[0]: \"kind\" is \"date\", known are numeric and text");
  EXPECT_EQ(error_after("/columns/0/one_hot", true),
            "model.json: columns[0]: \"one_hot\" of a numeric column is true");
  EXPECT_EQ(error_after("/columns/0/missing_is_category", true),
            "model.json: columns[0]: \"missing_is_category\" of a numeric column is true");
  EXPECT_EQ(error_after("/columns/0/categories", Json::array({"x"})),
            "model.json: columns[0]: \"categories\" of a numeric column is not empty");
  EXPECT_EQ(error_after("/columns/1/categories", Json::array()),
            "model.json: columns[1]: \"categories\" of a text column is empty");
  EXPECT_EQ(error_after("/columns/1/categories", Json::array({"x", "x", ""})),
            "model.json: columns[1]: \"categories\" holds \"x\" twice");
  EXPECT_EQ(error_after("/columns/1/column", "a"),
            "model.json: columns[1]: \"column\" \"a\" stands twice");
}

/// Puts hostile values at every place of the example in turn: an error or a preprocessor, no more.
void try_everywhere(Json& root, Json& node, std::size_t& n_tried) {
  static const std::vector<Json> kHostile = {nullptr,
                                             true,
                                             -1,
                                             0,
                                             1e308,
                                             18446744073709551615u,
                                             "",
                                             "x",
                                             Json::array(),
                                             Json::object(),
                                             Json::array({1, "a", nullptr}),
                                             std::numeric_limits<double>::infinity()};
  const Json original = node;
  for (const Json& value : kHostile) {
    node = value;
    ++n_tried;
    try {
      const Preprocessor read = preprocessor_from_json(root, "model.json");
      EXPECT_FALSE(read.feature_names().empty());
    } catch (const ParseError& error) {
      EXPECT_TRUE(std::string_view(error.what()).starts_with("model.json: ")) << error.what();
    }
  }
  node = original;
  if (!node.is_structured()) return;
  for (auto& child : node) try_everywhere(root, child, n_tried);
}

TEST(PreprocessJson, SurvivesHostileValues) {
  Json json = to_json(example());
  std::size_t n_tried = 0;
  try_everywhere(json, json, n_tried);
  EXPECT_GT(n_tried, 400u);
}

}  // namespace
}  // namespace neuronsmith
