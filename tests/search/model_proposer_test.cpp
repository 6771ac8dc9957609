#include "neuronsmith/search/evolution/model_proposer.hpp"

#include <gtest/gtest.h>

#include <cmath>
#include <optional>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/formula/parse.hpp"
#include "neuronsmith/formula/print.hpp"
#include "support/chat_server.hpp"

namespace neuronsmith::search::evolution {
namespace {

using neuronsmith::testing::ChatServer;

class Notes final : public ProgressSink {
 public:
  void report(const ProgressEvent&) override {}
  void note(std::string_view line) override { lines.emplace_back(line); }

  std::vector<std::string> lines;
};

class Model : public ::testing::Test {
 protected:
  void serve(ChatServer::Handler handler) {
    server_.emplace(std::move(handler));
    options_.url = server_->url();
  }

  [[nodiscard]] static ProposalRequest request_of(std::uint32_t generation) {
    ProposalRequest request{.generation = generation, .wanted = 3};
    request.grammar.max_nodes = 10;
    request.programs.push_back({.id = 1,
                                .proposal = {.formula = formula::parse_or_throw(
                                                 "relu(x)", formula::Shape::Scalar, "test")},
                                .score = {.error = 1.0, .complexity = 2, .criterion = 1.0}});
    return request;
  }

  ChatOptions options_{.model = "m",
                       .key = "secret",
                       .timeout_seconds = 5,
                       .attempts = 1,
                       .requests_per_minute = 60000};
  std::optional<ChatServer> server_;
  Notes notes_;
};

TEST_F(Model, ProposesWhatKeepsToTheLimits) {
  serve(ChatServer::saying("```\nx*tanh(x)\ntan(x)\nlog(x)\np0*x\nfoo(x)\n```"));
  ModelProposer proposer(options_, {.score = "Less is better.", .max_cost = 25.0}, &notes_);
  const Proposed proposed = proposer.propose(request_of(4), {});
  ASSERT_EQ(proposed.formulas.size(), 1U);
  EXPECT_EQ(formula::to_infix(proposed.formulas[0]), "x*tanh(x)");
  ASSERT_EQ(proposed.log.size(), 4U);
  EXPECT_EQ(proposed.log[0].generation, 4U);
  std::string texts;
  for (const LogEntry& entry : proposed.log) {
    EXPECT_EQ(entry.kind, "refusal");
    texts += entry.text + "\n";
  }
  EXPECT_NE(texts.find("30 FLOP per element, more than 25: tan(x)\n"), std::string::npos) << texts;
  EXPECT_NE(texts.find("not finite at x = -8: log(x)\n"), std::string::npos) << texts;
  EXPECT_NE(texts.find("not a function of x alone: p0*x\n"), std::string::npos) << texts;
  EXPECT_NE(texts.find("foo(x)\n"), std::string::npos) << texts;
  EXPECT_TRUE(notes_.lines.empty());
  const Json body = Json::parse(server_->requests().at(0).body);
  EXPECT_EQ(body["model"], "m");
  EXPECT_NE(body["messages"][0]["content"].get<std::string>().find("Less is better."),
            std::string::npos);
  EXPECT_NE(body["messages"][1]["content"].get<std::string>().find("relu(x)"), std::string::npos);
}

TEST_F(Model, IsLeftOutWhereTheRateDoesNotAllowIt) {
  serve(ChatServer::saying("x^2"));
  options_.requests_per_minute = 1;
  ModelProposer proposer(options_, {}, &notes_);
  EXPECT_EQ(proposer.propose(request_of(1), {}).formulas.size(), 1U);
  const Proposed second = proposer.propose(request_of(2), {});
  EXPECT_TRUE(second.formulas.empty());
  EXPECT_TRUE(second.log.empty()) << "no failure";
  EXPECT_EQ(server_->requests().size(), 1U);
}

TEST_F(Model, RestsAfterFailuresAndTriesAgain) {
  bool is_up = false;
  serve([&](std::size_t number, httplib::Response& response) {
    if (number == 4) return ChatServer::saying("x^2")(number, response);
    response.status = 500;
    response.set_content("key secret", "text/plain");
  });
  ModelProposer proposer(options_, {}, &notes_);
  std::vector<std::uint32_t> failed;
  for (std::uint32_t generation = 1; generation < 30; ++generation) {
    const Proposed proposed = proposer.propose(request_of(generation), {});
    is_up = is_up || !proposed.formulas.empty();
    for (const LogEntry& entry : proposed.log) {
      EXPECT_EQ(entry.kind, "failure");
      EXPECT_EQ(entry.text.find("secret"), std::string::npos) << entry.text;
      failed.push_back(entry.generation);
    }
  }
  EXPECT_TRUE(is_up);
  EXPECT_EQ(failed, (std::vector<std::uint32_t>{1, 2, 3, 13, 24, 25, 26}))
      << "one failure in a row of its own ends a rest, success begins a new row";
  ASSERT_EQ(notes_.lines.size(), 5U);
  EXPECT_EQ(notes_.lines[0],
            "language model: HTTP status 500: key ; the search goes on with its grammar");
  EXPECT_EQ(notes_.lines[1],
            "language model: HTTP status 500: key ; it is asked again in 10 generations");
}

TEST_F(Model, AStopRequestIsNoFailure) {
  serve([this](std::size_t, httplib::Response&) { server_->hang(); });
  options_.timeout_seconds = 3600;
  ModelProposer proposer(options_, {}, &notes_);
  std::stop_source source;
  const std::jthread stopper([&] {
    server_->wait_for_request();
    source.request_stop();
  });
  const Proposed proposed = proposer.propose(request_of(1), source.get_token());
  EXPECT_TRUE(proposed.formulas.empty());
  EXPECT_TRUE(proposed.log.empty());
  EXPECT_TRUE(notes_.lines.empty());
}

TEST_F(Model, OptionsOutOfRangeAreRefusedByName) {
  for (const double share : {0.0, -1.0, 1.5, std::nan("")}) {
    const ModelOptions options{.chat = options_, .share = share};
    EXPECT_THROW(options.validate(), ConfigError) << share;
  }
}

}  // namespace
}  // namespace neuronsmith::search::evolution
