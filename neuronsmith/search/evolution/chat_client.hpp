#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <stop_token>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace neuronsmith::search::evolution {

/// An endpoint that speaks OpenAI's form of chat completions.
struct ChatOptions {
  std::string url = "http://localhost:8080/v1";  ///< "/chat/completions" is appended
  std::string model;                             ///< as the endpoint calls it; must be given
  std::string key;                  ///< sent as a bearer token; empty: none. Never printed.
  double timeout_seconds = 60;      ///< of a request with all its attempts, 0.01 to 3600
  std::size_t attempts = 3;         ///< of a request, 1 to 10
  double backoff_seconds = 1;       ///< before the second attempt; doubles with each further one
  double requests_per_minute = 60;  ///< attempts count; 0.01 to 60000
  std::size_t max_reply_bytes = std::size_t{1} << 20;  ///< what is longer is cut off and refused

  /// Throws ConfigError naming the option of the command line.
  void validate() const;
};

/// The environment variable NEURONSMITH_LLM_KEY; empty where there is none.
[[nodiscard]] std::string chat_key_from_environment();

struct ChatMessage {
  std::string role;  ///< "system", "user"
  std::string content;
};

/// Why there is no reply: an ordinary outcome.
struct ChatFailure {
  enum class Kind : std::uint8_t {
    Connection,  ///< no connection, or one that broke
    Timeout,
    TooLong,    ///< more than max_reply_bytes
    Status,     ///< of HTTP, other than 200
    Malformed,  ///< no JSON of the expected form
    Stopped,    ///< by request
  };
  Kind kind = Kind::Connection;
  std::string text;  ///< one line without control characters and without the key
};

using ChatResult = std::variant<std::string, ChatFailure>;

/// Printable ASCII of at most `most` bytes: other bytes are escaped, what is too long ends in
/// "...".
[[nodiscard]] std::string printable(std::string_view text, std::size_t most = 160);

/// Asks one endpoint, by HTTP or HTTPS and nothing else; redirects are not followed. Not to be
/// shared between threads.
class ChatClient {
 public:
  /// Throws ConfigError.
  explicit ChatClient(ChatOptions options);
  ~ChatClient();
  ChatClient(const ChatClient&) = delete;
  ChatClient& operator=(const ChatClient&) = delete;

  [[nodiscard]] const ChatOptions& options() const { return options_; }

  /// Whether the rate allows a request within a second.
  [[nodiscard]] bool is_due() const;

  /// The text of the first choice. Waits for its turn, as the rate allows. Tries again, with
  /// exponential back-off, what did not connect, 429 and 5xx, as long as attempts and the timeout
  /// allow; a Retry-After that they do not allow ends the request. A stop request ends it at once.
  [[nodiscard]] ChatResult complete(const std::vector<ChatMessage>& messages, std::stop_token stop);

 private:
  using Clock = std::chrono::steady_clock;
  struct Answer;

  [[nodiscard]] Answer attempt(const std::string& body,
                               Clock::time_point deadline,
                               const std::stop_token& stop) const;
  [[nodiscard]] ChatFailure failure(ChatFailure::Kind kind, const std::string& text) const;
  [[nodiscard]] ChatResult content_of(const std::string& reply) const;

  ChatOptions options_;
  Clock::time_point next_attempt_ = Clock::now();  // as the rate allows
};

}  // namespace neuronsmith::search::evolution
