#include "neuronsmith/search/evolution/model_reply.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <optional>
#include <utility>

#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/search/evolution/chat_client.hpp"
#include "neuronsmith/search/evolution/python_function.hpp"

namespace neuronsmith::search::evolution {
namespace {

using formula::Formula;

constexpr std::size_t kMaxRefusal = 240;
constexpr std::size_t kMaxExcerpt = 100;
constexpr std::string_view kSpace = " \t\r\n";
constexpr std::string_view kThoughtsEnd = "</think>";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kSpace);
  if (begin == text.npos) return {};
  return text.substr(begin, text.find_last_not_of(kSpace) - begin + 1);
}

bool is_indented(std::string_view line) { return line.starts_with(' ') || line.starts_with('\t'); }
bool is_digit(char c) { return std::isdigit(static_cast<unsigned char>(c)) != 0; }
bool is_of_name(char c) { return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_'; }

/// "```python", but not "```x```".
bool is_fence(std::string_view line) {
  const std::string_view text = trimmed(line);
  const std::string_view info = text.substr(std::min(text.find_first_not_of('`'), text.size()));
  return text.starts_with("~~~") || (text.starts_with("```") && info.find('`') == info.npos);
}

std::string_view first_word(std::string_view line) {
  return line.substr(
      0, static_cast<std::size_t>(std::ranges::find_if_not(line, is_of_name) - line.begin()));
}

/// What may stand before a function of Python.
bool is_preamble(std::string_view line) {
  return first_word(line) == "import" || first_word(line) == "from" || line.starts_with('@');
}

bool is_function_head(std::string_view line) { return first_word(line) == "def"; }

/// Whether a statement of Python begins there that is more than one expression.
bool is_statement(std::string_view line) {
  constexpr std::string_view kWords[] = {"async", "class", "for", "if", "try", "while", "with"};
  return is_preamble(line) || is_function_head(line) ||
         std::ranges::find(kWords, first_word(line)) != std::end(kWords);
}

/// Without "- ", "* ", "3. ", "3) ".
std::string_view without_bullet(std::string_view text) {
  const auto mark =
      static_cast<std::size_t>(std::ranges::find_if_not(text, is_digit) - text.begin());
  const std::string_view marks = mark == 0 ? "-*" : ".)";
  if (mark + 1 >= text.size() || marks.find(text[mark]) == marks.npos) return text;
  return text[mark + 1] == ' ' ? trimmed(text.substr(mark + 1)) : text;
}

/// Without "y =", "f(x) =".
std::string_view without_name(std::string_view text) {
  const std::size_t sign = text.find('=');
  if (sign == text.npos || sign == 0 || text.substr(sign).starts_with("==")) return text;
  std::string_view left = trimmed(text.substr(0, sign));
  if (left.ends_with("(x)")) left.remove_suffix(3);
  const bool is_name = !left.empty() && !is_digit(left[0]) && std::ranges::all_of(left, is_of_name);
  return is_name ? trimmed(text.substr(sign + 1)) : text;
}

class Reader {
 public:
  Reader(InputSpace inputs, const ReplyLimits& limits) : inputs_(inputs), limits_(limits) {}

  ModelReply read(std::string_view text) {
    const std::size_t thoughts = text.rfind(kThoughtsEnd);
    if (thoughts != text.npos) text.remove_prefix(thoughts + kThoughtsEnd.size());
    const std::string_view whole = text;
    if (text.size() > limits_.max_bytes) {
      add_refusal(fmt::format("a text of {} bytes: the rest is not read", text.size()), text);
      text = text.substr(0, limits_.max_bytes);
    }
    while (!text.empty() && !is_full_) {
      const std::size_t end = std::min(text.find('\n'), text.size());
      line(text.substr(0, end));
      text.remove_prefix(std::min(end + 1, text.size()));
    }
    end_piece();
    if (reply_.formulas.empty() && reply_.refusals.empty()) add_refusal("no formula", whole);
    return std::move(reply_);
  }

 private:
  void line(std::string_view text) {
    if (is_fence(text)) {
      end_piece();
      is_fenced_ = !is_fenced_;
      fence_indent_ = std::min(text.find_first_not_of(' '), text.size());
      return;
    }
    if (is_fenced_) {
      text.remove_prefix(std::min({text.find_first_not_of(' '), fence_indent_, text.size()}));
    }
    const bool is_inside = trimmed(text).empty() || is_indented(text) || text.starts_with(')');
    const bool goes_on = !piece_.empty() && (is_inside || (is_all_preamble_ && is_statement(text)));
    if (!goes_on) end_piece();
    if (!goes_on && !is_statement(text)) return formula_line(text);
    is_all_preamble_ = (piece_.empty() || is_all_preamble_) && (is_inside || is_preamble(text));
    is_function_ = is_function_ || is_function_head(text);
    piece_.append(text).push_back('\n');
  }

  // Outside of fences "from" and "if" may begin a sentence.
  void end_piece() {
    const std::string text = std::exchange(piece_, {});
    const bool is_meant = std::exchange(is_function_, false) || is_fenced_;
    if (text.empty() || !is_meant) return;
    if (!inputs_.is_pointwise()) return add_refusal("Python has no meaning here", text);
    PythonResult result = translate_python(text);
    if (const auto* refusal = std::get_if<PythonRefusal>(&result)) {
      return add_refusal(fmt::format("line {}: {}", refusal->line, refusal->reason), text);
    }
    add(std::get<Formula>(std::move(result)));
  }

  void formula_line(std::string_view line) {
    std::string_view text = without_bullet(trimmed(line.substr(0, line.find('#'))));
    const std::size_t tick = text.find('`');
    const bool is_meant = is_fenced_ || tick != text.npos;
    if (tick != text.npos) {
      text.remove_prefix(std::min(text.find_first_not_of('`', tick), text.size()));
      text = text.substr(0, text.find('`'));
    }
    while (text.ends_with(',') || text.ends_with(';')) text.remove_suffix(1);
    text = without_name(trimmed(text));
    if (text.empty()) return;
    if (text.size() > limits_.max_line) {
      if (is_meant) add_refusal(fmt::format("a line of {} bytes", text.size()), text);
      return;
    }
    auto result = formula::parse(text, inputs_.shape);
    if (auto* found = std::get_if<Formula>(&result)) return add(std::move(*found));
    if (auto found = python_expression(text)) return add(std::move(*found));
    if (is_meant) add_refusal(std::get<formula::ParseDiagnosis>(result).text(), text);
  }

  // "x*np.tanh(x)"
  [[nodiscard]] std::optional<Formula> python_expression(std::string_view text) const {
    if (!inputs_.is_pointwise()) return std::nullopt;
    PythonResult result = translate_python(fmt::format("def f(x): return {}", text));
    auto* found = std::get_if<Formula>(&result);
    return found != nullptr ? std::optional(std::move(*found)) : std::nullopt;
  }

  void add(Formula formula) {
    if (has_room()) reply_.formulas.push_back(std::move(formula));
  }

  void add_refusal(const std::string& reason, std::string_view text) {
    if (!has_room()) return;
    reply_.refusals.push_back(
        printable(fmt::format("{}: {}",
                              printable(reason, kMaxRefusal - kMaxExcerpt - 2),
                              printable(trimmed(text), kMaxExcerpt)),
                  kMaxRefusal));
  }

  [[nodiscard]] bool has_room() {
    if (is_full_) return false;
    is_full_ = reply_.formulas.size() + reply_.refusals.size() + 1 >= limits_.max_proposals;
    if (is_full_) {
      reply_.refusals.push_back(
          fmt::format("more than {} proposals: the rest is not read", limits_.max_proposals - 1));
    }
    return !is_full_;
  }

  InputSpace inputs_;
  ReplyLimits limits_;
  ModelReply reply_;
  std::string piece_;             // lines of Python so far
  bool is_all_preamble_ = false;  // whether nothing but a preamble is among them
  bool is_function_ = false;      // whether "def" is
  bool is_fenced_ = false;        // whether a block is open
  std::size_t fence_indent_ = 0;  // of its first line
  bool is_full_ = false;
};

}  // namespace

ModelReply read_reply(std::string_view text, InputSpace inputs, const ReplyLimits& limits) {
  return Reader(inputs, limits).read(text);
}

}  // namespace neuronsmith::search::evolution
