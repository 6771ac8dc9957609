#pragma once

#include <string>
#include <vector>

#include "neuronsmith/search/evolution/chat_client.hpp"
#include "neuronsmith/search/evolution/proposer.hpp"

namespace neuronsmith::search::evolution {

/// What a language model is asked: the task with the language of formulas and its limits, then the
/// programs with their scores. `score` says in a sentence or two how a formula gets its error;
/// `max_cost` is in FLOP per element and has no meaning for formulas of vector x. The same request
/// makes the same text.
[[nodiscard]] std::vector<ChatMessage> prompt_of(const ProposalRequest& request,
                                                 const std::string& score,
                                                 double max_cost);

}  // namespace neuronsmith::search::evolution
