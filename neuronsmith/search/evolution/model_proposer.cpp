#include "neuronsmith/search/evolution/model_proposer.hpp"

#include <fmt/format.h>

#include <utility>
#include <variant>

#include "neuronsmith/core/require_option.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/evolution/model_reply.hpp"
#include "neuronsmith/search/evolution/prompt.hpp"
#include "neuronsmith/search/evolution/proposal_limits.hpp"

namespace neuronsmith::search::evolution {

void ModelOptions::validate() const {
  chat.validate();
  require_option(share > 0.0 && share <= 1.0, "--llm-share", "above 0 and at most 1");
}

ModelProposer::ModelProposer(ChatOptions chat, ModelTask task, ProgressSink* progress)
    : client_(std::move(chat)), task_(std::move(task)), progress_(progress) {}

Proposed ModelProposer::propose(const ProposalRequest& request, std::stop_token stop) {
  if (request.generation < rests_until_ || !client_.is_due()) return {};
  const ChatResult result =
      client_.complete(prompt_of(request, task_.score, task_.max_cost), std::move(stop));
  if (const auto* failure = std::get_if<ChatFailure>(&result)) {
    return failed(*failure, request.generation);
  }
  failures_ = 0;
  return proposals_of(std::get<std::string>(result), request);
}

Proposed ModelProposer::failed(const ChatFailure& failure, std::uint32_t generation) {
  if (failure.kind == ChatFailure::Kind::Stopped) return {};
  ++failures_;
  const bool rests = failures_ >= kPatience;
  if (rests) rests_until_ = generation + kRest;
  if (progress_ != nullptr && (rests || failures_ == 1)) {
    progress_->note(fmt::format("language model: {}; {}",
                                failure.text,
                                rests ? fmt::format("it is asked again in {} generations", kRest)
                                      : "the search goes on with its grammar"));
  }
  return {.formulas = {}, .log = {{generation, "failure", failure.text}}};
}

Proposed ModelProposer::proposals_of(const std::string& reply,
                                     const ProposalRequest& request) const {
  const ProposalLimits limits{.max_nodes = kLooseSize * request.grammar.max_nodes,
                              .max_cost = task_.max_cost,
                              .weights = request.grammar.weights};
  ModelReply read = read_reply(reply, request.inputs);
  Proposed proposed;
  for (std::string& refusal : read.refusals) {
    proposed.log.push_back({request.generation, "refusal", std::move(refusal)});
  }
  for (formula::Formula& formula : read.formulas) {
    const auto refusal = refusal_of(formula, request.inputs, limits);
    if (!refusal) {
      proposed.formulas.push_back(std::move(formula));
      continue;
    }
    const std::string text = printable(formula::to_infix(formula));
    proposed.log.push_back({request.generation, "refusal", fmt::format("{}: {}", *refusal, text)});
  }
  return proposed;
}

}  // namespace neuronsmith::search::evolution
