#include <gtest/gtest.h>

#include <boost/json/src.hpp>  // this file is its only user, so it carries the definitions
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <set>

#include "devices/derive.h"
#include "devices/names.h"
#include "devices/vocabulary.h"
#include "tests/unit/devices/wire.h"

/// Real messages with the result expected of them: ../shared/devices/payloads.jsonl.
namespace attune::devices {
namespace {

namespace bj = boost::json;
namespace fs = std::filesystem;

const fs::path kFolder = fs::path(ATTUNE_SOURCE_DIR) / "../shared/devices";

std::string text(const bj::object& row, const char* key) {
  const bj::value* found = row.if_contains(key);
  return found != nullptr && found->is_string() ? std::string(found->as_string()) : "";
}

/// `exposes` of each model, as JSON text. Empty when the file cannot be read.
std::map<std::string, std::string> read_exposes() {
  std::map<std::string, std::string> exposes;
  const std::string command = "zcat '" + (kFolder / "zigbee_exposes.jsonl.gz").string() + "'";
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  std::string all;
  char buffer[65536];
  while (pipe != nullptr) {
    const std::size_t n = fread(buffer, 1, sizeof buffer, pipe.get());
    if (n == 0) break;
    all.append(buffer, n);
  }
  for (std::size_t at = 0; at < all.size();) {
    const std::size_t end = std::min(all.find('\n', at), all.size());
    const bj::object row = bj::parse(std::string_view(all).substr(at, end - at)).as_object();
    exposes.emplace(text(row, "model"), bj::serialize(row.at("exposes")));
    at = end + 1;
  }
  return exposes;
}

std::string described(const std::string& name, const std::string& exposes) {
  const bj::string quoted(name);
  return R"([{"type":"Router","friendly_name":)" + bj::serialize(bj::value(quoted)) +
         R"(,"definition":{"exposes":)" + exposes + "}}]";
}

bool is_percent(std::string_view attribute) {
  const Word* word = find_word(canonical_part(attribute));
  return word != nullptr && word->unit == "%";
}

bool near(std::string_view attribute, double want, double got) {
  if (is_percent(attribute)) return std::abs(want - got) <= 0.1 + 1e-9;
  if (canonical_part(attribute) == "color_temp") return std::abs(want - got) <= 1;
  return std::abs(want - got) <= std::abs(want) * 0.001 + 1e-9;
}

bool same_value(std::string_view attribute, const bj::value& want, const Value& got) {
  if (want.is_bool()) return got == Value(want.as_bool());
  if (want.is_string()) return got == Value(std::string_view(want.as_string()));
  if (want.is_number()) {
    return got.is_numeric() && near(attribute, want.to_number<double>(), got.numeric());
  }
  if (!want.is_array() || got.kind() != ValueKind::numbers) return false;
  const bj::array& list = want.as_array();
  if (list.size() != got.as_numbers().size()) return false;
  for (std::size_t i = 0; i < list.size(); ++i) {
    if (!near(attribute, list[i].to_number<double>(), got.as_numbers()[i])) return false;
  }
  return true;
}

/// One line of the file, run on a fresh home; `misses` says what differed.
class Playback {
 public:
  Playback(const bj::object& row, const std::map<std::string, std::string>& exposes) : row_(row) {
    const bj::object& expect = row.at("expect").as_object();
    name_ = text(expect, "device");
    const bj::value* meta = row.if_contains("meta");
    const auto model =
        meta != nullptr ? exposes.find(text(meta->as_object(), "model")) : exposes.end();
    if (model != exposes.end()) {
      wire_.hear("zigbee2mqtt/bridge/devices", described(name_, model->second), true);
      note_rejections();
    }
  }

  void feed(const bj::object& row) {
    const bj::value* retain = row.if_contains("retain");
    wire_.hear(text(row, "topic"), text(row, "payload"), retain != nullptr && retain->as_bool());
  }

  std::vector<std::string> check() {
    const bj::object& expect = row_.at("expect").as_object();
    feed(row_);
    if (const bj::value* all = expect.if_contains("attributes")) attributes(all->as_object());
    if (const bj::value* all = expect.if_contains("forbid")) {
      for (const bj::value& name : all->as_array()) {
        if (value(std::string(name.as_string())).has_value()) miss("forbidden", name);
      }
    }
    if (const bj::value* all = expect.if_contains("reject")) {
      for (const bj::value& name : all->as_array()) refused(std::string(name.as_string()));
    }
    if (const bj::value* all = expect.if_contains("events")) events(all->as_array());
    state(expect);
    return std::move(misses_);
  }

  std::vector<std::string> check_command() {
    const bj::object& input = row_.at("input").as_object();
    name_ = text(input, "device");
    std::vector<std::pair<std::string, Value>> wanted;
    DeviceEntry entry;
    entry.id = DeviceId(fold_name(name_));
    entry.dialect = "zigbee2mqtt";
    entry.topic = "zigbee2mqtt/" + name_;
    for (const auto& [key, want] : input.at("set").as_object()) {
      entry.capabilities = {key == "position" ? "cover" : "light"};
      if (want.is_bool()) wanted.emplace_back(key, want.as_bool());
      if (want.is_number()) wanted.emplace_back(key, want.to_number<double>());
    }
    DevicesFile file;
    file.entries.push_back(entry);
    if (!wire_.normaliser.configure(file).ok()) return {"configure"};
    const std::vector<std::string> sent = wire_.drive(entry.id.text(), wanted);
    if (sent.size() != 1) return {"messages: " + std::to_string(sent.size())};
    const std::string topic = text(row_, "topic") + " ";
    if (sent[0].substr(0, topic.size()) != topic) return {"topic: " + sent[0]};
    const bj::value got = bj::parse(sent[0].substr(topic.size()));
    const bool opens = text(row_, "payload") == R"({"state":"OPEN"})" &&
                       got == bj::parse(R"({"position":100})");  // the note calls it equally right
    if (!opens && got != bj::parse(text(row_, "payload"))) return {"payload: " + sent[0]};
    return {};
  }

 private:
  void note_rejections() {
    for (const std::string& r : wire_.rejected()) misses_.push_back("discovery rejected: " + r);
  }
  void miss(const std::string& what, const bj::value& want) {
    misses_.push_back(what + " " + bj::serialize(want));
  }
  [[nodiscard]] std::string id() const { return fold_name(name_); }

  /// `right/on` is `right.on`; without an endpoint, that of the only one that has it.
  [[nodiscard]] const Value& value(std::string name) const {
    std::replace(name.begin(), name.end(), '/', '.');
    const Value& own = wire_.value(id() + "." + name);
    if (own.has_value()) return own;
    const Value* only = &own;
    for (const auto& [path, v] : wire_.values) {
      const std::string suffix = "." + name;
      const bool ends = path.size() > suffix.size() &&
                        path.compare(path.size() - suffix.size(), suffix.size(), suffix) == 0;
      if (!ends || path.find(".raw.") != std::string::npos) continue;
      if (only != &own) return own;
      only = &v;
    }
    return *only;
  }

  void attributes(const bj::object& all) {
    for (const auto& [name, want] : all) {
      const Value& got = value(std::string(name));
      if (!same_value(std::string_view(name), want, got)) {
        misses_.push_back(std::string(name) + ": wanted " + bj::serialize(want) + ", got " +
                          to_json(got));
      }
    }
  }

  void refused(const std::string& name) {
    const auto& all = wire_.decoded.rejections;
    const std::string path = id() + "." + name;
    const bool counted = std::any_of(all.begin(), all.end(),
                                     [&](const Rejection& r) { return r.attribute == path; });
    if (!counted || value(name).has_value()) misses_.push_back("not refused: " + name);
  }

  void events(const bj::array& all) {
    std::vector<std::string> want;
    for (const bj::value& event : all) {
      const std::string endpoint = text(event.as_object(), "endpoint");
      want.push_back(id() + "." + (endpoint.empty() ? "" : endpoint + ".") +
                     "event=" + text(event.as_object(), "event"));
    }
    if (wire_.events() != want)
      misses_.push_back("events: " + ::testing::PrintToString(wire_.events()));
  }

  void state(const bj::object& expect) {
    const DeviceInfo* device = wire_.catalog.find(id());
    if (device == nullptr) {
      misses_.push_back("no device " + id());
      return;
    }
    const Derived derived = derive(*device,
                                   [&](std::string_view name) -> const Value& {
                                     return wire_.value(id() + "." + std::string(name));
                                   },
                                   {});
    if (expect.contains("state") && derived.state != text(expect, "state")) {
      misses_.push_back("state " + derived.state);
    }
    if (expect.contains("level") && derived.level != text(expect, "level")) {
      misses_.push_back("level " + derived.level);
    }
    if (expect.contains("availability")) {
      const auto& all = wire_.decoded.availability;
      const bool said =
          all.size() == 1 && name(all[0].availability) == text(expect, "availability");
      if (!said) misses_.push_back("availability");
    }
  }

  const bj::object& row_;
  Wire wire_;
  std::string name_;
  std::vector<std::string> misses_;
};

TEST(Payloads, EveryZigbee2MqttMessageGivesWhatIsExpectedOfIt) {
  std::ifstream in(kFolder / "payloads.jsonl");
  if (!in)
    GTEST_SKIP() << "no " << kFolder << ": the collected messages are not beside the project";
  const std::map<std::string, std::string> exposes = read_exposes();
  int hits = 0;
  int rows = 0;
  for (std::string line; std::getline(in, line);) {
    const bj::value parsed = bj::parse(line);
    const bj::object& row = parsed.as_object();
    if (text(row, "convention") != "zigbee2mqtt") continue;
    ++rows;
    Playback playback(row, exposes);
    const auto misses =
        text(row, "kind") == "command" ? playback.check_command() : playback.check();
    if (misses.empty()) ++hits;
    for (const std::string& miss : misses) std::cout << text(row, "id") << ": " << miss << "\n";
  }
  std::cout << "zigbee2mqtt: " << hits << " of " << rows << "\n";
  EXPECT_GT(rows, 40);
  EXPECT_EQ(hits, rows);
}

/// Each model of the collection as one device of one bridge; what most of them say has a name.
TEST(Payloads, NearlyEveryDescribedDeviceHasACanonicalAttribute) {
  const std::map<std::string, std::string> exposes = read_exposes();
  if (exposes.empty()) GTEST_SKIP() << "no descriptions in " << kFolder;
  std::size_t named = 0;
  for (const auto& [model, text_of_exposes] : exposes) {
    Wire wire;
    wire.hear("zigbee2mqtt/bridge/devices", described("x", text_of_exposes), true);
    ASSERT_TRUE(wire.rejected().empty()) << model << ": " << wire.rejected()[0];
    if (wire.catalog.find("x")->attributes.size() > 1) ++named;  // more than link_quality
  }
  std::cout << "described: " << named << " of " << exposes.size() << "\n";
  EXPECT_GT(named, exposes.size() * 98 / 100);
}

}  // namespace
}  // namespace attune::devices
