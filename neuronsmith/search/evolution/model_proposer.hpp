#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "neuronsmith/core/progress.hpp"
#include "neuronsmith/search/evolution/chat_client.hpp"
#include "neuronsmith/search/evolution/proposer.hpp"

namespace neuronsmith::search::evolution {

/// A language model that takes part in a search.
struct ModelOptions {
  ChatOptions chat;
  double share = 0.5;  ///< of the proposals of the island that it is asked for, above 0, up to 1

  /// Throws ConfigError naming the option of the command line.
  void validate() const;
};

/// What a language model is told of a search besides the request.
struct ModelTask {
  std::string score;        ///< how a formula gets its error, a sentence or two
  double max_cost = 200.0;  ///< FLOP per element; what costs more is refused
};

/// Asks a language model for formulas. What it says is parsed or translated, never executed; what
/// does not keep to the limits is refused. After kPatience requests failed in a row it asks only
/// once every kRest generations until one succeeds.
class ModelProposer final : public Proposer {
 public:
  static constexpr std::size_t kPatience = 3;
  static constexpr std::uint32_t kRest = 10;

  /// `progress` is told when requests begin to fail and with every rest; it may be null and must
  /// outlive this. Throws ConfigError.
  ModelProposer(ChatOptions chat, ModelTask task, ProgressSink* progress = nullptr);

  [[nodiscard]] Proposed propose(const ProposalRequest& request, std::stop_token stop) override;

 private:
  [[nodiscard]] Proposed proposals_of(const std::string& reply,
                                      const ProposalRequest& request) const;
  [[nodiscard]] Proposed failed(const ChatFailure& failure, std::uint32_t generation);

  ChatClient client_;
  ModelTask task_;
  ProgressSink* progress_;
  std::size_t failures_ = 0;       // in a row
  std::uint32_t rests_until_ = 0;  // generation in which it asks again
};

}  // namespace neuronsmith::search::evolution
