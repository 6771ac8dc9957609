// Any text as the reply of a language model: what it proposes is held against the limits, what it does
// not is told in bounded printable lines. Nothing of it is executed.
#include <algorithm>
#include <string>
#include <string_view>

#include "fuzz/fuzz.hpp"
#include "neuronsmith/formula/print.hpp"
#include "neuronsmith/search/evolution/model_reply.hpp"
#include "neuronsmith/search/evolution/proposal_limits.hpp"

namespace neuronsmith::fuzz {
namespace {

using search::InputSpace;
using search::evolution::ModelReply;

void require_bounded(const ModelReply& reply, std::size_t most) {
  const std::size_t total = reply.formulas.size() + reply.refusals.size();
  require(total >= 1 && total <= most, "a bounded number of proposals");
  for (const std::string& refusal : reply.refusals) {
    require(refusal.size() <= 240, "a short refusal", refusal);
    require(std::ranges::all_of(refusal, [](char c) { return c >= ' ' && c <= '~'; }),
            "a printable refusal", refusal);
  }
}

void exercise(std::string_view text, InputSpace inputs) {
  const search::evolution::ReplyLimits limits{.max_proposals = 16};
  const ModelReply reply = search::evolution::read_reply(text, inputs, limits);
  require_bounded(reply, limits.max_proposals);
  for (const formula::Formula& formula : reply.formulas) {
    const auto refusal = search::evolution::refusal_of(formula, inputs, {.weights = 2});
    if (!refusal) require(!formula::to_infix(formula).empty(), "a text of every proposal");
  }
}

}  // namespace
}  // namespace neuronsmith::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace neuronsmith;
  const std::string_view text = fuzz::as_text(data, size);
  fuzz::exercise(text, formula::Shape::Scalar);
  fuzz::exercise(text, formula::Shape::Vector);
  fuzz::exercise(text, search::InputSpace::columns(3));
  return 0;
}
