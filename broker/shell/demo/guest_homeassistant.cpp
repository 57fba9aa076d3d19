#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "broker/shell/demo/guest.h"

/// What describes itself for Home Assistant: a lamp with a thermometer in it.
namespace attune::demo {

namespace {

class Lamp final : public Guest {
 public:
  explicit Lamp(std::string_view name) : name_(name), base_("lamps/" + name_) {}

  std::vector<std::string> subscriptions() const override { return {base_ + "/set"}; }
  std::vector<Publish> description() const override;
  std::vector<Publish> presence(Presence presence) const override {
    return {{base_ + "/online", presence == Presence::online ? "online" : "offline", true}};
  }
  std::vector<Publish> state() const override;
  std::optional<std::vector<Publish>> hear(std::string_view topic, std::string_view payload,
                                           bool obeys) override;
  bool feel(const Weather& weather) override;

 private:
  const std::string name_;
  const std::string base_;
  bool on_ = false;
  double brightness_ = 255;  // of 255
  double temperature_ = 15;
};

std::vector<Publish> Lamp::description() const {
  return {{"homeassistant/device/" + name_ + "/config",
           fmt::format(
               R"({{"dev":{{"ids":["{0}"],"name":"Terrace","mf":"Demo"}},"o":{{"name":"demo"}},)"
               R"("~":"{1}","avty_t":"~/online","cmps":{{)"
               R"("lamp":{{"p":"light","name":null,"uniq_id":"{0}_lamp","schema":"json",)"
               R"("brightness":true,"cmd_t":"~/set","stat_t":"~/state"}},)"
               R"("air":{{"p":"sensor","name":"Temperature","uniq_id":"{0}_air",)"
               R"("dev_cla":"temperature","unit_of_meas":"°C","stat_t":"~/air",)"
               R"("val_tpl":"{{{{ value_json.temperature }}}}"}}}}}})",
               name_, base_),
           true}};
}

std::vector<Publish> Lamp::state() const {
  return {{base_ + "/state",
           fmt::format(R"({{"state":"{}","color_mode":"brightness","brightness":{:.0f}}})",
                       on_ ? "ON" : "OFF", brightness_),
           true},
          {base_ + "/air", fmt::format(R"({{"temperature":{:.1f}}})", temperature_), true}};
}

std::optional<std::vector<Publish>> Lamp::hear(std::string_view topic, std::string_view payload,
                                               bool obeys) {
  if (topic != base_ + "/set") return std::nullopt;
  const auto command = parse_fields(payload);
  if (!command || !obeys) return std::vector<Publish>{};
  const auto word = command->find("state");
  if (word != command->end() && word->second == Value("ON")) on_ = true;
  if (word != command->end() && word->second == Value("OFF")) on_ = false;
  const auto brightness = command->find("brightness");
  if (brightness != command->end() && brightness->second.is_numeric()) {
    brightness_ = std::clamp(std::round(brightness->second.numeric()), 0.0, 255.0);
  }
  return std::vector<Publish>{state().front()};
}

bool Lamp::feel(const Weather& weather) {
  const double before = temperature_;
  temperature_ = std::round(weather.temperature * 2) / 2;
  return before != temperature_;
}

}  // namespace

std::unique_ptr<Guest> homeassistant_lamp(std::string_view name) {
  return std::make_unique<Lamp>(name);
}

}  // namespace attune::demo
