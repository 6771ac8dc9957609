#include "neuronsmith/report/internal/svg.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <optional>

#include "neuronsmith/report/internal/html.hpp"

namespace neuronsmith::report::internal {
namespace {

/// A tag and the text before it.
struct Token {
  std::string_view text;
  std::string_view name;  ///< "/g" for a closing tag
  std::string_view attributes;
};

/// Cuts XML into tags. Gnuplot quotes < and > in texts and attributes.
class Scanner {
 public:
  explicit Scanner(std::string_view xml) : rest_(xml) {}

  std::optional<Token> next() {
    const std::size_t begin = rest_.find('<');
    const std::size_t end = rest_.find('>', begin);
    if (begin == std::string_view::npos || end == std::string_view::npos) return std::nullopt;
    Token token{rest_.substr(0, begin), {}, {}};
    const std::string_view inside = rest_.substr(begin + 1, end - begin - 1);
    const std::size_t space = inside.find_first_of(" \n\t");
    token.name = inside.substr(0, space);
    if (space != std::string_view::npos) token.attributes = inside.substr(space);
    rest_.remove_prefix(end + 1);
    return token;
  }

 private:
  std::string_view rest_;
};

/// The value of an attribute; gnuplot uses both kinds of quotes.
std::string_view attribute(const Token& token, std::string_view name) {
  for (const char quote : {'"', '\''}) {
    const std::string key = fmt::format(" {}={}", name, quote);
    const std::size_t begin = token.attributes.find(key);
    if (begin == std::string_view::npos) continue;
    const std::size_t end = token.attributes.find(quote, begin + key.size());
    if (end == std::string_view::npos) continue;
    return token.attributes.substr(begin + key.size(), end - begin - key.size());
  }
  return {};
}

/// All numbers of a text, e.g. of "translate(10.5,20) rotate(270)".
std::vector<double> numbers(std::string_view text) {
  std::vector<double> result;
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at < end) {
    double value = 0.0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error == std::errc()) result.push_back(value);
    at = next > at ? next : at + 1;
  }
  return result;
}

/// NN of "rgb( 0, 0, NN)", one of our own colours; 0 for any other.
int colour_number(std::string_view colour) {
  const std::vector<double> parts = numbers(colour);
  const bool is_ours = parts.size() == 3 && parts[0] == 0.0 && parts[1] == 0.0;
  return is_ours ? static_cast<int>(parts[2]) : 0;
}

/// Coordinates to a tenth of a pixel: "10.50,20.00" becomes "10.5,20".
std::string rounded(double value) { return fmt::format("{}", std::round(value * 10.0) / 10.0); }

std::string rounded_path(std::string_view path) {
  std::string result;
  std::string number;
  const auto flush = [&] {
    if (!number.empty()) result += rounded(numbers(number)[0]);
    number.clear();
  };
  for (const char c : path) {
    if ((c >= '0' && c <= '9') || c == '.' || c == '-') {
      number += c;
      continue;
    }
    flush();
    const bool is_space = c == ' ' || c == '\n' || c == '\t';
    if (c == 'M' || c == 'L' || c == ',' || c == 'z' || c == 'Z') result += c;
    if (is_space && !result.empty() && result.back() != ' ') result += ' ';
  }
  flush();
  while (result.ends_with(' ')) result.pop_back();
  return result;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && text.front() == ' ') text.remove_prefix(1);
  while (!text.empty() && text.back() == ' ') text.remove_suffix(1);
  return text;
}

double radius_of(Tone tone) {
  if (tone == Tone::Chosen) return 5.5;
  return tone == Tone::Faint ? 2.3 : 3.5;
}

class Redrawer {
 public:
  Redrawer(const Plot& plot, const std::vector<std::string>& texts)
      : plot_(plot), texts_(texts), n_points_(plot.series.size(), 0) {}

  void take(const Token& token) {
    if (token.name == "g") take_group(token);
    if (token.name == "path") take_path(token);
    if (token.name == "use") take_point(token);
    if (token.name == "text") is_in_text_ = true;
    if (is_in_text_ && token.name == "/text") take_text(token.text);
  }

  [[nodiscard]] bool is_empty() const { return body_.empty(); }

  [[nodiscard]] std::string svg() const {
    return fmt::format(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {0} {1}\" width=\"{0}\" "
        "height=\"{1}\" role=\"img\"><title>{2}</title>{3}</svg>",
        plot_.width,
        plot_.height,
        escape(plot_.title),
        body_);
  }

 private:
  /// Gnuplot gives a text its place by the group around it.
  void take_group(const Token& token) {
    const std::string_view transform = attribute(token, "transform");
    if (transform.empty()) return;
    place_ = numbers(transform);
    anchor_ = attribute(token, "text-anchor");
  }

  [[nodiscard]] const Series* series_of(int colour) const {
    const auto k = static_cast<std::size_t>(colour - kFirstSeriesColour);
    return colour >= kFirstSeriesColour && k < plot_.series.size() ? &plot_.series[k] : nullptr;
  }

  [[nodiscard]] std::string class_of(int colour) const {
    if (const Series* series = series_of(colour)) {
      return fmt::format("{}{}", css_class(series->tone), series->mark == Mark::Bars ? " bar" : "");
    }
    if (colour == kGridColour) return "grid";
    return colour == kVerticalColour ? "ref" : "axis";
  }

  void take_path(const Token& token) {
    const std::string_view stroke = attribute(token, "stroke");
    if (numbers(stroke).size() != 3) return;
    body_ += fmt::format("<path class=\"{}\" d=\"{}\"/>",
                         class_of(colour_number(stroke)),
                         rounded_path(attribute(token, "d")));
  }

  void take_point(const Token& token) {
    const std::vector<double> place = numbers(attribute(token, "transform"));
    const int colour = colour_number(attribute(token, "color"));
    const Series* series = series_of(colour);
    if (series == nullptr || place.size() < 2) return;
    const std::size_t i = n_points_[static_cast<std::size_t>(colour - kFirstSeriesColour)]++;
    const std::string hint =
        i < series->hints.size() ? "<title>" + escape(series->hints[i]) + "</title>" : "";
    const std::string circle =
        fmt::format("<circle class=\"{}\" cx=\"{}\" cy=\"{}\" r=\"{}\">{}</circle>",
                    css_class(series->tone),
                    rounded(place[0]),
                    rounded(place[1]),
                    radius_of(series->tone),
                    hint);
    body_ += i < series->anchors.size()
                 ? fmt::format("<a href=\"#{}\">{}</a>", escape(series->anchors[i]), circle)
                 : circle;
  }

  void take_text(std::string_view text) {
    is_in_text_ = false;
    if (place_.size() < 2) return;
    const std::string turn = place_.size() > 2 ? fmt::format(" rotate({})", place_[2]) : "";
    body_ += fmt::format("<text transform=\"translate({},{}){}\" text-anchor=\"{}\">{}</text>",
                         rounded(place_[0]),
                         rounded(place_[1]),
                         turn,
                         anchor_,
                         meaning(trimmed(text)));
  }

  /// The text of a placeholder, or the number that gnuplot wrote.
  [[nodiscard]] std::string meaning(std::string_view text) const {
    for (std::size_t i = 0; i < texts_.size(); ++i) {
      if (text == placeholder(i)) return escape(texts_[i]);
    }
    return escape(text);
  }

  const Plot& plot_;
  const std::vector<std::string>& texts_;
  std::vector<std::size_t> n_points_;  ///< of each series, so far
  std::string body_;
  std::vector<double> place_;
  std::string_view anchor_;
  bool is_in_text_ = false;
};

}  // namespace

std::string placeholder(std::size_t text) { return fmt::format("@{}@", text); }

std::string redraw(std::string_view svg, const Plot& plot, const std::vector<std::string>& texts) {
  // What stands before are definitions of markers.
  const std::size_t begin = svg.find("</defs>");
  if (begin == std::string_view::npos) return {};
  Redrawer redrawer(plot, texts);
  Scanner scanner(svg.substr(begin));
  while (const auto token = scanner.next()) redrawer.take(*token);
  return redrawer.is_empty() ? std::string() : redrawer.svg();
}

}  // namespace neuronsmith::report::internal
