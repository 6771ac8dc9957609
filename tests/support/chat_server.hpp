#pragma once

#include <httplib.h>

#include <condition_variable>
#include <functional>
#include <mutex>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include "neuronsmith/core/json.hpp"

namespace neuronsmith::testing {

/// A reply whose text is `content`, as an endpoint of OpenAI's form sends it.
inline std::string chat_reply(const std::string& content) {
  return Json{{"choices", {{{"message", {{"role", "assistant"}, {"content", content}}}}}}}.dump();
}

/// A request as an endpoint received it.
struct ChatRequest {
  std::string authorization;
  std::string body;
};

/// A chat endpoint on this machine that answers as a test says. One thread answers, a request after
/// the other.
class ChatServer {
 public:
  /// Gives the answer to the request of that number, from 0; runs on the server's thread.
  using Handler = std::function<void(std::size_t number, httplib::Response& response)>;

  /// Says `content` to every request.
  static Handler saying(const std::string& content) {
    return [reply = chat_reply(content)](std::size_t, httplib::Response& response) {
      response.set_content(reply, "application/json");
    };
  }

  explicit ChatServer(Handler handler) : handler_(std::move(handler)) {
    server_.new_task_queue = [] { return new httplib::ThreadPool(1); };
    server_.Post("/v1/chat/completions",
                 [this](const httplib::Request& request, httplib::Response& response) {
                   handler_(record(request), response);
                 });
    const int port = server_.bind_to_any_port("127.0.0.1");
    if (port < 0) throw std::runtime_error("no port for a chat server");
    url_ = "http://127.0.0.1:" + std::to_string(port) + "/v1";
    thread_ = std::thread([this] { server_.listen_after_bind(); });
  }
  ChatServer(const ChatServer&) = delete;
  ChatServer& operator=(const ChatServer&) = delete;
  ~ChatServer() {
    {
      const std::lock_guard lock(mutex_);
      ends_ = true;
    }
    changed_.notify_all();
    while (!server_.is_running()) std::this_thread::yield();
    server_.stop();
    thread_.join();
  }

  [[nodiscard]] const std::string& url() const { return url_; }

  /// All requests so far.
  [[nodiscard]] std::vector<ChatRequest> requests() const {
    const std::lock_guard lock(mutex_);
    return requests_;
  }

  /// For a handler that never answers: returns when the server ends.
  void hang() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return ends_; });
  }

  void wait_for_request() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !requests_.empty(); });
  }

 private:
  std::size_t record(const httplib::Request& request) {
    const std::lock_guard lock(mutex_);
    requests_.push_back({request.get_header_value("Authorization"), request.body});
    changed_.notify_all();
    return requests_.size() - 1;
  }

  Handler handler_;
  httplib::Server server_;
  std::string url_;
  std::thread thread_;
  mutable std::mutex mutex_;  // of what follows
  std::condition_variable changed_;
  std::vector<ChatRequest> requests_;
  bool ends_ = false;
};

}  // namespace neuronsmith::testing
