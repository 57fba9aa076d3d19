#pragma once
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "devices/dialects/device_book.h"

/// AWS IoT device shadows: `$aws/things/<thing>/shadow[/name/<shadow>]/..`.
namespace attune::devices {

/// A thing is a device, a named shadow an endpoint of it. Names in a shadow are free: one that is
/// a word of the vocabulary, with a value of its type, is that attribute; what a devices file maps
/// is what it says, at whatever depth; everything else is raw.
/// What is reported is state, what is desired is a wish, and a document that is older than the
/// last one is refused.
class AwsShadow final : public Dialect {
 public:
  explicit AwsShadow(Catalog& catalog) : book_(catalog, "aws_shadow") {}

  [[nodiscard]] std::string_view name() const override { return "aws_shadow"; }
  /// Named in full: no filter that begins with a wildcard matches `$aws`.
  [[nodiscard]] std::vector<std::string> subscriptions() const override;
  [[nodiscard]] bool owns(std::string_view topic) const override;
  [[nodiscard]] bool knows(std::string_view topic) const override;
  void declare(std::span<const DeviceEntry> entries) override;
  void decode(const Message& message, Decoded& out) override;
  [[nodiscard]] std::vector<Outgoing> encode(DeviceIndex device,
                                             std::span<const Reading> values) const override;
  [[nodiscard]] std::vector<Outgoing> ask(DeviceIndex device) const override;

 private:
  /// Where a topic leads; views into it.
  struct Place {
    std::string_view thing, shadow, leaf;  // the classic shadow has no name
  };
  struct Turn {
    const Message& message;
    Decoded& out;
    Place place;
    BoundDevice* device = nullptr;
  };
  /// What a devices file finds in its shadows; each binding's property is `shadow/path`.
  struct Mapping {
    std::vector<MappedAttribute> said;
    std::vector<Bound> bound;
  };
  /// The version of each shadow of a thing, by its name.
  using Versions = std::map<std::string, std::optional<std::uint64_t>, std::less<>>;

  [[nodiscard]] static std::optional<Place> place_of(std::string_view topic);
  [[nodiscard]] static std::string base_of(std::string_view thing, std::string_view shadow);
  void decode_document(const json::Node& root, Turn& turn);
  void decode_request(const json::Node& root, Turn& turn);
  void decode_rejected(const json::Node& root, Turn& turn);
  bool meet(Turn& turn);
  bool is_current(const json::Node& root, bool request, Turn& turn);
  void take_states(const json::Node* state, Turn& turn);
  void take_members(const json::Node* members, std::vector<Reading>& into, Turn& turn);
  void take(const json::Node& member, std::vector<Reading>& into, Turn& turn);
  void take_mapped(const json::Node& members, std::vector<Reading>& into, Turn& turn);
  void forget(std::string_view key, Turn& turn);
  void take_over(Decoded& taken, std::vector<Reading>& into, Turn& turn);
  void read_node(const Binding& binding, const json::Node& node, std::vector<Reading>& into,
                 Turn& turn);

  DeviceBook book_;
  json::Reader reader_;
  std::map<std::string, Versions, std::less<>> versions_;  // by thing
  std::map<std::string, Mapping, std::less<>> mapped_;     // likewise
  std::set<std::string> in_numbers_;  // thing and property of words that travel as numbers
};

}  // namespace attune::devices
