#pragma once
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/catalog.h"
#include "devices/dialect.h"
#include "devices/dialects/binding.h"
#include "devices/dialects/json_template.h"
#include "devices/json/reader.h"
#include "devices/normaliser.h"

/// JSON of any shape, mapped attribute by attribute in a devices file.
namespace attune::devices {

class JsonMapped final : public Dialect {
 public:
  /// The name of the dialect that a topic belongs to already; empty when it is free.
  using TopicOwner = std::function<std::string_view(std::string_view topic)>;

  explicit JsonMapped(Catalog& catalog) : catalog_(catalog) {}

  /// Whether configure() can take this attribute of the device. The Error names both.
  [[nodiscard]] static Status check(const JsonDevice& device, const JsonAttribute& from,
                                    const TopicOwner& owner);
  /// Replaces all devices. They have passed check().
  void configure(const std::vector<JsonDevice>& devices);

  [[nodiscard]] std::string_view name() const override { return "json"; }
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  [[nodiscard]] bool knows(std::string_view topic) const override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  /// One attribute, ready for use.
  struct Mapping {
    Binding binding;
    AttributeInfo info;
    DeviceId device;
    std::vector<std::string> path;
    std::string command_topic;
    std::string command_payload;
    /// Where the value stands in a command; empty: it cannot be told from others.
    std::optional<std::vector<std::string>> command_path;
  };
  [[nodiscard]] static Result<Mapping> compile(const DeviceId& device, const JsonAttribute& from);
  void decode_state(const std::vector<Mapping>& mappings, const Message& message, Decoded& out);
  void decode_foreign(const std::vector<Mapping>& mappings, const Message& message, Decoded& out);
  void take(const Mapping& mapping, const json::Node& root, const Message& message,
            Decoded& out) const;

  Catalog& catalog_;
  json::Reader reader_;
  std::map<std::string, std::vector<Mapping>, std::less<>> by_topic_;
  std::map<std::string, std::vector<Mapping>, std::less<>> by_command_topic_;  // others' too
  std::set<DeviceId> devices_;
};

}  // namespace attune::devices
