#pragma once
#include <optional>
#include <string>
#include <string_view>

#include "devices/dialects/ha_entity.h"

/// Puts an entity together, field by field. For the files that know the platforms.
namespace attune::devices::ha {

class Builder {
 public:
  explicit Builder(Entity& made) : entity(made), config(made.config) {}

  /// A channel of a canonical attribute, in this UCUM unit; good until the next one.
  Channel& add(std::string_view attribute, std::string_view unit = {});
  /// A channel that is kept as `raw.<entity>`.
  Channel& add_raw();
  /// Where it is read; the template may be called by the one name or by the other.
  void state(Channel& channel, std::string_view topic, std::string_view value_template,
             std::string_view or_template = {});
  /// Where it is written; nothing when the configuration has no such topic.
  void command(Channel& channel, std::string_view topic, std::string_view command_template = {},
               std::string_view variable = {});
  /// Both, as most platforms name them: `<front>state_topic`, `<front>command_topic`, ..
  void usual(Channel& channel, std::string_view front);
  /// The words of a truth: those it is read by, and those it is commanded by.
  void truth(Channel& channel, std::string on, std::string off);
  void orders(Channel& channel, std::string on, std::string off);
  /// The words that the configuration lists, as they are on the wire.
  void words(Channel& channel, std::string_view list);
  /// The range that a number takes, in wire units.
  void range(Channel& channel, std::string_view min, std::string_view max);
  [[nodiscard]] std::optional<jinja::Template> compile(std::string_view key);
  [[nodiscard]] std::optional<jinja::Template> compile_text(const std::string& source,
                                                            std::string_view key);
  void fail(std::string reason, std::string what);

  Entity& entity;
  const Config& config;
  std::optional<Error> error;
};

/// The platforms of their own files; each adds the channels of its entity.
void build_sensor(Builder& b);
void build_binary_sensor(Builder& b);
void build_number(Builder& b);
void build_select(Builder& b);
void build_light(Builder& b);
void build_climate(Builder& b);
void build_water_heater(Builder& b);
void build_humidifier(Builder& b);
void build_fan(Builder& b);
void build_cover(Builder& b);
void build_valve(Builder& b);
void build_lock(Builder& b);
void build_siren(Builder& b);
void build_switch(Builder& b);
void build_vacuum(Builder& b);
void build_lawn_mower(Builder& b);
void build_alarm(Builder& b);
void build_event(Builder& b);
void build_trigger(Builder& b);
void build_tracker(Builder& b);

/// The entity's own name: without its device's in front of it.
[[nodiscard]] std::string own_name(const Config& config);
/// `Battery voltage` as the vocabulary writes it, where it has such a word; else empty.
[[nodiscard]] std::string named_word(const Config& config);

}  // namespace attune::devices::ha
