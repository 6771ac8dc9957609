#include <fmt/format.h>

#include "neuronsmith/report/internal/figure.hpp"
#include "neuronsmith/report/internal/html.hpp"
#include "neuronsmith/report/internal/parts.hpp"
#include "neuronsmith/report/rank_plot.hpp"

namespace neuronsmith::report::internal {
namespace {

using experiment::RunRecord;

constexpr std::size_t kMaxMethods = 40;
constexpr std::size_t kNameWidth = 24;

/// Empty when the record does not hold what a study writes.
RankedMethods methods_of(const RunRecord& run) {
  const Json& names = value_at(run.result, "networks");
  const Json& ranking = value_at(run.result, "ranking");
  const Json& ranks = value_at(ranking, "ranks");
  const auto difference = number_at(ranking, "critical_difference");
  if (!names.is_array() || !ranks.is_array() || names.size() != ranks.size() || !difference ||
      names.empty() || names.size() > kMaxMethods) {
    return {};
  }
  RankedMethods methods{.names = {}, .ranks = {}, .difference = *difference};
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].is_string() || !ranks[i].is_number()) return {};
    methods.names.push_back(shortened(names[i].get<std::string>(), kNameWidth));
    methods.ranks.push_back(ranks[i].get<double>());
  }
  return methods;
}

/// Groups of places that are there.
void add_groups(const RunRecord& run, RankedMethods& methods) {
  const Json& groups = value_at(value_at(run.result, "ranking"), "groups");
  if (!groups.is_array()) return;
  for (const Json& group : groups) {
    std::vector<std::size_t> places;
    for (const Json& place : group.is_array() ? group : Json::array()) {
      if (!is_whole_number<std::size_t>(place)) continue;
      const auto i = place.get<std::size_t>();
      if (i < methods.names.size()) places.push_back(i);
    }
    if (places.size() > 1 && methods.groups.size() < kMaxMethods) methods.groups.push_back(places);
  }
}

}  // namespace

std::string ranks_part(const RunRecord& run) {
  RankedMethods methods = methods_of(run);
  if (methods.names.empty()) return {};
  add_groups(run, methods);
  const Json& ranking = value_at(run.result, "ranking");
  const std::string caption = fmt::format(
      "Ranks on {} tables. Friedman test: p {}; critical difference after Nemenyi at 5 %: {}. "
      "Networks "
      "along one bar are not told apart.",
      value_at(run.result, "tables").size(),
      number_html(number_at(ranking, "p").value_or(1.0)),
      number_html(methods.difference));
  return "<div class=\"figures\">\n" + figure(rank_plot(methods), caption) + "</div>\n";
}

}  // namespace neuronsmith::report::internal
