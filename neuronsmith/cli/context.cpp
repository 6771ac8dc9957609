#include "neuronsmith/cli/context.hpp"

#include "neuronsmith/cli/progress.hpp"
#include "neuronsmith/core/error.hpp"

namespace neuronsmith::cli {

std::unique_ptr<ProgressSink> Context::progress() const {
  return quiet ? nullptr : std::make_unique<TerminalProgress>();
}

void add_common_options(CLI::App& command, Context& context) {
  command.add_flag("--json", context.json, "Print one JSON object on standard output");
  command.add_flag("--quiet", context.quiet, "No progress, no notes");
  command.add_option("--threads", context.threads, "Threads; 0: all. Results do not depend on it")
      ->check(CLI::Range(std::size_t{0}, std::size_t{1024}))
      ->capture_default_str();
}

std::string indented(const Json& json) {
  return json.dump(2, ' ', false, Json::error_handler_t::replace);
}

std::vector<std::size_t> parse_hidden(const std::string& text) {
  std::vector<std::size_t> widths;
  if (text == "none" || text.empty()) return widths;
  for (const std::string& part : CLI::detail::split(text, ',')) {
    std::size_t width = 0;
    if (!CLI::detail::lexical_cast(part, width)) {
      throw ConfigError(fmt::format("--hidden: \"{}\" is not a layer width, as in 12,5", part));
    }
    widths.push_back(width);
  }
  return widths;
}

std::string text_of(const Metrics& metrics) {
  std::string text;
  for (const Metric& metric : metrics) {
    text += fmt::format("{}{} {:.5g}", text.empty() ? "" : ", ", metric.name, metric.value);
  }
  return text;
}

Json json_of(const Metrics& metrics) {
  Json json = Json::object();
  for (const Metric& metric : metrics) json[std::string(metric.name)] = json_number(metric.value);
  return json;
}

}  // namespace neuronsmith::cli
