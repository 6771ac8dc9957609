#include "neuronsmith/search/evolution/chat_client.hpp"

#include <curl/curl.h>
#include <fmt/format.h>

#include <algorithm>
#include <condition_variable>
#include <cstdlib>
#include <mutex>
#include <optional>

#include "neuronsmith/core/error.hpp"
#include "neuronsmith/core/json.hpp"
#include "neuronsmith/core/require_option.hpp"

namespace neuronsmith::search::evolution {
namespace {

using Kind = ChatFailure::Kind;
using Seconds = std::chrono::duration<double>;

constexpr int kPollMilliseconds = 1000;

bool is_printable(char c) { return c >= ' ' && c <= '~'; }

struct FreeUrl {
  void operator()(CURLU* url) const { curl_url_cleanup(url); }
};
struct FreeEasy {
  void operator()(CURL* easy) const { curl_easy_cleanup(easy); }
};
struct FreeMulti {
  void operator()(CURLM* multi) const { curl_multi_cleanup(multi); }
};
struct FreeList {
  void operator()(curl_slist* list) const { curl_slist_free_all(list); }
};

bool has_part(CURLU* url, CURLUPart part) {
  char* text = nullptr;
  const bool found = curl_url_get(url, part, &text, 0) == CURLUE_OK;
  curl_free(text);
  return found;
}

bool is_endpoint(const std::string& text) {
  if (!text.starts_with("http://") && !text.starts_with("https://")) return false;
  if (!std::ranges::all_of(text, is_printable)) return false;
  const std::unique_ptr<CURLU, FreeUrl> url(curl_url());
  if (curl_url_set(url.get(), CURLUPART_URL, text.c_str(), 0) != CURLUE_OK) return false;
  constexpr CURLUPart kUnwanted[] = {
      CURLUPART_USER, CURLUPART_PASSWORD, CURLUPART_QUERY, CURLUPART_FRAGMENT};
  return std::ranges::none_of(kUnwanted, [&](CURLUPart part) { return has_part(url.get(), part); });
}

/// False when a stop request came before the time.
bool wait_until(std::chrono::steady_clock::time_point time, const std::stop_token& stop) {
  std::mutex mutex;
  std::condition_variable_any condition;
  std::unique_lock lock(mutex);
  condition.wait_until(lock, stop, time, [] { return false; });
  return !stop.stop_requested();
}

struct Received {
  std::string text;
  std::size_t most;
};

std::size_t receive(char* data, std::size_t size, std::size_t count, void* target) {
  auto& received = *static_cast<Received*>(target);
  const std::size_t bytes = size * count;
  if (bytes > received.most - received.text.size()) return CURL_WRITEFUNC_ERROR;
  received.text.append(data, bytes);
  return bytes;
}

void initialise_curl() {
  static const CURLcode status = curl_global_init(CURL_GLOBAL_DEFAULT);
  NEURONSMITH_CHECK(status == CURLE_OK, "libcurl cannot be initialised");
}

bool may_pass(long status) { return status == 429 || status >= 500; }

}  // namespace

void ChatOptions::validate() const {
  require_option(
      is_endpoint(url),
      "--llm-url",
      "an address that begins with http:// or https://, without user, password and query");
  require_option(!model.empty() && model.size() <= 1000, "--llm-model", "the name of a model");
  require_option(timeout_seconds >= 0.01 && timeout_seconds <= 3600.0,
                 "--llm-timeout",
                 "0.01 to 3600 seconds");
  require_option(requests_per_minute >= 0.01 && requests_per_minute <= 60000.0,
                 "--llm-rate",
                 "above 0 and at most 60000 requests per minute");
  require_option(
      std::ranges::all_of(key, is_printable), "NEURONSMITH_LLM_KEY", "printable ASCII characters");
  require_option(attempts >= 1 && attempts <= 10, "attempts", "1 to 10");
  require_option(
      backoff_seconds >= 0.0 && backoff_seconds <= 3600.0, "backoff", "0 to 3600 seconds");
  require_option(max_reply_bytes > 0, "max_reply_bytes", "at least 1");
}

std::string chat_key_from_environment() {
  const char* const key = std::getenv("NEURONSMITH_LLM_KEY");
  return key == nullptr ? "" : key;
}

std::string printable(std::string_view text, std::size_t most) {
  std::string result;
  for (const char c : text) {
    const std::string shown = c == '\n' ? "\\n"
                              : is_printable(c)
                                  ? std::string(1, c)
                                  : fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
    if (result.size() + shown.size() + 3 > most) return result + "...";
    result += shown;
  }
  return result;
}

struct ChatClient::Answer {
  CURLcode code = CURLE_OK;
  long status = 0;
  Seconds retry_after{0};
  std::string text;
};

ChatClient::ChatClient(ChatOptions options) : options_(std::move(options)) {
  initialise_curl();
  options_.validate();
}

ChatClient::~ChatClient() = default;

ChatFailure ChatClient::failure(Kind kind, const std::string& text) const {
  std::string shown = text;
  for (std::size_t at = 0;
       !options_.key.empty() && (at = shown.find(options_.key)) != shown.npos;) {
    shown.replace(at, options_.key.size(), "");  // an endpoint may repeat it
  }
  return {kind, printable(shown, 240)};
}

ChatClient::Answer ChatClient::attempt(const std::string& body,
                                       Clock::time_point deadline,
                                       const std::stop_token& stop) const {
  const std::unique_ptr<CURL, FreeEasy> easy(curl_easy_init());
  const std::unique_ptr<CURLM, FreeMulti> multi(curl_multi_init());
  NEURONSMITH_CHECK(easy && multi, "libcurl gives no handle");
  curl_slist* lines = curl_slist_append(nullptr, "Content-Type: application/json");
  if (!options_.key.empty()) {
    lines = curl_slist_append(lines, ("Authorization: Bearer " + options_.key).c_str());
  }
  const std::unique_ptr<curl_slist, FreeList> headers(lines);
  const std::string url =
      options_.url + (options_.url.ends_with('/') ? "chat/completions" : "/chat/completions");
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()).count();
  Received received{.text = {}, .most = options_.max_reply_bytes};

  curl_easy_setopt(easy.get(), CURLOPT_URL, url.c_str());
  curl_easy_setopt(easy.get(), CURLOPT_PROTOCOLS_STR, "http,https");
  curl_easy_setopt(easy.get(), CURLOPT_FOLLOWLOCATION, 0L);
  curl_easy_setopt(easy.get(), CURLOPT_NOSIGNAL, 1L);
  curl_easy_setopt(easy.get(), CURLOPT_HTTPHEADER, headers.get());
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDSIZE_LARGE, static_cast<curl_off_t>(body.size()));
  curl_easy_setopt(easy.get(), CURLOPT_POSTFIELDS, body.data());
  curl_easy_setopt(easy.get(), CURLOPT_TIMEOUT_MS, std::max(1L, static_cast<long>(left)));
  curl_easy_setopt(easy.get(), CURLOPT_WRITEFUNCTION, receive);
  curl_easy_setopt(easy.get(), CURLOPT_WRITEDATA, &received);

  // The interface of many transfers, as only that one is woken by a stop request.
  curl_multi_add_handle(multi.get(), easy.get());
  const std::stop_callback wake(stop, [&multi] { curl_multi_wakeup(multi.get()); });
  Answer answer{.code = CURLE_ABORTED_BY_CALLBACK};
  for (int running = 1; running > 0 && !stop.stop_requested();) {
    if (curl_multi_perform(multi.get(), &running) != CURLM_OK) break;
    if (running > 0) curl_multi_poll(multi.get(), nullptr, 0, kPollMilliseconds, nullptr);
  }
  int queued = 0;
  if (const CURLMsg* message = curl_multi_info_read(multi.get(), &queued)) {
    answer.code = message->data.result;
  }
  curl_off_t retry_after = 0;
  curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &answer.status);
  curl_easy_getinfo(easy.get(), CURLINFO_RETRY_AFTER, &retry_after);
  curl_multi_remove_handle(multi.get(), easy.get());
  answer.retry_after = Seconds(static_cast<double>(retry_after));
  answer.text = std::move(received.text);
  return answer;
}

bool ChatClient::is_due() const { return next_attempt_ - Clock::now() <= std::chrono::seconds(1); }

ChatResult ChatClient::complete(const std::vector<ChatMessage>& messages, std::stop_token stop) {
  Json request = {{"model", options_.model}, {"messages", Json::array()}, {"stream", false}};
  for (const ChatMessage& message : messages) {
    request["messages"].push_back({{"role", message.role}, {"content", message.content}});
  }
  const std::string body = request.dump(-1, ' ', false, Json::error_handler_t::replace);
  const auto duration = [](double seconds) {
    return std::chrono::duration_cast<Clock::duration>(Seconds(seconds));
  };
  const ChatFailure stopped = failure(Kind::Stopped, "stopped");

  Clock::time_point begin = std::max(next_attempt_, Clock::now());
  const Clock::time_point deadline = begin + duration(options_.timeout_seconds);
  double backoff = options_.backoff_seconds;
  ChatFailure last;
  for (std::size_t i = 0; i < options_.attempts; ++i, backoff *= 2.0) {
    if (!wait_until(begin, stop)) return stopped;
    next_attempt_ = Clock::now() + duration(60.0 / options_.requests_per_minute);
    const Answer answer = attempt(body, deadline, stop);
    if (stop.stop_requested()) return stopped;
    if (answer.code == CURLE_OPERATION_TIMEDOUT) {
      return failure(Kind::Timeout, fmt::format("no reply in {} s", options_.timeout_seconds));
    }
    if (answer.code == CURLE_WRITE_ERROR) {
      return failure(Kind::TooLong,
                     fmt::format("a reply of more than {} bytes", options_.max_reply_bytes));
    }
    if (answer.code != CURLE_OK) {
      last = failure(Kind::Connection, curl_easy_strerror(answer.code));
    } else if (answer.status == 200) {
      return content_of(answer.text);
    } else {
      last = failure(Kind::Status, fmt::format("HTTP status {}: {}", answer.status, answer.text));
      if (!may_pass(answer.status)) return last;
    }
    const Seconds wait = std::max(Seconds(backoff), answer.retry_after);
    if (Seconds(deadline - Clock::now()) <= wait) return last;
    begin = std::max(next_attempt_, Clock::now() + duration(wait.count()));
    if (begin >= deadline) return last;
  }
  return last;
}

ChatResult ChatClient::content_of(const std::string& reply) const {
  const Json json = Json::parse(reply, nullptr, false);
  const auto malformed = [&](const char* what) {
    return failure(Kind::Malformed, fmt::format("{}: {}", what, reply));
  };
  if (json.is_discarded()) return malformed("the reply is not JSON");
  if (!json.is_object() || !json.contains("choices") || !json["choices"].is_array()) {
    return malformed("the reply has no choices");
  }
  if (json["choices"].empty()) return malformed("the reply has no choices");
  const Json& choice = json["choices"].front();
  const bool has_message = choice.is_object() && choice.contains("message") &&
                           choice["message"].is_object() && choice["message"].contains("content");
  if (!has_message || !choice["message"]["content"].is_string()) {
    return malformed("the reply has no text");
  }
  return choice["message"]["content"].get<std::string>();
}

}  // namespace neuronsmith::search::evolution
