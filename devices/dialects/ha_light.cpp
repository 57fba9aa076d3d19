#include <algorithm>
#include <string>
#include <utility>

#include "devices/dialects/ha_builder.h"

/// Lights in the three forms that Home Assistant's discovery has for them.
namespace attune::devices::ha {

namespace {

void bind_color_temp(const Config& config, Channel& channel) {
  if (!config.flag("color_temp_kelvin")) channel.bound.binding.shape = Shape::mired;
  channel.bound.binding.whole = true;
}

bool has_any(const Config& config, const std::string& front) {
  return config.has(front + "state_topic") || config.has(front + "command_topic");
}

/// A colour or another value with topics of its own.
Channel* add_own(Builder& b, std::string_view attribute, const std::string& front) {
  if (!has_any(b.config, front)) return nullptr;
  Channel& channel = b.add(attribute);
  b.usual(channel, front);
  return &channel;
}

void build_topics(Builder& b) {
  const Config& c = b.config;
  const std::string order_on = c.text("payload_on", "ON");
  const std::string order_off = c.text("payload_off", "OFF");
  Channel& on = b.add("on");
  b.truth(on, order_on, order_off);
  b.state(on, "state_topic", "state_value_template", "value_template");
  b.command(on, "command_topic", "command_template");
  b.orders(on, order_on, order_off);
  // Some lights are switched on by their brightness alone.
  if (c.text("on_command_type") == "brightness") on.actions.erase(on.actions.begin());
  const double scale = c.number("brightness_scale", 255);
  if (Channel* brightness = add_own(b, "brightness", "brightness_")) {
    scale_percent(brightness->bound, scale);
    if (c.text("on_command_type") == "brightness" && !brightness->command_topic.empty()) {
      const std::string full = to_json(Value(static_cast<std::int64_t>(scale)));
      const std::string topic = brightness->command_topic;
      b.entity.channels.front().actions.push_back({"true", full, topic});
    }
  }
  if (Channel* temperature = add_own(b, "color_temp", "color_temp_")) {
    bind_color_temp(c, *temperature);
  }
  if (Channel* rgb = add_own(b, "color_rgb", "rgb_")) rgb->reading = Reading::rgb;
  if (Channel* hs = add_own(b, "color_hs", "hs_")) hs->reading = Reading::pair;
  if (Channel* xy = add_own(b, "color_xy", "xy_")) xy->reading = Reading::pair;
  add_own(b, "effect", "effect_");
}

/// One member of a light's object.
Channel& add_member(Builder& b, std::string_view attribute, std::string_view key) {
  Channel& channel = b.add(attribute);
  b.state(channel, "state_topic", "");
  channel.json_key = key;
  b.command(channel, "command_topic");
  return channel;
}

void build_json(Builder& b) {
  const Config& c = b.config;
  b.entity.schema = Schema::json_light;
  const auto& modes = c.list("supported_color_modes");
  const auto has = [&](std::string_view mode) {
    return std::ranges::find(modes, mode) != modes.end();
  };
  const bool colour = has("rgb") || has("rgbw") || has("rgbww");
  const bool dims = std::ranges::any_of(modes, [](const auto& mode) { return mode != "onoff"; });
  b.truth(add_member(b, "on", "state"), "ON", "OFF");
  if (c.flag("brightness") || dims) {
    scale_percent(add_member(b, "brightness", "brightness").bound,
                  c.number("brightness_scale", 255));
  }
  if (c.flag("color_temp") || has("color_temp")) {
    bind_color_temp(c, add_member(b, "color_temp", "color_temp"));
  }
  if (c.flag("rgb") || colour) add_member(b, "color_rgb", "color").reading = Reading::rgb;
  if (c.flag("hs") || has("hs")) add_member(b, "color_hs", "color").reading = Reading::pair;
  if (c.flag("xy") || has("xy")) add_member(b, "color_xy", "color").reading = Reading::pair;
  if (c.flag("effect")) add_member(b, "effect", "effect");
}

/// A value that a template reads from the state, and the template of `on` writes.
Channel* add_templated(Builder& b, std::string_view attribute, std::string_view value_template) {
  if (!b.config.has(value_template)) return nullptr;
  Channel& channel = b.add(attribute);
  b.state(channel, "state_topic", value_template);
  b.command(channel, "command_topic");
  return &channel;
}

void build_template(Builder& b) {
  b.entity.schema = Schema::template_light;
  Channel& on = b.add("on");
  b.truth(on, "on", "off");
  if (b.config.has("state_template")) b.state(on, "state_topic", "state_template");
  b.command(on, "command_topic");
  if (Channel* brightness = add_templated(b, "brightness", "brightness_template")) {
    scale_percent(brightness->bound, 255);
  }
  if (Channel* temperature = add_templated(b, "color_temp", "color_temp_template")) {
    bind_color_temp(b.config, *temperature);
  }
  add_templated(b, "effect", "effect_template");
  b.entity.on_template = b.compile("command_on_template");
  b.entity.off_template = b.compile("command_off_template");
}

}  // namespace

void build_light(Builder& b) {
  const std::string schema = b.config.text("schema", "default");
  if (schema == "json") return build_json(b);
  if (schema == "template") return build_template(b);
  build_topics(b);
}

}  // namespace attune::devices::ha
