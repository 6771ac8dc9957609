#include <algorithm>
#include <cstdlib>
#include <optional>
#include <string>
#include <vector>

#include "neuronsmith/search/evolution/program_database.hpp"
#include "support/chat_server.hpp"
#include "tests/cli/command.hpp"

// Searches with a language model, which a server in this process plays.

namespace neuronsmith::cli::testing {
namespace {

using neuronsmith::testing::chat_reply;
using neuronsmith::testing::ChatServer;
using search::evolution::LogEntry;
using search::evolution::Origin;
using search::evolution::Program;
using search::evolution::ProgramDatabase;
using Words = std::vector<std::string>;

class LanguageModel : public CommandTest {
 protected:
  static Words small(const std::string& out) {
    return {"discover", "--recipe", "mine", "--no-store", "--islands", "1", "--proposals", "4",
            "--generations", "4", "--worlds-per-family", "1", "--world-rows", "64", "--trial-epochs", "2",
            "--hidden", "4", "--finalists", "3", "--out", out};
  }

  static Words with_model(Words words, const std::string& url, const std::string& timeout = "20") {
    for (const std::string& word : Words{"--llm-url", url, "--llm-model", "m", "--llm-rate", "60000",
                                         "--llm-timeout", timeout}) {
      words.push_back(word);
    }
    return words;
  }

  /// The search ends as one without a model does, to the byte, and `kind` is what its log says.
  void expect_no_harm(const std::string& url, const std::string& kind, const std::string& timeout = "20") {
    static_cast<void>(run_json(small("alone.json")));
    const Json found = run_json(with_model(small("advised.json"), url, timeout));
    EXPECT_EQ(read_file(path("advised.json")), read_file(path("alone.json")));
    ASSERT_TRUE(found.contains("llm"));
    EXPECT_EQ(found["llm"]["accepted"], 0);
    EXPECT_GT(found["llm"][kind == "failure" ? "failed_requests" : "refused"], 0) << found["llm"];
    const std::vector<LogEntry> log = ProgramDatabase(path("advised.json.programs")).log();
    ASSERT_FALSE(log.empty());
    for (const LogEntry& entry : log) {
      EXPECT_EQ(entry.kind, kind) << entry.text;
      EXPECT_LE(entry.text.size(), 300U);
    }
    EXPECT_EQ(ProgramDatabase(path("alone.json.programs")).programs().size(),
              ProgramDatabase(path("advised.json.programs")).programs().size());
  }

  void expect_reply_does_no_harm(const std::string& content) {
    const ChatServer server(ChatServer::saying(content));
    expect_no_harm(server.url(), "refusal");
    EXPECT_EQ(server.requests().size(), 3U) << "every generation but the first";
  }
};

TEST_F(LanguageModel, ItsFormulasAndFunctionsAreScored) {
  ::setenv("NEURONSMITH_LLM_KEY", "very-secret", 1);
  const ChatServer server([](std::size_t number, httplib::Response& response) {
    const std::string factor = std::to_string(number + 2);
    response.set_content(
        chat_reply("```\nx*tanh(" + factor + "*x)\n```\n```python\nimport numpy as np\ndef f(x):\n"
                   "    return x + np.sin(" + factor + "*x)\n```\n"),
        "application/json");
  });
  Words search = with_model(small("mined.json"), server.url());
  std::replace(search.begin(), search.end(), std::string("--no-store"), std::string("--store=runs.db"));
  const Outcome outcome = run(search);
  ::unsetenv("NEURONSMITH_LLM_KEY");
  ASSERT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.out.find("model     m: 6 proposals accepted, 0 refused, 0 requests failed"),
            std::string::npos)
      << outcome.out;
  ProgramDatabase database(path("mined.json.programs"));
  std::size_t n_model = 0;
  for (const Program& program : database.programs()) {
    if (program.proposal.origin != Origin::Model) continue;
    ++n_model;
    EXPECT_FALSE(program.proposal.parents.empty());
  }
  EXPECT_EQ(n_model, 6U) << "two in each generation but the first";
  EXPECT_TRUE(database.log().empty());
  ASSERT_EQ(server.requests().size(), 3U);
  EXPECT_EQ(server.requests()[0].authorization, "Bearer very-secret");
  EXPECT_NE(server.requests()[0].body.find("learnt by each channel"), std::string::npos);
  const Json neuron = Json::parse(read_file(path("mined.json")));
  EXPECT_EQ(neuron["provenance"]["llm"]["model"], "m");
  EXPECT_EQ(neuron["provenance"]["llm"]["accepted"], 6);
  EXPECT_TRUE(exists("runs.db"));
  for (const std::string& name : files()) {
    EXPECT_EQ(read_file(path(name)).find("very-secret"), std::string::npos) << name;
  }
  EXPECT_EQ((outcome.out + outcome.err).find("very-secret"), std::string::npos);
}

TEST_F(LanguageModel, OfOtherInputsProposesTheirFormulas) {
  write("law.csv", [] {
    std::string text = "x0,x1,y\n";
    for (int i = 0; i < 80; ++i) {
      const int a = i % 9;
      const int b = i % 7;
      text += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(a * a + b) + "\n";
    }
    return text;
  }());
  const ChatServer server([](std::size_t number, httplib::Response& response) {
    const std::string k = std::to_string(number + 3);
    response.set_content(chat_reply("```\nx^" + k + " + x\nx*tanh(x)*" + k + "\n```"), "application/json");
  });
  const auto accepted = [&](const ChatServer& from, const Words& more) {
    Words words = {"discover", "--recipe", "mine", "--no-store", "--data", "law.csv", "--objective", "fit",
                   "--islands", "1", "--proposals", "4", "--generations", "6", "--database",
                   more.back() + ".db"};
    words.insert(words.end(), more.begin(), more.end());
    return run_json(with_model(words, from.url()))["llm"]["accepted"];
  };
  for (const std::string role : {"aggregation", "activation", "neuron"}) {
    EXPECT_GT(accepted(server, {"--role", role}), 0) << role;
  }
  const ChatServer of_columns(ChatServer::saying("```\nx0*tanh(x1)\nx0*x2\nx + x0\n```"));
  EXPECT_EQ(accepted(of_columns, {"--role", "activation", "--collapse", "same"}), 1);
}

TEST_F(LanguageModel, OfADeadPortDoesNoHarm) {
  std::string url;
  {
    const ChatServer server(ChatServer::saying("x"));
    url = server.url();
  }
  expect_no_harm(url, "failure", "0.2");
}

TEST_F(LanguageModel, ThatHangsDoesNoHarm) {
  std::optional<ChatServer> server;
  server.emplace([&server](std::size_t, httplib::Response&) { server->hang(); });
  expect_no_harm(server->url(), "failure", "0.1");
}

TEST_F(LanguageModel, ThatHangsDoesNotHoldUpCtrlC) {
  std::optional<ChatServer> server;
  server.emplace([&server](std::size_t, httplib::Response&) { server->hang(); });
  const pid_t process = start(with_model(small("mined.json"), server->url(), "3600"));
  server->wait_for_request();
  ::kill(process, SIGINT);
  const Outcome outcome = finish(process);
  EXPECT_EQ(outcome.status, 130) << outcome.err;
  EXPECT_TRUE(exists("mined.json"));
  EXPECT_TRUE(ProgramDatabase(path("mined.json.programs")).log().empty());
}

TEST_F(LanguageModel, ThatIsNoChatEndpointDoesNoHarm) {
  const ChatServer server([](std::size_t number, httplib::Response& response) {
    constexpr const char* kReplies[] = {"<html>", "{\"choices\": 1}", "\xff\x01[[["};
    response.set_content(kReplies[number % 3], "text/html");
  });
  expect_no_harm(server.url(), "failure");
}

TEST_F(LanguageModel, ThatFloodsDoesNoHarm) {
  const ChatServer server([](std::size_t, httplib::Response& response) {
    response.set_content(chat_reply(std::string(3 << 20, 'x')), "application/json");
  });
  expect_no_harm(server.url(), "failure");
}

TEST_F(LanguageModel, ThatFloodsWithLinesDoesNoHarm) {
  std::string lines = "```\n";
  for (int i = 0; i < 20000; ++i) lines += "foo(x)\n";
  expect_reply_does_no_harm(lines);
  EXPECT_LE(ProgramDatabase(path("advised.json.programs")).log().size(), 3U * 64U);
}

TEST_F(LanguageModel, ThatTalksDoesNoHarm) { expect_reply_does_no_harm("I am sorry.\n\x01\xf0\x9f\x98\x80"); }

TEST_F(LanguageModel, WhoseCodeReadsAndWritesFilesDoesNoHarm) {
  const std::string marker = path("marker");
  expect_reply_does_no_harm(
      "```python\nimport os\nos.system('touch " + marker + "')\nopen('" + marker +
      "', 'w').write('x')\n\ndef f(x):\n    open('" + marker +
      "', 'w').write(open('/etc/passwd').read())\n    return x\n```\n```python\ndef g(x, p=open('" +
      marker + "', 'w')):\n    return np.fromfile('/etc/passwd')\n```\n");
  EXPECT_FALSE(exists("marker"));
}

TEST_F(LanguageModel, WhoseCodeLoopsForEverDoesNoHarm) {
  expect_reply_does_no_harm(
      "```python\ndef f(x):\n    while True:\n        x = x + 1\n    return x\n```\n"
      "```python\ndef g(x):\n    return g(x)\n```\n```python\nwhile True:\n    pass\n```\n");
}

TEST_F(LanguageModel, ThatIsAwayIsToldOfOnceAndInTheEnd) {
  const Outcome outcome = run(with_model(small("mined.json"), "http://127.0.0.1:1/v1", "0.1"));
  EXPECT_EQ(outcome.status, 0) << outcome.err;
  EXPECT_NE(outcome.err.find("the search goes on with its grammar"), std::string::npos) << outcome.err;
  std::size_t n_lines = 0;
  for (std::size_t at = 0; (at = outcome.err.find("language model: ", at)) != std::string::npos; ++at) {
    ++n_lines;
  }
  EXPECT_EQ(n_lines, 2U) << "when it begins, and when the model is left alone for a while: " << outcome.err;
  EXPECT_NE(outcome.out.find("0 proposals accepted, 0 refused, 3 requests failed"), std::string::npos)
      << outcome.out;
}

TEST_F(LanguageModel, ASearchGoesOnWithAnotherModelOrNone) {
  const ChatServer server(ChatServer::saying("x*tanh(2*x)"));
  static_cast<void>(run_json(with_model(small("mined.json"), server.url())));
  Words more = small("mined.json");
  *(std::find(more.begin(), more.end(), "--generations") + 1) = "6";
  more.emplace_back("--resume");
  EXPECT_EQ(run_json(more)["generations"], 6);
  EXPECT_EQ(ProgramDatabase(path("mined.json.programs")).count_programs(Origin::Model), 1U);
}

TEST_F(LanguageModel, OptionsThatDoNotBelongAreRefusedByName) {
  const auto refusal = [&](const Words& words, const std::vector<std::string>& parts) {
    Words all{"discover", "--no-store", "--recipe", "mine"};
    all.insert(all.end(), words.begin(), words.end());
    expect_refused(all, parts);
  };
  const std::string url = "http://localhost:1/v1";
  refusal({"--llm-url", url}, {"--llm-url needs --llm-model"});
  refusal({"--llm-model", "m"}, {"--llm-model needs --llm-url"});
  refusal({"--llm-share", "0.1"}, {"--llm-share needs --llm-url"});
  refusal({"--llm-url", "file:///etc/passwd", "--llm-model", "m"}, {"--llm-url", "http://"});
  refusal({"--llm-url", "http://u:w@localhost/v1", "--llm-model", "m"}, {"--llm-url"});
  refusal({"--llm-url", url, "--llm-model", ""}, {"--llm-model"});
  refusal({"--llm-url", url, "--llm-model", "m", "--llm-timeout", "0"}, {"--llm-timeout"});
  refusal({"--llm-url", url, "--llm-model", "m", "--llm-rate", "-1"}, {"--llm-rate"});
  refusal({"--llm-url", url, "--llm-model", "m", "--llm-share", "2"}, {"--llm-share"});
  refusal({"--strategy", "genetic", "--llm-url", url, "--llm-model", "m"}, {"--llm-url", "evolution"});
  ::setenv("NEURONSMITH_LLM_KEY", "se\ncret", 1);
  refusal({"--llm-url", url, "--llm-model", "m"}, {"NEURONSMITH_LLM_KEY"});
  ::unsetenv("NEURONSMITH_LLM_KEY");
}

}  // namespace
}  // namespace neuronsmith::cli::testing
