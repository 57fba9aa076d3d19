#pragma once
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "devices/dialects/device_book.h"
#include "devices/dialects/ha_config.h"
#include "devices/dialects/jinja.h"
#include "devices/model/result.h"

/// What one entity of a configuration says and takes, attribute by attribute.
namespace attune::devices::ha {

/// How a payload becomes a value, beyond what a Binding says.
enum class Reading : std::uint8_t {
  plain,     ///< by the binding
  movement,  ///< a cover's or valve's word: movement, and the position where nothing else tells it
  rgb,       ///< `r,g,b`, or an object {r, g, b}
  pair,      ///< `a,b`, or an object {h, s} or {x, y}
  press,     ///< an event's word
};

/// One canonical value as it is commanded: a payload of its own, on a topic of its own.
struct Action {
  std::string value;  ///< `true`, `locked`, `100`
  std::string payload;
  std::string topic{};                                ///< empty: the channel's
  std::optional<jinja::Template> command_template{};  ///< none: the channel's
};

/// One attribute of an entity.
struct Channel {
  Reading reading = Reading::plain;
  Bound bound;  ///< its attribute without an endpoint
  std::string state_topic;
  std::optional<jinja::Template> state_template;
  std::string json_key;             ///< read from a member of the payload
  bool text_too = false;            ///< and from the payload itself, where that is no object
  std::vector<std::string> silent;  ///< payloads that say nothing here
  std::string command_topic;
  std::optional<jinja::Template> command_template;
  std::string variable;  ///< what a template calls the value, beside `value`
  std::vector<Action> actions;
  bool refused = false;  ///< it has a template that is not understood: for make_entity() alone
};

/// How several attributes are commanded in one message.
enum class Schema : std::uint8_t { topics, json_light, template_light };

struct Entity {
  Config config;
  std::vector<Error> refusals;  ///< templates that are not understood, each with its entity
  std::string capability;       ///< that its platform promises; empty: none
  std::string endpoint;         ///< the word for it where its device needs one
  Schema schema = Schema::topics;
  std::vector<Channel> channels;
  bool position_by_words = false;  ///< `open` and `closed` are all that tells a position
  std::optional<jinja::Template> on_template, off_template;            ///< of a template light
  std::vector<std::optional<jinja::Template>> availability_templates;  ///< as in the config
};

/// Templates are compiled and topics checked. An entity without a canonical meaning has a raw
/// channel, or none; what a template outside of the language stands before is left out and told
/// in Entity::refusals. Errors: `topic`, `type`; its message names the entity.
[[nodiscard]] Result<Entity> make_entity(Config config);

/// A command topic that is attune's own or Home Assistant's: who may describe a device could else
/// have attune write there. Empty: there is none. `prefix` is that of discovery, with its slash.
[[nodiscard]] std::string reserved_topic(const Entity& entity, std::string_view prefix);

}  // namespace attune::devices::ha
