#include "broker/shell/link/paho_client.h"

// Paho C++ 1.2.0 shows the packet id of a message under this name alone.
#define UNIT_TESTS
#include <mqtt/async_client.h>
#undef UNIT_TESTS

#include <atomic>
#include <exception>
#include <utility>

namespace attune::link {
namespace {

constexpr std::chrono::seconds kKeepAlive{15};
constexpr std::chrono::milliseconds kLook{20};  // how soon a wait sees that the line broke
/// Twice what we take: a message between the two is counted, a larger one never enters memory.
constexpr std::size_t kPacketFactor = 2;

std::string uri(const Address& address) {
  const bool v6 = address.host.find(':') != std::string::npos;
  return std::string(address.tls ? "ssl://" : "tcp://") + (v6 ? "[" : "") + address.host +
         (v6 ? "]:" : ":") + std::to_string(address.port);
}

Error translated(const std::exception& error) {
  return {"mqtt", error.what()};
}

mqtt::create_options create_options(const LinkOptions& options) {
  // The second number only bounds what Paho takes from the sender: nothing waits while offline.
  return {MQTTVERSION_5, static_cast<int>(options.in_flight_max) + 16};
}

/// Filled in place: a moved connect_options has lost its properties.
void fill(mqtt::connect_options& connect, const LinkOptions& options, const Address& address) {
  connect.set_mqtt_version(MQTTVERSION_5);
  connect.set_clean_start(false);
  connect.set_automatic_reconnect(false);
  connect.set_keep_alive_interval(kKeepAlive);
  connect.set_max_inflight(static_cast<int>(options.in_flight_max));
  connect.set_will_message(
      mqtt::message(options.prefix + "/status", kOffline.data(), kOffline.size(), 1, true));
  if (!options.username.empty()) {
    connect.set_user_name(options.username);
    connect.set_password(options.password);
  }
  if (address.tls) {
    mqtt::ssl_options tls;  // no trust store: the system's
    tls.set_enable_server_cert_auth(true);
    tls.set_verify(true);
    connect.set_ssl(tls);
  }
  connect.set_properties({
      {mqtt::property::SESSION_EXPIRY_INTERVAL, std::int32_t(options.session_expiry.count())},
      {mqtt::property::MAXIMUM_PACKET_SIZE,
       std::int32_t(options.payload_bytes_max * kPacketFactor)},
  });
}

/// The C properties' own bytes: no copy, valid as long as the message.
std::string_view text_property(const mqtt::message& message, MQTTPropertyCodes code) {
  MQTTProperties properties = message.get_properties().c_struct();
  const MQTTProperty* found = MQTTProperties_getProperty(&properties, code);
  if (found == nullptr || found->value.data.data == nullptr) return {};
  return {found->value.data.data, static_cast<std::size_t>(found->value.data.len)};
}

std::string_view user_property(const mqtt::message& message, std::string_view name) {
  MQTTProperties properties = message.get_properties().c_struct();
  const int count = MQTTProperties_propertyCount(&properties, MQTTPROPERTY_CODE_USER_PROPERTY);
  for (int i = 0; i < count; ++i) {
    const MQTTProperty* found =
        MQTTProperties_getPropertyAt(&properties, MQTTPROPERTY_CODE_USER_PROPERTY, i);
    if (found == nullptr || found->value.data.data == nullptr) continue;
    if (std::string_view(found->value.data.data, static_cast<std::size_t>(found->value.data.len)) !=
        name) {
      continue;
    }
    return {found->value.value.data, static_cast<std::size_t>(found->value.value.len)};
  }
  return {};
}

inbox::Record record_of(const mqtt::message& message) {
  const mqtt::string_ref& topic = message.get_topic_ref();
  const mqtt::binary_ref& payload = message.get_payload_ref();
  inbox::Record record;
  if (!topic.empty()) record.topic = {topic.data(), topic.size()};
  if (!payload.empty()) record.payload = {payload.data(), payload.size()};
  record.qos = static_cast<std::uint8_t>(message.get_qos());
  record.packet_id = static_cast<std::uint16_t>(message.c_struct().msgid);
  record.duplicate = message.is_duplicate();
  record.retained = message.is_retained();
  if (message.c_struct().properties.count == 0) return record;
  record.response_topic = text_property(message, MQTTPROPERTY_CODE_RESPONSE_TOPIC);
  record.correlation = text_property(message, MQTTPROPERTY_CODE_CORRELATION_DATA);
  record.traceparent = user_property(message, "traceparent");
  return record;
}

mqtt::message_ptr message_of(const Parcel& parcel) {
  auto message = mqtt::message::create(parcel.topic, parcel.payload.data(), parcel.payload.size(),
                                       parcel.qos, parcel.retain);
  if (parcel.correlation.empty() && parcel.traceparent.empty()) return message;
  mqtt::properties properties;
  if (!parcel.correlation.empty()) {
    properties.add({mqtt::property::CORRELATION_DATA, mqtt::binary_ref(parcel.correlation)});
  }
  if (!parcel.traceparent.empty()) {
    properties.add({mqtt::property::USER_PROPERTY, "traceparent", parcel.traceparent});
  }
  message->set_properties(std::move(properties));
  return message;
}

std::string text_of(mqtt::ReasonCode reason) {
  const char* text = MQTTReasonCode_toString(static_cast<MQTTReasonCodes>(reason));
  return text != nullptr ? text : "reason " + std::to_string(static_cast<int>(reason));
}

void* as_context(std::uint64_t ticket) {
  return reinterpret_cast<void*>(static_cast<std::uintptr_t>(ticket));
}

std::uint64_t as_ticket(const mqtt::token& token) {
  return reinterpret_cast<std::uintptr_t>(token.get_user_context());
}

}  // namespace

struct PahoClient::Impl {
  Impl(const LinkOptions& link_options, const Address& broker, ClientEvents& client_events)
      : options(link_options),
        address(broker),
        events(client_events),
        connected(client_events),
        delivered(client_events),
        client(uri(broker), "attune-" + link_options.node, create_options(link_options), nullptr) {}

  /// Runs before any message is delivered; the C++ token is complete, reading it waits for nothing.
  struct Connected : mqtt::iaction_listener {
    explicit Connected(ClientEvents& client_events) : events(client_events) {}
    void on_success(const mqtt::token& token) noexcept override {
      const mqtt::connect_response response = token.get_connect_response();
      const mqtt::properties& properties = response.get_properties();
      std::size_t receive_max = 65'535;
      if (properties.contains(mqtt::property::RECEIVE_MAXIMUM)) {
        receive_max = mqtt::get<std::uint16_t>(properties, mqtt::property::RECEIVE_MAXIMUM);
      }
      events.on_connected(response.is_session_present(), receive_max);
    }
    void on_failure(const mqtt::token&) noexcept override {}  // connect() hears it
    ClientEvents& events;
  };

  struct Delivered : mqtt::iaction_listener {
    explicit Delivered(ClientEvents& client_events) : events(client_events) {}
    void on_success(const mqtt::token& token) noexcept override {
      events.on_sent(as_ticket(token));
    }
    /// A broken line is no refusal: only a reason of the broker's is.
    void on_failure(const mqtt::token& token) noexcept override {
      if (token.get_reason_code() < mqtt::ReasonCode::UNSPECIFIED_ERROR) return;
      events.on_refused(as_ticket(token),
                        "the broker refused it: " + text_of(token.get_reason_code()));
    }
    ClientEvents& events;
  };

  void lose(const std::string& reason) {
    gone = true;
    events.on_lost(reason);
  }

  /// False when no answer came: in time, or ever, because the line broke. Paho forgets the tokens
  /// of a broken line.
  bool await(const mqtt::token_ptr& token, std::chrono::steady_clock::time_point deadline) const {
    while (!token->wait_for(kLook)) {
      if (gone || std::chrono::steady_clock::now() > deadline) return false;
    }
    return true;
  }

  const LinkOptions& options;
  const Address address;
  ClientEvents& events;
  std::atomic<bool> gone{false};
  Connected connected;
  Delivered delivered;
  mqtt::connect_options connect_options;
  mqtt::async_client client;  // last: its destructor ends the callbacks
};

PahoClient::PahoClient(const LinkOptions& options, const Address& address, ClientEvents& events)
    : impl_(std::make_unique<Impl>(options, address, events)) {
  fill(impl_->connect_options, options, address);
  // Before connect: a message that came first would be lost. Never the connected handler: Paho
  // C++ would complete the connect token a second time.
  impl_->client.set_message_callback([&events](const mqtt::const_message_ptr& message) noexcept {
    events.on_message(record_of(*message));
  });
  Impl* impl = impl_.get();
  impl_->client.set_connection_lost_handler(
      [impl](const std::string& cause) noexcept { impl->lose(cause); });
  impl_->client.set_disconnected_handler(
      [impl](const mqtt::properties&, mqtt::ReasonCode reason) noexcept {
        impl->lose("the broker ended the session: " + text_of(reason));
      });
}

PahoClient::~PahoClient() = default;

Status PahoClient::connect(std::chrono::milliseconds patience) {
  try {
    impl_->connect_options.set_connect_timeout(
        std::chrono::duration_cast<std::chrono::seconds>(patience));
    const mqtt::token_ptr token =
        impl_->client.connect(impl_->connect_options, nullptr, impl_->connected);
    if (!token->wait_for(patience)) return Error{"mqtt", "the broker does not answer"};
    return {};
  } catch (const std::exception& error) {
    return translated(error);
  }
}

Result<std::vector<std::string>> PahoClient::subscribe(const std::vector<Filter>& filters,
                                                       std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  std::vector<std::string> refused;
  std::vector<mqtt::token_ptr> tokens;
  try {
    for (const Filter& filter : filters) {
      tokens.push_back(
          impl_->client.subscribe(filter.filter, 1, mqtt::subscribe_options(filter.no_local)));
    }
  } catch (const std::exception& error) {
    return translated(error);
  }
  for (std::size_t i = 0; i < tokens.size(); ++i) {
    try {
      if (!impl_->await(tokens[i], deadline)) return Error{"mqtt", "no answer to a subscription"};
    } catch (const std::exception& error) {
      refused.push_back(filters[i].filter + ": " + error.what());
    }
  }
  return refused;
}

Status PahoClient::unsubscribe(const std::vector<std::string>& filters,
                               std::chrono::milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  try {
    for (const std::string& filter : filters) {
      if (!impl_->await(impl_->client.unsubscribe(filter), deadline)) {
        return Error{"mqtt", "no answer to the end of a subscription"};
      }
    }
    return {};
  } catch (const std::exception& error) {
    return translated(error);
  }
}

Status PahoClient::publish(const Parcel& parcel, std::uint64_t ticket) {
  try {
    impl_->client.publish(message_of(parcel), as_context(ticket), impl_->delivered);
    return {};
  } catch (const mqtt::exception& error) {
    const bool gone = error.get_return_code() == MQTTASYNC_DISCONNECTED;
    return Error{gone ? "gone" : "mqtt", error.what()};
  } catch (const std::exception& error) {
    return translated(error);
  }
}

void PahoClient::nudge() {
  try {
    // Every call wakes it. This one asks for nothing: nobody ever subscribed to that.
    impl_->client.unsubscribe(impl_->options.prefix + "/marker/-");
  } catch (const std::exception&) {  // NOLINT: the line is gone, so is what was under way
  }
}

void PahoClient::disconnect(std::chrono::milliseconds patience) {
  try {
    impl_->client.disconnect(patience)->wait_for(patience);
  } catch (const std::exception&) {  // NOLINT: the line is gone already, which is what we want
  }
}

}  // namespace attune::link
