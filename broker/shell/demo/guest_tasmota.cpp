#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "broker/shell/demo/guest.h"
#include "devices/model/letters.h"

/// Tasmota: `cmnd/<topic>/..` in, `stat/..` and `tele/..` out, described below tasmota/discovery.
namespace attune::demo {

namespace {

constexpr double kFreezerWatts = 82;
constexpr double kVolts = 231;

std::string_view trimmed(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  return text;
}

class Tasmota final : public Guest {
 public:
  enum class Kind : std::uint8_t { light, plug };
  Tasmota(std::string_view name, Kind kind) : name_(name), kind_(kind) { on_ = kind == Kind::plug; }

  std::vector<std::string> subscriptions() const override { return {"cmnd/" + name_ + "/+"}; }
  std::vector<Publish> description() const override;
  std::vector<Publish> presence(Presence presence) const override;
  std::vector<Publish> state() const override;
  std::optional<std::vector<Publish>> hear(std::string_view topic, std::string_view payload,
                                           bool obeys) override;
  bool feel(const Weather& weather) override;

 private:
  std::string mac() const;
  std::string shown() const;
  std::string measured() const;
  void obey(std::string_view command, std::string_view parameter);
  void obey_all(std::string_view backlog);

  const std::string name_;
  const Kind kind_;
  bool on_ = false;
  int dimmer_ = 100;     // %
  double watts_ = 0;     // of a plug
  double energy_ = 120;  // kWh
};

std::string Tasmota::mac() const {
  return kind_ == Kind::light ? "5CCF7F0A0001" : "5CCF7F0A0002";
}

std::vector<Publish> Tasmota::description() const {
  const std::string front = "tasmota/discovery/" + mac();
  const bool light = kind_ == Kind::light;
  std::vector<Publish> all{
      {front + "/config",
       fmt::format(
           R"({{"ip":"192.168.1.20","dn":"{0}","fn":["{0}",null],"hn":"{0}","mac":"{1}",)"
           R"("md":"{2}","ofln":"Offline","onln":"Online","state":["OFF","ON","TOGGLE","HOLD"],)"
           R"("sw":"14.2.0","t":"{0}","ft":"%prefix%/%topic%/","tp":["cmnd","stat","tele"],)"
           R"("rl":[{3},0,0,0],"swc":[-1],"btn":[0],"so":{{"4":0}},"lk":1,"lt_st":{4},"sho":[0],)"
           R"("ver":1}})",
           name_, mac(), light ? "Dimmer" : "Plug", light ? 2 : 1, light ? 1 : 0),
       true}};
  if (!light) all.push_back({front + "/sensors", R"({"sn":)" + measured() + R"(,"ver":1})", true});
  return all;
}

std::vector<Publish> Tasmota::presence(Presence presence) const {
  return {{"tele/" + name_ + "/LWT", presence == Presence::online ? "Online" : "Offline", true}};
}

std::string Tasmota::shown() const {
  const std::string power = fmt::format(R"("POWER":"{}")", on_ ? "ON" : "OFF");
  return kind_ == Kind::plug ? power : power + fmt::format(R"(,"Dimmer":{})", dimmer_);
}

std::string Tasmota::measured() const {
  return fmt::format(R"({{"Time":"2026-01-15T12:00:00","ENERGY":{{"Total":{:.3f},"Power":{:.0f},)"
                     R"("Voltage":{:.0f},"Current":{:.3f}}}}})",
                     energy_, watts_, kVolts, watts_ / kVolts);
}

std::vector<Publish> Tasmota::state() const {
  std::vector<Publish> all{
      {"tele/" + name_ + "/STATE", R"({"Time":"2026-01-15T12:00:00","UptimeSec":4711,)" + shown() +
                                       R"(,"Wifi":{"AP":1,"RSSI":74,"Signal":-63}})"}};
  if (kind_ == Kind::plug) all.push_back({"tele/" + name_ + "/SENSOR", measured()});
  return all;
}

std::optional<std::vector<Publish>> Tasmota::hear(std::string_view topic, std::string_view payload,
                                                  bool obeys) {
  const std::string front = "cmnd/" + name_ + "/";
  if (!topic.starts_with(front)) return std::nullopt;
  const std::string command = lower_case(topic.substr(front.size()));
  if (command == "state") return state();
  if (command == "status") {
    if (kind_ != Kind::plug) return std::vector<Publish>{};
    return std::vector<Publish>{
        {"stat/" + name_ + "/STATUS10", R"({"StatusSNS":)" + measured() + "}"}};
  }
  const bool on = on_;
  const int dimmer = dimmer_;
  command.starts_with("backlog") ? obey_all(payload) : obey(command, payload);
  std::vector<Publish> answer{{"stat/" + name_ + "/RESULT", "{" + shown() + "}"},
                              {"stat/" + name_ + "/POWER", on_ ? "ON" : "OFF"}};
  if (!obeys) on_ = on, dimmer_ = dimmer;
  return answer;
}

void Tasmota::obey_all(std::string_view backlog) {
  while (!backlog.empty()) {
    const std::size_t end = std::min(backlog.find(';'), backlog.size());
    const std::string_view one = trimmed(backlog.substr(0, end));
    const std::size_t space = std::min(one.find(' '), one.size());
    obey(lower_case(one.substr(0, space)), trimmed(one.substr(space)));
    backlog.remove_prefix(std::min(end + 1, backlog.size()));
  }
}

void Tasmota::obey(std::string_view command, std::string_view parameter) {
  const std::string word = lower_case(parameter);
  if (command == "power" || command == "power1") {
    if (word == "on" || word == "1") on_ = true;
    if (word == "off" || word == "0") on_ = false;
    if (word == "toggle" || word == "2") on_ = !on_;
  }
  if (command != "dimmer" || kind_ != Kind::light) return;
  int percent = 0;
  const auto read = std::from_chars(word.data(), word.data() + word.size(), percent);
  if (read.ec != std::errc() || percent < 0 || percent > 100) return;
  on_ = percent > 0;
  if (on_) dimmer_ = percent;
}

bool Tasmota::feel(const Weather& weather) {
  if (kind_ == Kind::light) return false;
  const double before = watts_;
  // A freezer works harder when it is warm.
  watts_ = on_ ? std::round(kFreezerWatts + weather.temperature) : 0;
  return before != watts_;
}

}  // namespace

std::unique_ptr<Guest> tasmota_light(std::string_view name) {
  return std::make_unique<Tasmota>(name, Tasmota::Kind::light);
}

std::unique_ptr<Guest> tasmota_plug(std::string_view name) {
  return std::make_unique<Tasmota>(name, Tasmota::Kind::plug);
}

}  // namespace attune::demo
