#include "broker/shell/link/plain_client.h"

#include <mqtt/async_client.h>

#include <atomic>
#include <mutex>
#include <utility>

#include "broker/shell/link/address.h"

namespace attune::link {
namespace {

constexpr std::size_t kArrivedMax = 10'000;
constexpr std::chrono::seconds kAnswerWithin{5};

/// Paho knows tcp:// and not mqtt://.
std::string paho_url(const std::string& url) {
  const Result<Address> address = parse_address(url);
  if (!address.ok()) return url;  // connect() says what is wrong with it
  return "tcp://" + address->host + ":" + std::to_string(address->port);
}

}  // namespace

struct PlainClient::State {
  explicit State(const PlainOptions& given)
      : options(given), client(paho_url(given.url), given.client_id) {}

  void arrived(const mqtt::const_message_ptr& message) noexcept {
    const std::lock_guard lock(mutex);
    if (inbox.size() >= kArrivedMax) return;
    inbox.push_back({message->get_topic(), message->to_string()});
  }

  PlainOptions options;
  std::mutex mutex;
  std::vector<Arrived> inbox;  ///< guarded by mutex
  std::atomic<bool> connected = false;
  mqtt::async_client client;  ///< last: its callbacks use what stands above
};

PlainClient::PlainClient(const PlainOptions& options) : state_(std::make_unique<State>(options)) {
  State* state = state_.get();
  state->client.set_message_callback(
      [state](const mqtt::const_message_ptr& message) { state->arrived(message); });
  state->client.set_connection_lost_handler(
      [state](const std::string&) { state->connected = false; });
}

PlainClient::~PlainClient() {
  if (!state_->connected) return;
  try {
    state_->client.disconnect()->wait_for(kAnswerWithin);
  } catch (const mqtt::exception&) {  // it is gone either way
  }
}

Status PlainClient::connect(std::chrono::milliseconds patience) {
  try {
    mqtt::connect_options options;
    options.set_user_name(state_->options.username);
    options.set_password(state_->options.password);
    options.set_clean_session(true);
    options.set_connect_timeout(std::chrono::duration_cast<std::chrono::seconds>(patience));
    if (!state_->client.connect(std::move(options))->wait_for(patience)) {
      return Error{"mqtt", "no answer from " + state_->options.url};
    }
  } catch (const mqtt::exception& error) {
    return Error{"mqtt", state_->options.url + ": " + error.what()};
  }
  state_->connected = true;
  return {};
}

Status PlainClient::subscribe(const std::vector<std::string>& filters) {
  try {
    for (const std::string& filter : filters) {
      if (!state_->client.subscribe(filter, 1)->wait_for(kAnswerWithin)) {
        return Error{"mqtt", "no answer to the subscription of " + filter};
      }
    }
  } catch (const mqtt::exception& error) {
    return Error{"mqtt", std::string("subscribe: ") + error.what()};
  }
  return {};
}

void PlainClient::publish(std::string topic, std::string payload, int qos, bool retained) {
  if (!state_->connected) return;
  try {
    state_->client.publish(std::move(topic), std::move(payload), qos, retained);
  } catch (const mqtt::exception&) {  // lost: the handler says so, or will
  }
}

std::vector<PlainClient::Arrived> PlainClient::take() {
  const std::lock_guard lock(state_->mutex);
  return std::exchange(state_->inbox, {});
}

bool PlainClient::connected() const {
  return state_->connected;
}

}  // namespace attune::link
