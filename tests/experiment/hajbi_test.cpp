#include "neuronsmith/experiment/reproduce/hajbi.hpp"

#include <gtest/gtest.h>

#include <cmath>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/random.hpp"
#include "neuronsmith/core/statistics.hpp"
#include "neuronsmith/experiment/reproduce/hajbi_protocol.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "support/files.hpp"

namespace neuronsmith::experiment {
namespace {

constexpr int kRows = 400;
constexpr int kInputs = 5;

/// Rows of `classes` classes that the first two inputs tell apart; the last input is constant.
std::string table_text(int classes, std::uint64_t seed) {
  Random random(seed, Purpose::Test);
  std::string text = "a,b,c,d,e,class\n";
  for (int i = 0; i < kRows; ++i) {
    double x[kInputs - 1];
    for (double& value : x) value = random.normal();
    for (const double value : x) text += std::to_string(value) + ",";
    const int label = x[0] * x[0] + x[1] > 0.7 ? 1 : (classes > 2 && x[2] > 0.0 ? 2 : 0);
    text += "7," + std::to_string(label) + "\n";
  }
  return text;
}

class Hajbi : public ::testing::Test {
 protected:
  Hajbi() {
    folder_.write("higgs.csv.gz", table_text(2, 1));  // plain text is read under any name
    folder_.write("covertype.csv.gz", table_text(3, 2));
    folder_.write("spambase.csv.gz", table_text(2, 3));
  }

  [[nodiscard]] HajbiOptions options() const {
    return {.data_dir = folder_.path().string(), .seeds = {42, 43}, .beyond_paper = false};
  }

  neuronsmith::testing::TemporaryFolder folder_;
};

formula::Formula scalar(const std::string& text) {
  return formula::parse_or_throw(text, formula::Shape::Scalar, "test");
}

std::string without_times(HajbiStudy study) {
  Json json = to_json(study);
  json.erase("seconds");
  json.erase("discovery_seconds");
  for (Json& row : json["rows"]) row.erase("training_seconds");
  return json.dump();
}

TEST_F(Hajbi, HasTheArmsAndTheSizesOfThePaper) {
  const HajbiStudy study = reproduce_hajbi(options(), Executor(2));
  ASSERT_EQ(study.rows.size(), 17u);
  for (const HajbiRow& row : study.rows) {
    const std::size_t a = row.architecture == "Heavy" ? 200 : 64;
    const std::size_t b = row.architecture == "Heavy" ? 100 : 32;
    // Constant columns are inputs too; scale and shift of batch normalisation count.
    EXPECT_EQ(row.parameters, (kInputs + 1 + 2) * a + (a + 1 + 2) * b + b + 1) << row.activation;
    ASSERT_EQ(row.auc.size(), 2u);
    EXPECT_DOUBLE_EQ(row.efficiency(),
                     mean_of(row.auc) / std::log10(static_cast<double>(row.parameters)));
    for (const double auc : row.auc) EXPECT_TRUE(auc >= 0.0 && auc <= 1.0);
  }
}

TEST_F(Hajbi, IsTheSameWhateverTheThreads) {
  EXPECT_EQ(without_times(reproduce_hajbi(options(), Executor(1))),
            without_times(reproduce_hajbi(options(), Executor(3))));
}

TEST_F(Hajbi, GivenFormulasStandForDiscoveryAndTheFirstIsTransferred) {
  HajbiOptions given = options();
  given.formulas = {{"HIGGS", scalar("sin(x)")}, {"SPAMBASE", scalar("x^2")}};
  for (const HajbiRow& row : reproduce_hajbi(given, Executor(2)).rows) {
    const bool is_specialist = row.activation == "Hybrid (Specialist)";
    if (row.activation == "Hybrid (Transfer)" || (is_specialist && row.data_set == "HIGGS")) {
      EXPECT_EQ(row.formulas, (std::vector<std::string>{"sin(x)", "sin(x)"}));
    }
    if (is_specialist && row.data_set == "SPAMBASE") {
      EXPECT_EQ(row.formulas, (std::vector<std::string>{"x^2", "x^2"}));
    }
  }
}

TEST_F(Hajbi, AsPublishedIsOneDiscoveryForAllSeeds) {
  HajbiOptions leaking = options();
  leaking.as_published = true;
  for (const HajbiRow& row : reproduce_hajbi(leaking, Executor(2)).rows) {
    EXPECT_EQ(row.formulas[0], row.formulas[1]) << row.data_set << " " << row.activation;
  }
}

TEST_F(Hajbi, ValidationRowsChooseAndTestRowsDoNot) {
  const hajbi::DataSet set = hajbi::read_data_set(1, folder_.path().string());
  const PreparedData whole = hajbi::split_of(set, 42);
  for (const PreparedData& other :
       {hajbi::split_of(set, 42, 0.2), hajbi::discovery_rows(set, 42, false)}) {
    // The same test rows, whatever is kept apart of the others.
    ASSERT_EQ(other.n_test, whole.n_test);
    const auto classes = whole.test().classes;
    EXPECT_TRUE(std::equal(classes.begin(), classes.end(), other.test().classes.begin()));
    EXPECT_LT(other.n_training, whole.n_training);
  }
  EXPECT_EQ(hajbi::discovery_rows(set, 42, false).n_training, kRows * 8u / 100u);
  EXPECT_EQ(hajbi::discovery_rows(set, 42, true).n_training, kRows / 10u);
}

TEST_F(Hajbi, BeyondThePaperTwoArmsAreAddedAndTheirFormulasRecorded) {
  HajbiOptions more = options();
  more.seeds = {42};
  more.beyond_paper = true;
  const HajbiStudy study = reproduce_hajbi(more, Executor(2));
  ASSERT_EQ(study.rows.size(), 17u + 6u);
  std::size_t n_chosen = 0;
  for (const HajbiRow& row : study.rows) {
    const bool is_chosen =
        row.activation == "Network search" || row.activation == "Best of library";
    n_chosen += is_chosen && !row.formulas[0].empty();
  }
  EXPECT_EQ(n_chosen, 6u);
}

TEST_F(Hajbi, TheCsvHasThePublishedColumnsAndTheTablesThePublishedNumbers) {
  const HajbiStudy study = reproduce_hajbi(options(), Executor(2));
  const std::string csv = results_csv(study);
  EXPECT_EQ(csv.substr(0, csv.find('\n')),
            "Dataset,Architecture,Activation,Acc,AUC,Params,Efficiency");
  EXPECT_EQ(std::count(csv.begin(), csv.end(), '\n'), 18);
  const std::string markdown = results_markdown(study);
  EXPECT_NE(markdown.find("0.824 / 0.904"), std::string::npos);
  EXPECT_NE(markdown.find("FOREST_COVER"), std::string::npos);
}

TEST_F(Hajbi, MistakesNameFileOrOption) {
  const auto message = [](const HajbiOptions& wrong) -> std::string {
    try {
      static_cast<void>(reproduce_hajbi(wrong, Executor(1)));
    } catch (const Error& error) {
      return error.what();
    }
    return {};
  };
  HajbiOptions wrong = options();
  wrong.formulas = {{"MNIST", scalar("x")}};
  EXPECT_NE(message(wrong).find("SPAMBASE"), std::string::npos) << message(wrong);
  wrong = options();
  wrong.seeds = {1, 1};
  EXPECT_NE(message(wrong).find("--seeds"), std::string::npos);
  std::filesystem::remove(folder_.path("spambase.csv.gz"));
  EXPECT_NE(message(options()).find("spambase.csv.gz"), std::string::npos) << message(options());
}

}  // namespace
}  // namespace neuronsmith::experiment
