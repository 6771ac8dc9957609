#include "neuronsmith/report/report.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <limits>

#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/names.hpp"
#include "neuronsmith/report/internal/predictions.hpp"
#include "neuronsmith/report/plot.hpp"
#include "sample_runs.hpp"
#include "xml.hpp"

namespace neuronsmith::report {
namespace {

using namespace testing;

constexpr const char* kHostile =
    "<script>alert(1)</script> \"' onload='x' & `id` $(id) \n </style></svg> \xff\xfe \x01 "
    "\xe2\x80\xae";

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

/// What no page may hold.
void expect_self_contained(const std::string& page) {
  EXPECT_EQ(XmlCheck::problem(page), "");
  for (const char* part : {"<script",
                           "src=",
                           "@import",
                           "url(",
                           "<link",
                           "<img",
                           "<iframe",
                           "<object",
                           "javascript:",
                           "@font-face",
                           "<use",
                           "nan<",
                           ">inf<"}) {
    EXPECT_FALSE(contains(page, part)) << part;
  }
  for (std::size_t at = 0; (at = page.find("href=\"", at)) != std::string::npos; ++at) {
    EXPECT_EQ(page[at + 6], '#') << page.substr(at, 60);
  }
  // The one address is the name space of SVG, which nothing is loaded from.
  EXPECT_EQ(count(page, "http"), count(page, "xmlns=\"http://www.w3.org/2000/svg\""));
}

/// While alive, no gnuplot is found.
class NoGnuplot {
 public:
  NoGnuplot() : path_(std::getenv("PATH")) { setenv("PATH", "/nowhere", 1); }
  ~NoGnuplot() { setenv("PATH", path_.c_str(), 1); }
  NoGnuplot(const NoGnuplot&) = delete;
  NoGnuplot& operator=(const NoGnuplot&) = delete;

 private:
  std::string path_;
};

/// Every in-page link leads somewhere, and no id stands twice.
void expect_links_lead_somewhere(const std::string& page) {
  for (std::size_t at = 0; (at = page.find("href=\"#", at)) != std::string::npos; ++at) {
    const std::string id = page.substr(at + 7, page.find('"', at + 7) - at - 7);
    EXPECT_EQ(count(page, "id=\"" + id + "\""), 1u) << id;
  }
}

TEST(Report, ShowsAllPartsOfRunsThatHaveThem) {
  const std::string page = render(sample_runs());
  expect_self_contained(page);
  expect_links_lead_somewhere(page);
  for (const char* part : {"Report on 5 runs",
                           "Discovered neuron · wing.csv",
                           "Shape of the neuron",
                           "Error and complexity",
                           "Convergence of the search",
                           "Convergence of the training",
                           "Predicted against true",
                           "Confusion matrix",
                           "Formulas to pick from",
                           "What each neuron came to",
                           "Advantage over the reference",
                           "Recovery of known orders",
                           "S1 (15), S1 + S2 (5)",
                           "Options",
                           "neuron.json"}) {
    EXPECT_TRUE(contains(page, part)) << part;
  }
  if (!has_gnuplot()) return;
  EXPECT_EQ(elements(page, "svg").size(), 10u);
  EXPECT_FALSE(contains(page, "No plot here"));
}

TEST(Report, IsMadeOfWellFormedFormulasAndDrawings) {
  const std::string page = render(sample_runs());
  for (const char* name : {"math", "svg", "table"}) {
    const auto parts = elements(page, name);
    EXPECT_FALSE(parts.empty() && (has_gnuplot() || std::string(name) != "svg")) << name;
    for (const std::string& part : parts) EXPECT_EQ(XmlCheck::problem(part), "");
  }
}

TEST(Report, IsTheSameForTheSameRuns) { EXPECT_EQ(render(sample_runs()), render(sample_runs())); }

TEST(Report, LeavesOutWhatARunDoesNotHave) {
  for (const char* command : {"discover", "train", "compare", "something new"}) {
    RunRecord run = bare_run(1, command);
    for (const Json& result : {Json(), Json::object(), Json(3), Json::array(), Json("text")}) {
      run.result = result;
      const std::string page = render({run});
      expect_self_contained(page);
      for (const char* part : {"<svg",
                               "<math",
                               "<figure",
                               "No plot here",
                               "Formulas to pick from",
                               "class=\"tiles\"",
                               "class=\"lead\""}) {
        EXPECT_FALSE(contains(page, part)) << command << ": " << part;
      }
    }
  }
  expect_self_contained(render({}));
}

TEST(Report, OmitsEachPartOfItsOwn) {
  const auto without = [](RunRecord run, const char* key) {
    run.result.erase(key);
    return render({run});
  };
  EXPECT_FALSE(contains(without(discovery_run(), "front"), "Formulas to pick from"));
  EXPECT_TRUE(contains(without(discovery_run(), "terms"), "Shape of the neuron"));
  EXPECT_FALSE(contains(without(regression_run(), "metrics"), "RMSE"));
  EXPECT_FALSE(contains(without(regression_run(), "best_epoch"), "dashed line is epoch"));
  EXPECT_TRUE(contains(without(regression_run(), "task"), "Predicted against true"));
  EXPECT_TRUE(contains(without(classification_run(), "task"), "Confusion matrix"));
  EXPECT_FALSE(contains(without(comparison_run(), "rows"), "Comparison</h3>"));
  EXPECT_FALSE(contains(without(recovery_run(), "stability"), "Stability"));
  EXPECT_FALSE(contains(without(recovery_run(), "summary"), "Recovery of known orders"));
  EXPECT_FALSE(contains(without(recovery_run(), "study"), "Stability"));
  RunRecord run = discovery_run();
  run.scores.clear();
  EXPECT_FALSE(contains(render({run}), "Convergence"));
}

TEST(Report, TellsHowARunEndedThatIsNotDone) {
  RunRecord run = bare_run(4, "train");
  run.status = RunStatus::Failed;
  run.message = "training diverged in its first epoch";
  const std::string page = render({run});
  EXPECT_TRUE(contains(page, "<span>failed</span>"));
  EXPECT_TRUE(contains(page, "training diverged in its first epoch"));
}

TEST(Report, EscapesWhatComesFromOutside) {
  std::vector<RunRecord> runs = sample_runs();
  for (RunRecord& run : runs) {
    run.start.data = run.start.data_hash = run.version = run.machine = run.message = kHostile;
    run.start.command = run.started_at = kHostile;
    run.start.options[kHostile] = kHostile;
    run.artefacts.push_back({kHostile, kHostile});
    run.result["metrics"][kHostile] = 1.0;
    run.result["evaluated_on"] = run.result["metric"] = run.result["reference"] = kHostile;
    run.scores.push_back({kHostile, 1.0, 1.0});
    run.scores.push_back({kHostile, 2.0, 2.0});
  }
  runs[0].result["formula"] = runs[0].result["front"][1]["formula"] = kHostile;
  runs[2].artefacts[0].content =
      std::string("true,prediction\n\"<script>\"\"x\n</td>\",b\nb,\"") + "\x01\xff" + "\"\n,b\n";
  runs[4].result["stability"][0]["problem"] = runs[4].result["summary"][0]["method"] = kHostile;
  runs[4].result["stability"][1]["structures"][0]["orders"] = kHostile;
  runs[3].result["rows"][0]["neuron"] = runs[3].result["rows"][1]["formula"] = kHostile;
  const std::string page = render(runs);
  expect_self_contained(page);
  EXPECT_TRUE(contains(page, "&lt;script&gt;alert(1)"));
  EXPECT_EQ(count(page, "</style>"), 1u);
}

TEST(Report, SurvivesValuesOfWrongTypesAndNoNumbers) {
  const std::vector<Json> values = {nullptr,
                                    true,
                                    -1,
                                    1e308,
                                    "text",
                                    Json::array({1, nullptr}),
                                    Json::array({Json::object()}),
                                    {{"a", nullptr}}};
  const NoGnuplot quick;
  for (const RunRecord& original : sample_runs()) {
    for (const auto& [key, value] : original.result.items()) {
      for (const Json& other : values) {
        RunRecord run = original;
        run.result[key] = other;
        EXPECT_EQ(XmlCheck::problem(render({run})), "") << key << " = " << other;
      }
    }
  }
}

TEST(Report, SurvivesScoresThatAreNoNumbers) {
  RunRecord run = discovery_run();
  run.scores.clear();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double infinity = std::numeric_limits<double>::infinity();
  for (const double y : {nan, infinity, -infinity, 1e308, -1e308, 0.0, 1.0}) {
    run.scores.push_back({"error", 1.0, y});
    run.scores.push_back({"error", y, 1.0});
  }
  expect_self_contained(render({run}));
}

TEST(Report, KeepsHugeRunsReadable) {
  RunRecord run = discovery_run();
  for (int i = 0; i < 5000; ++i) {
    run.result["front"].push_back({{"formula", "x^2"}, {"error", 0.1}, {"complexity", i}});
    run.start.options[fmt::format("option{}", i)] = std::string(1000, 'x');
  }
  run.result["formula"] = std::string(100000, '(');
  for (int i = 0; i < 100000; ++i) run.scores.push_back({"error", i + 1.0, 1.0 / (i + 1)});
  std::string csv = "true,prediction\n";
  for (int i = 0; i < 20000; ++i) csv += fmt::format("class{},class{}\n", i % 3000, i % 7);
  run.artefacts.push_back({"predictions.csv", csv});
  const std::string page = render({run});
  expect_self_contained(page);
  EXPECT_LT(page.size(), 400000u);
  EXPECT_TRUE(contains(page, "all others"));
  EXPECT_TRUE(contains(page, "4903 more are left out"));
}

TEST(Report, SaysWhereAPlotIsMissing) {
  const NoGnuplot missing;
  const std::string page = render(sample_runs());
  expect_self_contained(page);
  EXPECT_EQ(count(page, "No plot here: gnuplot is not installed."), 10u);
}

TEST(Report, NormalisesTheConfusionMatrixByRows) {
  const std::string page = render({classification_run()});
  EXPECT_TRUE(
      contains(page, "<span class=\"heat hi\" style=\"--p:0.75\">75 %<small>3</small></span>"));
  EXPECT_TRUE(
      contains(page, "<span class=\"heat\" style=\"--p:0.25\">25 %<small>1</small></span>"));
}

TEST(Report, GivesTheCommandThatTakesAFormulaOfTheFront) {
  RunRecord run = discovery_run();
  run.start.data = "it's here.csv";
  EXPECT_TRUE(contains(render({run}),
                       internal::escape("neuronsmith train --neuron '0.25*x^3 - 1.5*x' --data "
                                        "'it'\\''s here.csv'")));
}

TEST(Report, HasNoShapeForAStraightLineOrProductsAlone) {
  RunRecord run = classification_run();
  EXPECT_FALSE(contains(render({run}), "Shape of the neuron"));
  run.result["formula"] = "dot(w0, x)*dot(w1, x)";
  EXPECT_FALSE(contains(render({run}), "Shape of the neuron"));
}

TEST(Html, NumbersAreForPeople) {
  using internal::number_html;
  EXPECT_EQ(number_html(0.0), "0");
  EXPECT_EQ(number_html(-0.0), "0");
  EXPECT_EQ(number_html(1234567.0), "1,234,567");
  EXPECT_EQ(number_html(12345.678), "12,346");
  EXPECT_EQ(number_html(-0.0123456), "−0.01235");
  EXPECT_EQ(number_html(1.5e-9), "1.5·10<sup>−9</sup>");
  EXPECT_EQ(number_html(2e12), "2·10<sup>12</sup>");
  EXPECT_EQ(internal::number_text(1.5e-9), "1.5e-9");
}

TEST(Html, EscapeKeepsTextAndDropsWhatIsNone) {
  using internal::escape;
  EXPECT_EQ(escape("a<b>&\"'"), "a&lt;b&gt;&amp;&quot;&#39;");
  EXPECT_EQ(escape("ä€😀"), "ä€😀");
  EXPECT_EQ(escape("\xc3"), "\xEF\xBF\xBD");
  EXPECT_EQ(escape("\xed\xa0\x80"), "\xEF\xBF\xBD\xEF\xBF\xBD\xEF\xBF\xBD");  // a surrogate
  EXPECT_EQ(escape("\xc0\xaf"), "\xEF\xBF\xBD\xEF\xBF\xBD");                  // overlong
  EXPECT_EQ(escape(std::string("a\0b", 3)),
            "a\xEF\xBF\xBD"
            "b");
}

TEST(Html, ShortensBetweenCharacters) {
  using internal::shortened;
  EXPECT_EQ(shortened("abc", 3), "abc");
  EXPECT_EQ(shortened("abcd", 3), "ab…");
  EXPECT_EQ(shortened("äöüß", 3), "äö…");
}

TEST(Names, TellTimesAndFiles) {
  EXPECT_EQ(internal::duration_text(0.0756), "0.076 s");
  EXPECT_EQ(internal::duration_text(59.99), "60 s");
  EXPECT_EQ(internal::duration_text(185.2), "3 min 5 s");
  EXPECT_EQ(internal::duration_text(7260.0), "2 h 1 min");
  EXPECT_EQ(internal::clock_text("2025-01-02T03:04:05.006Z"), "2025-01-02 03:04 UTC");
  EXPECT_EQ(internal::clock_text("soon"), "soon");
  EXPECT_EQ(internal::file_name("a/b.csv"), "b.csv");
}

TEST(Predictions, ReadsQuotedFieldsAndColumnsInAnyOrder) {
  const auto pairs =
      internal::read_predictions("prediction,other,true\r\n\"a, \"\"b\"\"\",1,c\r\nd\r\n,2,\n");
  ASSERT_TRUE(pairs);
  ASSERT_EQ(pairs->size(), 2u);
  EXPECT_EQ((*pairs)[0], internal::LabelPair("c", "a, \"b\""));
  EXPECT_EQ((*pairs)[1], internal::LabelPair("", ""));
  EXPECT_FALSE(internal::read_predictions("a,b\n1,2\n"));
  EXPECT_FALSE(internal::read_predictions(""));
}

}  // namespace
}  // namespace neuronsmith::report
