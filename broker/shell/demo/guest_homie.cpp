#include <fmt/format.h>

#include <cmath>

#include "broker/shell/demo/guest.h"

/// Homie 5: one retained description, each value retained on a topic of its own, `/set` behind it.
namespace attune::demo {

namespace {

class Greenhouse final : public Guest {
 public:
  explicit Greenhouse(std::string_view name) : base_("homie/5/" + std::string(name)) {}

  std::vector<std::string> subscriptions() const override { return {base_ + "/+/+/set"}; }
  std::vector<Publish> description() const override;
  std::vector<Publish> presence(Presence presence) const override {
    const bool there = presence == Presence::online;
    const bool asleep = presence == Presence::asleep;
    return {{base_ + "/$state", there ? "ready" : asleep ? "sleeping" : "lost", true}};
  }
  std::vector<Publish> state() const override;
  std::optional<std::vector<Publish>> hear(std::string_view topic, std::string_view payload,
                                           bool obeys) override;
  bool feel(const Weather& weather) override;

 private:
  const std::string base_;
  bool fan_ = false;
  double temperature_ = 18;
  double humidity_ = 70;
};

std::vector<Publish> Greenhouse::description() const {
  return {{base_ + "/$description",
           R"({"homie":"5.0","version":1,"name":"Greenhouse","nodes":{)"
           R"("air":{"name":"Air","properties":{)"
           R"("temperature":{"name":"Temperature","datatype":"float","unit":"°C"},)"
           R"("humidity":{"name":"Humidity","datatype":"float","unit":"%"}}},)"
           R"("fan":{"name":"Fan","properties":{)"
           R"("power":{"name":"Power","datatype":"boolean","settable":true}}}}})",
           true}};
}

std::vector<Publish> Greenhouse::state() const {
  return {{base_ + "/air/temperature", fmt::format("{:.1f}", temperature_), true},
          {base_ + "/air/humidity", fmt::format("{:.0f}", humidity_), true},
          {base_ + "/fan/power", fan_ ? "true" : "false", true}};
}

std::optional<std::vector<Publish>> Greenhouse::hear(std::string_view topic,
                                                     std::string_view payload, bool obeys) {
  if (topic != base_ + "/fan/power/set") return std::nullopt;
  if (payload != "true" && payload != "false") return std::vector<Publish>{};
  if (obeys) fan_ = payload == "true";
  return std::vector<Publish>{{base_ + "/fan/power", std::string(payload), true}};
}

bool Greenhouse::feel(const Weather& weather) {
  const double before = temperature_;
  const double sun = weather.light / 60'000 * (fan_ ? 5 : 12);
  temperature_ = std::round((weather.temperature + 3 + sun) * 10) / 10;
  humidity_ = std::round(fan_ ? 55 : 75 - sun);
  return before != temperature_;
}

}  // namespace

std::unique_ptr<Guest> homie_greenhouse(std::string_view name) {
  return std::make_unique<Greenhouse>(name);
}

}  // namespace attune::demo
