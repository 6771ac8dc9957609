#include "neuronsmith/search/evolution/chat_client.hpp"

#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <functional>
#include <string>
#include <thread>

#include "neuronsmith/core/error.hpp"

namespace neuronsmith::search::evolution {
namespace {

using Kind = ChatFailure::Kind;

class Chat : public ::testing::Test {
 protected:
  using Handler = std::function<void(int request, httplib::Response& response)>;

  ~Chat() override {
    server_.stop();
    if (thread_.joinable()) thread_.join();
  }

  void serve(Handler handler) {
    server_.Post("/v1/chat/completions",
                 [this, handler](const httplib::Request& request, httplib::Response& response) {
                   key_ = request.get_header_value("Authorization");
                   handler(requests_++, response);
                 });
    options_.url =
        "http://127.0.0.1:" + std::to_string(server_.bind_to_any_port("127.0.0.1")) + "/v1";
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }

  [[nodiscard]] ChatResult ask(std::stop_token stop = {}) const {
    return ChatClient(options_).complete({{"user", "hello"}}, std::move(stop));
  }
  [[nodiscard]] ChatFailure failure() const { return std::get<ChatFailure>(ask()); }

  ChatOptions options_{.model = "m",
                       .key = "secret",
                       .timeout_seconds = 5,
                       .backoff_seconds = 0.01,
                       .requests_per_minute = 60000,
                       .max_reply_bytes = 4096};
  std::atomic<int> requests_ = 0;
  std::string key_;

 private:
  httplib::Server server_;
  std::thread thread_;
};

constexpr const char* kGood = R"({"choices": [{"message": {"content": "x"}}]})";

TEST_F(Chat, TriesAgainWhatMayPass) {
  serve([](int request, httplib::Response& response) {
    response.status = request == 0 ? 429 : request == 1 ? 503 : 200;
    response.set_content(kGood, "application/json");
  });
  EXPECT_EQ(std::get<std::string>(ask()), "x");
  EXPECT_EQ(requests_, 3);
  EXPECT_EQ(key_, "Bearer secret");
}

TEST_F(Chat, GivesUpOnErrorsForEver) {
  serve([](int, httplib::Response& response) { response.status = 500; });
  EXPECT_EQ(failure().kind, Kind::Status);
  EXPECT_EQ(requests_, 3);
}

TEST_F(Chat, DoesNotRepeatARefusedRequestNorShowTheKey) {
  serve([](int, httplib::Response& response) {
    response.status = 401;
    response.set_content("bad key secret\n", "text/plain");
  });
  const ChatFailure found = failure();
  EXPECT_EQ(found.text, "HTTP status 401: bad key \\n");
  EXPECT_EQ(requests_, 1);
}

TEST_F(Chat, EndsWhatIsTooLongOrMalformed) {
  serve([](int request, httplib::Response& response) {
    constexpr const char* kBad[] = {"{", "[]", R"({"choices": []})", R"({"choices": [1]})"};
    response.set_content(request < 4 ? kBad[request] : std::string(5000, '['), "application/json");
  });
  for (int i = 0; i < 4; ++i) EXPECT_EQ(failure().kind, Kind::Malformed) << i;
  EXPECT_EQ(failure().kind, Kind::TooLong);
}

TEST_F(Chat, EndsAHangingRequestByTheTimeoutAndByAStopRequest) {
  serve(
      [](int, httplib::Response&) { std::this_thread::sleep_for(std::chrono::milliseconds(400)); });
  options_.timeout_seconds = 0.05;
  EXPECT_EQ(failure().kind, Kind::Timeout);
  options_.timeout_seconds = 3600;
  std::stop_source source;
  const std::jthread stopper([&] {
    while (requests_ < 2) std::this_thread::yield();
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
