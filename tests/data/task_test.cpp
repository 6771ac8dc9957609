#include "neuronsmith/data/task.hpp"

#include <gtest/gtest.h>

#include <limits>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/data/read_table.hpp"
#include "tests/data/files.hpp"

namespace neuronsmith {
namespace {

using testing::message_of;
using testing::TemporaryFolder;
using ClassList = std::vector<std::uint32_t>;
using Texts = std::vector<std::string>;

/// A table of one column "y" with these lines, called t.csv in messages.
Table target(const std::string& lines, bool keep_labels = true) {
  const TemporaryFolder folder;
  ReadOptions options;
  if (keep_labels) options.label_column = "y";
  Table table = read_table(folder.write("t.csv", "y\n" + lines), options);
  table.source = "t.csv";
  return table;
}

TaskKind decide(const std::string& lines, TaskChoice choice = TaskChoice::Auto) {
  return decide_task(target(lines).columns[0], choice);
}

TEST(Task, AutoDecidesByTheValues) {
  EXPECT_EQ(decide("a\nb\n"), TaskKind::Classification);
  EXPECT_EQ(decide("0\n1\n1.0\n-3\n"), TaskKind::Classification);
  EXPECT_EQ(decide("0\n1.5\n"), TaskKind::Regression);
  EXPECT_EQ(decide("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n"), TaskKind::Classification);
  EXPECT_EQ(decide("1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n11\n"), TaskKind::Regression);
  EXPECT_EQ(decide("a\nb\n", TaskChoice::Regression), TaskKind::Regression);
  EXPECT_EQ(decide("0\n1.5\n", TaskChoice::Classification), TaskKind::Classification);
}

TEST(Task, ParsesChoices) {
  EXPECT_EQ(parse_task_choice("auto"), TaskChoice::Auto);
  EXPECT_EQ(parse_task_choice("regression"), TaskChoice::Regression);
  EXPECT_EQ(parse_task_choice("classification"), TaskChoice::Classification);
  EXPECT_EQ(message_of<ConfigError>([] { (void)parse_task_choice("rank"); }),
            "--task: \"rank\" is unknown; known are auto, regression, classification");
}

TEST(FindClasses, OrdersNumbersByValueThenTexts) {
  const Classes numbers = find_classes(target("10\n9\n-1\n9\n"), 0);
  EXPECT_EQ(numbers.labels, (Texts{"-1", "9", "10"}));
  EXPECT_EQ(numbers.of_row, (ClassList{2, 1, 0, 1}));
  const Classes mixed = find_classes(target("b\n10\n9\na\n"), 0);
  EXPECT_EQ(mixed.labels, (Texts{"9", "10", "a", "b"}));
  EXPECT_EQ(mixed.of_row, (ClassList{3, 1, 0, 2}));
}

TEST(FindClasses, EqualNumbersAreOneClass) {
  const Classes classes = find_classes(target("1.0\n0\n1\n00\n"), 0);
  EXPECT_EQ(classes.labels, (Texts{"0", "1.0"})) << "the first text of each";
  EXPECT_EQ(classes.of_row, (ClassList{1, 0, 1, 0}));
  EXPECT_EQ(find_classes(target("1.0\n0\n1\n", false), 0).labels, (Texts{"0", "1"}))
      << "without texts, the shortest";
}

TEST(FindClasses, RefusesWhatIsNoClassification) {
  EXPECT_EQ(message_of<DataError>([] { (void)find_classes(target("a\nb\nNA\n?\n"), 0); }),
            "t.csv: line 4, column \"y\": the target has no value (2 of 4 rows have none); "
            "--drop-missing-target leaves them out");
  EXPECT_EQ(message_of<DataError>([] { (void)find_classes(target("a\na\n"), 0); }),
            "t.csv: column \"y\": every row has the class a; a classification needs two");
  std::string many;
  for (std::size_t i = 0; i <= kMaxLabels; ++i) many += std::to_string(i) + "\n";
  EXPECT_EQ(message_of<DataError>([&] { (void)find_classes(target(many), 0); }),
            "t.csv: column \"y\": 1001 classes, more than 1000; numbers are predicted by --task "
            "regression");
}

TEST(ClassesOf, FindsLabelsByTextOrNumber) {
  const Task task{.kind = TaskKind::Classification, .target = "y", .labels = {"0", "1.0", "x"}};
  EXPECT_EQ(classes_of(target("1\nx\n0\n"), 0, task), (ClassList{1, 2, 0}));
  EXPECT_EQ(classes_of(target("1\n0.0\n"), 0, task), (ClassList{1, 0}));
  EXPECT_EQ(classes_of(target("1.0\n0\n", false), 0, task), (ClassList{1, 0}));
}

TEST(ClassesOf, NamesRowAndUnknownLabel) {
  const Task task{.kind = TaskKind::Classification, .target = "y", .labels = {"0", "1"}};
  EXPECT_EQ(
      message_of<DataError>([&] { (void)classes_of(target("1\n0\n7\n"), 0, task); }),
      "t.csv: column \"y\": row 3 has the class \"7\", which the model does not know; it knows "
      "0, 1");
  EXPECT_EQ(message_of<DataError>([&] { (void)classes_of(target("1\nNA\n0\n"), 0, task); }),
            "t.csv: line 3, column \"y\": the target has no value (1 of 3 rows have none)");
}

TEST(RegressionTarget, MustBeNumbersThatVary) {
  const std::vector<std::uint32_t> rows = {0, 1};
  EXPECT_EQ(message_of<DataError>([&] { require_regression_target(target("a\nb\n"), 0, rows); }),
            "t.csv: column \"y\" is text; texts are predicted by --task classification");
  EXPECT_EQ(
      message_of<DataError>([&] { require_regression_target(target("1\n2\nNA\n"), 0, rows); }),
      "t.csv: line 4, column \"y\": the target has no value (1 of 3 rows have none); "
      "--drop-missing-target leaves them out");
  EXPECT_EQ(
      message_of<DataError>([&] { require_regression_target(target("2\n2\n3\n"), 0, rows); }),
      "t.csv: column \"y\": the target is constant over the training rows, there is nothing to "
      "learn");
  EXPECT_NO_THROW(require_regression_target(target("2\n3\n3\n"), 0, rows));
}

TEST(TaskJson, RoundTripIsByteStable) {
  const Task regression{.target = "price", .scale = {1.0 / 3.0, 1e-7}};
  const Task classes{.kind = TaskKind::Classification, .target = "y", .labels = {"0", "ä"}};
  for (const Task& task : {regression, classes}) {
    const std::string written = to_json(task).dump(2);
    const Task read = task_from_json(Json::parse(written), "model.json");
    EXPECT_EQ(to_json(read).dump(2), written);
    EXPECT_EQ(read.kind, task.kind);
    EXPECT_EQ(read.scale.factor, task.scale.factor);
    EXPECT_EQ(read.labels, task.labels);
  }
}

TEST(TaskJson, NamesSourceAndKey) {
  const Json good =
      to_json(Task{.kind = TaskKind::Classification, .target = "y", .labels = {"a", "b"}});
  const auto error_with = [&](const char* key, const Json& value) {
    Json json = good;
    json[key] = value;
    return message_of<ParseError>([&] { (void)task_from_json(json, "model.json"); });
  };
  EXPECT_EQ(error_with("kind", "rank"),
            "model.json: \"kind\" is \"rank\", known are regression and classification");
  EXPECT_EQ(error_with("kind", "regression"),
            "model.json: \"labels\" of a regression is not empty");
  EXPECT_EQ(error_with("target", 3), "model.json: key \"target\" has the wrong type (number)");
  EXPECT_EQ(error_with("factor", 0), "model.json: \"factor\" is 0");
  EXPECT_EQ(error_with("offset", nullptr), "model.json: key \"offset\" must be a finite number");
  EXPECT_EQ(error_with("labels", Json::array({"a"})),
            "model.json: \"labels\" must hold 2 to 1000 labels, not 1");
  EXPECT_EQ(error_with("labels", Json::array({"a", "a"})),
            "model.json: \"labels\" holds a label twice");
  EXPECT_EQ(error_with("labels", Json::array({"a", 1})),
            "model.json: key \"labels\" has the wrong type (array)");
  for (const Json& json : {Json(nullptr), Json::array(), Json(1), Json("x"), Json::object()}) {
    EXPECT_EQ(message_of<ParseError>([&] { (void)task_from_json(json, "model.json"); }),
              "model.json: key \"kind\" is missing");
  }
}

}  // namespace
}  // namespace neuronsmith
