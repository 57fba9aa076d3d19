#include <fmt/format.h>

#include <cmath>

#include "broker/shell/demo/guest.h"
#include "devices/json/reader.h"
#include "devices/json/writer.h"
#include "devices/topics.h"

/// Shelly devices since the second generation: requests on `<prefix>/rpc`, answered to who asked;
/// what changes is said on `<prefix>/events/rpc`.
namespace attune::demo {

namespace {

using devices::json::Node;
using devices::json::Reader;

constexpr double kLampWatts = 11.5;

/// One of its requests, as far as it is understood.
struct Request {
  std::string id = "0";
  std::string from;
  std::string method;
  std::optional<bool> on;
};

std::optional<Request> read_request(std::string_view payload) {
  Reader reader;
  const Node* root = reader.read(payload);
  if (root == nullptr || root->kind != devices::json::Kind::object) return std::nullopt;
  Request request;
  const Node* id = root->find("id");
  if (id != nullptr && id->is_number()) request.id = fmt::format("{}", id->number);
  request.from = root->text_of("src");
  request.method = root->text_of("method");
  const Node* parameters = root->find("params");
  const Node* on = parameters == nullptr ? nullptr : parameters->find("on");
  if (on != nullptr && on->kind == devices::json::Kind::boolean) request.on = on->boolean;
  // Its name becomes a topic, and none of the broker's own.
  const bool safe = !request.from.empty() && !request.from.starts_with('$') &&
                    devices::what_is_wrong_with_topic(request.from).empty();
  return safe ? std::optional(std::move(request)) : std::nullopt;
}

class Shelly : public Guest {
 public:
  explicit Shelly(std::string_view name) : name_(name) {}

  std::vector<std::string> subscriptions() const override { return {name_ + "/rpc"}; }
  std::vector<Publish> description() const override { return {}; }
  std::vector<Publish> presence(Presence presence) const override {
    return {{name_ + "/online", presence == Presence::online ? "true" : "false", true}};
  }
  std::vector<Publish> state() const override {
    return {notice("NotifyFullStatus", status() + R"(,"sys":{"uptime":4711})")};
  }
  std::optional<std::vector<Publish>> hear(std::string_view topic, std::string_view payload,
                                           bool obeys) override {
    if (topic != name_ + "/rpc") return std::nullopt;
    const auto request = read_request(payload);
    if (!request) return std::vector<Publish>{};
    if (request->method == "Shelly.GetStatus") {
      return std::vector<Publish>{answer(*request, "{" + status() + R"(,"sys":{"uptime":4711}})")};
    }
    return call(*request, obeys);
  }

 protected:
  /// The members of its status: `"switch:0":{..}`.
  [[nodiscard]] virtual std::string status() const = 0;
  virtual std::vector<Publish> call(const Request& request, bool obeys) = 0;

  [[nodiscard]] Publish notice(std::string_view method, const std::string& members) const {
    return {name_ + "/events/rpc", fmt::format(R"({{"src":"{0}","dst":"{0}/events","method":"{1}",)"
                                               R"("params":{{"ts":1768478400.5,{2}}}}})",
                                               name_, method, members)};
  }
  [[nodiscard]] Publish answer(const Request& request, const std::string& result) const {
    return {request.from + "/rpc",
            fmt::format(R"({{"id":{},"src":"{}","dst":"{}","result":{}}})", request.id, name_,
                        devices::json::escaped(request.from), result)};
  }
  const std::string name_;
};

class Relay final : public Shelly {
 public:
  using Shelly::Shelly;
  bool feel(const Weather&) override { return false; }

 protected:
  std::string status() const override {
    return fmt::format(R"("switch:0":{{"id":0,"source":"init","output":{},"apower":{:.1f},)"
                       R"("voltage":231.2,"aenergy":{{"total":1520.4}},)"
                       R"("temperature":{{"tC":41.2,"tF":106.2}}}})",
                       on_, on_ ? kLampWatts : 0.0);
  }
  std::vector<Publish> call(const Request& request, bool obeys) override {
    if (request.method != "Switch.Set" || !request.on) return {};
    const bool before = on_;
    if (obeys) on_ = *request.on;
    std::vector<Publish> said{answer(request, fmt::format(R"({{"was_on":{}}})", before))};
    if (on_ != before) said.push_back(notice("NotifyStatus", status()));
    return said;
  }

 private:
  bool on_ = false;
};

class Climate final : public Shelly {
 public:
  using Shelly::Shelly;
  bool feel(const Weather& weather) override {
    const double before = temperature_;
    // A cellar: a little of the weather, and hours late.
    temperature_ = std::round((12 + weather.temperature / 10) * 10) / 10;
    return before != temperature_;
  }

 protected:
  std::string status() const override {
    return fmt::format(R"("temperature:0":{{"id":0,"tC":{0:.1f},"tF":{1:.1f}}},)"
                       R"("humidity:0":{{"id":0,"rh":68.0}},)"
                       R"("devicepower:0":{{"id":0,"battery":{{"V":5.6,"percent":81}},)"
                       R"("external":{{"present":false}}}})",
                       temperature_, temperature_ * 1.8 + 32);
  }
  std::vector<Publish> call(const Request&, bool) override { return {}; }

 private:
  double temperature_ = 13;
};

}  // namespace

std::unique_ptr<Guest> shelly_relay(std::string_view name) {
  return std::make_unique<Relay>(name);
}

std::unique_ptr<Guest> shelly_climate(std::string_view name) {
  return std::make_unique<Climate>(name);
}

}  // namespace attune::demo
