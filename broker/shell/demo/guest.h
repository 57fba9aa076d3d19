#pragma once
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "broker/shell/demo/appliance.h"
#include "broker/shell/demo/publish.h"

/// Devices of the simulated home that speak for themselves, each in the words of its convention.
namespace attune::demo {

/// What is wrong with a device, or special.
enum class Quirk : std::uint8_t {
  none,
  flaky,    ///< its radio comes and goes
  liar,     ///< it says that it obeyed, and did not
  doubler,  ///< it says everything twice
  sleeper,  ///< it wakes now and then, says what it has to say, and sleeps on
};

enum class Presence : std::uint8_t { online, asleep, gone };

/// What stands around it.
struct Weather {
  double temperature = 15;  ///< °C
  double light = 0;         ///< lx
};

/// A convention's side of one device: how it says what it is, and how it obeys. Its state is kept
/// in the words of its convention.
///
/// Threading: none of its own. Determinism: state depends on what was done to it alone.
class Guest {
 public:
  virtual ~Guest() = default;

  /// Filters of the topics on which it takes commands; none matches what it says.
  [[nodiscard]] virtual std::vector<std::string> subscriptions() const = 0;
  /// What tells of it before it says anything, all retained.
  [[nodiscard]] virtual std::vector<Publish> description() const = 0;
  [[nodiscard]] virtual std::vector<Publish> presence(Presence presence) const = 0;
  /// All of its state.
  [[nodiscard]] virtual std::vector<Publish> state() const = 0;
  /// A command, and what it answers; empty when it is none for this device. Without `obeys` it
  /// answers as if, and stays as it is.
  [[nodiscard]] virtual std::optional<std::vector<Publish>> hear(std::string_view topic,
                                                                 std::string_view payload,
                                                                 bool obeys) = 0;
  /// True when a measurement moved.
  virtual bool feel(const Weather& weather) = 0;
};

struct GuestFixture {
  std::string_view name;     ///< as its convention calls it
  std::string_view dialect;  ///< as docs/dialects.md names it
  Quirk quirk = Quirk::none;
  std::unique_ptr<Guest> (*make)(std::string_view name);
};

/// All of them; the order never changes.
[[nodiscard]] std::span<const GuestFixture> guests();

// One file per convention.
[[nodiscard]] std::unique_ptr<Guest> tasmota_light(std::string_view name);
[[nodiscard]] std::unique_ptr<Guest> tasmota_plug(std::string_view name);
[[nodiscard]] std::unique_ptr<Guest> shelly_relay(std::string_view name);
[[nodiscard]] std::unique_ptr<Guest> shelly_climate(std::string_view name);
[[nodiscard]] std::unique_ptr<Guest> homie_greenhouse(std::string_view name);
[[nodiscard]] std::unique_ptr<Guest> homeassistant_lamp(std::string_view name);

}  // namespace attune::demo
