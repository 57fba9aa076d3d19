#include "broker/shell/api/body.h"

#include <charconv>
#include <utility>

#include "devices/json/reader.h"
#include "devices/json/values.h"
#include "devices/json/writer.h"

namespace attune::api {
namespace {

using devices::json::Kind;
using devices::json::Node;
using devices::json::Reader;

Error wrong(std::string message) {
  return {"body", std::move(message)};
}

Result<const Node*> read_object(Reader& reader, std::string_view text) {
  const Node* root = reader.read(text);
  if (root == nullptr) {
    const auto& refusal = reader.refusal();
    return wrong(std::string(refusal.reason) + ": " + refusal.detail);
  }
  if (root->kind != Kind::object) return wrong("the body must be a JSON object");
  return root;
}

}  // namespace

Result<Value> bare_value(const Node& node) {
  if (node.kind == Kind::null) return wrong("`value` is null; DELETE releases");
  if (node.kind == Kind::object) return wrong("`value` may not be an object");
  Value value = devices::json::value_of(node);
  if (!value.has_value()) return wrong("`value` may be a list of numbers only");
  return value;
}

namespace {

Result<Millis> duration_of(const Node& node) {
  const auto duration = node.kind == Kind::text ? parse_duration(node.text) : std::nullopt;
  if (!duration) return wrong("`" + std::string(node.key) + "` must be a duration like \"2h\"");
  if (*duration == Millis{0}) {
    return wrong("`" + std::string(node.key) + "` must be longer than nothing");
  }
  return *duration;
}

Status read_revision(const Node& node, std::optional<Revision>& out) {
  if (node.kind != Kind::integer || node.integer < 0) {
    return wrong("`" + std::string(node.key) + "` must be a revision");
  }
  out = Revision{static_cast<std::uint64_t>(node.integer)};
  return {};
}

std::string text_of(const Node& object) {
  devices::json::Writer out;
  devices::json::append(out, object);
  return out.take();
}

Status read_id(const Node& node, std::string& out) {
  const bool fits =
      node.kind == Kind::text && !node.text.empty() && node.text.size() <= kWriteIdBytesMax;
  if (!fits) return wrong("`id` must be a text of 1 to 128 bytes");
  out = node.text;
  return {};
}

}  // namespace

Status read_write_member(const Node& node, WriteBody& out) {
  if (node.key == "value") {
    // A plan of a schedule: whoever takes it reads it as a text.
    auto value = node.kind == Kind::object ? Result<Value>(Value(text_of(node))) : bare_value(node);
    if (!value) return value.error();
    out.value = std::move(*value);
  } else if (node.key == "hold") {
    const auto hold = duration_of(node);
    if (!hold) return hold.error();
    out.hold = *hold;
  } else if (node.key == "reason") {
    if (node.kind != Kind::text) return wrong("`reason` must be a text");
    out.reason = node.text;
  } else if (node.key == "if_revision") {
    return read_revision(node, out.if_revision);
  } else if (node.key == "base_revision") {
    return read_revision(node, out.base_revision);
  } else if (node.key == "id") {
    return read_id(node, out.id);
  } else if (node.key == "at") {
    out.at = node.kind == Kind::text ? parse_hybrid(node.text) : std::nullopt;
    if (!out.at) return wrong("`at` must be a time like \"2026-01-15T18:00:00.000Z\"");
  } else {
    return wrong("unknown key `" + std::string(node.key) +
                 "`; known: value, hold, reason, if_revision, id, base_revision, at");
  }
  return {};
}

Status check_write(const WriteBody& body) {
  if (!body.value.has_value()) return wrong("`value` is missing");
  if (body.at && !body.base_revision) return wrong("`at` goes with `base_revision`");
  if (body.if_revision && body.base_revision) {
    return wrong("`if_revision` refuses what `base_revision` decides: send one of them");
  }
  return {};
}

core::WriteRequest write_request(WriteBody body, AttributePath path, std::string who) {
  core::WriteRequest write;
  write.path = std::move(path);
  write.value = std::move(body.value);
  write.if_revision = body.if_revision;
  write.hold = body.hold;
  write.who = std::move(who);
  write.reason = std::move(body.reason);
  write.client_id = std::move(body.id);
  write.base_revision = body.base_revision;
  write.written = body.at;
  return write;
}

namespace {

std::optional<RuleMode> mode_of(std::string_view text) {
  for (const auto mode : {RuleMode::enabled, RuleMode::disabled, RuleMode::shadow}) {
    if (text == name(mode)) return mode;
  }
  return std::nullopt;
}

}  // namespace

Result<WriteBody> parse_write(std::string_view text) {
  Reader reader;
  const auto root = read_object(reader, text);
  if (!root) return root.error();
  WriteBody out;
  for (const Node& node : **root) {
    if (const auto status = read_write_member(node, out); !status.ok()) return status.error();
  }
  if (const Status sound = check_write(out); !sound.ok()) return sound.error();
  return out;
}

Result<ModeBody> parse_mode(std::string_view text) {
  Reader reader;
  const auto root = read_object(reader, text);
  if (!root) return root.error();
  ModeBody out;
  const auto mode = mode_of((*root)->text_of("mode"));
  if (!mode) return wrong("`mode` must be enabled, disabled or shadow");
  out.mode = *mode;
  for (const Node& node : **root) {
    if (node.key == "mode") continue;
    if (node.key != "for") return wrong("unknown key `" + std::string(node.key) + "`");
    const auto duration = duration_of(node);
    if (!duration) return duration.error();
    out.duration = *duration;
  }
  return out;
}

Result<std::optional<Revision>> parse_release(std::string_view text) {
  WriteBody body;
  if (text.empty()) return body.if_revision;
  Reader reader;
  const auto root = read_object(reader, text);
  if (!root) return root.error();
  for (const Node& node : **root) {
    if (node.key != "if_revision") return wrong("unknown key `" + std::string(node.key) + "`");
    if (const Status read = read_write_member(node, body); !read.ok()) return read.error();
  }
  return body.if_revision;
}

Result<Revision> parse_revision(std::string_view text) {
  std::uint64_t revision = 0;
  const auto end = text.data() + text.size();
  const auto parsed = std::from_chars(text.data(), end, revision);
  if (parsed.ec != std::errc() || parsed.ptr != end) {
    return Error{"number", "a revision is a whole number from 0 to 18446744073709551615"};
  }
  return Revision{revision};
}

Result<Revision> parse_if_match(std::string_view text) {
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  const auto revision = parse_revision(text);
  if (!revision) return Error{"if_match", "If-Match must be a revision in quotes"};
  return revision;
}

}  // namespace attune::api
