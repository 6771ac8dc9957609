#include "neuronsmith/search/evolution/chat_client.hpp"

#include <gtest/gtest.h>

#include <chrono>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "neuronsmith/core/error.hpp"
#include "support/chat_server.hpp"

namespace neuronsmith::search::evolution {
namespace {

using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;
using Kind = ChatFailure::Kind;
using neuronsmith::testing::ChatRequest;
using neuronsmith::testing::ChatServer;

class Chat : public ::testing::Test {
 protected:
  void serve(ChatServer::Handler handler) {
    server_.emplace(std::move(handler));
    options_.url = server_->url();
  }

  [[nodiscard]] ChatResult ask(std::stop_token stop = {}) const {
    return ChatClient(options_).complete({{"user", "hello"}}, std::move(stop));
  }
  [[nodiscard]] ChatFailure failure() const { return std::get<ChatFailure>(ask()); }
  [[nodiscard]] std::vector<ChatRequest> requests() const { return server_->requests(); }

  ChatOptions options_{.model = "m",
                       .key = "secret",
                       .timeout_seconds = 5,
                       .backoff_seconds = 0.01,
                       .requests_per_minute = 60000,
                       .max_reply_bytes = 4096};
  std::optional<ChatServer> server_;
};

constexpr const char* kGood = R"({"choices": [{"message": {"content": "x"}}]})";

TEST_F(Chat, TriesAgainWhatMayPass) {
  serve([](std::size_t request, httplib::Response& response) {
    response.status = request == 0 ? 429 : request == 1 ? 503 : 200;
    response.set_content(kGood, "application/json");
  });
  EXPECT_EQ(std::get<std::string>(ask()), "x");
  ASSERT_EQ(requests().size(), 3U);
  EXPECT_EQ(requests()[2].authorization, "Bearer secret");
}

TEST_F(Chat, WaitsLongerBeforeEachAttempt) {
  std::vector<Clock::time_point> times;
  serve([&](std::size_t, httplib::Response& response) {
    times.push_back(Clock::now());
    response.status = 503;
  });
  options_.backoff_seconds = 0.1;
  EXPECT_EQ(failure().kind, Kind::Status);
  ASSERT_EQ(times.size(), 3U);
  EXPECT_GE(times[1] - times[0], 100ms);
  EXPECT_GE(times[2] - times[1], 200ms);
}

TEST_F(Chat, WaitsAsLongAsTheEndpointAsks) {
  std::vector<Clock::time_point> times;
  serve([&](std::size_t request, httplib::Response& response) {
    times.push_back(Clock::now());
    response.status = request == 0 ? 429 : 200;
    response.set_header("Retry-After", "1");
    response.set_content(kGood, "application/json");
  });
  EXPECT_EQ(std::get<std::string>(ask()), "x");
  ASSERT_EQ(times.size(), 2U);
  EXPECT_GE(times[1] - times[0], 1s);
  options_.timeout_seconds = 0.5;
  serve([&](std::size_t, httplib::Response& response) {
    response.status = 429;
    response.set_header("Retry-After", "3600");
  });
  EXPECT_EQ(failure().kind, Kind::Status) << "more than the timeout allows";
}

TEST_F(Chat, KeepsToTheRate) {
  serve([](std::size_t, httplib::Response& response) {
    response.set_content(kGood, "application/json");
  });
  options_.requests_per_minute = 300;
  ChatClient client(options_);
  const auto begin = Clock::now();
  for (int i = 0; i < 3; ++i) static_cast<void>(client.complete({{"user", "hello"}}, {}));
  EXPECT_GE(Clock::now() - begin, 400ms);
  EXPECT_TRUE(client.is_due());
  options_.requests_per_minute = 1;
  ChatClient slow(options_);
  EXPECT_TRUE(slow.is_due());
  static_cast<void>(slow.complete({{"user", "hello"}}, {}));
  EXPECT_FALSE(slow.is_due());
}

TEST_F(Chat, DoesNotFollowARedirect) {
  serve([](std::size_t, httplib::Response& response) {
    response.status = 302;
    response.set_header("Location", "/v1/other");
  });
  EXPECT_EQ(failure().kind, Kind::Status);
  EXPECT_EQ(requests().size(), 1U);
}

TEST_F(Chat, GivesUpOnErrorsForEver) {
  serve([](std::size_t, httplib::Response& response) { response.status = 500; });
  EXPECT_EQ(failure().kind, Kind::Status);
  EXPECT_EQ(requests().size(), 3U);
}

TEST_F(Chat, DoesNotRepeatARefusedRequestNorShowTheKey) {
  serve([](std::size_t, httplib::Response& response) {
    response.status = 401;
    response.set_content("bad key secret\n", "text/plain");
  });
  const ChatFailure found = failure();
  EXPECT_EQ(found.text, "HTTP status 401: bad key \\n");
  EXPECT_EQ(requests().size(), 1U);
}

TEST_F(Chat, EndsWhatIsTooLongOrMalformed) {
  serve([](std::size_t request, httplib::Response& response) {
    constexpr const char* kBad[] = {"{", "[]", R"({"choices": []})", R"({"choices": [1]})"};
    response.set_content(request < 4 ? kBad[request] : std::string(5000, '['), "application/json");
  });
  for (int i = 0; i < 4; ++i) EXPECT_EQ(failure().kind, Kind::Malformed) << i;
  EXPECT_EQ(failure().kind, Kind::TooLong);
}

TEST_F(Chat, EndsAHangingRequestByTheTimeout) {
  serve([this](std::size_t, httplib::Response&) { server_->hang(); });
  options_.timeout_seconds = 0.05;
  EXPECT_EQ(failure().kind, Kind::Timeout);
}

TEST_F(Chat, EndsAHangingRequestByAStopRequest) {
  serve([this](std::size_t, httplib::Response&) { server_->hang(); });
  options_.timeout_seconds = 3600;
  std::stop_source source;
  const std::jthread stopper([&] {
    server_->wait_for_request();
    source.request_stop();
  });
  EXPECT_EQ(std::get<ChatFailure>(ask(source.get_token())).kind, Kind::Stopped);
}

TEST_F(Chat, RefusesOptions) {
  options_.url = "file:///etc/passwd";
  EXPECT_THROW(options_.validate(), ConfigError);
  options_.url = "http://user:word@localhost/v1";
  EXPECT_THROW(options_.validate(), ConfigError);
  options_.url = "http://localhost/v1";
  options_.model = "";
  EXPECT_THROW(options_.validate(), ConfigError);
}

}  // namespace
}  // namespace neuronsmith::search::evolution
