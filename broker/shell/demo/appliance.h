#pragma once
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "broker/shell/demo/fixtures.h"
#include "broker/shell/demo/random.h"
#include "devices/model/value.h"

/// One simulated device: what it says on the wire, and how it obeys.
namespace attune::demo {

/// A flat JSON object, by property.
using Fields = std::map<std::string, Value, std::less<>>;

[[nodiscard]] std::string to_json(const Fields& fields);
/// The members that are booleans, numbers or texts; empty when it is no JSON object.
[[nodiscard]] std::optional<Fields> parse_fields(std::string_view json);

/// Threading: none of its own. Determinism: state depends on what was done to it alone.
class Appliance {
 public:
  Appliance(const Fixture& fixture, Random& random);

  [[nodiscard]] const Fixture& fixture() const { return *fixture_; }
  /// Everything it says of itself, in the words of its dialect.
  [[nodiscard]] const Fields& state() const { return state_; }
  [[nodiscard]] double number(std::string_view property) const;
  [[nodiscard]] bool is(std::string_view property, const Value& value) const;

  /// Sets one property; true when it differed.
  bool set(std::string_view property, Value value);
  /// Takes what it understands of a command and leaves the rest, as real devices do. True when it
  /// answers with its state, changed or not.
  bool obey(const Fields& command);
  /// Moves what travels (a blind) by `percent` at most; true when it moved or stopped.
  bool travel(double percent);

 private:
  void obey_lamp(const Fields& command);
  void obey_blind(const Fields& command);
  void obey_thermostat(const Fields& command);
  void obey_word(const Fields& command, std::string_view property, std::string_view one,
                 std::string_view other);
  void obey_ac(const Fields& command);
  void drive_to(double position);

  const Fixture* fixture_;
  Fields state_;
  double target_ = 0;  ///< where a blind is going, %
};

}  // namespace attune::demo
