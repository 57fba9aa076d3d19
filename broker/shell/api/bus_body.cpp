#include "broker/shell/api/bus_body.h"

#include "broker/shell/api/clients.h"
#include "devices/json/reader.h"

namespace attune::api {
namespace {

using devices::json::Kind;
using devices::json::Node;
using devices::json::Reader;

Error wrong(std::string message) {
  return {"body", std::move(message)};
}

Error refused(const Reader& reader) {
  return {std::string(reader.refusal().reason), reader.refusal().detail};
}

/// Whether somebody meant JSON. `on` and `21,5` are words.
bool looks_like_json(std::string_view payload) {
  const auto first = payload.find_first_not_of(" \t\r\n");
  return first != std::string_view::npos &&
         std::string_view("{[\"").find(payload[first]) != std::string_view::npos;
}

Status read_text(const Node& node, std::string& out) {
  if (node.kind != Kind::text) return wrong("`" + std::string(node.key) + "` must be a text");
  out = node.text;
  return {};
}

Result<SetBody> read_set(const Node& root) {
  SetBody body;
  for (const Node& node : root) {
    const Status read = node.key == "reply_to" ? read_text(node, body.reply_to)
                                               : read_write_member(node, body.write);
    if (!read) return read.error();
  }
  if (Status sound = check_write(body.write); !sound) return sound.error();
  return body;
}

Status read_match(const Node& node, std::string& out) {
  if (node.kind == Kind::text) return read_text(node, out);
  if (node.kind != Kind::array) return wrong("`match` must be a list of globs");
  for (const Node& glob : node) {
    if (glob.kind != Kind::text) return wrong("`match` must be a list of globs");
    out.append(out.empty() ? "" : ",").append(glob.text);
  }
  return {};
}

Status read_since(const Node& node, std::optional<Revision>& out) {
  if (node.kind != Kind::integer || node.integer < 0) return wrong("`since` must be a revision");
  out = Revision{static_cast<std::uint64_t>(node.integer)};
  return {};
}

Status read_feed(const Node& node, Filter& out) {
  if (node.kind != Kind::text || (node.text != "state" && node.text != "log")) {
    return wrong("`feed` is state or log");
  }
  out.coalesced = node.text == "state";
  return {};
}

Status read_kinds(const Node& node, Filter& out) {
  const auto kinds = node.kind == Kind::text ? kinds_of(node.text) : std::nullopt;
  if (!kinds) return wrong("`kind` names kinds of changes, each once, with commas");
  out.kinds = *kinds;
  return {};
}

Status read_sync_member(const Node& node, SyncBody& out) {
  std::string text;
  if (node.key == "since") return read_since(node, out.since);
  if (node.key == "feed") return read_feed(node, out.filter);
  if (node.key == "kind") return read_kinds(node, out.filter);
  if (node.key == "store") return read_text(node, out.store);
  if (node.key == "client") return read_text(node, out.client);
  if (node.key == "id") return read_text(node, out.id);
  if (node.key == "reply_to") return read_text(node, out.reply_to);
  if (node.key == "token") return read_text(node, text);
  if (node.key != "match") {
    return wrong("unknown key `" + std::string(node.key) +
                 "`; known: since, store, match, feed, kind, client, id, reply_to, token");
  }
  if (Status read = read_match(node, text); !read) return read;
  out.filter.match = Match(text);
  return {};
}

}  // namespace

Result<SetBody> parse_set(std::string_view payload) {
  SetBody body;
  body.release = payload.empty();
  if (body.release) return body;
  Reader reader;
  const Node* root = reader.read(payload);
  if (root != nullptr && root->kind == Kind::object) return read_set(*root);
  if (root != nullptr) {
    auto value = bare_value(*root);
    if (!value) return value.error();
    body.write.value = std::move(*value);
    return body;
  }
  if (reader.refusal().reason != "json" || looks_like_json(payload)) return refused(reader);
  if (payload.find('\0') != std::string_view::npos) return wrong("a text has no zero byte");
  body.write.value = Value(payload);
  return body;
}

Result<SyncBody> parse_sync(std::string_view payload) {
  Reader reader;
  const Node* root = reader.read(payload);
  if (root == nullptr) return refused(reader);
  if (root->kind != Kind::object) return wrong("the request must be a JSON object");
  SyncBody body;
  for (const Node& node : *root) {
    if (Status read = read_sync_member(node, body); !read) return read.error();
  }
  if (!body.client.empty() && !Clients::is_name(body.client)) {
    return wrong("`client` is 1 to 64 of A-Z a-z 0-9 _ . -");
  }
  return body;
}

Asker asker_of(std::string_view payload) {
  if (!payload.starts_with('{')) return {};
  Reader reader;
  const Node* root = reader.read(payload);
  if (root == nullptr) return {};
  return {std::string(root->text_of("reply_to")), std::string(root->text_of("id"))};
}

}  // namespace attune::api
