// Opens a report in a real browser: Debian's chromium, headless. Skipped where there is none.
// With NEURONSMITH_SCREENSHOTS=FOLDER the pictures are kept there.
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>

#include "neuronsmith/core/child_process.hpp"
#include "neuronsmith/core/file.hpp"
#include "neuronsmith/core/json.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/plot.hpp"
#include "neuronsmith/report/report.hpp"
#include "sample_runs.hpp"
#include "xml.hpp"

namespace neuronsmith::report {
namespace {

constexpr double kSeconds = 120.0;

enum class Scheme { Dark = 0, Light = 1 };  // as Blink counts them

/// Measures the page that stands in a frame and writes what it found into #probe. A frame, because
/// the window of a headless chromium is never narrower than 500 pixels.
constexpr const char* kProbe = R"JS(
const frame = document.getElementById("frame"), d = frame.contentDocument, w = frame.contentWindow;
const seen = (e) => {
  const s = w.getComputedStyle(e), box = e.getBoundingClientRect();
  const paint = e.tagName === "circle" ? s.fill : s.stroke;
  return box.width + box.height > 0 && paint !== "none" && s.visibility === "visible";
};
const light = (colour) => {
  const [r, g, b] = colour.match(/[\d.]+/g).map((c) => c / 255)
      .map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a, b) => {
  const [low, high] = [light(a), light(b)].sort((x, y) => x - y);
  return (high + 0.05) / (low + 0.05);
};
const colour = (selector, property) => w.getComputedStyle(d.querySelector(selector))[property];
const card = colour("figure", "backgroundColor");
document.getElementById("probe").textContent = JSON.stringify({
  width: w.innerWidth,
  scroll_width: d.documentElement.scrollWidth,
  dark: w.matchMedia("(prefers-color-scheme: dark)").matches,
  resources: w.performance.getEntriesByType("resource").length,
  drawings: [...d.querySelectorAll("svg")].map((svg) => {
    const box = svg.getBoundingClientRect();
    const marks = [...svg.querySelectorAll("path:not(.axis):not(.grid), circle")];
    const text = svg.querySelector("text").getBoundingClientRect();
    return {width: box.width, height: box.height, marks: marks.length, seen: marks.filter(seen).length,
            text: text.height};
  }),
  formulas: [...d.querySelectorAll("math")].map((m) => m.getBoundingClientRect().height),
  powers: [...d.querySelectorAll(".formula msup")].map((m) =>
      m.children[0].getBoundingClientRect().bottom - m.children[1].getBoundingClientRect().bottom),
  text_contrast: contrast(colour("body", "color"), colour("body", "backgroundColor")),
  caption_contrast: contrast(colour("figcaption", "color"), card),
  link_contrast: contrast(colour("summary", "color"), colour("body", "backgroundColor")),
  line_contrast: [...d.querySelectorAll("path.s1, path.s2, path.s3")].filter(seen).map((p) =>
      contrast(w.getComputedStyle(p)[p.matches(".bar") ? "fill" : "stroke"], card)),
});
)JS";

std::string wrapper(const std::string& page, int width) {
  return fmt::format(
      "<!DOCTYPE html><meta charset=\"utf-8\"><body style=\"margin:0\"><iframe id=\"frame\" "
      "style=\"border:0;width:{}px;height:900px\" srcdoc=\"{}\"></iframe><pre id=\"probe\"></pre>"
      "<script>addEventListener(\"load\", () => {{{}}});</script>",
      width,
      internal::escape(page),
      kProbe);
}

/// Numbers and strings without special characters stand in the text of the probe.
Json probe_result(const std::string& dom) {
  const std::string begin = "<pre id=\"probe\">";
  const std::size_t at = dom.find(begin);
  if (at == std::string::npos) return {};
  const std::size_t end = dom.find("</pre>", at);
  return Json::parse(dom.substr(at + begin.size(), end - at - begin.size()), nullptr, false);
}

class Browser : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!run_child({"chromium", "--version"}, "", kSeconds).succeeded()) {
      GTEST_SKIP() << "chromium is not installed";
    }
    if (!has_gnuplot()) GTEST_SKIP() << "gnuplot is not installed";
    folder_ =
        std::filesystem::temp_directory_path() / fmt::format("neuronsmith-browser-{}", ::getpid());
    std::filesystem::create_directories(folder_);
  }
  void TearDown() override {
    std::error_code error;  // the browser may still be tidying its profile
    if (!folder_.empty()) std::filesystem::remove_all(folder_, error);
  }

  std::string write(const std::string& name, const std::string& content) const {
    const std::string path = (folder_ / name).string();
    write_file_atomically(path, content);
    return path;
  }

  [[nodiscard]] ChildOutcome open(const std::string& path,
                                  Scheme scheme,
                                  std::vector<std::string> more) const {
    std::vector<std::string> words = {
        "chromium",
        "--headless=new",
        "--no-sandbox",
        "--disable-gpu",
        "--hide-scrollbars",
        "--no-first-run",
        "--enable-logging=stderr",
        "--v=0",
        "--virtual-time-budget=5000",
        fmt::format("--blink-settings=preferredColorScheme={}", static_cast<int>(scheme)),
        "--user-data-dir=" + (folder_ / "profile").string()};
    words.insert(words.end(), more.begin(), more.end());
    words.push_back("file://" + path);
    return run_child(words, "", kSeconds);
  }

  /// What the browser makes of the sample page at a width, in a scheme.
  [[nodiscard]] Json measure(int width, Scheme scheme) const {
    const std::string path = write("wrapper.html", wrapper(render(testing::sample_runs()), width));
    const ChildOutcome outcome = open(path, scheme, {"--window-size=1300,1000", "--dump-dom"});
    EXPECT_TRUE(outcome.succeeded()) << outcome.err;
    EXPECT_EQ(console(outcome), "");
    return probe_result(outcome.out);
  }

  /// Messages on the console.
  static std::string console(const ChildOutcome& outcome) {
    std::string lines;
    for (std::size_t at = 0; (at = outcome.err.find(":CONSOLE", at)) != std::string::npos; ++at) {
      lines += outcome.err.substr(at, outcome.err.find('\n', at) - at) + "\n";
    }
    return lines;
  }

  void expect_sound(const Json& probe, int width, Scheme scheme) const {
    ASSERT_TRUE(probe.is_object());
    EXPECT_EQ(probe["width"], width);
    EXPECT_LE(probe["scroll_width"], width);
    EXPECT_EQ(probe["dark"], scheme == Scheme::Dark);
    EXPECT_EQ(probe["resources"], 0);
    expect_visible(probe, width);
    EXPECT_GE(probe["text_contrast"], 7.0);
    EXPECT_GE(probe["caption_contrast"], 4.5);
    EXPECT_GE(probe["link_contrast"], 4.5);
    for (const Json& contrast : probe["line_contrast"]) EXPECT_GE(contrast, 3.0);
  }

  static void expect_visible(const Json& probe, int width) {
    EXPECT_EQ(probe["drawings"].size(), 10u);
    for (const Json& drawing : probe["drawings"]) {
      EXPECT_GE(drawing["width"], width < 500 ? 300.0 : 400.0) << drawing;
      EXPECT_GE(drawing["height"], 80.0) << drawing;
      EXPECT_GT(drawing["marks"], 0) << drawing;
      EXPECT_EQ(drawing["seen"], drawing["marks"]) << drawing;
      EXPECT_GE(drawing["text"], 11.0) << drawing;
    }
    EXPECT_GE(probe["formulas"].size(), 8u);
    for (const Json& height : probe["formulas"]) EXPECT_GE(height, 6.0);
    EXPECT_FALSE(probe["powers"].empty());
    for (const Json& lift : probe["powers"]) EXPECT_GT(lift, 1.0) << "an exponent is not raised";
  }

  std::filesystem::path folder_;
};

TEST_F(Browser, ShowsAWidePageInLight) {
  expect_sound(measure(1200, Scheme::Light), 1200, Scheme::Light);
}

TEST_F(Browser, ShowsAPhonePageInDark) {
  expect_sound(measure(390, Scheme::Dark), 390, Scheme::Dark);
}

TEST_F(Browser, OpensFromDiskWithoutAWordAndTakesAPicture) {
  const std::string page = write("report.html", render(testing::sample_runs()));
  const char* kept = std::getenv("NEURONSMITH_SCREENSHOTS");
  const std::filesystem::path pictures = kept != nullptr ? std::filesystem::path(kept) : folder_;
  for (const auto& [name, scheme] :
       {std::pair("light", Scheme::Light), std::pair("dark", Scheme::Dark)}) {
    const auto picture = pictures / fmt::format("report-{}.png", name);
    const ChildOutcome outcome =
        open(page, scheme, {"--window-size=1100,4200", "--screenshot=" + picture.string()});
    EXPECT_TRUE(outcome.succeeded()) << outcome.err;
    EXPECT_EQ(console(outcome), "");
    ASSERT_TRUE(std::filesystem::exists(picture));
    EXPECT_GT(std::filesystem::file_size(picture), 50000u);
  }
}

/// The checks see what they are to reject.
TEST_F(Browser, ProbeRejectsAPageThatIsWrong) {
  const std::string page = write("wrong.html", "<script>nothing.here()</script>");
  EXPECT_NE(console(open(page, Scheme::Light, {"--dump-dom"})), "");
  std::string wide = render(testing::sample_runs());
  wide.insert(
      wide.find("<main>"),
      "<div style=\"width:2000px\">wide</div><style>path.s1{stroke:none !important}</style>");
  const ChildOutcome outcome =
      open(write("wide.html", wrapper(wide, 390)), Scheme::Light, {"--dump-dom"});
  const Json probe = probe_result(outcome.out);
  ASSERT_TRUE(probe.is_object());
  EXPECT_GT(probe["scroll_width"], 390);
  EXPECT_LT(probe["drawings"][0]["seen"], probe["drawings"][0]["marks"]);
}

}  // namespace
}  // namespace neuronsmith::report
